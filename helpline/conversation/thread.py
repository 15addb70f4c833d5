"""A conversation as it is read: each message with who wrote it and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases import Case
from helpline.conversation.message import Direction, Message, text_key
from helpline.messaging.outbox.outcome import AGAIN
from helpline.messaging.outbox.row import OutboxMessage, OutboxState
from helpline.messaging.texts import HUMAN
from helpline.people import Person
from helpline.pulse import beat


@dataclass(frozen=True, slots=True)
class Said:
    """One message. state: how the templates' `way` calls it ("" for what the seeker wrote).

    author: the first name of whoever answered, "" for the person asking. held_until: when a held
    text may leave, or when one whose phone was off is sent again.
    """

    message_id: str
    at: datetime
    from_seeker: bool
    author_id: str | None
    author: str
    body: str = field(repr=False)
    channel: str
    state: str = ""
    held_until: datetime | None = None
    error_code: str = ""


def thread(session: Session, case: Case, *, since: datetime | None = None) -> list[Said]:
    """The messages of a case, oldest first."""
    wanted = select(Message, OutboxMessage).outerjoin(
        OutboxMessage, Message.outbox_id == OutboxMessage.id
    )
    wanted = wanted.where(Message.case_id == case.id).order_by(Message.at, Message.tick)
    if since is not None:
        wanted = wanted.where(Message.at >= since)
    rows = session.execute(wanted).all()
    names = _names(session, [message.author_id for message, _ in rows if message.author_id])
    again = _sent_again(session, case)
    return [_said(message, again.get(text_key(message.id), row), names) for message, row in rows]


def seen_by_seeker(session: Session, case: Case, *, now: datetime) -> int:
    """Note that the person asking has opened the page; how many messages were new to them."""
    return _seen(session, case, Direction.TO_SEEKER, now)


def seen_by_counsellor(session: Session, case: Case, *, now: datetime) -> int:
    """Note that the one who answers has opened the conversation."""
    return _seen(session, case, Direction.FROM_SEEKER, now)


def unseen(session: Session, case_ids: Sequence[str]) -> dict[str, int]:
    """How many messages from the person asking nobody has opened yet, by case."""
    counted: dict[str, int] = {}
    for case_id in session.scalars(
        select(Message.case_id).where(
            Message.case_id.in_(case_ids),
            Message.direction == Direction.FROM_SEEKER,
            Message.seen_at.is_(None),
        )
    ):
        counted[case_id] = counted.get(case_id, 0) + 1
    return counted


def _sent_again(session: Session, case: Case) -> dict[str, OutboxMessage]:
    """The newest repetition of each answer whose phone was off, by the key of the first text."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.case_id == case.id,
            OutboxMessage.kind == HUMAN,
            OutboxMessage.first_tried_at.is_not(None),
        )
        .order_by(OutboxMessage.created_at, OutboxMessage.tick)
    )
    return {(row.dedupe_key or "").partition("|")[0]: row for row in rows}


def _seen(session: Session, case: Case, direction: Direction, now: datetime) -> int:
    opened = session.scalars(
        update(Message)
        .where(
            Message.case_id == case.id, Message.direction == direction, Message.seen_at.is_(None)
        )
        .values(seen_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    if opened:
        beat(session, f"case:{case.id}")
    return len(opened)


def _names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    people = session.scalars(
        select(Person).where(Person.id.in_(set(ids)), Person.is_seeker.is_(False))
    )
    return {person.id: person.alias for person in people}


def _said(message: Message, row: OutboxMessage | None, names: dict[str, str]) -> Said:
    state, until = _state(message, row)
    return Said(
        message_id=message.id,
        at=message.at,
        from_seeker=message.direction is Direction.FROM_SEEKER,
        author_id=message.author_id,
        author=names.get(message.author_id or "", ""),
        body=message.body,
        channel=message.channel,
        state=state,
        held_until=until,
        error_code=row.error_code if row else "",
    )


def _state(message: Message, row: OutboxMessage | None) -> tuple[str, datetime | None]:
    if message.direction is Direction.FROM_SEEKER:
        return "", None
    if row is None:
        return ("seen" if message.seen_at else "here"), None
    if row.state is OutboxState.QUEUED and row.held_for:
        return "again" if row.held_for == AGAIN else "held", row.due_at
    return row.state.value, None
