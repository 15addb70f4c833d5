"""Who could help now: those on shift as `matching` sees them, read in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from helpline.cases.among import among as among_
from helpline.cases.case import Case
from helpline.cases.claims import LOAD
from helpline.cases.offer import Offer, OfferState
from helpline.cases.resting import cooling, on_voice, spared
from helpline.cases.standing import Standing, standing
from helpline.matching import (
    TEXT,
    VOICE,
    Candidate,
    Parameters,
    Rung,
    Speaks,
    away_until,
    can_help_in,
)
from helpline.people import (
    Account,
    AccountRole,
    AccountState,
    Level,
    Person,
    PersonLanguage,
    Place,
    Role,
    TeamMember,
)
from scheduling import promises
from scheduling.availability import DutyRole

_IN_A_ROW = timedelta(hours=12)  # as far back as offers that ran out are counted
_REACTED = (OfferState.TAKEN, OfferState.DECLINED)
_SPEAKS = {
    Level.NATIVE: Speaks.NATIVE,
    Level.FLUENT: Speaks.FLUENT,
    Level.WORKING: Speaks.WORKING,
    Level.BASIC: Speaks.BASIC,
}


class _Helper(NamedTuple):
    """What somebody's account says."""

    load_cap: int
    gender: str
    age_band: str
    topics_off: frozenset[str]
    clearances: frozenset[str]
    zone: str


def candidates(session: Session, now: datetime, by: Standing | None = None) -> list[Candidate]:
    """Everybody on shift who may help, those who pause included: matching says why not them."""
    by = by or standing(session)
    on = {duty.person_id: duty for duty in promises.on_shift(session, now)}
    helpers = _helpers(session, on)
    languages = languages_of(session, helpers)
    loads = _loads(session, helpers)
    offered = _offered(session, helpers)
    rested = _rested(session, helpers)
    lapsed = _lapsed(session, helpers, rested, by.parameters, now)
    resting = cooling(session, helpers, now)
    enough = spared(session, {who: on[who].since for who in helpers})
    talking = on_voice(session, helpers) if by.has_voice else set()
    teams = _teams(session, helpers)
    channels = frozenset({TEXT, VOICE} if by.has_voice else {TEXT})
    return [
        Candidate(
            person_id=who,
            speaks=languages.get(who, {}),
            load=loads.get(who, 0),
            load_cap=helper.load_cap,
            paused=on[who].paused,
            is_offered=who in offered,
            on_voice=who in talking,
            rested_since=rested.get(who),
            lapsed_until=lapsed.get(who),
            cooling=who in resting,
            spared=who in enough,
            rung=_on_duty_as(on[who]) or _rung(teams[who]),
            channels=channels,
            topics_off=helper.topics_off,
            clearances=helper.clearances,
            gender=helper.gender,
            age_band=helper.age_band,
            team_ids=on[who].team_ids.union(teams[who]),
            zone=helper.zone,
            until=on[who].until,
            hours_helped=by.hours.get(who, 0.0),
            answers=by.answers.get(who, 1.0),
        )
        for who, helper in sorted(helpers.items())
    ]


def roster(session: Session) -> list[Candidate]:
    """Everybody who may help, on or not, as if they were free and rested."""
    by = standing(session)
    helpers = _helpers(session, None)
    languages, teams = languages_of(session, helpers), _teams(session, helpers)
    return [
        Candidate(
            person_id=who,
            speaks=languages.get(who, {}),
            load_cap=helper.load_cap,
            rung=_rung(teams[who]),
            channels=frozenset({TEXT, VOICE} if by.has_voice else {TEXT}),
            topics_off=helper.topics_off,
            clearances=helper.clearances,
            gender=helper.gender,
            age_band=helper.age_band,
            team_ids=frozenset(teams[who]),
            zone=helper.zone,
            hours_helped=by.hours.get(who, 0.0),
            answers=by.answers.get(who, 1.0),
        )
        for who, helper in sorted(helpers.items())
    ]


def speakers(session: Session, language: str) -> list[str]:
    """Everybody with an active account who helps in a language, on or not."""
    helpers = session.scalars(
        select(Account.person_id)
        .join(AccountRole, AccountRole.person_id == Account.person_id)
        .where(Account.state == AccountState.ACTIVE, AccountRole.role == Role.COUNSELLOR)
    ).all()
    languages = languages_of(session, helpers)
    return sorted(who for who in helpers if can_help_in(languages.get(who, {}), language))


def languages_of(session: Session, person_ids: Collection[str]) -> dict[str, dict[str, Speaks]]:
    """What people speak, and how well."""
    found = defaultdict[str, dict[str, Speaks]](dict)
    row = PersonLanguage
    rows = select(row.person_id, row.tag, row.level).where(among_(row.person_id, person_ids))
    for person_id, tag, level in session.execute(rows):
        found[person_id][tag] = _SPEAKS[level]
    return found


def _helpers(session: Session, among: Collection[str] | None) -> dict[str, _Helper]:
    """Of these people, or of all, those who may take cases."""
    row = Account
    rows = (
        select(
            row.person_id,
            row.load_cap,
            row.gender,
            row.age_band,
            row.topics_off,
            row.clearances,
            Person.zone,
        )
        .join(AccountRole, AccountRole.person_id == row.person_id)
        .join(Person, Person.id == row.person_id)
        .where(row.state == AccountState.ACTIVE, AccountRole.role == Role.COUNSELLOR)
        .where(true() if among is None else among_(row.person_id, among))
    )
    wanted = None if among is None else frozenset(among)
    return {
        who: _Helper(cap, gender, band, _split(topics), _split(clearances), zone)
        for who, cap, gender, band, topics, clearances, zone in session.execute(rows)
        if wanted is None or who in wanted
    }


@lru_cache(maxsize=1024)
def _split(codes: str) -> frozenset[str]:
    return frozenset(code for code in codes.split(",") if code)


def _loads(session: Session, among: Collection[str]) -> dict[str, int]:
    rows = (
        select(Case.counsellor_id, func.count())
        .where(among_(Case.counsellor_id, among), Case.state.in_(LOAD))
        .group_by(Case.counsellor_id)
    )
    return {person_id: count for person_id, count in session.execute(rows) if person_id}


def _offered(session: Session, among: Collection[str]) -> set[str]:
    rows = select(Offer.counsellor_id).where(
        among_(Offer.counsellor_id, among), Offer.state == OfferState.OPEN
    )
    return set(session.scalars(rows))


def _lapsed(
    session: Session,
    among: Collection[str],
    rested: Mapping[str, datetime],
    by: Parameters,
    now: datetime,
) -> dict[str, datetime]:
    """Until when those are let be on whom offers ran out since they last reacted to one, or took or
    closed something."""
    lately = select(Offer.counsellor_id).where(
        Offer.state == OfferState.EXPIRED,
        Offer.expires_at > now - timedelta(seconds=by.again_at_most),
    )
    rows = select(Offer.counsellor_id, Offer.state, Offer.expires_at, Offer.answered_at).where(
        among_(Offer.counsellor_id, among),
        Offer.counsellor_id.in_(lately),
        Offer.offered_at > now - _IN_A_ROW,
        Offer.state.in_((OfferState.EXPIRED, *_REACTED)),
    )
    reacted, lapses = dict(rested), defaultdict[str, list[datetime]](list)
    for who, state, expired_at, answered_at in session.execute(rows):
        if state in _REACTED and answered_at is not None:
            reacted[who] = max(answered_at, reacted.get(who, answered_at))
        elif state is OfferState.EXPIRED:
            lapses[who].append(expired_at)
    since = {
        who: [at for at in several if who not in reacted or reacted[who] < at]
        for who, several in lapses.items()
    }
    return {who: away_until(max(of), len(of), by) for who, of in since.items() if of}


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


def _teams(session: Session, among: Collection[str]) -> dict[str, dict[str, Place]]:
    """In which teams somebody is, and as what."""
    row = TeamMember
    rows = select(row.person_id, row.team_id, row.place).where(among_(row.person_id, among))
    found = defaultdict[str, dict[str, Place]](dict)
    for person_id, team_id, place in session.execute(rows):
        found[person_id][team_id] = place
    return found


def _rung(places: Mapping[str, Place]) -> Rung:
    """Leads and stand-ins of teams keep their hands free while others are."""
    if Place.STAND_IN in places.values():
        return Rung.STAND_IN
    return Rung.LEAD if Place.LEAD in places.values() else Rung.MATCH


def _on_duty_as(duty: promises.OnDuty) -> Rung | None:
    """As what somebody is on now goes before what they are in their team."""
    roles = [role for role, _ in duty.duties]
    if DutyRole.LEAD in roles:
        return Rung.LEAD
    return Rung.STAND_IN if DutyRole.STAND_IN in roles else None
