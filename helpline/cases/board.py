"""What leads and coordinators see: who waits, who is on, what is stuck. No words of anybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from helpline.alerts import Alert, unseen
from helpline.cases.candidates import candidates
from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.offer import Offer, OfferState
from helpline.cases.overdue import Failed, Overdue, failed_work, overdue
from helpline.matching import Candidate, Rung, Speaks, can_help_in
from helpline.people import Person
from scheduling import promises

_SEEN = (CaseState.IN_REVIEW, *IN_LINE)


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody who waits. offered_to: how many are looking at it now."""

    case_id: str
    codename: str
    language: str
    urgency: int
    has_attention: bool
    state: CaseState
    since: datetime
    waited: timedelta
    offered_to: int


@dataclass(frozen=True, slots=True)
class OfLanguage:
    """A language in which somebody waits or somebody helps. free: on, not pausing, with room."""

    language: str
    waiting: int
    longest: timedelta | None
    most_urgent: int | None
    on: int
    free: int


@dataclass(frozen=True, slots=True)
class OnNow:
    """Somebody on shift. until: of their unbroken time on."""

    person_id: str
    alias: str
    languages: tuple[str, ...]
    load: int
    load_cap: int
    is_paused: bool
    is_offered: bool
    rung: Rung
    until: datetime


@dataclass(frozen=True, slots=True)
class Board:
    waiting: Sequence[InLine]
    languages: Sequence[OfLanguage]
    on: Sequence[OnNow]
    stuck: Sequence[Overdue]
    failed: Sequence[Failed]
    alerts: Sequence[Alert]


def board(session: Session, now: datetime) -> Board:
    """Everything about who waits and who is on, and nothing that anybody wrote."""
    on = candidates(session, now)
    waiting = _waiting(session, now)
    return Board(
        waiting=waiting,
        languages=_languages(waiting, on),
        on=_on(session, on, now),
        stuck=overdue(session, now),
        failed=failed_work(session),
        alerts=unseen(session),
    )


def _waiting(session: Session, now: datetime) -> list[InLine]:
    offered = _offered(session)
    cases = session.scalars(
        select(Case)
        .where(Case.state.in_(_SEEN))
        .options(selectinload(Case.seeker))
        .order_by(Case.urgency, Case.waiting_since, Case.id)
    )
    return [
        InLine(
            case_id=case.id,
            codename=case.seeker.codename,
            language=case.language,
            urgency=case.urgency,
            has_attention=case.attention_at is not None,
            state=case.state,
            since=case.waiting_since or case.opened_at,
            waited=now - (case.waiting_since or case.opened_at),
            offered_to=offered[case.id],
        )
        for case in cases
    ]


def _offered(session: Session) -> Counter[str]:
    rows = (
        select(Offer.case_id, func.count())
        .where(Offer.state == OfferState.OPEN)
        .group_by(Offer.case_id)
    )
    return Counter(dict(session.execute(rows).all()))


def _languages(waiting: Sequence[InLine], on: Sequence[Candidate]) -> list[OfLanguage]:
    spoken = {tag for each in on for tag, level in each.speaks.items() if level >= Speaks.WORKING}
    return [
        _of_language(tag, [each for each in waiting if each.language == tag], on)
        for tag in sorted(spoken | {each.language for each in waiting})
    ]


def _of_language(tag: str, waiting: Sequence[InLine], on: Sequence[Candidate]) -> OfLanguage:
    able = [each for each in on if can_help_in(each.speaks, tag) and not each.paused]
    return OfLanguage(
        language=tag,
        waiting=len(waiting),
        longest=max((each.waited for each in waiting), default=None),
        most_urgent=min((each.urgency for each in waiting), default=None),
        on=len(able),
        free=sum(each.load < each.load_cap for each in able),
    )


def _on(session: Session, on: Sequence[Candidate], now: datetime) -> list[OnNow]:
    ids = [each.person_id for each in on]
    people = {
        person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))
    }
    until = {duty.person_id: duty.until for duty in promises.on_shift(session, now)}
    return [
        OnNow(
            person_id=each.person_id,
            alias=people[each.person_id].alias or "",
            languages=tuple(sorted(each.speaks)),
            load=each.load,
            load_cap=each.load_cap,
            is_paused=each.paused,
            is_offered=each.is_offered,
            rung=each.rung,
            until=until[each.person_id],
        )
        for each in on
    ]
