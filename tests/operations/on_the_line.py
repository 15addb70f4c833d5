"""What tests of cases say often: who is on, what somebody was told, who is being asked."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseEvent, Offer
from helpline.messaging import outbox
from helpline.people import Person
from scheduling import promises
from tests.make import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = 0


def shift(session: Session, who: Person, hours: str = "18:00-22:00", **more: Any) -> Person:
    """Mondays in Kuala Lumpur, where NOON is 20:00, unless told otherwise."""
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    stated = {"weekday": MONDAY, "zone": "Asia/Kuala_Lumpur", "now": NOON, **more}
    promises.promise(session, who.id, start=start, end=end, **stated)
    return who


def asked(session: Session, case: Case) -> list[str]:
    """Who looks at a case now."""
    return [each.counsellor_id for each in cases.open_offers(session) if each.case_id == case.id]


def offer_to(session: Session, who: Person) -> Offer:
    (offer,) = cases.open_offers(session, counsellor_id=who.id)
    return offer


def told(session: Session, who: Person) -> list[str]:
    """The kinds of texts that somebody was told, in order; what was taken back is left out."""
    rows = select(outbox.OutboxMessage).where(
        outbox.OutboxMessage.to_id == who.id, outbox.OutboxMessage.held_for != "withdrawn"
    )
    order = (outbox.OutboxMessage.created_at, outbox.OutboxMessage.tick)
    return [each.kind for each in session.scalars(rows.order_by(*order))]


def happened(session: Session, case: Case, kind: str = "moved") -> list[CaseEvent]:
    session.flush()
    return [each for each in cases.events_of(session, case.id) if each.kind == kind]


def reasons(session: Session, case: Case) -> list[str]:
    return [each.reason for each in happened(session, case)]


def after(minutes: float) -> datetime:
    return NOON + minutes * MINUTE
