"""How somebody is reached, as they see and change it on their own page."""

from dataclasses import dataclass, field
from datetime import datetime, time

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.messaging import outbox
from helpline.people import ContactKind, HowToReach, Person, SafeContact, contacts


@dataclass(frozen=True, slots=True)
class Reached:
    """The wishes in force. phone_end: the last two digits, all that is ever shown of a number."""

    how: HowToReach
    notify: str
    phone_end: str
    has_mail: bool
    zone: str
    zone_is_guess: bool
    safe_from: time | None
    safe_until: time | None
    gender_wish: str = ""
    age_wish: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What they want from now on. phone (E.164), mail: "" keeps the ones there are.

    gender_wish, age_wish: whom they would rather talk to; "" for no matter.
    """

    how: HowToReach
    notify: str = ""
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    zone: str = "UTC"
    safe_from: time | None = None
    safe_until: time | None = None
    gender_wish: str = ""
    age_wish: str = ""


def reached(session: Session, person: Person) -> Reached:
    """How a person is reached now."""
    safe = session.get(SafeContact, person.id)
    phone = contacts.of(session, person.id, ContactKind.PHONE)
    case = cases.open_case_of(session, person.id)
    return Reached(
        how=safe.how if safe else HowToReach.WEB,
        notify=safe.notify_when_answered if safe else "",
        phone_end=phone.address[-2:] if phone and phone.heard_at else "",
        has_mail=contacts.of(session, person.id, ContactKind.EMAIL) is not None,
        zone=person.zone,
        zone_is_guess=person.zone_is_guess,
        safe_from=safe.safe_from if safe else None,
        safe_until=safe.safe_until if safe else None,
        gender_wish=case.gender_wish if case else "",
        age_wish=case.age_wish if case else "",
    )


def change(session: Session, person: Person, wishes: Wishes, *, now: datetime) -> None:
    """Take the wishes over. What nobody wants to be reached by any more is forgotten at once."""
    safe = session.get(SafeContact, person.id)
    if safe is None:
        safe = SafeContact(person_id=person.id)
        session.add(safe)
    safe.how, safe.notify_when_answered = wishes.how, wishes.notify
    safe.safe_from, safe.safe_until = wishes.safe_from, wishes.safe_until
    person.zone, person.zone_is_guess = wishes.zone, False
    session.flush()
    _numbers(session, person.id, wishes, now)
    case = cases.open_case_of(session, person.id)
    if case is not None:
        case.how = wishes.how
        case.gender_wish, case.age_wish = wishes.gender_wish, wishes.age_wish
        cases.record(session, case, "reach_changed", now=now, reason=wishes.how.value)
        only_on_the_page(session, case, now=now)
        cases.ask_to_route(session, now=now, about=case.id)
    session.flush()


def only_on_the_page(session: Session, case: Case, *, now: datetime) -> None:
    """Who wants texts, but has no number of their own here, is answered on the page meanwhile.

    The number they typed may be another person's (to us). Their wish stays as they made it, so
    that their page tells nobody whose number it is; a text from that phone fulfils it
    (`helpline.intake.joining`).
    """
    if case.how is not HowToReach.TEXT:
        return
    if contacts.of(session, case.seeker_id, ContactKind.PHONE) is None:
        case.how = HowToReach.WEB
        cases.record(session, case, "reach_changed", now=now, reason=HowToReach.WEB.value)
        session.flush()


def waits_for_link(session: Session, person: Person) -> bool:
    """Whether they want texts and no phone of theirs ever texted us; the same for every number."""
    found = reached(session, person)
    return found.how is HowToReach.TEXT and not found.phone_end


def _numbers(session: Session, person_id: str, wishes: Wishes, now: datetime) -> None:
    """A number that texted us stays known as theirs; one that was only typed may be replaced."""
    wants_phone = wishes.how is HowToReach.TEXT or wishes.notify == "text"
    point = contacts.of(session, person_id, ContactKind.PHONE)
    if point is not None and (wishes.phone or (not wants_phone and point.heard_at is None)):
        if point.address != wishes.phone:
            outbox.withdraw_to(session, point.id, now=now)
        contacts.forget(session, person_id, ContactKind.PHONE, but=wishes.phone)
    if wishes.phone:
        contacts.add_phone(session, person_id, wishes.phone, now=now)
    if wishes.mail or wishes.notify != "mail":
        contacts.forget(session, person_id, ContactKind.EMAIL, but=wishes.mail)
    if wishes.mail:
        contacts.add_mail(session, person_id, wishes.mail, now=now)
