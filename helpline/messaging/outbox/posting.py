"""Asking the outbox to say something: a row, in the transaction that makes it true."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.messaging import texts
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import budget
from helpline.messaging.outbox.address import Known, Target, known, target
from helpline.messaging.outbox.row import OutboxMessage, OutboxState
from helpline.messaging.segments import cost
from helpline.privacy.sealing import Keyring
from scheduling.base import new_id, next_tick

CHUNK = 500  # ids in one query
MANY = 500  # rows that change what is usual in the table


def post(session: Session, notice: Notice, *, now: datetime) -> OutboxMessage | None:
    """Say one thing to one person, when the gate lets it; None when it was asked for already.

    The row is SUPPRESSED at once, with a reason, when there is no way to reach the person that
    they chose: somebody who is only on the web reads it there.

    Raises:
        KeyError: no such person, no such text, or a fact is missing.
    """
    made = post_many(session, [notice], now=now)
    return session.get_one(OutboxMessage, made[0]) if made else None


def post_many(session: Session, notices: Sequence[Notice], *, now: datetime) -> list[str]:
    """Like `post` for many at once: the ids of the new rows. 10,000 take under two seconds."""
    session.flush()  # the person or address may be made in this same transaction
    for prefix in {notice.cancels for notice in notices if notice.cancels}:
        withdraw(session, prefix, now=now)
    people = known(session, (notice.to for notice in notices))
    rows = [_row(session.info["keyring"], one, people[one.to], now) for one in notices]
    made = _insert(session, rows)
    if len(made) >= MANY:
        _look_again(session)
    return made


def withdraw(session: Session, prefix: str, *, now: datetime) -> int:
    """Take back what has not left yet and whose dedupe key begins with `prefix`; how many."""
    gone = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.QUEUED)
        .where(OutboxMessage.dedupe_key.startswith(prefix, autoescape=True))
        .values(
            state=OutboxState.SUPPRESSED,
            held_for="withdrawn",
            in_flight=False,
            settled_at=now,
        )
        .returning(OutboxMessage)
    ).all()
    budget.refund(session, gone)
    return len(gone)


def withdraw_to(session: Session, contact_point_id: str, *, now: datetime) -> int:
    """Take back everything that has not left yet for one number or address; how many."""
    gone = session.scalars(
        update(OutboxMessage)
        .where(
            OutboxMessage.state == OutboxState.QUEUED,
            OutboxMessage.contact_point_id == contact_point_id,
        )
        .values(state=OutboxState.SUPPRESSED, held_for="withdrawn", in_flight=False, settled_at=now)
        .returning(OutboxMessage)
    ).all()
    budget.refund(session, gone)
    return len(gone)


def _row(keyring: Keyring, notice: Notice, person: Known, now: datetime) -> dict[str, Any]:
    """The values of one row. It is rendered here once to price it and to find mistakes early."""
    wording = texts.TEXTS[notice.text]
    language = texts.written_in(person.language)
    words = texts.render(notice.text, language, notice.facts)
    to, row_id = target(notice, wording, person), new_id()
    return {
        "id": row_id,
        **_whom(keyring, notice, to),
        "kind": notice.text,
        "facts_sealed": keyring.seal(
            json.dumps(dict(notice.facts), ensure_ascii=False),
            table=OutboxMessage.__tablename__,
            column="facts_sealed",
            row=row_id,
        ),
        "language": language,
        "automatic": notice.automatic,
        "answers": notice.answers,
        "urgency": notice.urgency,
        "dedupe_key": notice.dedupe_key,
        **_when(notice, to, now),
        "parts": cost(words).segments if to.channel == "text" else 0,
    }


def _whom(keyring: Keyring, notice: Notice, to: Target) -> dict[str, Any]:
    return {
        "to_id": notice.to,
        "contact_point_id": to.point_id,
        "case_id": notice.case_id,
        "channel": to.channel,
        "lane": to.lane or keyring.blind(notice.to, purpose="nowhere"),
    }


def _when(notice: Notice, to: Target, now: datetime) -> dict[str, Any]:
    return {
        "state": OutboxState.SUPPRESSED if to.why else OutboxState.QUEUED,
        "held_for": to.why,
        "settled_at": now if to.why else None,
        "created_at": now,
        "tick": next_tick(),
        "not_before": notice.not_before,
        "expires_at": notice.expires_at,
        "due_at": max(notice.not_before or now, now),
        "in_flight": False,
        "attempts": 0,
        "gateway": "",
        "error_code": "",
        "charged_on": "",
    }


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Write the rows down, but for those that were asked for before; the ids of what is new.

    The driver sends them one after the other by one prepared statement, which it cannot do where
    each answers with its id: so the ids are only asked for when fewer rows came than were sent.
    """
    if not rows:
        return []
    connection, ids = session.connection(), [row["id"] for row in rows]
    fresh = _INSERT[connection.dialect.name]
    many = {"preserve_rowcount": True}
    if connection.execute(fresh, rows, execution_options=many).rowcount == len(rows):
        return ids
    return [
        one for start in range(0, len(ids), CHUNK) for one in _there(session, ids[start:][:CHUNK])
    ]


def _look_again(session: Session) -> None:
    """Let PostgreSQL see how many wait now, or it sorts the whole queue for each text that leaves.

    It would look by itself within a minute; if somebody else is looking, this does not wait.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("ANALYZE (SKIP_LOCKED) outbox_message (state, channel, urgency, due_at)")
        )


def _there(session: Session, ids: Sequence[str]) -> Sequence[str]:
    """Those of the ids that are in the table, in their order."""
    found = set(session.scalars(select(OutboxMessage.id).where(OutboxMessage.id.in_(ids))))
    return [one for one in ids if one in found]


_INSERT = {
    dialect: insert(OutboxMessage.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]  # a Table, not only a FromClause
    for dialect, insert in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
}
