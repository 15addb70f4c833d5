"""Who may be asked at all: the hard rules, each with its code."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpline.matching.facts import VOICE, Candidate, Excluded, Speaks, Waiting
from helpline.matching.languages import Closeness, speaks
from helpline.matching.parameters import Parameters
from helpline.matching.weights import Weights

# What keeps somebody from this case whatever happens in the next hour, or keeps them away.
LASTING = frozenset(
    {
        Excluded.LANGUAGE,
        Excluded.CHANNEL,
        Excluded.TOPIC_OFF,
        Excluded.GENDER,
        Excluded.AGE,
        Excluded.CLEARANCE,
        Excluded.TEAM,
        Excluded.SPARED,
    }
)
_HEAVY = 2  # urgency: somebody saw a high risk, or a listed word
ABSENT = LASTING | {Excluded.PAUSED, Excluded.COOLING}


def needed_level(case: Waiting, of: Weights) -> int:
    """The least level of language for this channel."""
    return of.voice_level if case.channel == VOICE else Speaks.WORKING


def lasting(case: Waiting, who: Candidate, of: Weights, closeness: Closeness) -> Iterable[Excluded]:
    """What depends on the kind of person and the kind of case only."""
    needed = needed_level(case, of)
    levels = (speaks(who.speaks, tag, closeness).level for tag in case.languages)
    if not any(level is not None and level >= needed for level in levels):
        yield Excluded.LANGUAGE
    yield from unfit(case, who)


def unfit(case: Waiting, who: Candidate) -> Iterable[Excluded]:
    """The same but for the language."""
    if case.channel not in who.channels:
        yield Excluded.CHANNEL
    if case.topic and case.topic in who.topics_off:
        yield Excluded.TOPIC_OFF
    if case.gender_wish and case.gender_wish != who.gender:
        yield Excluded.GENDER
    if case.age_wish and case.age_wish != who.age_band:
        yield Excluded.AGE
    if not case.needs <= who.clearances:
        yield Excluded.CLEARANCE
    if case.team_id is not None and case.team_id not in who.team_ids:
        yield Excluded.TEAM
    if who.spared and is_heavy(case):
        yield Excluded.SPARED


def is_heavy(case: Waiting) -> bool:
    """Whether it is likely to weigh on whoever takes it."""
    return case.urgency <= _HEAVY


def is_free(who: Candidate) -> bool:
    """Whether a text could be shown to them, whosever it is, unless they are let be for a while."""
    return not (
        who.paused or who.cooling or who.on_voice or who.is_offered or who.load >= who.load_cap
    )


def away_until(lapsed_at: datetime, in_a_row: int, parameters: Parameters) -> datetime:
    """Until when somebody is let be on whom so many offers ran out since they last reacted.

    Half of those who miss one offer are there all the same; who misses several is away. So the
    first pause is short, for the sake of whoever has nobody else, and each further one doubles.
    """
    longest = parameters.again_at_most
    doubled = parameters.again_after * 2.0 ** min(max(in_a_row, 1) - 1, 16)
    return lapsed_at + timedelta(seconds=min(doubled, longest))


def reasons(
    case: Waiting,
    who: Candidate,
    now: datetime,
    of: Weights,
    closeness: Closeness,
    taken: Collection[str] = (),
) -> tuple[Excluded, ...]:
    """Every rule that keeps somebody from a case."""
    passing = {
        Excluded.PAUSED: who.paused,
        Excluded.COOLING: who.cooling,
        Excluded.ON_VOICE: who.on_voice,
        Excluded.AT_CAPACITY: who.load >= who.load_cap,
        Excluded.NOT_FREE_FOR_VOICE: case.channel == VOICE and who.load > 0,
        Excluded.LAPSED: who.lapsed_until is not None and now < who.lapsed_until,
        Excluded.SHOWN: who.person_id in case.shown_to,
        Excluded.OFFERED_ANOTHER: who.is_offered and who.person_id not in case.shown_to,
        Excluded.SAID_NO: who.person_id in case.said_no,
        Excluded.ENDED_ABUSE: who.person_id in case.abused,
        Excluded.NOT_YET: is_not_yet(case, now),
        Excluded.CHOSEN_FOR_ANOTHER: who.person_id in taken,
    }
    return (
        *lasting(case, who, of, closeness),
        *(reason for reason, applies in passing.items() if applies),
    )


def is_not_yet(case: Waiting, now: datetime) -> bool:
    """Whether they must not be disturbed now: a promised moment, or their safe hours."""
    if case.not_before is not None and now < case.not_before:
        return True
    if case.hours is None or case.hours.start == case.hours.until:
        return False
    start, until, name = case.hours
    local = now.astimezone(_zone(name)).time()
    if start < until:
        return not start <= local < until
    return until <= local < start


# Stored names are canonical; the product sets whose zone data they mean (`scheduling.zones`).
_zone = lru_cache(maxsize=512)(ZoneInfo)
