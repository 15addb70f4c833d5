"""What cases say to people: each text of `helpline.messaging.texts` in one place, with its facts.

Those who ask are told in their language, with hours at their place. Those who answer are told
neutrally, in the way they chose, and a desk that is open hears of it anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from babel.core import get_global
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.offer import Offer
from helpline.crisis import emergency
from helpline.i18n import clock, gettext, soon
from helpline.instance import text_rules
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.outbox.gate import outside
from helpline.messaging.texts import written_in
from helpline.people import Account, AccountState, ContactKind, ContactPoint, Person
from helpline.pulse import beat
from scheduling import promises
from scheduling.zones import zone

# Told so soon after they wrote, it is an answer, and no quiet hour holds it.
STILL_AN_ANSWER = timedelta(minutes=15)
WAKES_SOMEBODY = 2  # this urgent, or more, and a coordinator is told whatever the hour


def tell_seeker(
    session: Session,
    case: Case,
    text: str,
    key: str,
    *,
    now: datetime,
    answers: bool = False,
    cancels: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Say `text` to the person asking, once for each `key`. `emergency` is always among the facts.

    cancels: the beginning of texts that this takes the place of, should they not have left yet.
    """
    seeker = session.get_one(Person, case.seeker_id)
    notice = Notice(
        to=seeker.id,
        text=text,
        facts={"emergency": emergency_words(session, seeker), **(facts or {})},
        dedupe_key=f"case:{case.id}:{text}:{key}",
        cancels=f"case:{case.id}:{cancels}" if cancels else None,
        answers=answers,
        urgency=case.urgency,
        case_id=case.id,
    )
    outbox.post(session, notice, now=now)


def tell_staff(
    session: Session,
    person_ids: Iterable[str],
    text: str,
    key: str,
    *,
    now: datetime,
    urgency: int = 3,
    even_off_shift: bool = False,
    expires_at: datetime | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Say `text` to colleagues in the way each chose; "browser" and "none" only stir their desk.

    Only in their shift: at any other time it is their desk alone that knows. `even_off_shift`:
    those too who are off, but not in their quiet hours unless the urgency is 1 or 2.
    """
    wanted = list(person_ids)
    beat(session, *(f"desk:{person_id}" for person_id in wanted))
    ways = _ways(session, wanted)
    on = {duty.person_id for duty in promises.on_shift(session, now, among=list(ways))}
    for person_id, way in ways.items():
        if person_id not in on and not even_off_shift:
            continue
        notice = Notice(
            to=person_id,
            text=text,
            facts=facts or {},
            channel=way,
            dedupe_key=f"{key}:{person_id}",
            not_before=None if person_id in on else _awake(session, person_id, urgency, now),
            expires_at=expires_at,
            urgency=urgency,
        )
        outbox.post(session, notice, now=now)


def _ways(session: Session, person_ids: Sequence[str]) -> dict[str, str]:
    """By text or by mail, of those who want to be told away from their desk."""
    rows = select(Account.person_id, Account.notice_by).where(
        Account.person_id.in_(person_ids),
        Account.state == AccountState.ACTIVE,
        Account.notice_by.in_(("text", "mail")),
    )
    return dict(session.execute(rows.order_by(Account.person_id)).all()) if person_ids else {}


def _awake(session: Session, person_id: str, urgency: int, now: datetime) -> datetime | None:
    """When quiet hours end where they are; None: they may be told now."""
    if urgency <= WAKES_SOMEBODY:
        return None
    rules, zone = text_rules(session), session.get_one(Person, person_id).zone
    return outside(rules.quiet_until, rules.quiet_from, zone, now)


def is_an_answer(session: Session, case: Case, now: datetime) -> bool:
    """Whether they texted a moment ago, so that their phone is in their hand and nobody asleep."""
    wrote = select(ContactPoint.id).where(
        ContactPoint.person_id == case.seeker_id,
        ContactPoint.kind == ContactKind.PHONE,
        ContactPoint.heard_at > now - STILL_AN_ANSWER,
    )
    return session.scalar(wrote.limit(1)) is not None


def tell_of_offer(session: Session, offer: Offer, urgency: int, *, now: datetime) -> None:
    """Somebody is asked; how long, on the clock at their place."""
    person = session.get_one(Person, offer.counsellor_id)
    tell_staff(
        session,
        [person.id],
        "offer_waiting",
        f"offer:{offer.case_id}:{offer.id}",
        now=now,
        urgency=urgency,
        expires_at=offer.expires_at,
        facts={"until": clock(offer.expires_at, person.zone)},
    )


def short_when(session: Session, person: Person, moment: datetime, now: datetime) -> str:
    """Hour, and day if it is not today, at somebody's place; the zone only where it is unsure."""
    language = written_in(person.language)
    return soon(moment, now, person.zone, language, named=_may_be_elsewhere(session, person, now))


def _may_be_elsewhere(session: Session, person: Person, now: datetime) -> bool:
    """Whether their zone is a guess, and their country has clocks that show another hour."""
    if not person.zone_is_guess:
        return False
    country = country_of(session, person)
    listed = get_global("territory_zones").get(country or "") or []
    offsets = {now.astimezone(zone(name)).utcoffset() for name in listed}
    return len(offsets) != 1


def emergency_words(session: Session, person: Person) -> str:
    """The emergency number where somebody is, or "your local emergency number" in their words."""
    numbers = emergency(country_of(session, person))
    _ = gettext(written_in(person.language))
    return numbers[0] if numbers else _("your local emergency number")


def country_of(session: Session, person: Person) -> str | None:
    """Of their phone, else of the place they named. A guessed place would be worse than none."""
    country = session.scalar(
        select(ContactPoint.country).where(
            ContactPoint.person_id == person.id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.country != "",
        )
    )
    if country or person.zone_is_guess:
        return country
    territory: str | None = get_global("zone_territories").get(person.zone)
    return territory
