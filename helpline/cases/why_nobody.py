"""Why nobody got a case yet: what was tried, who was left out by which rule, what would help now.

Only reads. Who is left out is worked out anew for the moment of asking, by the same rules.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.candidates import candidates
from helpline.cases.case import IN_LINE, Case, CaseEvent
from helpline.cases.choice import WaitChoice
from helpline.cases.fitting import accepted, fitting, next_on
from helpline.cases.in_line import line
from helpline.cases.offer import Offer, OfferState
from helpline.cases.settling import open_choice
from helpline.cases.standing import Standing, standing
from helpline.matching import Candidate, Decision, assign
from helpline.people import Person
from scheduling import promises
from scheduling.zones import zone

TOLD = ("nobody_on", "escalated")  # kinds of events of which the page speaks
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """Since they came into line. asked: offers made; looking: open ones; led: of them, to leads and
    stand-ins. told: when which of `TOLD` happened last."""

    asked: int = 0
    declined: int = 0
    lapsed: int = 0
    withdrawn: int = 0
    looking: int = 0
    led: int = 0
    told: Mapping[str, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Awake:
    """Somebody who could help, is not on, and for whom it is day. at: the moment, in their zone."""

    person_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WhyNobody:
    """left_out: ids by the first rule that left each out, most of them first. free: who could be
    asked at this very moment. to_ask: who is not on and awake. next_on: when somebody who fits is
    on, by their promises. choice: what the person chose; accepts: languages besides their own.
    """

    tried: Tried
    left_out: tuple[tuple[str, tuple[str, ...]], ...]
    free: tuple[str, ...]
    is_anybody_on: bool
    to_ask: tuple[Awake, ...]
    next_on: datetime | None
    choice: WaitChoice | None
    accepts: tuple[str, ...]

    def people(self) -> set[str]:
        """Ids of everybody it speaks about."""
        named = {who for _, several in self.left_out for who in several}
        return named | set(self.free) | {each.person_id for each in self.to_ask}


def why_nobody(session: Session, case: Case, now: datetime) -> WhyNobody | None:
    """Everything known about why nobody has it; None where somebody has, or it is over."""
    if case.state not in IN_LINE:
        return None
    by = standing(session)
    on = candidates(session, now, by)
    excluded, free = _at_this_moment(session, case, on, by, now)
    return WhyNobody(
        tried=_tried(session, case),
        left_out=_grouped(excluded),
        free=tuple(sorted(free)),
        is_anybody_on=bool(on),
        to_ask=_awake(session, case, {each.person_id for each in on}, by, now),
        next_on=next_on(session, case, now),
        choice=open_choice(session, case.id),
        accepts=accepted(case),
    )


def _at_this_moment(
    session: Session, case: Case, on: Sequence[Candidate], by: Standing, now: datetime
) -> tuple[Mapping[str, Sequence[str]], Collection[str]]:
    """Who is left out and why, and who is not: as a pass over the line would find it now."""
    decided = assign(line(session, now, on, by), on, now, by.parameters, by.prices)
    mine: Decision | None = next((each for each in decided if each.case_id == case.id), None)
    if mine is None:  # as many as may are looking at it
        return {}, ()
    return mine.excluded, mine.costs.keys()


def _grouped(excluded: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = defaultdict[str, list[str]](list)
    for who, why in excluded.items():
        found[why[0]].append(who)
    grouped = [(code, tuple(sorted(several))) for code, several in found.items()]
    return tuple(sorted(grouped, key=lambda pair: (-len(pair[1]), pair[0])))


def _tried(session: Session, case: Case) -> Tried:
    since = case.waiting_since or case.opened_at
    rows = select(Offer.state, Offer.rung).where(
        Offer.case_id == case.id, Offer.offered_at >= since
    )
    made = session.execute(rows).all()
    ended = Counter(state for state, _ in made)
    events = select(CaseEvent.kind, CaseEvent.at).where(
        CaseEvent.case_id == case.id, CaseEvent.kind.in_(TOLD), CaseEvent.at >= since
    )
    told = dict(session.execute(events.order_by(CaseEvent.at, CaseEvent.tick)).all())
    return Tried(
        asked=len(made),
        declined=ended[OfferState.DECLINED],
        lapsed=ended[OfferState.EXPIRED],
        withdrawn=ended[OfferState.WITHDRAWN],
        looking=ended[OfferState.OPEN],
        led=sum(rung != "match" for _, rung in made),
        told=told,
    )


def _awake(
    session: Session, case: Case, on: Collection[str], by: Standing, now: datetime
) -> tuple[Awake, ...]:
    """Who speaks it (or what they accepted), is whom they wish for, and is up: the next promise
    first, for it is the nearest that somebody comes a little earlier."""
    able = {
        who
        for tag in (case.language, *accepted(case))
        for who in fitting(session, case, tag)
        if who not in on
    }
    people = session.execute(select(Person.id, Person.zone).where(Person.id.in_(able)))
    up = [
        Awake(who, now.astimezone(zone(name)))
        for who, name in people
        if not _is_night(now.astimezone(zone(name)).hour, by)
    ]
    order = {
        each.person_id: promises.next_on_shift(session, [each.person_id], now)
        for each in up[:_MOST_NAMED]
    }
    named = sorted(
        up[:_MOST_NAMED],
        key=lambda each: (
            order[each.person_id] is None,
            order[each.person_id] or now,
            each.person_id,
        ),
    )
    return tuple(named)


def _is_night(hour: int, by: Standing) -> bool:
    start, end = by.parameters.night_from, by.parameters.night_until
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end
