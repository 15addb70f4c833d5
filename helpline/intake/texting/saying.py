"""Answers to a text: to the number it came from, at once, whatever the hour."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.crisis import emergency
from helpline.i18n import duration, gettext
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.texts import written_in
from helpline.people import ContactPoint, Person


def tell(
    session: Session,
    person: Person,
    point: ContactPoint,
    text: str,
    key: str,
    *,
    now: datetime,
    case: Case | None = None,
    **facts: str,
) -> None:
    """Say `text` to the number that wrote, once for each `key`."""
    notice = Notice(
        to=person.id,
        text=text,
        facts={"emergency": emergency_words(person, point), **facts},
        channel="text",
        dedupe_key=f"{text}:{point.id}:{key}",
        answers=True,
        urgency=case.urgency if case else 4,
        case_id=case.id if case else None,
        contact_point_id=point.id,
    )
    outbox.post(session, notice, now=now)


def tell_place(
    session: Session, person: Person, point: ContactPoint, case: Case, key: str, *, now: datetime
) -> None:
    """Where they stand in line, with a time only where one is known.

    When nobody is on, the routing says so honestly, with the hour; then no place is told here.
    """
    place = cases.say_place(session, case, now=now)
    if not place.number or not place.is_staffed:
        return
    facts = {"place": str(place.number)}
    if place.low is None or place.high is None:
        tell(session, person, point, "place", key, now=now, case=case, **facts)
        return
    language = written_in(person.language)
    facts |= {"low": duration(place.low, language), "high": duration(place.high, language)}
    tell(session, person, point, "place_and_wait", key, now=now, case=case, **facts)


def emergency_words(person: Person, point: ContactPoint) -> str:
    """The emergency number of the number's country, or words for "your local one"."""
    found = emergency(point.country or None)
    _ = gettext(written_in(person.language))
    return found[0] if found else _("your local emergency number")
