"""A sender's waiting texts, taken in one by one, in their order, by one worker at a time."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import raise_alert
from helpline.conversation import hear
from helpline.instance import first_line
from helpline.intake import numbers
from helpline.intake.texting.talking import take_in
from helpline.intake.texting.texter import Texter, meet
from helpline.messaging.inbound import InboundText
from helpline.people import ContactKind, ContactPoint, HowToReach, Person, SafeContact
from scheduling.base import new_id


def receive(session: Session, sender_index: bytes, *, now: datetime) -> int:
    """Take in every waiting text of one sender; how many there were.

    The sender's contact point is locked first: two workers who have a job for the same sender take
    turns, and the second finds nothing left.
    """
    first = session.scalar(_waiting(sender_index).limit(1))
    if first is None:
        return 0
    if numbers.short_code(first.sender):
        return _from_a_service(session, sender_index, now)
    if numbers.withheld(first.sender):
        return _from_nobody(session, sender_index, now)
    point = _met(session, first, now)
    texts = session.scalars(_waiting(sender_index).execution_options(populate_existing=True)).all()
    for text in texts:
        person = session.get_one(Person, point.person_id)
        take_in(session, Texter(person, point, first_line(session)), text, now=now)
        text.processed_at = now
        session.flush()
    return len(texts)


def _waiting(sender_index: bytes) -> Select[InboundText]:
    return (
        select(InboundText)
        .where(InboundText.sender_index == sender_index, InboundText.processed_at.is_(None))
        .order_by(InboundText.received_at, InboundText.id)
    )


def _met(session: Session, text: InboundText, now: datetime) -> ContactPoint:
    """The sender's contact point, locked; a new person when the number is new to us."""
    point = _locked(session, text.sender_index)
    if point is not None and point.address_sealed is None:
        _meet_again(session, point, text, now)
    if point is not None:
        return point
    try:
        with session.begin_nested():
            _meet(session, text, now)
    except IntegrityError:
        pass  # another worker met them at the same moment: theirs counts
    found = _locked(session, text.sender_index)
    if found is None:
        raise RuntimeError("a contact point vanished while it was being locked")
    return found


def _locked(session: Session, index: bytes) -> ContactPoint | None:
    return session.scalar(
        select(ContactPoint)
        .where(ContactPoint.kind == ContactKind.PHONE, ContactPoint.address_index == index)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _meet_again(session: Session, point: ContactPoint, text: InboundText, now: datetime) -> None:
    """A number that said STOP and was erased: somebody new, but its STOP still holds."""
    person, country = _somebody_new(session, text, now)
    point.person_id, point.address, point.country = person.id, text.sender, country
    point.line_number = text.to
    session.flush()


def _somebody_new(session: Session, text: InboundText, now: datetime) -> tuple[Person, str]:
    """Codename, the likeliest language and zone, to be confirmed or mended; and the country."""
    number = numbers.read_number(text.sender)
    country = (numbers.region(number) if number else None) or ""
    person = meet(session, text.body, country, now=now)
    zone = numbers.zone(number) if number else None
    if zone:
        person.zone, person.zone_is_guess = zone, True
    session.add(SafeContact(person_id=person.id, how=HowToReach.TEXT))
    return person, country


def _meet(session: Session, text: InboundText, now: datetime) -> None:
    person, country = _somebody_new(session, text, now)
    session.add(
        ContactPoint(
            id=new_id(),
            person_id=person.id,
            kind=ContactKind.PHONE,
            address=text.sender,
            address_index=text.sender_index,
            country=country,
            created_at=now,
            line_number=text.to,
        )
    )
    session.flush()


def _from_a_service(session: Session, sender_index: bytes, now: datetime) -> int:
    """A short code is a machine: answering it makes two machines talk. Kept, and no more."""
    texts = session.scalars(_waiting(sender_index)).all()
    for text in texts:
        text.processed_at = now
    return len(texts)


def _from_nobody(session: Session, sender_index: bytes, now: datetime) -> int:
    """A withheld number cannot be answered, and is shared by all who withhold theirs.

    So each text is a case of its own, which somebody reads; nobody is ever mixed up.
    """
    texts = session.scalars(_waiting(sender_index).with_for_update()).all()
    for text in texts:
        person = meet(session, text.body, "", now=now)
        session.add(SafeContact(person_id=person.id, how=HowToReach.WEB))
        case = cases.open_case(
            session,
            person,
            how=HowToReach.WEB,
            language=person.language,
            now=now,
            line=first_line(session),
        )
        hear(session, case, text.body, channel="text", now=now, inbound=text)
        cases.enter_line(session, case, now=now)
        raise_alert(session, "withheld_sender", case.id, now=now)
        text.processed_at = now
        session.flush()
    return len(texts)
