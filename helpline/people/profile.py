"""What staff tell about themselves: names, languages, zone, how they are told of an offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.people import contacts, sessions
from helpline.people.account import Account
from helpline.people.contact import UNCONFIRMED, ContactKind, ContactPoint
from helpline.people.invitations import forget_devices
from helpline.people.person import Level, Person, PersonLanguage
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from scheduling.base import new_id
from scheduling.errors import Refused

NOTICE_WAYS = ("browser", "text", "mail", "none")
MOST_AT_A_TIME = 6  # open text conversations; few peers carry more than three


class CannotBeUsed(Refused):
    """This number or address cannot be kept. Why is not told: it may be known as a stranger's."""

    code = "contact_refused"


@dataclass(frozen=True, slots=True)
class Profile:
    """One's own page. `phone_end` and `mail_end`: all that is ever shown of them."""

    alias: str
    name: str
    language: str
    zone: str
    languages: Mapping[str, Level]
    notice_by: str
    notice_sound: bool
    load_cap: int
    phone_end: str
    mail_end: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody may change about themselves. languages: tag to level."""

    alias: str
    language: str
    zone: str
    languages: Mapping[str, Level]
    notice_by: str
    notice_sound: bool
    load_cap: int


def own(session: Session, who: SignedIn) -> Profile:
    """One's own profile."""
    account = session.get_one(Account, who.person_id)
    person = account.person
    points = _points(session, who.person_id)
    ends = {point.kind: _end(point) for point in points if point.unusable != UNCONFIRMED}
    return Profile(
        alias=person.alias,
        name=account.name,
        language=person.language,
        zone=person.zone,
        languages={spoken.tag: spoken.level for spoken in person.languages},
        notice_by=account.notice_by,
        notice_sound=account.notice_sound,
        load_cap=account.load_cap,
        phone_end=ends.get(ContactKind.PHONE, ""),
        mail_end=ends.get(ContactKind.EMAIL, ""),
    )


def change(session: Session, who: SignedIn, wishes: Wishes) -> None:
    """Take over what somebody says about themselves.

    The zone and the language must be known ones (the door reads them); the rest is bounded here.
    """
    account = session.get_one(Account, who.person_id)
    person = account.person
    person.alias, person.language, person.zone = wishes.alias, wishes.language, wishes.zone
    account.notice_by = wishes.notice_by if wishes.notice_by in NOTICE_WAYS else "browser"
    account.notice_sound = wishes.notice_sound
    account.load_cap = min(max(wishes.load_cap, 1), MOST_AT_A_TIME)
    set_languages(session, person, wishes.languages)


def set_languages(session: Session, person: Person, languages: Mapping[str, Level]) -> None:
    """The languages in which somebody can help, and how well they speak them."""
    held = {spoken.tag: spoken for spoken in person.languages}
    for tag in held.keys() - languages.keys():
        person.languages.remove(held[tag])
    for tag, level in languages.items():
        if tag in held:
            held[tag].level = level
        else:
            person.languages.append(PersonLanguage(tag=tag, level=level))
    session.flush()


def propose_phone(
    session: Session, who: SignedIn, e164: str, country: str, *, now: datetime
) -> ContactPoint | None:
    """Keep one's own number (E.164) until its code is typed; None when it is in use already.

    Raises:
        CannotBeUsed: it belongs to somebody else we know.
    """
    taken = _taken(session, who, ContactKind.PHONE, e164)
    if taken is not None and taken.unusable != UNCONFIRMED:
        return None
    for old in _points(session, who.person_id):
        if old.unusable == UNCONFIRMED:
            session.delete(old)
    session.flush()
    return _add_point(session, who, ContactKind.PHONE, e164, country, now, unusable=UNCONFIRMED)


def forget_phone(session: Session, who: SignedIn) -> None:
    """No phone any more, for notices or to confirm."""
    for old in _points(session, who.person_id):
        if old.kind is ContactKind.PHONE:
            session.delete(old)


def set_mail(session: Session, who: SignedIn, address: str, *, now: datetime) -> None:
    """Keep one's own mail address; "" takes it out.

    Raises:
        CannotBeUsed: it belongs to somebody else we know.
    """
    if address and _taken(session, who, ContactKind.EMAIL, address) is not None:
        return
    for old in _points(session, who.person_id):
        if old.kind is ContactKind.EMAIL:
            session.delete(old)
    session.flush()
    if address:
        _add_point(session, who, ContactKind.EMAIL, address, "", now)


def change_password(session: Session, who: SignedIn, password_hash: str, *, now: datetime) -> str:
    """Take a new password; every browser is signed out, this one under a new token (returned)."""
    account = session.get_one(Account, who.person_id)
    account.password_hash = password_hash
    current = next(
        (one for one in sessions.open_sessions(session, who.person_id, now=now)
         if one.id == who.session_id),
        None,
    )  # fmt: skip
    sessions.end_all(session, who.person_id, now=now)
    forget_devices(session, who.person_id)
    audit.note(
        session,
        act="changed_password",
        kind="account",
        object_id=who.person_id,
        actor_id=who.person_id,
        now=now,
    )
    device = current.device if current else ""
    return sessions.open_session(session, who.person_id, device=device, now=now)


def _taken(session: Session, who: SignedIn, kind: ContactKind, address: str) -> ContactPoint | None:
    """One's own row of that address, if there is one. What nobody confirmed is nobody's yet.

    Raises:
        CannotBeUsed: it belongs to somebody else we know.
    """
    found = session.scalar(
        select(ContactPoint).where(
            ContactPoint.kind == kind,
            ContactPoint.address_index == contacts.index_of(session, kind, address),
        )
    )
    if found is None or found.person_id == who.person_id:
        return found
    if found.unusable != UNCONFIRMED:
        raise CannotBeUsed
    session.delete(found)
    session.flush()
    return None


def _add_point(
    session: Session,
    who: SignedIn,
    kind: ContactKind,
    address: str,
    country: str,
    now: datetime,
    *,
    unusable: str = "",
) -> ContactPoint:
    made = ContactPoint(
        id=new_id(),
        person_id=who.person_id,
        kind=kind,
        address=address,
        address_index=contacts.index_of(session, kind, address),
        country=country,
        created_at=now,
        heard_at=None,
        unusable=unusable,
    )
    session.add(made)
    session.flush()
    return made


def _points(session: Session, person_id: str) -> Sequence[ContactPoint]:
    return session.scalars(
        select(ContactPoint)
        .where(ContactPoint.person_id == person_id)
        .order_by(ContactPoint.created_at, ContactPoint.id)
    ).all()


def _end(point: ContactPoint) -> str:
    """The last two digits of one's own number; of an address, its first and last letters.

    A mail address has no digits to show, so it shows as little as a number does.
    """
    address = point.address
    if point.kind is ContactKind.PHONE:
        return address[-2:]
    return f"{address[0]}…@…{address[-3:]}"
