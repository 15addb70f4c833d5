"""The ladder of risk: set by people only, lowered with a reason; from its top by two of them.

Listed words raise attention (`review.raise_attention`), never this. Whoever sees less than imminent
danger says so with a reason; it stays imminent until a lead or coordinator confirms it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpline.alerts import raise_alert
from helpline.cases.case import IN_LINE, OPEN, URGENCY, Case, CaseEvent, CaseState, Note, Risk
from helpline.cases.escalation import ALERTS_TOPIC, leads_on, tell_coordinators
from helpline.cases.pipeline import LINE_TOPIC, ask_to_route, note, record
from helpline.cases.telling_on import look_at
from helpline.cases.told import tell_staff
from helpline.errors import WrongMove
from helpline.pulse import beat
from scheduling.errors import Refused

LADDER = tuple(Risk)
LOWER = ("lower_proposed", "lower_confirmed", "lower_refused")
"""Kinds of events; a level that is set afterwards ends a proposal too."""


class ReasonNeeded(Refused):
    """Lowering a risk, and deciding on a rescue call, ask for a reason."""

    code = "reason_needed"


class SecondPersonNeeded(Refused):
    """Whoever proposed it does not confirm it."""

    code = "second_person_needed"


@dataclass(frozen=True, slots=True)
class Lowering:
    """It is proposed, and not decided, that imminent danger is over. to: the level instead."""

    to: Risk
    by_id: str
    at: datetime
    note_id: str


def set_risk(
    session: Session, case: Case, risk: Risk, *, by_id: str, now: datetime, why: str = ""
) -> bool:
    """A human says how great the risk is; how urgent the case is follows. False: it is only
    proposed, for it is imminent, and a second person decides whether that is over.

    why: needed to lower it; kept as a note, sealed. Imminent: whoever leads is told at once.

    Raises:
        ReasonNeeded: it is lower than before, and nothing says why.
    """
    lock(session, case)
    before, reason = case.risk_level, why.strip()
    is_lower = LADDER.index(risk) < LADDER.index(before)
    if is_lower and not reason:
        raise ReasonNeeded
    if is_lower and before is Risk.IMMINENT:
        _propose_to_lower(session, case, risk, by_id, reason, now)
        return False
    facts: dict[str, str] = {"from": before, "to": risk}
    if reason:
        facts["note_id"] = note(session, case, by_id, reason, kind="risk", now=now).id
    _set(session, case, risk, by_id, facts, now)
    if risk is Risk.IMMINENT and before is not Risk.IMMINENT and case.state in OPEN:
        raise_alert(session, "imminent", case.id, now=now)
        beat(session, ALERTS_TOPIC)
        tell_lead(session, case, by_id, f"imminent:{case.id}:{now}", now)
    return True


def decide_to_lower(
    session: Session, case: Case, by_id: str, *, confirm: bool, why: str = "", now: datetime
) -> None:
    """The second of two people: yes, the danger is less now, or no, it stays imminent.

    Of two who decide at once the first one does.

    Raises:
        SecondPersonNeeded: they proposed it themselves. WrongMove: nothing is proposed (any more).
        ReasonNeeded: a no without a word for whoever talks with them.
    """
    lock(session, case)
    there = lowering_of(session, case.id)
    if there is None:
        raise WrongMove
    if there.by_id == by_id:
        raise SecondPersonNeeded
    if not confirm and not why.strip():
        raise ReasonNeeded
    facts: dict[str, str] = {"note_id": there.note_id, "to_id": there.by_id}
    if why.strip():
        facts["word_id"] = note(session, case, by_id, why.strip(), kind="risk", now=now).id
    kind = "lower_confirmed" if confirm else "lower_refused"
    record(session, case, kind, now=now, reason=kind, actor_id=by_id, facts=facts)
    if confirm:
        from_to: dict[str, str] = {"from": case.risk_level, "to": there.to}
        _set(session, case, there.to, by_id, from_to, now)
    tell = [each for each in {there.by_id, case.counsellor_id} if each]
    tell_staff(session, tell, "attention", f"{kind}:{there.note_id}", now=now, urgency=1)
    beat(session, ALERTS_TOPIC, LINE_TOPIC, f"case:{case.id}")


def lowering_of(session: Session, case_id: str) -> Lowering | None:
    """What waits for its second person, if anything does."""
    last = session.scalar(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(("risk", *LOWER)))
        .order_by(CaseEvent.at.desc(), CaseEvent.tick.desc())
        .limit(1)
    )
    return _lowering(last) if last is not None else None


def open_lowerings(session: Session) -> list[tuple[Case, datetime]]:
    """Every case whose imminent danger is over as one person says; since when, oldest first."""
    rows = session.execute(
        select(Case, CaseEvent)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(
            Case.risk_level == Risk.IMMINENT,
            Case.state != CaseState.ERASED,
            CaseEvent.kind.in_(("risk", *LOWER)),
        )
        .options(selectinload(Case.seeker))
        .order_by(CaseEvent.at, CaseEvent.tick)
    ).all()
    latest = {case.id: (case, event) for case, event in rows}
    found = [(case, event.at) for case, event in latest.values() if _lowering(event)]
    return sorted(found, key=lambda each: each[1])


def reason_of(session: Session, lowering: Lowering) -> str:
    """Why it is proposed, for those who may decide and whoever talks with the person."""
    found = session.get(Note, lowering.note_id)
    return (found.body or "") if found is not None else ""


def _propose_to_lower(
    session: Session, case: Case, risk: Risk, by_id: str, why: str, now: datetime
) -> None:
    """Proposed twice, to the same level, is once. Another level takes the place of the first."""
    there = lowering_of(session, case.id)
    if there is not None and (there.to, there.by_id) == (risk, by_id):
        return
    kept = note(session, case, by_id, why, kind="risk", now=now)
    facts = {"to": risk, "note_id": kept.id}
    kind = "lower_proposed"
    record(session, case, kind, now=now, reason=kind, actor_id=by_id, facts=facts)
    beat(session, ALERTS_TOPIC, f"case:{case.id}")
    tell_lead(session, case, by_id, f"lower:{case.id}:{kept.id}", now)


def _lowering(event: CaseEvent) -> Lowering | None:
    if event.kind != "lower_proposed":
        return None
    facts = json.loads(event.facts)
    return Lowering(Risk(facts["to"]), event.actor_id or "", event.at, facts["note_id"])


def _set(
    session: Session, case: Case, risk: Risk, by_id: str, facts: dict[str, str], now: datetime
) -> None:
    case.risk_level, case.urgency = risk, URGENCY[risk]
    record(session, case, "risk", now=now, reason=risk, actor_id=by_id, facts=facts)
    stir(session, case, now)


def tell_lead(session: Session, case: Case, by_id: str, key: str, now: datetime) -> None:
    """Whoever leads now, but not who says it themselves; else coordinators."""
    leads = [each for each in leads_on(session, now, team_id=case.team_id) if each != by_id]
    if not leads:
        tell_coordinators(session, case, "attention", now=now, key=key)
        return
    facts = {"counsellor_ids": leads}
    record(session, case, "lead_told", now=now, reason="lead_told", facts=facts)
    tell_staff(session, leads, "attention", key, now=now, urgency=case.urgency)


def stir(session: Session, case: Case, now: datetime) -> None:
    """How urgent it is may have changed: the order of the line, and who is told when."""
    session.flush()
    beat(session, f"case:{case.id}", LINE_TOPIC)
    if case.counsellor_id:
        beat(session, f"desk:{case.counsellor_id}")
    if case.state in IN_LINE:
        ask_to_route(session, now=now, about=case.id)
    look_at(session, case.id, now=now)


def lock(session: Session, case: Case) -> None:
    """Nobody else changes the case until the end of the transaction; as it is now."""
    session.flush()
    session.refresh(case, with_for_update={"key_share": True})
