"""Visits: a browser in which somebody who asks has opened their conversation.

Everything about a visit is on the server; the cookie is a random token. It ends after 30 idle
minutes, after 12 hours, at "Leave this page", and when its person erases everything. What a page
fetches by itself is no activity (ASVS 5.0 7.3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from helpline.people.tokens import new_token, token_hash
from helpline.people.visit import Visit

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=1)  # how exactly idleness is known; spares a write per page


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose browser this is. `is_stale`: this act should be written down as activity."""

    person_id: str
    is_stale: bool


def begin(session: Session, person_id: str, *, now: datetime) -> str:
    """A new visit; returns the token for the cookie. Visits that are over are swept away."""
    session.execute(delete(Visit).where(_over(now)))
    token = new_token()
    session.add(
        Visit(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            active_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


def who(session: Session, token: str, *, now: datetime) -> Visitor | None:
    """Whose visit it is; None when it is unknown, ended, idle or too old."""
    found = session.scalar(select(Visit).where(Visit.token_hash == token_hash(token), ~_over(now)))
    if found is None:
        return None
    return Visitor(found.person_id, now - found.active_at >= TOUCH_AFTER)


def owner_of_ended(session: Session, token: str) -> str | None:
    """Whose visit this was, when it is over: to keep what they typed for them."""
    return session.scalar(select(Visit.person_id).where(Visit.token_hash == token_hash(token)))


def touch(session: Session, token: str, *, now: datetime) -> None:
    """The person did something."""
    session.execute(
        update(Visit)
        .where(Visit.token_hash == token_hash(token), Visit.active_at < now)
        .values(active_at=now)
    )


def end(session: Session, token: str) -> None:
    """Close this browser's visit."""
    session.execute(delete(Visit).where(Visit.token_hash == token_hash(token)))


def end_all(session: Session, person_id: str) -> None:
    """Close a person's visits everywhere."""
    session.execute(delete(Visit).where(Visit.person_id == person_id))


def _over(now: datetime) -> ColumnElement[bool]:
    return (Visit.expires_at <= now) | (Visit.active_at <= now - IDLE)
