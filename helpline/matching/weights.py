"""Parameters in the form the hot path reads: whole thousandths of a point and microseconds.

Whole numbers add up the same in every order, so an index that adds them in pieces and a plain scan
that adds them all agree to the last digit.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from helpline.matching.facts import Speaks
from helpline.matching.parameters import Parameters

POINT = 1000  # in what costs are added up
SECOND = 1_000_000  # in what moments are compared
MINUTE = 60 * SECOND
STEP = 5 * MINUTE  # what changes with time does so in steps: towards the end of a shift
REST_STEP = 15 * MINUTE  # and as somebody rests


@dataclass(frozen=True, slots=True)
class Weights:
    """`Parameters`, compiled."""

    rank: tuple[int, ...]
    level: dict[Speaks, int]
    other_form: int
    voice_level: int
    scarcity: int
    missed_hours: float
    worth: tuple[float, ...]
    topic_untrained: int
    continuity: int
    night: int
    night_from: int
    night_until: int
    one_more: int
    breaks_into_free: int
    whole_person: int
    no_rest: int
    rested_after: int
    hour_helped: int
    unanswered: int
    overrun: int
    text_length: int
    voice_length: int


@lru_cache(maxsize=64)
def weights(of: Parameters) -> Weights:
    def points(figure: float) -> int:
        return round(figure * POINT)

    def minutes(figure: float) -> int:
        return max(round(figure * MINUTE), 1)

    return Weights(
        rank=(0, *map(points, (of.second_language, of.third_language, of.further_language))),
        level={
            Speaks.NATIVE: 0,
            Speaks.FLUENT: points(of.fluent),
            Speaks.WORKING: points(of.working),
            Speaks.BASIC: points(of.working),
        },
        other_form=points(of.other_form),
        voice_level=round(of.voice_level),
        scarcity=points(of.scarcity),
        missed_hours=of.missed_for / 60,
        worth=(of.worth_1, of.worth_2, of.worth_3, of.worth_4),
        topic_untrained=points(of.topic_untrained),
        continuity=points(of.continuity),
        night=points(of.night),
        night_from=round(of.night_from),
        night_until=round(of.night_until),
        one_more=points(of.one_more),
        breaks_into_free=points(of.breaks_into_free),
        whole_person=points(of.whole_person),
        no_rest=points(of.no_rest),
        rested_after=minutes(of.rested_after),
        hour_helped=points(of.hour_helped),
        unanswered=points(of.unanswered),
        overrun=points(of.overrun),
        text_length=minutes(of.text_length),
        voice_length=minutes(of.voice_length),
    )


def stamp(moment: datetime) -> int:
    """A moment in whole microseconds."""
    return round(moment.timestamp() * SECOND)
