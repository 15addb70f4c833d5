"""Two open cases of one person become one: what they chose and waited in either is not lost.

Called before the other one ends; what is still its own then is withdrawn with it.
"""

import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases.case import Case, CaseEvent, CaseState
from helpline.cases.choice import ChoiceState, WaitChoice
from helpline.cases.choosing import BEFORE_CLAIM
from helpline.cases.fitting import accepted
from helpline.cases.menus import ASKED
from helpline.cases.pipeline import events_of, record
from helpline.cases.risk import LADDER, set_risk
from helpline.cases.settling import open_choice, settle

_MAY_CHOOSE = (CaseState.INTAKE, *BEFORE_CLAIM)


def carry_over(session: Session, other: Case, kept: Case, *, now: datetime) -> None:
    """Into `kept`, which goes on: the longer wait, the wishes, the newer choice, the greater risk.

    Who is answered already has no choice to keep; the risk that a human saw goes along always.
    """
    _risk(session, other, kept, now)
    session.flush()
    if not _is_before_claim(session, kept):
        return
    if other.waiting_since and (not kept.waiting_since or other.waiting_since < kept.waiting_since):
        kept.waiting_since = other.waiting_since
    kept.gender_wish = kept.gender_wish or other.gender_wish
    kept.age_wish = kept.age_wish or other.age_wish
    _choice(session, other, kept, now)
    _menu(session, other, kept, now)
    session.flush()


def _is_before_claim(session: Session, kept: Case) -> bool:
    """Whether nobody answers yet; locked, so that nobody takes it meanwhile with half of it."""
    held = session.scalar(
        select(Case)
        .where(Case.id == kept.id, Case.state.in_(_MAY_CHOOSE))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return held is not None


def _choice(session: Session, other: Case, kept: Case, now: datetime) -> None:
    theirs, ours = open_choice(session, other.id), open_choice(session, kept.id)
    if theirs is None or (ours is not None and ours.chosen_at >= theirs.chosen_at):
        return
    settle(session, kept, ChoiceState.REPLACED, now=now)
    session.execute(
        update(WaitChoice)
        .where(WaitChoice.id == theirs.id, WaitChoice.state == ChoiceState.OPEN)
        .values(case_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(theirs)
    kept.accepts = ",".join(tag for tag in accepted(other) if tag != kept.language)
    kept.not_before = other.not_before
    facts = {"by": theirs.by, "language": theirs.language, "from": other.id}
    record(session, kept, "chose", now=now, reason=theirs.kind.value, facts=facts)


def _menu(session: Session, other: Case, kept: Case, now: datetime) -> None:
    """The digits that the phone was sent last go on to mean what was read."""
    asked = [_last(session, case, ASKED) for case in (other, kept)]
    theirs, ours = asked
    if theirs is not None and (ours is None or ours.at < theirs.at):
        record(session, kept, ASKED, now=now, facts=json.loads(theirs.facts))


def _risk(session: Session, other: Case, kept: Case, now: datetime) -> None:
    seen = _last(session, other, "risk")
    if seen is None or seen.actor_id is None:
        return
    if LADDER.index(other.risk_level) > LADDER.index(kept.risk_level):
        set_risk(session, kept, other.risk_level, by_id=seen.actor_id, now=now)


def _last(session: Session, case: Case, kind: str) -> CaseEvent | None:
    found = [each for each in events_of(session, case.id) if each.kind == kind]
    return found[-1] if found else None
