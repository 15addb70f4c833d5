"""Whatever has waited past its limit, and why: nothing is forgotten."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.cases.case import Case, CaseState
from helpline.cases.checking_in import CHECK_IN, Silent, silent_after_risk
from helpline.cases.offer import Offer, OfferState, RoutingDecision
from helpline.jobs import Job, JobState
from helpline.messaging.outbox.row import OutboxMessage, OutboxState

WAIT_LIMITS = {
    1: timedelta(minutes=5),
    2: timedelta(minutes=10),
    3: timedelta(minutes=30),
    4: timedelta(hours=1),
}
LIMITS = {
    CaseState.INTAKE: timedelta(days=3),
    CaseState.IN_REVIEW: timedelta(minutes=10),
    CaseState.ACTIVE: timedelta(minutes=30),
    CaseState.WAITING_SEEKER: timedelta(days=7),
    CaseState.HANDOVER: timedelta(minutes=30),
    CaseState.WRAP_UP: timedelta(hours=24),
}
_WHY = {
    CaseState.INTAKE: "the first questions were not finished",
    CaseState.IN_REVIEW: "no reviewer has read it",
    CaseState.ACTIVE: "what the person wrote is not answered",
    CaseState.WAITING_SEEKER: "the person has not written again",
    CaseState.HANDOVER: "a colleague has not said whether they take it",
    CaseState.WRAP_UP: "nobody has said how it closed",
}


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something past its limit. what: the state, "offer" or "check_in". why: in English, for staff.

    reasons: how many were left out by which rule when it was last matched (`matching.Excluded`).
    """

    case_id: str
    what: str
    since: datetime
    why: str
    urgency: int = 4
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """Work that was given up: jobs and texts, by kind."""

    what: str  # "job" or "text"
    kind: str
    count: int


def overdue(session: Session, now: datetime) -> list[Overdue]:
    """Every case past its limit, the most urgent first, then who has waited longest."""
    found = [*_waiting(session, now), *_resting(session, now), *_stale_offers(session, now)]
    found += [_silent(each) for each in silent_after_risk(session, now)]
    return sorted(found, key=lambda each: (each.urgency, each.since, each.case_id))


def failed_work(session: Session) -> list[Failed]:
    """Jobs and texts that were given up and that a person has to look at."""
    jobs = select(Job.kind, func.count()).where(Job.state == JobState.FAILED).group_by(Job.kind)
    texts = (
        select(OutboxMessage.kind, func.count())
        .where(OutboxMessage.state == OutboxState.FAILED)
        .group_by(OutboxMessage.kind)
    )
    return [
        Failed(what, kind, count)
        for what, rows in (("job", jobs), ("text", texts))
        for kind, count in session.execute(rows.order_by("kind"))
    ]


def _waiting(session: Session, now: datetime) -> Iterator[Overdue]:
    in_line = (CaseState.WAITING, CaseState.OFFERED)
    left_out = _left_out(session, in_line)
    for case in _cases(session, in_line):
        since = case.waiting_since or case.opened_at
        if now - since > WAIT_LIMITS[case.urgency]:
            reasons = left_out.get(case.id, ())
            why = _why_waiting(case, reasons)
            yield Overdue(case.id, case.state, since, why, case.urgency, reasons)


def _resting(session: Session, now: datetime) -> Iterator[Overdue]:
    """Where a state itself has lasted too long."""
    for case in _cases(session, LIMITS):
        if now - case.moved_at > LIMITS[case.state]:
            yield Overdue(case.id, case.state, case.moved_at, _WHY[case.state], case.urgency)


def _silent(found: Silent) -> Overdue:
    why = "after a risk they have gone silent: ask how they are"
    return Overdue(found.case.id, CHECK_IN, found.since, why, found.case.urgency)


def _stale_offers(session: Session, now: datetime) -> Iterator[Overdue]:
    """An offer that ran out and was not moved on: the worker stands still."""
    late = timedelta(minutes=2)
    rows = session.execute(
        select(Offer, Case.urgency)
        .join(Case, Case.id == Offer.case_id)
        .where(Offer.state == OfferState.OPEN, Offer.expires_at < now - late)
    )
    for offer, urgency in rows:
        why = "an offer ran out and was not moved on: is the worker running?"
        yield Overdue(offer.case_id, "offer", offer.expires_at, why, urgency)


def _cases(session: Session, states: Iterable[CaseState]) -> Iterable[Case]:
    return session.scalars(select(Case).where(Case.state.in_(list(states))))


def _why_waiting(case: Case, reasons: tuple[tuple[str, int], ...]) -> str:
    if case.state is CaseState.OFFERED:
        return "it is being offered, and nobody has taken it yet"
    if all(code == "language" for code, _ in reasons):
        return "nobody who speaks the language is on"
    told = ", ".join(f"{_LEFT_OUT.get(code, code)} ({count})" for code, count in reasons)
    return f"nobody could be asked: {told}"


# What colleagues told of themselves is for matching alone: which of both is said nowhere.
_WISHED = frozenset({"gender", "age"})
_LEFT_OUT = {
    "language": "do not speak it",
    "channel": "take no calls",
    "topic_off": "take nothing on this topic",
    "wished": "do not suit what they wished",
    "clearance": "are not cleared for it",
    "team": "are of other teams",
    "cooling": "rest after a heavy conversation",
    "spared": "had enough heavy conversations in this shift",
    "on_voice": "are in a call",
    "not_free_for_voice": "are not wholly free for a call",
    "not_yet": "are not asked at this hour, as the person wished",
    "paused": "pause",
    "at_capacity": "carry as many as they may",
    "lapsed": "did not react a moment ago",
    "offered_another": "look at another offer",
    "ended_abuse": "ended an abuse with them",
    "said_no": "declined or let it lapse",
    "shown": "look at it",
    "chosen_for_another": "were asked about another",
}


def _left_out(
    session: Session, states: Iterable[CaseState]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """How many were left out by which rule at the last look at each case, in one statement."""
    row = RoutingDecision
    newest = func.row_number().over(partition_by=row.case_id, order_by=(row.at.desc(), row.id))
    ranked = (
        select(row.case_id, row.explanation, newest.label("nth"))
        .join(Case, Case.id == row.case_id)
        .where(Case.state.in_(list(states)))
        .subquery()
    )
    last = select(ranked.c.case_id, ranked.c.explanation).where(ranked.c.nth == 1)
    return {case_id: _counted(explanation) for case_id, explanation in session.execute(last)}


def _counted(explanation: str) -> tuple[tuple[str, int], ...]:
    firsts = (why[0] for why in json.loads(explanation)["excluded"].values())
    counts = Counter("wished" if code in _WISHED else code for code in firsts)
    return tuple(sorted(counts.items()))
