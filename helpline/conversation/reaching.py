"""How the person asking can be reached now: what whoever answers has to know before writing."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.cases import Case
from helpline.messaging.outbox.gate import outside
from helpline.people import ContactFlag, ContactKind, ContactPoint, HowToReach, Person, SafeContact


@dataclass(frozen=True, slots=True)
class Reaching:
    """stopped_at: every number of theirs said stop. is_gone: none of them can be texted any more.

    held_until: what is written now waits until then, their safe hours being safe_from to
    safe_until at their place. flagged_until: a dated limit lies on them. is_overlooked: they said
    that somebody could see their screen.
    """

    how: HowToReach
    stopped_at: datetime | None = None
    is_gone: bool = False
    held_until: datetime | None = None
    safe_from: time | None = None
    safe_until: time | None = None
    flagged_until: datetime | None = None
    is_overlooked: bool = False


def reaching(session: Session, case: Case, *, now: datetime) -> Reaching:
    """What holds for a case at this moment. No number or address is opened."""
    seeker = session.get_one(Person, case.seeker_id)
    safe = session.get(SafeContact, seeker.id)
    by_text = case.how is HowToReach.TEXT
    stopped_at, is_gone = _phones(session, seeker.id) if by_text else (None, False)
    safe_from, safe_until = (safe.safe_from, safe.safe_until) if safe else (None, None)
    held_until = None
    if by_text and safe_from is not None and safe_until is not None:
        held_until = outside(safe_from, safe_until, seeker.zone, now)
    flagged_until = _flagged_until(session, seeker.id, now)
    return Reaching(
        how=case.how,
        stopped_at=stopped_at,
        is_gone=is_gone,
        held_until=held_until,
        safe_from=safe_from,
        safe_until=safe_until,
        flagged_until=flagged_until,
        is_overlooked=safe is not None and not safe.may_read_here,
    )


def _phones(session: Session, seeker_id: str) -> tuple[datetime | None, bool]:
    """When they said stop, and whether no number is left; both only where no other one serves."""
    points = session.execute(
        select(ContactPoint.opted_out_at, ContactPoint.unusable).where(
            ContactPoint.person_id == seeker_id, ContactPoint.kind == ContactKind.PHONE
        )
    ).all()
    if any(stopped is None and not unusable for stopped, unusable in points):
        return None, False
    stops = [stopped for stopped, unusable in points if stopped is not None and not unusable]
    return (max(stops), False) if stops else (None, True)


def _flagged_until(session: Session, person_id: str, now: datetime) -> datetime | None:
    flags = select(func.max(ContactFlag.until)).where(
        ContactFlag.person_id == person_id, ContactFlag.until > now
    )
    return session.scalar(flags)
