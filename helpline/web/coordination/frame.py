"""What the pages of this audience share: whose cases and people somebody may see now."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from helpline.people import Role
from helpline.people.sessions import SignedIn
from scheduling import promises

bp = Blueprint("coordination", __name__)


@dataclass(frozen=True, slots=True)
class Scope:
    """teams: None for everything, else only these. next_on: for a lead who is not on, when."""

    teams: frozenset[str] | None
    is_on: bool = True
    next_on: datetime | None = None


def scope(session: Session, who: SignedIn, now: datetime) -> Scope:
    """A coordinator sees everything, a lead or stand-in their teams, during their shift."""
    if who.has(Role.COORDINATOR):
        return Scope(None)
    if promises.on_shift(session, now, among=[who.person_id]):
        return Scope(who.leads)
    next_on = promises.next_on_shift(session, [who.person_id], now)
    return Scope(frozenset(), is_on=False, next_on=next_on)
