"""The ladder of risk: set by people only, lowered with a reason; at its top two people decide.

Listed words raise attention (`review.raise_attention`), never this. A rescue call, somebody sent to
a person against their will if need be, is the last resort and a recorded human decision by two:
whoever talks with them proposes it, a lead or coordinator confirms or refuses.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpline.alerts import raise_alert
from helpline.cases.case import IN_LINE, OPEN, URGENCY, Case, CaseEvent, Note, Risk
from helpline.cases.escalation import ALERTS_TOPIC, leads_on, tell_coordinators
from helpline.cases.pipeline import LINE_TOPIC, ask_to_route, note, record
from helpline.cases.telling_on import look_at
from helpline.cases.told import tell_staff
from helpline.errors import WrongMove
from helpline.pulse import beat
from scheduling.errors import Refused

LADDER = tuple(Risk)
RESCUE = ("rescue_proposed", "rescue_confirmed", "rescue_refused")
"""Kinds of events; the latest one tells where it stands."""


class ReasonNeeded(Refused):
    """Lowering a risk, and deciding on a rescue call, ask for a reason."""

    code = "reason_needed"


class SecondPersonNeeded(Refused):
    """Whoever proposed a rescue call does not confirm it."""

    code = "second_person_needed"


class NotImminent(Refused):
    """A rescue call is for the top of the ladder only."""

    code = "not_imminent"


@dataclass(frozen=True, slots=True)
class Rescue:
    """Where a rescue call stands: "rescue_proposed", "rescue_confirmed" or "rescue_refused".

    by_id proposed it, decided_by decided; note_id and word_id: why, each in their words.
    """

    kind: str
    by_id: str
    at: datetime
    note_id: str
    decided_by: str = ""
    decided_at: datetime | None = None
    word_id: str = ""


def set_risk(
    session: Session, case: Case, risk: Risk, *, by_id: str, now: datetime, why: str = ""
) -> None:
    """A human says how great the risk is; how urgent the case is follows.

    why: needed to lower it; kept as a note, sealed. Imminent: whoever leads is told at once.

    Raises:
        ReasonNeeded: it is lower than before, and nothing says why.
    """
    before, reason = case.risk_level, why.strip()
    if LADDER.index(risk) < LADDER.index(before) and not reason:
        raise ReasonNeeded
    facts: dict[str, str] = {"from": before, "to": risk}
    if reason:
        facts["note_id"] = note(session, case, by_id, reason, kind="risk", now=now).id
    case.risk_level, case.urgency = risk, URGENCY[risk]
    record(session, case, "risk", now=now, reason=risk, actor_id=by_id, facts=facts)
    stir(session, case, now)
    if risk is Risk.IMMINENT and before is not Risk.IMMINENT and case.state in OPEN:
        raise_alert(session, "imminent", case.id, now=now)
        beat(session, ALERTS_TOPIC)
        tell_lead(session, case, by_id, f"imminent:{case.id}:{now}", now)


def propose_rescue(session: Session, case: Case, by_id: str, why: str, *, now: datetime) -> None:
    """Whoever talks with somebody in imminent danger sees no other way; a second person decides.

    Proposed twice is once, while nobody has decided.

    Raises:
        ReasonNeeded: nothing says why, and what was tried. NotImminent: see there.
    """
    _lock(session, case)
    if case.risk_level is not Risk.IMMINENT or case.state not in OPEN:
        raise NotImminent
    if not why.strip():
        raise ReasonNeeded
    there = rescue_of(session, case.id)
    if there is not None and there.kind == "rescue_proposed":
        return
    kept = note(session, case, by_id, why.strip(), kind="rescue", now=now)
    facts = {"note_id": kept.id}
    _record(session, case, "rescue_proposed", by_id, facts, now)
    raise_alert(session, "rescue", case.id, now=now)
    beat(session, ALERTS_TOPIC)
    tell_lead(session, case, by_id, f"rescue:{case.id}:{kept.id}", now)


def decide_rescue(
    session: Session, case: Case, by_id: str, *, confirm: bool, why: str = "", now: datetime
) -> None:
    """The second of two people: yes, make the call, or no, go on without it.

    Of two who decide at once the first one does.

    Raises:
        SecondPersonNeeded: they proposed it themselves. WrongMove: nothing is proposed (any more).
        ReasonNeeded: a refusal without a word for whoever talks with them.
    """
    _lock(session, case)
    there = rescue_of(session, case.id)
    if there is None or there.kind != "rescue_proposed":
        raise WrongMove
    if there.by_id == by_id:
        raise SecondPersonNeeded
    if not confirm and not why.strip():
        raise ReasonNeeded
    facts = {"note_id": there.note_id, "to_id": there.by_id}
    if why.strip():
        facts["word_id"] = note(session, case, by_id, why.strip(), kind="rescue", now=now).id
    kind = "rescue_confirmed" if confirm else "rescue_refused"
    _record(session, case, kind, by_id, facts, now)
    tell = [each for each in {there.by_id, case.counsellor_id} if each]
    tell_staff(session, tell, "attention", f"{kind}:{there.note_id}", now=now, urgency=1)
    beat(session, ALERTS_TOPIC, LINE_TOPIC)


def rescue_of(session: Session, case_id: str) -> Rescue | None:
    """Where the latest rescue call of a case stands, if any was ever proposed."""
    rows = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(RESCUE))
        .order_by(CaseEvent.at.desc(), CaseEvent.tick.desc())
        .limit(2)
    ).all()
    if not rows:
        return None
    latest, facts = rows[0], json.loads(rows[0].facts)
    if latest.kind == "rescue_proposed":
        return Rescue(latest.kind, latest.actor_id or "", latest.at, facts["note_id"])
    proposed = rows[1]
    return Rescue(
        latest.kind,
        proposed.actor_id or "",
        proposed.at,
        facts["note_id"],
        latest.actor_id or "",
        latest.at,
        facts.get("word_id", ""),
    )


def open_rescues(session: Session) -> list[tuple[Case, datetime]]:
    """Every rescue call that waits for its second person, with the moment it was proposed."""
    rows = session.execute(
        select(Case, CaseEvent.kind, CaseEvent.at)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(Case.risk_level == Risk.IMMINENT, Case.state.in_(OPEN), CaseEvent.kind.in_(RESCUE))
        .options(selectinload(Case.seeker))
        .order_by(CaseEvent.at, CaseEvent.tick)
    ).all()
    latest = {case.id: (case, kind, at) for case, kind, at in rows}
    return [(case, at) for case, kind, at in latest.values() if kind == "rescue_proposed"]


def words_of(session: Session, rescue: Rescue) -> tuple[str, str]:
    """What both said about it; for those who may decide and whoever talks with the person."""
    found = {
        row.id: row.body
        for row in session.scalars(
            select(Note).where(Note.id.in_([rescue.note_id, rescue.word_id]))
        )
    }
    return found.get(rescue.note_id) or "", found.get(rescue.word_id) or ""


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


def _record(
    session: Session, case: Case, kind: str, by_id: str, facts: dict[str, str], now: datetime
) -> None:
    record(session, case, kind, now=now, reason=kind, actor_id=by_id, facts=facts)


def _lock(session: Session, case: Case) -> None:
    session.flush()
    session.refresh(case, with_for_update={"key_share": True})
