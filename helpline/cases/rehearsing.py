"""Decisions made again: who would have been asked, had the figures been others.

The same code decides (`helpline.matching.assign`) about what was known then (`snapshots`); of two
who were asked at once the order does not matter.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.offer import RoutingDecision, RoutingPass
from helpline.cases.offer_rules import OfferRules
from helpline.cases.snapshots import Snapshot, snapshot_of
from helpline.matching import Decision, Parameters, Waiting, assign
from scheduling.zones import Window

YESTERDAY = timedelta(days=1)
MOST_PASSES = 500  # so that a preview answers in seconds; what was left out is said


class Part(NamedTuple):
    """One named part of a cost, in points, for who was asked and for who would be."""

    name: str
    then: float
    now: float


class Differs(NamedTuple):
    """A case about which somebody else would have been asked. then, now: ids, sorted.

    why: the parts of the new costs that tell the two apart, the largest difference first.
    """

    case_id: str
    then: tuple[str, ...]
    now: tuple[str, ...]
    at: datetime
    language: str
    urgency: int
    why: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """looked_at: decisions that were made again; left_out: passes there was no time for."""

    differing: tuple[Differs, ...]
    looked_at: int
    left_out: int = 0


def would_differ(
    session: Session,
    parameters: Parameters,
    window: Window,
    *,
    offers: OfferRules | None = None,
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The decisions of a window that would differ: (case, who was asked then, who would be now)."""
    found = rehearse(session, parameters, window, offers=offers)
    return [(each.case_id, each.then, each.now) for each in found.differing]


def rehearse(
    session: Session,
    parameters: Parameters,
    window: Window,
    *,
    offers: OfferRules | None = None,
) -> Rehearsed:
    """The same with the reasons, in the order in which the decisions were made.

    offers: how many are asked at once; left out, as many as then.
    """
    passes = list(
        session.scalars(
            select(RoutingPass)
            .where(RoutingPass.at >= window.start, RoutingPass.at < window.end)
            .order_by(RoutingPass.at.desc(), RoutingPass.id)
            .limit(MOST_PASSES + 1)
        )
    )
    kept = passes[:MOST_PASSES]
    decided = _decided(session, [each.id for each in kept])
    looked_at = sum(len(each) for each in decided.values())
    differing = [
        each
        for known in sorted(kept, key=lambda one: (one.at, one.id))
        for each in _again(snapshot_of(known), decided[known.id], parameters, offers)
    ]
    return Rehearsed(tuple(differing), looked_at, len(passes) - len(kept))


def _decided(session: Session, pass_ids: Sequence[str]) -> dict[str, list[RoutingDecision]]:
    found = defaultdict[str, list[RoutingDecision]](list)
    rows = select(RoutingDecision).where(RoutingDecision.pass_id.in_(pass_ids))
    for row in session.scalars(rows.order_by(RoutingDecision.case_id)):
        found[row.pass_id or ""].append(row)
    return found


def _again(
    known: Snapshot,
    decided: Sequence[RoutingDecision],
    parameters: Parameters,
    offers: OfferRules | None,
) -> Iterator[Differs]:
    wanting = (_wanting(each, offers) for each in known.waiting)
    waiting = [each for each in wanting if each.wanted > 0]
    made = {
        each.case_id: each for each in assign(waiting, known.on, known.at, parameters, known.prices)
    }
    of_case = {each.case_id: each for each in waiting}
    for row in decided:
        new = made.get(row.case_id)
        if new is None:
            continue
        then = _asked(row.explained)
        now = tuple(sorted(each.person_id for each in new.chosen))
        if then != now:
            case = of_case[row.case_id]
            why = _why(new, then, now)
            yield Differs(row.case_id, then, now, known.at, case.languages[0], case.urgency, why)


def _wanting(case: Waiting, offers: OfferRules | None) -> Waiting:
    """With as many asked at once as the new rules say, less those who were looking already."""
    if offers is None:
        return case
    wanted = offers.at_once(case.urgency, case.channel) - len(case.shown_to)
    return replace(case, wanted=wanted)


def _asked(explained: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(each["person_id"] for each in explained["chosen"]))


def _why(new: Decision, then: Sequence[str], now: Sequence[str]) -> tuple[Part, ...]:
    """What the new figures say against the one and the other, where both could be asked."""
    lost = [each for each in then if each not in now and each in new.costs]
    won = [each for each in now if each not in then and each in new.costs]
    if not lost or not won:
        return ()
    old, fresh = new.costs[lost[0]], new.costs[won[0]]
    parts = [Part(name, old[name], fresh[name]) for name in fresh if old[name] != fresh[name]]
    return tuple(sorted(parts, key=lambda part: -abs(part.then - part.now)))
