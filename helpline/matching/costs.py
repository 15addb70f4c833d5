"""What speaks against asking somebody, in named parts; the cheapest are asked.

One half depends on the kind of case and the kind of person (`KindParts`), the other on the person
and the moment (`PersonParts`): that is what lets an index keep people in order without knowing
the cases. All in thousandths of a point (`weights`).
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from helpline.matching.facts import VOICE, Candidate, Rung, Speaks, Waiting
from helpline.matching.languages import Closeness, speaks
from helpline.matching.rules import needed_level
from helpline.matching.supply import WORTH
from helpline.matching.weights import POINT, REST_STEP, STEP, Weights, stamp

RUNGS = {rung: place for place, rung in enumerate(Rung)}
NEVER_WORKED = -1


class KindParts(NamedTuple):
    """rank, language, script: the wanted language they would talk in, how well, in which form.

    topic: not trained for it.
    """

    rank: int
    language: int
    script: int
    topic: int


class PersonParts(NamedTuple):
    """load: what they carry, or would be kept from. rest: little of it. hours: how much they helped
    lately. shift_end: how likely it ends before the conversation. absence: offers unanswered.
    hour: their night."""

    load: int
    rest: int
    hours: int
    shift_end: int
    absence: int
    hour: int


class Stamps(NamedTuple):
    """Moments of somebody as `weights.stamp` gives them.

    rested: among equals whoever rested longest is asked; who has not worked yet comes first.
    """

    rested: int
    until: int | None
    lapsed: int | None


def stamps(who: Candidate) -> Stamps:
    return Stamps(
        NEVER_WORKED if who.rested_since is None else stamp(who.rested_since),
        None if who.until is None else stamp(who.until),
        None if who.lapsed_until is None else stamp(who.lapsed_until),
    )


class Nights:
    """Where on earth it is night, in whole quarters of an hour, by which zones shift."""

    def __init__(self, now: datetime, of: Weights) -> None:
        self._now, self._of = now, of
        self._costs: dict[str, int] = {}

    def cost(self, name: str) -> int:
        """What it costs to ask somebody who lives in that zone."""
        found = self._costs.get(name)
        if found is None:
            hour = self._now.astimezone(_zone(name)).hour
            found = self._costs[name] = self._of.night if _within(hour, self._of) else 0
        return found


Talk = tuple[int, int, int]


def talk(
    case: Waiting, spoken: Mapping[str, Speaks], of: Weights, closeness: Closeness
) -> Talk | None:
    """The best language for the two: its rank, their level, its form. None: they share none."""
    needed = needed_level(case, of)
    best: Talk | None = None
    for place, tag in enumerate(case.languages):
        level, exact = speaks(spoken, tag, closeness)
        if level is None or level < needed:
            continue
        rank = of.rank[min(place, len(of.rank) - 1)]
        parts = (rank, of.level[level], 0 if exact else of.other_form)
        if best is None or sum(parts) < sum(best):
            best = parts
    return best


def untrained(case: Waiting, who: Candidate, of: Weights) -> int:
    return of.topic_untrained if case.topic and case.topic not in who.clearances else 0


def person_parts(who: Candidate, channel: str, now: int, of: Weights, night: int) -> PersonParts:
    """`now` as `weights.stamp` gives it, `night` as `Nights.cost`."""
    at = stamps(who)
    return PersonParts(
        load(who, channel, of),
        rest(at, now, of),
        hours(who, of),
        shift_end(at, channel, now, of),
        absence(who, of),
        night,
    )


def load(who: Candidate, channel: str, of: Weights) -> int:
    if channel == VOICE:
        return of.whole_person * max(who.load_cap - 1, 0)
    if who.load or VOICE not in who.channels:
        return of.one_more * who.load
    return of.breaks_into_free


def rest(who: Stamps, now: int, of: Weights) -> int:
    if who.rested == NEVER_WORKED:
        return 0
    return _falling(of.no_rest, now - who.rested, of.rested_after, REST_STEP)


def hours(who: Candidate, of: Weights) -> int:
    return round(of.hour_helped * who.hours_helped) if who.hours_helped else 0


def shift_end(who: Stamps, channel: str, now: int, of: Weights) -> int:
    if who.until is None:
        return 0
    length = of.voice_length if channel == VOICE else of.text_length
    return _falling(of.overrun, who.until - now, length, STEP)


def absence(who: Candidate, of: Weights) -> int:
    return round(of.unanswered * (1 - who.answers)) if who.answers < 1 else 0


def next_change(who: Stamps, now: int, of: Weights) -> int | None:
    """When a part of theirs would next be otherwise by time alone.

    Nights apart: those come for a whole zone at once.
    """
    found = None
    if who.until is not None and of.overrun:
        longest = max(of.text_length, of.voice_length)
        steps = min((who.until - now) // STEP, -(-longest // STEP))
        if steps >= 0:
            found = who.until - steps * STEP + 1
    worked = now - who.rested
    if who.rested != NEVER_WORKED and of.no_rest and worked < of.rested_after:
        rests = who.rested + max(worked // REST_STEP + 1, 1) * REST_STEP
        return rests if found is None or rests < found else found
    return found


def continuity(case: Waiting, who: Candidate, of: Weights) -> int:
    return -of.continuity if case.prefers == who.person_id else 0


def scarcity(lost: int, urgency: int, of: Weights) -> int:
    """What would be missed elsewhere (`supply`), beside what this help is worth."""
    return round(of.scarcity * lost / (WORTH * of.worth[urgency - 1])) if lost else 0


def named(kind: KindParts, missed: int, person: PersonParts, known: int) -> dict[str, float]:
    """Every part in points. scarcity: what else they would be needed for."""
    parts = {**kind._asdict(), "scarcity": missed, **person._asdict(), "continuity": known}
    return {name: part / POINT for name, part in parts.items()}


def _falling(most: int, passed: int, over: int, step: int) -> int:
    """From `most` at nothing down to nothing at `over`, in steps."""
    if passed >= over or not most:
        return 0
    steps = -(-over // step)
    return most * (steps - max(passed // step, 0)) // steps


def _within(hour: int, of: Weights) -> bool:
    if of.night_from <= of.night_until:
        return of.night_from <= hour < of.night_until
    return hour >= of.night_from or hour < of.night_until


# Stored names are canonical; the product sets whose zone data they mean (`scheduling.zones`).
_zone = lru_cache(maxsize=512)(ZoneInfo)
