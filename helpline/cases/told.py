"""What cases say to people: each text of `helpline.messaging.texts` in one place, with its facts.

Those who ask are told in their language, with hours at their place. Those who answer are told
neutrally, in the way they chose, and a desk that is open hears of it anyway.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from babel.core import get_global
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.offer import Offer
from helpline.crisis import emergency
from helpline.i18n import clock, gettext, when
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.texts import written_in
from helpline.people import Account, AccountState, ContactKind, ContactPoint, Person
from helpline.pulse import beat

# Told so soon after they wrote, it is an answer, and no quiet hour holds it.
STILL_AN_ANSWER = timedelta(minutes=15)


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
    expires_at: datetime | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Say `text` to colleagues in the way each chose; "browser" and "none" only stir their desk."""
    for person_id in person_ids:
        beat(session, f"desk:{person_id}")
        account = session.get(Account, person_id)
        if account is None or account.state is not AccountState.ACTIVE:
            continue
        if account.notice_by in ("text", "mail"):
            notice = Notice(
                to=person_id,
                text=text,
                facts=facts or {},
                channel=account.notice_by,
                dedupe_key=f"{key}:{person_id}",
                expires_at=expires_at,
                urgency=urgency,
            )
            outbox.post(session, notice, now=now)


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


def local_when(session: Session, person_id: str, moment: datetime) -> str:
    """Day and hour at somebody's place, in their language."""
    person = session.get_one(Person, person_id)
    return when(moment, person.zone, written_in(person.language))


def emergency_words(session: Session, person: Person) -> str:
    """The emergency number where somebody is, or "your local emergency number" in their words."""
    numbers = emergency(_country(session, person))
    _ = gettext(written_in(person.language))
    return numbers[0] if numbers else _("your local emergency number")


def _country(session: Session, person: Person) -> str | None:
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
