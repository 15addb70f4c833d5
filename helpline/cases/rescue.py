"""A rescue call: somebody sent to a person against their will if need be. The last way, by two.

Whoever talks with them proposes it in words; a lead or coordinator, never the same person,
confirms or refuses. Both are on record.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpline.alerts import raise_alert
from helpline.cases.case import OPEN, Case, CaseEvent, Note, Risk
from helpline.cases.escalation import ALERTS_TOPIC
from helpline.cases.pipeline import LINE_TOPIC, note, record
from helpline.cases.risk import ReasonNeeded, SecondPersonNeeded, lock, tell_lead
from helpline.cases.told import tell_staff
from helpline.errors import WrongMove
from helpline.pulse import beat
from scheduling.errors import Refused

RESCUE = ("rescue_proposed", "rescue_confirmed", "rescue_refused")
"""Kinds of events; the latest one tells where it stands."""


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


def propose_rescue(session: Session, case: Case, by_id: str, why: str, *, now: datetime) -> None:
    """Whoever talks with somebody in imminent danger sees no other way; a second person decides.

    Proposed twice is once, while nobody has decided.

    Raises:
        ReasonNeeded: nothing says why, and what was tried. NotImminent: see there.
    """
    lock(session, case)
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
    lock(session, case)
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


def _record(
    session: Session, case: Case, kind: str, by_id: str, facts: dict[str, str], now: datetime
) -> None:
    record(session, case, kind, now=now, reason=kind, actor_id=by_id, facts=facts)
