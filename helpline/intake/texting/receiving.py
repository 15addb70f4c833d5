"""A sender's waiting texts, taken in one by one, in their order, by one worker at a time.

Each is taken in a savepoint of its own: one that breaks something is kept for a human, or at least
told of, and those after it are taken in all the same.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from helpline import cases, throttle
from helpline.alerts import raise_alert
from helpline.cases import CaseState
from helpline.conversation import hear, holds_code
from helpline.instance import first_line
from helpline.intake import listed_words, numbers
from helpline.intake.texting.talking import take_in
from helpline.intake.texting.texter import Texter, keep, meet
from helpline.jobs import enqueue
from helpline.messaging.inbound import RECEIVE, InboundText
from helpline.people import ContactKind, ContactPoint, HowToReach, Person, SafeContact
from helpline.people.contact import UNCONFIRMED
from helpline.privacy.sealing import CannotOpen
from scheduling.base import new_id

MOST_WITHHELD, WITHHELD_WINDOW = 30, timedelta(hours=1)
"""So many cases of withheld numbers begin in an hour; the texts above that wait for the next."""

_log = logging.getLogger("helpline.intake")


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
        _take_safely(session, point, text, now)
    return len(texts)


def _take_safely(session: Session, point: ContactPoint, text: InboundText, now: datetime) -> None:
    """Take in one text; should that fail, leave it to a human; should that fail, tell of it."""

    def texter() -> Texter:
        person = session.get_one(Person, point.person_id)
        return Texter(person, point, first_line(session))

    def as_usual() -> None:
        take_in(session, texter(), text, now=now)

    def for_a_human() -> None:
        _keep_unread(session, texter(), text, now)

    # Twice as usual: another worker's change at the same moment looks like a fault, once.
    _first_that_works(session, (as_usual, as_usual, for_a_human), text, now)


def _first_that_works(
    session: Session, ways: tuple[Callable[[], None], ...], text: InboundText, now: datetime
) -> None:
    text_id = text.id
    for way in ways:
        try:
            with session.begin_nested():
                way()
                text.processed_at = now
            return
        except OperationalError:
            raise  # the database itself: the whole job is tried again
        except Exception as error:  # the text's own fault; what it says may stand in the error
            _log.error("text %s: %s", text_id, type(error).__name__)
    text.processed_at = now
    raise_alert(session, "text_unread", text_id, now=now)
    session.flush()


def _keep_unread(session: Session, who: Texter, text: InboundText, now: datetime) -> None:
    """What our questions could not take is put before a human as it came."""
    case = cases.reopen_or_new(session, who.person, now)
    case.line_id = case.line_id or (who.line.id if who.line else None)
    keep(session, who, case, text, now=now)
    if case.state is CaseState.INTAKE:
        cases.enter_line(session, case, now=now)
    raise_alert(session, "text_unread", case.id, now=now)


def _waiting(sender_index: bytes) -> Select[InboundText]:
    return (
        select(InboundText)
        .where(InboundText.sender_index == sender_index, InboundText.processed_at.is_(None))
        .order_by(InboundText.received_at, InboundText.id)
    )


def _met(session: Session, text: InboundText, now: datetime) -> ContactPoint:
    """The sender's contact point, locked; a new person when the number is new to us."""
    point = _locked(session, text.sender_index)
    if point is not None and (point.address_sealed is None or point.unusable == UNCONFIRMED):
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
    """Somebody new at a number we have a row for: it was erased, and a STOP said then still holds;
    or a colleague typed it and never proved that it is theirs.
    """
    person, country = _somebody_new(session, text, now)
    point.person_id, point.address, point.country = person.id, text.sender, country
    point.line_number = text.to
    session.flush()


def _somebody_new(session: Session, text: InboundText, now: datetime) -> tuple[Person, str]:
    """Codename, the likeliest language and zone, to be confirmed or mended; and the country."""
    number = numbers.read_number(text.sender)
    country = (numbers.region(number) if number else None) or ""
    person = meet(session, _readable(text), country, now=now)
    zone = numbers.zone(number) if number else None
    if zone:
        person.zone, person.zone_is_guess = zone, True
    session.add(SafeContact(person_id=person.id, how=HowToReach.TEXT))
    return person, country


def _readable(text: InboundText) -> str:
    """What it says; nothing when it cannot be opened, which is somebody else's care further on."""
    try:
        return text.body
    except CannotOpen:
        return ""


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

    So each text is a case of its own, which somebody reads; nobody is ever mixed up. A flood of
    them must not bury who else waits: above `MOST_WITHHELD` in an hour the rest is taken in later.
    """
    texts = session.scalars(_waiting(sender_index).limit(MOST_WITHHELD + 1).with_for_update()).all()
    for taken, text in enumerate(texts):
        limit, window = MOST_WITHHELD, WITHHELD_WINDOW
        wait = throttle.hit(session, "withheld", limit=limit, window=window, now=now)
        if wait is not None:
            _hold(session, sender_index, now + wait, now)
            return taken
        _first_that_works(session, (_opening(session, text, now),) * 2, text, now)
    return len(texts)


def _hold(session: Session, sender_index: bytes, until: datetime, now: datetime) -> None:
    """Stored as they are, and told of once; the same job comes back for them."""
    sender = sender_index.hex()
    key = f"{RECEIVE}:held:{sender}"
    later = until + timedelta(seconds=1)
    if enqueue(session, RECEIVE, {"sender": sender}, run_at=later, dedupe_key=key):
        raise_alert(session, "withheld_held", f"{now:%Y-%m-%d}", now=now)


def _opening(session: Session, text: InboundText, now: datetime) -> Callable[[], None]:
    return lambda: _open_for_nobody(session, text, now)


def _open_for_nobody(session: Session, text: InboundText, now: datetime) -> None:
    """A case with one text. A return code in it is not kept: whoever reads it could come in."""
    person = meet(session, text.body, "", now=now)
    session.add(SafeContact(person_id=person.id, how=HowToReach.WEB))
    line, web = first_line(session), HowToReach.WEB
    case = cases.open_case(session, person, how=web, language=person.language, now=now, line=line)
    found = listed_words.matches(session, text.body)
    if holds_code(session, text.body):
        text.body = ""
    hear(session, case, text.body, channel="text", now=now, inbound=text)
    if found:
        entry = f"{found[0].language}:{found[0].entry}"
        cases.raise_attention(session, case, entry, now=now)
    cases.enter_line(session, case, now=now)
    raise_alert(session, "withheld_sender", case.id, now=now)
