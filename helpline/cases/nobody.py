"""Nobody whom the person could talk with is on: told honestly, and asked how to go on."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, Case, CaseEvent
from helpline.cases.choice import ChoiceKind, ChoiceState, WaitChoice
from helpline.cases.escalation import alert_once
from helpline.cases.fitting import NextOn, next_on
from helpline.cases.menus import ask_how_to_go_on, said_back
from helpline.cases.pipeline import ask_to_route, record
from helpline.cases.promising import is_at_risk, name_the_day, warn
from helpline.cases.settling import open_choice, settle
from helpline.cases.told import is_an_answer, short_when, tell_seeker
from helpline.people import Person

AT_ONCE = 50  # people who are told in one look at the line
TELL_AGAIN_AFTER = timedelta(minutes=15)  # when what was told has changed


def tell_each(session: Session, case_ids: Iterable[str], *, now: datetime) -> None:
    """Tell those of them to whom it is news, but few at once: the line is locked meanwhile, and
    whoever texts would wait. The next look, which is asked for, does the rest."""
    memo, told = NextOn(), 0
    for case_id in case_ids:
        told += tell_nobody(session, case_id, now=now, memo=memo)
        if told == AT_ONCE:
            ask_to_route(session, now=now)
            return


def tell_nobody(
    session: Session, case_id: str, *, now: datetime, memo: NextOn | None = None
) -> bool:
    """Say so, with the hour at their place when somebody is on, or that nobody knows; then ask.

    Once, and again when that hour has changed. Who has chosen how to go on is left in peace; only
    another language that was to be spoken now, and is not, is told of. Whether it was news.
    """
    case = session.get_one(Case, case_id, populate_existing=True)
    if case.state not in IN_LINE:
        return False
    since = case.waiting_since or case.opened_at
    choice = open_choice(session, case.id)
    if choice is not None:
        if choice.kind is not ChoiceKind.LANGUAGE:
            _watch(session, case, choice, now)
            return False
        since = max(since, choice.chosen_at)
        settle(session, case, ChoiceState.BROKEN, now=now)
    hour = next_on(session, case, now, memo)
    coming = hour if hour is not None and hour > now else None
    told = coming.isoformat() if coming else ""
    last = _last_told(session, case, since)
    if last is not None and (last[1] == told or now - last[0] < TELL_AGAIN_AFTER):
        return False
    case.nobody_told_at = now
    record(session, case, "nobody_on", now=now, reason="language", facts={"next_on": told})
    if hour is None:
        waits_since = case.waiting_since or case.opened_at
        alert_once(session, "nobody_speaks", case.language, since=waits_since, now=now)
    _tell(session, case, coming, since, now)
    return True


def _tell(
    session: Session, case: Case, coming: datetime | None, since: datetime, now: datetime
) -> None:
    """Two short texts: how things are, and the ways on."""
    answers, key = is_an_answer(session, case, now), f"{now if coming is None else coming}"
    if coming is None:
        tell_seeker(session, case, "nobody_known", key, now=now, answers=answers, cancels="nobody_")
    else:
        person = session.get_one(Person, case.seeker_id)
        facts = {"when": short_when(session, person, coming, now)}
        tell_seeker(
            session,
            case,
            "nobody_on",
            f"{key}:{since}",
            now=now,
            answers=answers,
            cancels="nobody_",
            facts=facts,
        )
    ask_how_to_go_on(session, case, f"{key}:{since}", now=now, answers=answers)


def _watch(session: Session, case: Case, choice: WaitChoice, now: datetime) -> None:
    """Somebody may come at their hours after all, or not come any more."""
    if name_the_day(session, case, choice, now=now):
        said = said_back(session, choice, session.get_one(Person, case.seeker_id), now)
        answers, facts = is_an_answer(session, case, now), {"choice": said}
        tell_seeker(session, case, "chosen", choice.id, now=now, answers=answers, facts=facts)
    if is_at_risk(session, case, choice, now):
        warn(session, case, choice, now=now)


def _last_told(session: Session, case: Case, since: datetime) -> tuple[datetime, str] | None:
    """When the person was last told that nobody is on, and until when; since a moment."""
    told: Sequence[CaseEvent] = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.kind == "nobody_on", CaseEvent.at >= since)
        .order_by(CaseEvent.at.desc(), CaseEvent.tick.desc())
        .limit(1)
    ).all()
    return (told[0].at, json.loads(told[0].facts)["next_on"]) if told else None
