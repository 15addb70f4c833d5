"""An urgent case that nobody answers: the lead is told, then the stand-in, then coordinators.

Counted from when an answer was due: when they came into line or wrote again, or when the case
became urgent, if that was later. Being offered or taken is no answer: only words are.

Each step is done once, however many workers look and however often they are killed: the case's
row is locked, and what was done stands in its events.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.care_rules import STEPS, escalation
from helpline.cases.case import URGENCY, Case, CaseEvent, CaseState, Risk
from helpline.cases.escalation import alert_once, coordinators_for, leading
from helpline.cases.pipeline import LINE_TOPIC, events_of, record
from helpline.cases.resting import cooling, on_voice
from helpline.cases.told import tell_staff
from helpline.jobs import enqueue
from helpline.pulse import beat

KIND = "told_on"  # of the events
LOOK = "unanswered"  # of the jobs
WATCHED = (1, 2)  # urgencies; for which of them anything happens is a setting
_DUE = (
    CaseState.IN_REVIEW,
    CaseState.WAITING,
    CaseState.OFFERED,
    CaseState.ACTIVE,
    CaseState.HANDOVER,
)
"""Where somebody waits for words of ours."""
_BEGINS = (CaseState.IN_REVIEW, CaseState.WAITING, CaseState.OFFERED, CaseState.ACTIVE)
"""Entering these makes an answer due; a handover only goes on with what was."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An urgent case without an answer. steps: how many of `STEPS` were done since; told: whom."""

    case_id: str
    since: datetime
    steps: int
    told: frozenset[str] = frozenset()


def look_at(session: Session, case_id: str, *, now: datetime) -> int:
    """Tell on what is due of one case, and come again when the next step is; how many steps."""
    case = _locked(session, case_id)
    if case is None:
        return 0
    rules = escalation(session)
    steps = rules.steps(case.urgency)
    found = _unanswered(case, events_of(session, case.id))
    if found is None or not steps:
        return 0
    done = 0
    for number in range(found.steps, min(len(steps), len(STEPS))):
        due = found.since + steps[number]
        if due > now:
            _come_again(session, found, number, due)
            break
        found = _tell_on(session, case, found, number, now)
        done += 1
    return done


def look_at_all(session: Session, *, now: datetime) -> int:
    """Every urgent case, each minute: what a lost job or changed figures left out; how many steps
    were done."""
    rules, late = escalation(session), list[str]()
    for case, found in _of_all(session):
        steps = rules.steps(case.urgency)[found.steps :]
        if steps and found.since + steps[0] <= now and found.steps < len(STEPS):
            late.append(case.id)
    return sum(look_at(session, case_id, now=now) for case_id in late)


def unanswered(session: Session) -> list[Unanswered]:
    """Every urgent case of which somebody was told that it is not answered, the longest first."""
    found = [each for _, each in _of_all(session) if each.steps]
    return sorted(found, key=lambda each: (each.since, each.case_id))


def _of_all(session: Session) -> list[tuple[Case, Unanswered]]:
    """Urgent cases to which words of ours are due, in two statements."""
    urgent = (Case.state.in_(_DUE), Case.urgency.in_(WATCHED))
    cases = session.scalars(select(Case).where(*urgent).order_by(Case.id)).all()
    events = defaultdict[str, list[CaseEvent]](list)
    if cases:
        rows = select(CaseEvent).join(Case, Case.id == CaseEvent.case_id).where(*urgent)
        for event in session.scalars(rows.order_by(CaseEvent.at, CaseEvent.tick)):
            events[event.case_id].append(event)
    found = ((case, _unanswered(case, events[case.id])) for case in cases)
    return [(case, each) for case, each in found if each is not None]


def due_since(events: Sequence[CaseEvent], urgency: int, began: datetime) -> datetime | None:
    """Since when an answer is due to somebody of this urgency, as their events tell; None: it is
    their turn. began: since when, where the events say nothing of how they came into line."""
    owed: datetime | None = began
    urgent: datetime | None = None
    for event in events:
        if event.reason == "answered":
            owed = None
        elif event.to_state in _BEGINS:
            owed = owed or event.at
        elif event.to_state and event.to_state not in _DUE:
            owed = None
        now_at = _urgency_after(event, urgency if urgent else 4)
        if now_at is not None:
            urgent = (urgent or event.at) if now_at <= urgency else None
    if owed is None:
        return None
    return max(owed, urgent or owed)


def _urgency_after(event: CaseEvent, before: int) -> int | None:
    if event.kind == "risk":
        return URGENCY[Risk(event.reason)]
    return min(2, before) if event.kind == "attention" else None


def _unanswered(case: Case, events: Sequence[CaseEvent]) -> Unanswered | None:
    since = due_since(events, case.urgency, case.waiting_since or case.moved_at)
    if since is None:
        return None
    done = [event for event in events if event.kind == KIND and _is_of(event, since)]
    told = frozenset(who for event in done for who in json.loads(event.facts)["counsellor_ids"])
    return Unanswered(case.id, since, len(done), told)


def _is_of(event: CaseEvent, since: datetime) -> bool:
    return bool(json.loads(event.facts)["since"] == since.isoformat())


def _tell_on(
    session: Session, case: Case, found: Unanswered, number: int, now: datetime
) -> Unanswered:
    """One step. Where nobody of it can be told, those of the next are, rather than nobody."""
    to: list[str] = []
    step = number
    for step in range(number, len(STEPS)):
        to = [each for each in _of_step(session, case, step, now) if each not in found.told]
        if to:
            break
    minutes = int((now - found.since).total_seconds() // 60)
    facts = {"since": found.since.isoformat(), "counsellor_ids": to, "minutes": minutes}
    reason = f"to_{STEPS[step]}"
    record(session, case, KIND, now=now, reason=reason, facts=facts)
    alert_once(session, "unanswered", case.id, since=found.since, now=now)
    tell_staff(
        session,
        to,
        "attention",
        f"unanswered:{case.id}:{found.since.isoformat()}:{number}",
        now=now,
        urgency=case.urgency,
        even_off_shift=step == len(STEPS) - 1,
    )
    beat(session, LINE_TOPIC)
    return replace(found, steps=number + 1, told=found.told | set(to))


def _of_step(session: Session, case: Case, step: int, now: datetime) -> list[str]:
    """Never who talks with somebody by voice or rests after a heavy talk, nor who has the case."""
    if STEPS[step] == "coordinator":
        people = coordinators_for(session, now)
    else:
        people = leading(session, now, team_id=case.team_id)[step]
    away = cooling(session, people, now) | on_voice(session, people) | {case.counsellor_id}
    return [each for each in people if each not in away]


def _come_again(session: Session, found: Unanswered, number: int, due: datetime) -> None:
    key = f"{LOOK}:{found.case_id}:{found.since:%Y%m%dT%H%M%S}:{number}"
    enqueue(session, LOOK, {"case_id": found.case_id}, run_at=due, dedupe_key=key)


def _locked(session: Session, case_id: str) -> Case | None:
    """The case, locked until the end of the transaction, if words of ours are due and urgent."""
    return session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.state.in_(_DUE), Case.urgency.in_(WATCHED))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
