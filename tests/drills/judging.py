"""What the database and the provider must agree on when the noise is over."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.conversation import Message
from helpline.jobs import Job, JobState
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import OutboxMessage, OutboxState
from helpline.people import ContactPoint
from tests.drills.house import House, wait_for
from tests.drills.provider import Provider
from tests.drills.senders import Text

UNDER_WAY = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
LEFT = (OutboxState.ACCEPTED, OutboxState.SENT, OutboxState.DELIVERED)
# What somebody new is told after their first, second and third sentence, in this order. Who writes
# on before our question has left is not told that we did not understand: they hear less, not more.
SCRIPT = ("welcome", "ask_safe", "not_understood", "ask_safe", "human_comes")
ENDS = {1: (2,), 2: (2, 4), 3: (2, 4, 5)}  # how much of it, by how many texts they sent
PLACE = ("place", "place_and_wait")  # in line; may follow when it is known


def wait_until_quiet(house: House, texts: int, within: float) -> None:
    """Until so many texts were stored, all were read, and every answer has left."""
    with house.session() as session:
        try:
            wait_for(lambda: _is_quiet(session, texts), within, "not quiet")
        except AssertionError:
            raise AssertionError(f"still busy: {_what_is_left(session)}") from None


def _is_quiet(session: Session, texts: int) -> bool:
    session.rollback()
    stored = session.scalar(select(func.count()).select_from(InboundText))
    return (stored or 0) >= texts and not _what_is_left(session)


def _what_is_left(session: Session) -> dict[str, int]:
    now = datetime.now(UTC)
    unread = session.scalar(select(func.count()).where(InboundText.processed_at.is_(None)))
    found = {"unread": unread or 0}
    due = select(Job.kind, func.count()).where(Job.run_at <= now, Job.state == JobState.READY)
    found |= {f"job {kind}": count for kind, count in session.execute(due.group_by(Job.kind))}
    rows = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    busy = rows.where(
        OutboxMessage.state.in_(UNDER_WAY),
        OutboxMessage.channel == "text",
        OutboxMessage.held_for == "",
    )
    found |= {f"outbox {state.value}": count for state, count in session.execute(busy)}
    return {name: count for name, count in found.items() if count}


def nothing_lost_nothing_double(
    house: House, provider: Provider, acknowledged: Sequence[Text]
) -> None:
    """Every acknowledged text once in the database and once in a case; every answer left once."""
    with house.session() as session:
        _each_text_once(session, acknowledged)
        _each_answer_once(session, provider)
        _everybody_was_answered(session, provider, acknowledged)


def _each_text_once(session: Session, acknowledged: Sequence[Text]) -> None:
    rows = session.scalars(select(InboundText)).all()
    stored = Counter(row.provider_id for row in rows)
    assert stored == Counter(text.sid for text in acknowledged)
    kept = {row.provider_id: (row.sender, row.body) for row in rows}
    assert kept == {text.sid: (text.sender, text.body) for text in acknowledged}
    assert [row.id for row in rows if row.processed_at is None] == []
    messages = Counter(session.scalars(select(Message.inbound_id)))
    assert messages == Counter(row.id for row in rows), "each text is one message of a case"


def _each_answer_once(session: Session, provider: Provider) -> None:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "text")).all()
    left = [row for row in rows if row.state in LEFT]
    not_left = Counter((row.state.value, row.held_for) for row in rows if row.state not in LEFT)
    taken, expected = provider.by_outbox_id(), Counter(row.id for row in left)
    kinds = {row.id: (row.kind, row.state.value, row.attempts) for row in rows}
    assert not [kinds[one] for one in (taken - expected)], "twice, or what should not have left"
    assert not [kinds[one] for one in (expected - taken)], "never arrived"
    assert not [row.kind for row in rows if row.answers and row.state not in LEFT], not_left
    addresses = {point.id: point.address for point in session.scalars(select(ContactPoint))}
    promised = Counter((addresses[row.contact_point_id or ""], row.words) for row in left)
    assert provider.got() == promised


def _everybody_was_answered(
    session: Session, provider: Provider, acknowledged: Sequence[Text]
) -> None:
    """By what the script promises, in its order, and not by what the outbox happens to hold."""
    sent = Counter(text.sender for text in acknowledged)
    told = defaultdict(list)
    order = (OutboxMessage.created_at, OutboxMessage.tick)
    for row in session.scalars(select(OutboxMessage).where(OutboxMessage.answers).order_by(*order)):
        point = session.get_one(ContactPoint, row.contact_point_id)
        told[point.address].append(row.kind)
    assert told.keys() == sent.keys(), "everybody was answered, and nobody else"
    for phone, texts in sent.items():
        script = [kind for kind in told[phone] if kind not in PLACE]
        assert script == list(SCRIPT[: len(script)]), (phone, told[phone])
        assert len(script) in ENDS[texts], (phone, told[phone])
        assert len(told[phone]) <= len(script) + 1, (phone, told[phone])
        assert provider.phones()[phone] >= len(told[phone])
