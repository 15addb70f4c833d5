"""Status reports: any order, any number, and some about texts we do not know."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.messaging.outbox import outcome
from helpline.messaging.outbox.row import DeliveryEvent, OutboxMessage
from scheduling.base import new_id


def report(
    session: Session,
    *,
    outbox_id: str | None = None,
    provider_id: str = "",
    state: str,
    code: str = "",
    now: datetime,
) -> bool:
    """Keep a status report and move the text on if it says more than we knew.

    outbox_id: our own id, where the report carries it; else the provider's is looked for. True
    when the text is known; a report about an unknown one is kept too, for it may come before the
    answer that names the text.
    """
    row = _row(session, outbox_id, provider_id)
    session.add(
        DeliveryEvent(
            id=new_id(),
            outbox_id=row.id if row else None,
            provider_id=provider_id[:64],
            state=state[:20],
            code=code[:40],
            at=now,
        )
    )
    if row is None:
        return False
    row.provider_id = row.provider_id or provider_id[:64] or None
    apply(session, row, state, code, now=now)
    return True


def apply(session: Session, row: OutboxMessage, state: str, code: str, *, now: datetime) -> None:
    """Let one report change the text; a word we do not know changes nothing."""
    known = outcome.state_of(state)
    if known is not None:
        outcome.settle(session, row, known, code, now=now)


def early(session: Session, row: OutboxMessage) -> Sequence[DeliveryEvent]:
    """The reports that came before we knew whose they were; they are the row's from now on."""
    if not row.provider_id:
        return ()
    events = session.scalars(
        select(DeliveryEvent).where(
            DeliveryEvent.provider_id == row.provider_id, DeliveryEvent.outbox_id.is_(None)
        )
    ).all()
    for event in events:
        event.outbox_id = row.id
    return events


def _row(session: Session, outbox_id: str | None, provider_id: str) -> OutboxMessage | None:
    """The text a report is about, locked: its sender may be noting the answer right now."""
    wanted = select(OutboxMessage).with_for_update()
    if outbox_id:
        found: OutboxMessage | None = session.scalar(wanted.where(OutboxMessage.id == outbox_id))
        if found is not None:
            return found
    if not provider_id:
        return None
    by_provider: OutboxMessage | None = session.scalar(
        wanted.where(OutboxMessage.provider_id == provider_id).limit(1)
    )
    return by_provider
