"""One pass over the line: offers that ran out move on, everybody who waits is matched together.

`route` decides by `helpline.matching` alone; what it decided stands beside each case, and what it
knew then is kept for a while (`snapshots`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.candidates import candidates
from helpline.cases.escalation import nobody_took_it
from helpline.cases.in_line import line
from helpline.cases.nobody import tell_each
from helpline.cases.offers import (
    decided_before,
    expire_offers,
    is_news,
    keep_decision,
    last_decisions,
    offer,
)
from helpline.cases.snapshots import keep_pass
from helpline.cases.standing import Standing, standing
from helpline.jobs import Job, enqueue
from helpline.matching import Candidate, Decision, Waiting, assign
from scheduling import promises
from scheduling.zones import Window

LOOK_AHEAD = timedelta(days=2)
_CHANGE, _PROMISE = "route:", "promise:"  # how the keys of passes that were arranged begin


def route(
    session: Session, *, now: datetime, changed: Collection[str] | None = None
) -> list[Decision]:
    """Match everybody in line with everybody on, ask those chosen, and tell who gets nobody.

    changed: ids of cases about which something happened since the last pass. Everybody is matched
    all the same, which is cheap; but why somebody gets nobody, which means to look at every
    counsellor, is then worked out for those cases only. None: for everybody (each minute).
    """
    expire_offers(session, now=now)
    session.flush()
    by = standing(session)
    on = candidates(session, now, by)
    waiting = line(session, now, on, by)
    if not waiting:
        return []
    decisions = assign(waiting, on, now, by.parameters, by.prices)
    _act(session, _to_act_on(session, decisions, changed), waiting, on, by, now)
    if changed is None or not _is_arranged(session, now):
        _again_at_next_change(session, now)
    _again_when_promised(session, waiting, now)
    return decisions


def _to_act_on(
    session: Session, decisions: Sequence[Decision], changed: Collection[str] | None
) -> list[Decision]:
    """Who is to be asked, what may have changed, and what was never explained."""
    if changed is None:
        return list(decisions)
    known = decided_before(session)
    return [
        each
        for each in decisions
        if each.chosen or each.case_id in changed or each.case_id not in known
    ]


def _act(
    session: Session,
    decisions: Sequence[Decision],
    waiting: Sequence[Waiting],
    on: Sequence[Candidate],
    by: Standing,
    now: datetime,
) -> None:
    """Keep what was decided and do it. What was known is kept once, with the first decision."""
    known = last_decisions(session, [each.case_id for each in decisions])
    pass_id: str | None = None
    for decision in decisions:
        if is_news(decision, known.get(decision.case_id)):
            pass_id = pass_id or keep_pass(session, waiting, on, by.prices, now=now)
            keep_decision(session, decision, pass_id, now=now)
        if decision.chosen:
            offer(session, decision.case_id, decision, by, now=now)
        elif decision.all_said_no and not decision.nobody_is_on:
            nobody_took_it(session, decision.case_id, now=now)
    alone = [each.case_id for each in decisions if each.nobody_is_on and not each.chosen]
    tell_each(session, alone, now=now)


def _is_arranged(session: Session, now: datetime) -> bool:
    """Whether a pass stands ready for the next change of who is on. Who changes their hours asks
    for a whole pass, which arranges it anew."""
    ready = select(Job.id).where(
        Job.kind == "route", Job.dedupe_key.startswith(_CHANGE), Job.run_at > now
    )
    return session.scalar(ready.limit(1)) is not None


def _again_at_next_change(session: Session, now: datetime) -> None:
    """While somebody waits, look again when the next person comes on or goes."""
    window = Window(now, now + LOOK_AHEAD)
    planned = promises.coming(session, window)
    moments = {each.start for each in planned} | {each.end for each in planned}
    pauses = select(promises.Pause.until_at).where(
        promises.Pause.until_at > now, promises.Pause.until_at < window.end
    )
    _again_at(session, _CHANGE, (*moments, *session.scalars(pauses)), window)


def _again_when_promised(session: Session, waiting: Sequence[Waiting], now: datetime) -> None:
    """And at the next moment before which somebody wished not to be asked about."""
    moments = [each.not_before for each in waiting if each.not_before is not None]
    _again_at(session, _PROMISE, moments, Window(now, now + LOOK_AHEAD))


def _again_at(session: Session, why: str, moments: Iterable[datetime], window: Window) -> None:
    ahead = [at for at in moments if window.start < at < window.end]
    if ahead:
        at = min(ahead)
        enqueue(session, "route", run_at=at, dedupe_key=f"{why}{at:%Y-%m-%dT%H:%M:%S}")
