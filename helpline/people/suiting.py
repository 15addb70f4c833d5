"""What matching may know of those who answer, besides languages and hours.

Gender and age are theirs to tell or to leave out; topics they do not take need no reason. For what
somebody is cleared is said by others: a lead of theirs, a coordinator or an admin. Every change is
in the audit, by the names of what changed; what somebody told stands nowhere but in their account.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.people import powers
from helpline.people.account import Account
from helpline.people.person import Person
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from helpline.privacy.audit import AuditEntry

GENDERS = ("woman", "man", "other")
AGE_BANDS = ("under30", "30to59", "60plus")
CLEARANCES = ("youth", "crisis")
_ACT = "changed_clearances"


@dataclass(frozen=True, slots=True)
class Suiting:
    """gender, age_band: "" where untold. topics_off: codes of `intake.topics`."""

    gender: str = ""
    age_band: str = ""
    topics_off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cleared:
    """For what somebody is cleared, and who said so last, when; by "" for never."""

    clearances: frozenset[str]
    by: str = ""
    at: datetime | None = None


def suiting(session: Session, person_id: str) -> Suiting:
    """What somebody has told of themselves."""
    account = session.get_one(Account, person_id)
    return Suiting(account.gender, account.age_band, _split(account.topics_off))


def set_suiting(session: Session, who: SignedIn, told: Suiting, *, now: datetime) -> None:
    """Take over what somebody tells of themselves; what is none of the known words is untold."""
    account = session.get_one(Account, who.person_id)
    gender = told.gender if told.gender in GENDERS else ""
    age_band = told.age_band if told.age_band in AGE_BANDS else ""
    new = {"gender": gender, "age_band": age_band, "topics_off": ",".join(sorted(told.topics_off))}
    changed = [name for name, value in new.items() if getattr(account, name) != value]
    for name in changed:
        setattr(account, name, new[name])
    session.flush()
    if changed:
        _note(session, "changed_own", who.person_id, who.person_id, ",".join(changed), now)


def cleared(session: Session, person_id: str) -> Cleared:
    """For what somebody is cleared."""
    found = session.execute(
        select(Person, AuditEntry.at)
        .join(Person, Person.id == AuditEntry.actor_id)
        .where(
            AuditEntry.object_kind == "account",
            AuditEntry.object_id == person_id,
            AuditEntry.act == _ACT,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.tick.desc())
        .limit(1)
    ).first()
    held = _split(session.get_one(Account, person_id).clearances)
    return Cleared(held, found[0].alias or "", found[1]) if found else Cleared(held)


def set_clearances(
    session: Session, by: SignedIn, person_id: str, clearances: Collection[str], *, now: datetime
) -> None:
    """Say for what a colleague is cleared from now on.

    Raises:
        NotYours: no such colleague, or `by` may not say so of them (see `powers.may_clear`).
    """
    account = session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise NotYours
    if not powers.may_clear(by, person_id, powers.teams_of(session, person_id)):
        raise NotYours(who=by.person_id, kind="account", object_id=person_id)
    new = ",".join(sorted(set(clearances).intersection(CLEARANCES)))
    if account.clearances == new:
        return
    account.clearances = new
    session.flush()
    _note(session, _ACT, person_id, by.person_id, new, now)


def _split(codes: str) -> frozenset[str]:
    return frozenset(code for code in codes.split(",") if code)


def _note(session: Session, act: str, person_id: str, by_id: str, what: str, now: datetime) -> None:
    audit.note(
        session,
        act=act,
        kind="account",
        object_id=person_id,
        actor_id=by_id,
        facts={"what": what},
        now=now,
    )
