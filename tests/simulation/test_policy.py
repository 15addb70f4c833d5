"""The policy in a small seeded world of its own: nobody against the rules, nobody left beside help.

The world is a day of a line with a handful of volunteers; a minute is a step. It knows nothing of
`helpline.matching`: who may help whom is written down here once more.
"""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.simulation.policy import assign

MINUTE = 60.0
SESSION = 40  # minutes
PATIENCE = 90
FADES = {1: 5, 2: 15, 3: 45, 4: 240}
WORTH = {1: 8, 2: 4, 3: 2, 4: 1}
TOPICS = frozenset({"general", "grief", "crisis"})


@dataclass
class Asking:
    id: int
    arrived: float
    langs: tuple[str, ...]
    urgency: int
    topic: str = "general"
    gender_pref: str | None = None
    channel: str = "sms"
    tried: dict[int, float] = field(default_factory=dict)


@dataclass
class Helping:
    id: int
    langs: dict[str, int]
    topics: frozenset[str]
    gender: str
    channels: frozenset[str]
    capacity: int
    tz: str = "Asia/Kuala_Lumpur"
    load: int = 0
    reserved: int = 0
    on_voice: bool = False
    idle_since: float = 0.0
    shift_end: float = 30 * 3600.0
    last_missed: float = -1e18
    answered: int = 0
    missed: int = 0
    busy_s: float = 0.0


Pairs = Iterable[tuple[int, int]]
Policy = Callable[[float, list[Asking], list[Helping]], Pairs]


def may(one: Asking, who: Helping) -> bool:
    least = 2 if one.channel == "voice" else 1
    needs = {one.topic} | ({"crisis"} if one.urgency == 1 else set())
    return (
        any(who.langs.get(tag, 0) >= least for tag in one.langs)
        and one.channel in who.channels
        and needs <= who.topics
        and one.gender_pref in (None, who.gender)
        and not who.on_voice
        and (who.load == 0 if one.channel == "voice" else who.load < who.capacity)
    )


def people(dice: random.Random) -> list[Helping]:
    channels = [frozenset({"sms", "web"}), frozenset({"sms", "web", "voice"})]
    return [
        Helping(
            id=number,
            langs={tag: dice.choice((1, 2, 3)) for tag in dice.sample(["ms", "en", "my"], 2)},
            topics=TOPICS if dice.random() < 0.5 else TOPICS - {"crisis"},
            gender=dice.choice("fm"),
            channels=dice.choice(channels),
            capacity=dice.choice((1, 2, 3)),
        )
        for number in range(8)
    ]


def asking(dice: random.Random, number: int, at: float) -> Asking:
    return Asking(
        id=number,
        arrived=at,
        langs=tuple(dice.sample(["ms", "ms", "en", "my"], dice.choice((1, 2)))),
        urgency=dice.choice((1, 2, 3, 3, 3, 4)),
        topic=dice.choice(("general", "general", "grief")),
        gender_pref=dice.choice((None, None, None, "f")),
        channel=dice.choice(("sms", "web", "sms", "voice")),
    )


@dataclass
class Day:
    """What became of it. worth: of the help given, faded by waiting."""

    worth: float = 0.0
    helped: int = 0
    asked: list[tuple[Asking, Helping]] = field(default_factory=list)
    idle_beside_waiting: int = 0


def live(make: Callable[[dict[str, Any]], Policy], seed: int) -> Day:
    dice = random.Random(seed)  # noqa: S311  a small world
    helping = {each.id: each for each in people(dice)}
    past = [asking(dice, number, -dice.random() * 14 * 86400) for number in range(2000)]
    info = {"roster": list(helping.values()), "history": past, "start_utc": "2026-05-04"}
    policy, day = make(info), Day()
    waiting: dict[int, Asking] = {}
    ends: dict[int, list[Helping]] = {}
    for minute in range(24 * 60):
        now = minute * MINUTE
        for who in ends.pop(minute, []):
            who.load, who.on_voice, who.idle_since = who.load - 1, False, now
        if dice.random() < 0.15:
            waiting[minute] = asking(dice, minute, now)
        waiting = {
            name: one for name, one in waiting.items() if now - one.arrived < PATIENCE * MINUTE
        }
        here = [who for who in helping.values() if not who.on_voice and who.load < who.capacity]
        pairs = list(policy(now, list(waiting.values()), [replace(who) for who in here]))
        busy: set[int] = set()
        for case_id, person_id in pairs:
            one, who = waiting.get(case_id), helping[person_id]
            if one is None or person_id in busy:
                continue  # somebody else of those asked was faster
            day.asked.append((replace(one), replace(who)))
            busy.add(person_id)
            del waiting[case_id]
            who.load, who.on_voice = who.load + 1, one.channel == "voice"
            who.answered, who.busy_s = who.answered + 1, who.busy_s + SESSION * MINUTE
            ends.setdefault(minute + SESSION, []).append(who)
            waited = (now - one.arrived) / MINUTE
            day.worth += WORTH[one.urgency] * math.exp(-waited / FADES[one.urgency])
            day.helped += 1
        asked = {person_id for _, person_id in pairs}
        free = [who for who in helping.values() if who.id not in asked]
        day.idle_beside_waiting += any(may(one, who) for one in waiting.values() for who in free)
    return day


def first_come_longest_idle(_: dict[str, Any]) -> Policy:
    def choose(now: float, waiting: list[Asking], available: list[Helping]) -> Pairs:
        taken: set[int] = set()
        for one in waiting:
            fitting = [who for who in available if who.id not in taken and may(one, who)]
            if fitting:
                best = min(fitting, key=lambda who: (who.idle_since, who.id))
                taken.add(best.id)
                yield one.id, best.id

    return choose


SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_asked_against_the_rules_of_the_world(seed: int) -> None:
    day = live(assign, seed)
    assert day.asked
    assert all(may(one, who) for one, who in day.asked)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_waits_beside_somebody_free_who_could_help(seed: int) -> None:
    assert live(assign, seed).idle_beside_waiting == 0


def test_more_help_is_given_than_by_taking_whoever_comes_first() -> None:
    ours = sum(live(assign, seed).worth for seed in range(8))
    plain = sum(live(first_come_longest_idle, seed).worth for seed in range(8))
    assert ours > plain


def test_the_same_world_gives_the_same_day() -> None:
    assert live(assign, 1) == live(assign, 1)
