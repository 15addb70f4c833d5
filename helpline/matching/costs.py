"""What speaks against asking somebody, in named parts; the cheapest are asked.

One half depends on the kind of case and the kind of person (`kind_parts`), the other on the person
and the moment (`person_parts`): that is what lets an index keep people in order without knowing
the cases. All in thousandths of a point (`weights`).
"""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from helpline.matching.facts import VOICE, Candidate, Rung, Waiting
from helpline.matching.languages import Closeness, speaks
from helpline.matching.rules import needed_level
from helpline.matching.supply import WORTH
from helpline.matching.weights import POINT, STEP, Weights, stamp

RUNGS = {rung: place for place, rung in enumerate(Rung)}
NEVER_WORKED = -1


class KindParts(NamedTuple):
    """rank, language, script: the wanted language they would talk in, how well, in which form.

    topic: not trained for it. hour: their night.
    """

    rank: int
    language: int
    script: int
    topic: int
    hour: int


class PersonParts(NamedTuple):
    """load: what they carry, or would be kept from. rest: little of it. hours: how much they helped
    lately. shift_end: how likely it ends before the conversation. absence: offers unanswered."""

    load: int
    rest: int
    hours: int
    shift_end: int
    absence: int


class Moment:
    """What the time of day adds, the same for every case: whose night it is."""

    def __init__(self, now: datetime, of: Weights) -> None:
        self.now, self.of = now, of
        self._nights: dict[str, int] = {}

    def night(self, name: str) -> int:
        """What it costs to ask somebody who lives there."""
        found = self._nights.get(name)
        if found is None:
            hour = self.now.astimezone(_zone(name)).hour
            found = self._nights[name] = self.of.night if _within(hour, self.of) else 0
        return found

    def same_as(self, other: "Moment") -> bool:
        """Whether nothing that was asked of the other would be answered otherwise now."""
        return all(self.night(name) == cost for name, cost in other._nights.items())


def kind_parts(
    case: Waiting, who: Candidate, moment: Moment, of: Weights, closeness: Closeness
) -> KindParts | None:
    """None: they share no language well enough."""
    needed = needed_level(case, of)
    best: tuple[int, int, int] | None = None
    for place, tag in enumerate(case.languages):
        level, exact = speaks(who.speaks, tag, closeness)
        if level is None or level < needed:
            continue
        rank = of.rank[min(place, len(of.rank) - 1)]
        parts = (rank, of.level[level], 0 if exact else of.other_form)
        if best is None or sum(parts) < sum(best):
            best = parts
    if best is None:
        return None
    untrained = case.topic and case.topic not in who.clearances
    return KindParts(
        *best,
        topic=of.topic_untrained if untrained else 0,
        hour=moment.night(who.zone),
    )


def person_parts(who: Candidate, channel: str, now: int, of: Weights) -> PersonParts:
    """`now` as `weights.stamp` gives it."""
    if channel == VOICE:
        load = of.whole_person * max(who.load_cap - 1, 0)
        length = of.voice_length
    else:
        load = of.one_more * who.load
        if not who.load and VOICE in who.channels:
            load += of.breaks_into_free
        length = of.text_length
    rested = 0 if who.rested_since is None else stamp(who.rested_since)
    return PersonParts(
        load,
        _falling(of.no_rest, now - rested, of.rested_after),
        round(of.hour_helped * who.hours_helped),
        0 if who.until is None else _falling(of.overrun, stamp(who.until) - now, length),
        round(of.unanswered * (1 - who.answers)),
    )


def next_change(who: Candidate, now: int, of: Weights) -> int | None:
    """When `person_parts` or whether they are free would next be otherwise by time alone."""
    moments = []
    if who.lapsed_until is not None:
        moments.append(stamp(who.lapsed_until))
    if who.rested_since is not None and of.no_rest:
        rested = stamp(who.rested_since)
        if now - rested < of.rested_after:
            moments.append(rested + ((now - rested) // STEP + 1) * STEP)
    if who.until is not None and of.overrun:
        until = stamp(who.until)
        longest = max(of.text_length, of.voice_length)
        steps = min((until - now) // STEP, -(-longest // STEP))
        if steps >= 0:
            moments.append(until - steps * STEP + 1)
    return min((moment for moment in moments if moment > now), default=None)


def continuity(case: Waiting, who: Candidate, of: Weights) -> int:
    return -of.continuity if case.prefers == who.person_id else 0


def rest_key(who: Candidate) -> int:
    """Among equals whoever rested longest; who has not worked yet comes first."""
    return NEVER_WORKED if who.rested_since is None else stamp(who.rested_since)


def scarcity(lost: int, urgency: int, of: Weights) -> int:
    """What would be missed elsewhere (`supply`), beside what this help is worth."""
    return round(of.scarcity * lost / (WORTH * of.worth[urgency - 1])) if lost else 0


def named(kind: KindParts, missed: int, person: PersonParts, known: int) -> dict[str, float]:
    """Every part in points. scarcity: what else they would be needed for."""
    parts = {**kind._asdict(), "scarcity": missed, **person._asdict(), "continuity": known}
    return {name: part / POINT for name, part in parts.items()}


def _falling(most: int, passed: int, over: int) -> int:
    """From `most` at nothing down to nothing at `over`, in steps."""
    if passed >= over or not most:
        return 0
    steps = -(-over // STEP)
    return most * (steps - max(passed // STEP, 0)) // steps


def _within(hour: int, of: Weights) -> bool:
    if of.night_from <= of.night_until:
        return of.night_from <= hour < of.night_until
    return hour >= of.night_from or hour < of.night_until


# Stored names are canonical; the product sets whose zone data they mean (`scheduling.zones`).
_zone = lru_cache(maxsize=512)(ZoneInfo)
