"""Who could help now: those on shift as `matching` sees them, read in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.claims import LOAD
from helpline.cases.offer import Offer, OfferState
from helpline.matching import Candidate, Rung, Speaks, can_help_in
from helpline.people import (
    Account,
    AccountRole,
    AccountState,
    Level,
    PersonLanguage,
    Place,
    Role,
    TeamMember,
)
from scheduling import promises
from scheduling.availability import DutyRole

# Who let an offer lapse is perhaps not there: not asked for five minutes. (Measured: without this,
# 2.8 offers per person helped instead of 1.6.)
ABSENT_FOR = timedelta(minutes=5)
_SPEAKS = {
    Level.NATIVE: Speaks.NATIVE,
    Level.FLUENT: Speaks.FLUENT,
    Level.WORKING: Speaks.WORKING,
    Level.BASIC: Speaks.BASIC,
}


def candidates(session: Session, now: datetime) -> list[Candidate]:
    """Everybody on shift who may help, those who pause included: matching says why not them."""
    on = {duty.person_id: duty for duty in promises.on_shift(session, now)}
    caps = _caps(session, on)
    languages = languages_of(session, caps)
    loads = _loads(session, caps)
    offered = _offered(session, caps)
    rested = _rested(session, caps)
    lapsed = _lapsed(session, caps, rested, now)
    rungs = _rungs(session, caps)
    return [
        Candidate(
            person_id=who,
            speaks=languages.get(who, {}),
            load=loads.get(who, 0),
            load_cap=cap,
            paused=on[who].paused,
            is_offered=who in offered,
            rested_since=rested.get(who),
            lapsed_until=lapsed.get(who),
            rung=_on_duty_as(on[who]) or rungs.get(who, Rung.MATCH),
        )
        for who, cap in sorted(caps.items())
    ]


def speakers(session: Session, language: str) -> list[str]:
    """Everybody with an active account who helps in a language, on or not."""
    caps = _caps(session, None)
    languages = languages_of(session, caps)
    return sorted(who for who in caps if can_help_in(languages.get(who, {}), language))


def languages_of(
    session: Session, person_ids: Collection[str] | Mapping[str, int]
) -> dict[str, dict[str, Speaks]]:
    """What people speak, and how well."""
    found = defaultdict[str, dict[str, Speaks]](dict)
    rows = select(PersonLanguage).where(PersonLanguage.person_id.in_(list(person_ids)))
    for row in session.scalars(rows):
        found[row.person_id][row.tag] = _SPEAKS[row.level]
    return found


def _caps(session: Session, among: Collection[str] | None) -> dict[str, int]:
    """The load cap of everybody who may take cases."""
    rows = (
        select(Account.person_id, Account.load_cap)
        .join(AccountRole, AccountRole.person_id == Account.person_id)
        .where(Account.state == AccountState.ACTIVE, AccountRole.role == Role.COUNSELLOR)
    )
    if among is not None:
        rows = rows.where(Account.person_id.in_(list(among)))
    return dict(session.execute(rows).all())


def _loads(session: Session, among: Collection[str]) -> dict[str, int]:
    rows = (
        select(Case.counsellor_id, func.count())
        .where(Case.counsellor_id.in_(list(among)), Case.state.in_(LOAD))
        .group_by(Case.counsellor_id)
    )
    return {person_id: count for person_id, count in session.execute(rows) if person_id}


def _offered(session: Session, among: Collection[str]) -> set[str]:
    rows = select(Offer.counsellor_id).where(
        Offer.counsellor_id.in_(list(among)), Offer.state == OfferState.OPEN
    )
    return set(session.scalars(rows))


def _lapsed(
    session: Session, among: Collection[str], rested: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    """Until when those are taken to be away on whom an offer ran out, unless they took or closed
    something since."""
    rows = (
        select(Offer.counsellor_id, func.max(Offer.expires_at))
        .where(
            Offer.counsellor_id.in_(list(among)),
            Offer.state == OfferState.EXPIRED,
            Offer.expires_at > now - ABSENT_FOR,
        )
        .group_by(Offer.counsellor_id)
    )
    return {
        person_id: at + ABSENT_FOR
        for person_id, at in session.execute(rows)
        if person_id not in rested or rested[person_id] < at
    }


def _rested(session: Session, among: Collection[str]) -> dict[str, datetime]:
    """When each last took or closed a conversation."""
    rows = (
        select(Case.counsellor_id, func.max(Case.claimed_at), func.max(Case.closed_at))
        .where(Case.counsellor_id.in_(list(among)))
        .group_by(Case.counsellor_id)
    )
    return {
        person_id: max(moment for moment in moments if moment)
        for person_id, *moments in session.execute(rows)
        if person_id and any(moments)
    }


def _rungs(session: Session, among: Collection[str]) -> dict[str, Rung]:
    """Leads and stand-ins of teams keep their hands free while others are."""
    rows = select(TeamMember.person_id, TeamMember.place).where(
        TeamMember.person_id.in_(list(among)), TeamMember.place != Place.MEMBER
    )
    places = session.execute(rows.order_by(TeamMember.place)).all()
    return {
        person_id: Rung.LEAD if place is Place.LEAD else Rung.STAND_IN
        for person_id, place in places
    }


def _on_duty_as(duty: promises.OnDuty) -> Rung | None:
    """As what somebody is on now goes before what they are in their team."""
    if DutyRole.LEAD in duty.roles:
        return Rung.LEAD
    return Rung.STAND_IN if DutyRole.STAND_IN in duty.roles else None
