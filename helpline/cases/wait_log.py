"""What is said to those who wait, and when: on entering the line, after ten and thirty minutes,
then hourly at most, and only what is news. Each number that is said stands in `wait_estimate`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from helpline.cases import fitting
from helpline.cases.candidates import candidates
from helpline.cases.case import Case
from helpline.cases.choice import ChoiceKind, ChoiceState, WaitChoice
from helpline.cases.estimate import CHOSE, WaitEstimate, end_wait, open_estimates
from helpline.cases.expecting import MOST_A_DAY, has_changed, next_moment
from helpline.cases.reckoning import Memo, reckon
from helpline.cases.told import is_an_answer, tell_seeker
from helpline.cases.waiting import BEFORE_CLAIM, Place, numbered, place
from helpline.i18n import duration
from helpline.jobs import enqueue
from helpline.matching import Candidate, can_help_in
from helpline.messaging import outbox
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.texts import written_in
from helpline.people import HowToReach, Person
from helpline.pulse import beat
from scheduling.base import new_id

UPDATE = "wait_update"
AT_ONCE = 50  # cases that one pass looks at; the next does the rest
# Who chose one of these waits for an hour or for nothing, not for their turn.
_NOT_FOR_THEIR_TURN = (ChoiceKind.WAIT, ChoiceKind.LATER, ChoiceKind.GROUP, ChoiceKind.MESSAGE)
_MINE = (WaitEstimate.case_id == Case.id) & (WaitEstimate.outcome == "")
_LOGGED = exists().where(_MINE)
_LOGGED_WITH_SOMEBODY = exists().where(_MINE, WaitEstimate.method != "nobody")
_CHOSEN = exists().where(
    WaitChoice.case_id == Case.id,
    WaitChoice.state == ChoiceState.OPEN,
    WaitChoice.kind.in_(_NOT_FOR_THEIR_TURN),
)


def keep_new(session: Session, *, now: datetime) -> None:
    """Whoever entered the line, and those for whom somebody is on now who could not be asked."""
    fresh = _in_line(session, ~_LOGGED)
    unhelped = _LOGGED & ~_LOGGED_WITH_SOMEBODY
    spoken = set(session.scalars(_line(unhelped).with_only_columns(Case.language).distinct()))
    if not fresh and not spoken:
        return
    on, memo = candidates(session, now), Memo()
    for case in fresh:
        keep(session, case, _helpers(session, case, on, now), now=now, memo=memo)
    now_spoken = [tag for tag in spoken if _is_spoken(on, [tag])]
    for case in _in_line(
        session, unhelped & (Case.language.in_(now_spoken) | (Case.accepts != ""))
    ):
        helpers = _helpers(session, case, on, now)
        if helpers:
            keep(session, case, helpers, now=now, memo=memo)


def keep(
    session: Session,
    case: Case,
    helpers: Sequence[Candidate],
    *,
    now: datetime,
    memo: Memo | None = None,
) -> WaitEstimate:
    """Reckon and write down; it is looked at again at the next set moment, or when it is over."""
    since = case.waiting_since or case.opened_at
    number, _ = numbered(session, case, helpers, now=now)
    found = reckon(session, case, number, helpers, now=now, memo=memo)
    row = WaitEstimate(
        id=new_id(),
        case_id=case.id,
        at=now,
        language=fitting.waits_for(case, helpers)[0],
        place=number,
        low=found.low_seconds,
        high=found.high_seconds,
        told=found.may_be_told,
        method=found.method,
        facts=json.dumps(found.facts() | {"since": int((now - since).total_seconds())}),
    )
    session.add(row)
    session.flush()
    again = since + next_moment(now - since)
    if found.high is not None:
        again = min(again, now + found.high + timedelta(minutes=1))
    enqueue(session, UPDATE, {"case_id": case.id}, run_at=again, dedupe_key=f"wait:{case.id}")
    beat(session, f"case:{case.id}")
    return row


def say_place(session: Session, case: Case, *, now: datetime) -> Place:
    """As `place`, to somebody who is told it by text: it is written down that it was."""
    session.flush()
    if case.state in BEFORE_CLAIM:
        said = open_estimates(session, case.id)
        row = (
            said[-1]
            if said
            else keep(session, case, fitting.helping_now(session, case, now), now=now)
        )
        _mark_said(row)
    return place(session, case, now=now)


def update(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """A set moment, or the end of what was said: reckoned anew, and texted if it is news."""
    case = session.get(Case, payload["case_id"], populate_existing=True)
    if case is None or case.state not in BEFORE_CLAIM:
        return
    if session.scalar(select(_CHOSEN.where(Case.id == case.id))):
        end_wait(session, case.id, CHOSE, now=now)
        return
    before = open_estimates(session, case.id)
    helpers = fitting.helping_now(session, case, now)
    row = keep(session, case, helpers, now=now)
    if helpers and before and _is_moment(case, before[-1], now) and _may_text(case, before, now):
        _tell(session, case, before, row, now)


def _tell(
    session: Session, case: Case, before: Sequence[WaitEstimate], row: WaitEstimate, now: datetime
) -> None:
    said = [one for one in before if _was_said(one)]
    is_late = _is_newly_late(said, now)
    if said and not is_late:
        promised = next((one for one in reversed(said) if one.told), said[-1])
        places = (said[-1].place, row.place)
        if not has_changed(_left(promised, now), _left(row, now), places=places):
            return
    person = session.get_one(Person, case.seeker_id)
    language, facts = written_in(person.language), {"place": str(row.place)}
    kind = "place_later" if is_late else "place"
    found = place(session, case, now=now)
    if not is_late and found.low is not None and found.high is not None:
        kind = "place_and_wait"
        facts |= {"low": duration(found.low, language), "high": duration(found.high, language)}
    _mark_said(row)
    tell_seeker(
        session,
        case,
        kind,
        str(row.at),
        now=now,
        answers=is_an_answer(session, case, now),
        cancels="place",
        facts=facts,
    )


@outbox.fresh_facts("place_later")
def still_late(session: Session, row: OutboxMessage, now: datetime) -> Mapping[str, str] | None:
    """Only while they wait for somebody who is on."""
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    found = place(session, case, now=now) if case else None
    if found is None or not found.number or not found.is_staffed:
        return None
    return {"place": str(found.number)}


def _helpers(
    session: Session, case: Case, on: Sequence[Candidate], now: datetime
) -> list[Candidate]:
    """Asked of the database only where somebody is on who speaks a language of theirs."""
    if not _is_spoken(on, (case.language, *fitting.accepted(case))):
        return []
    return fitting.helping_now(session, case, now, on)


def _is_spoken(on: Sequence[Candidate], tags: Sequence[str]) -> bool:
    return any(can_help_in(each.speaks, tag) for each in on for tag in tags if not each.paused)


def _line(which: ColumnElement[bool]) -> Select[Case]:
    """Those of the line who wait for their turn."""
    return select(Case).where(Case.state.in_(BEFORE_CLAIM), ~_CHOSEN, which)


def _in_line(session: Session, which: ColumnElement[bool]) -> Sequence[Case]:
    """The most urgent first; what another worker has in hand is passed over."""
    return session.scalars(
        _line(which)
        .order_by(Case.urgency, Case.waiting_since, Case.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _is_moment(case: Case, last: WaitEstimate, now: datetime) -> bool:
    """Whether a set moment passed since the last look; else only the page says something new."""
    since = case.waiting_since or case.opened_at
    return since + next_moment(last.at - since) <= now


def _may_text(case: Case, before: Sequence[WaitEstimate], now: datetime) -> bool:
    """Who is on the page sees it there."""
    today = [row for row in before if _was_said(row) and row.at > now - timedelta(days=1)]
    return case.how is not HowToReach.WEB and len(today) < MOST_A_DAY


def _left(row: WaitEstimate, now: datetime) -> timedelta | None:
    """How much of what was said is left; below nothing when it is over."""
    if not row.told or row.high is None:
        return None
    return row.at + timedelta(seconds=row.high) - now


def _is_newly_late(said: Sequence[WaitEstimate], now: datetime) -> bool:
    """Whether the last range that was texted is over, and nothing was texted since."""
    promised = next((one for one in reversed(said) if one.told), None)
    if promised is None or promised.high is None:
        return False
    end = promised.at + timedelta(seconds=promised.high)
    return end < now and said[-1].at <= end


def _was_said(row: WaitEstimate) -> bool:
    return bool(json.loads(row.facts).get("said"))


def _mark_said(row: WaitEstimate) -> None:
    row.facts = json.dumps(json.loads(row.facts) | {"said": True})
