"""A scenario file: who might ask, when, and how long things take. TOML, or JSON of the same shape.

`example.toml` beside this file explains every entry; `helpline rehearse --example` prints it.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from helpline.matching import TEXT, VOICE, Speaks
from scheduling import zones
from scheduling.errors import Refused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEVELS = {level.name.lower(): level for level in Speaks}
_URGENCY = {1: 0.02, 2: 0.08, 3: 0.3, 4: 0.6}


class BadScenario(Refused):
    """The file makes no sense: (where, what is wrong), in English for who wrote it."""

    code = "bad_scenario"


@dataclass(frozen=True, slots=True)
class Asking:
    """People of one language. per_day: how many on average; hours: 24 weights, on the clock of
    `zone`; days: 7 weights from Monday. urgency, channel: shares. accepts: other languages."""

    language: str
    per_day: float
    zone: str = "UTC"
    hours: tuple[float, ...] = (1.0,) * 24
    days: tuple[float, ...] = (1.0,) * 7
    urgency: Mapping[int, float] = field(default_factory=lambda: dict(_URGENCY))
    channel: Mapping[str, float] = field(default_factory=lambda: {TEXT: 1.0})
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imagined:
    """People who might help besides those who promised hours: `count` of them, alike."""

    languages: Mapping[str, Speaks]
    days: tuple[int, ...]
    start: time
    until: time
    zone: str = "UTC"
    count: int = 1
    load_cap: int = 3
    takes_calls: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take: medians. service: minutes of a conversation, by channel; patience:
    minutes until somebody stops waiting, by urgency; reacts: the share of offers that are answered,
    within `answers_after` seconds; declines: of those, the share that are a no."""

    service: Mapping[str, float] = field(default_factory=lambda: {TEXT: 40.0, VOICE: 30.0})
    patience: Mapping[int, float] = field(
        default_factory=lambda: {1: 60.0, 2: 180.0, 3: 720.0, 4: 1440.0}
    )
    reacts: float = 0.85
    answers_after: float = 30.0
    declines: float = 0.05


@dataclass(frozen=True, slots=True)
class Scenario:
    """seed: equal seeds give equal weeks. with_promises: whether those who promised hours are on,
    besides whoever is imagined."""

    asking: tuple[Asking, ...]
    helpers: tuple[Imagined, ...] = ()
    pace: Pace = field(default_factory=Pace)
    seed: int = 1
    weeks: int = 1
    with_promises: bool = True


def example() -> str:
    """The example file, with what each entry means."""
    return files("helpline.rehearsal").joinpath("example.toml").read_text(encoding="utf-8")


def read_scenario(path: Path) -> Scenario:
    """What a file says.

    Raises:
        BadScenario: it is no TOML (or JSON), or an entry is missing, unknown or out of range.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BadScenario(path.name, str(error)) from error
    return scenario_from(data)


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """The same from what was read already."""
    of = _Entries("the file", data)
    found = Scenario(
        asking=tuple(
            _asking(_Entries(f"asking {number}", each))
            for number, each in enumerate(of.tables("asking"), start=1)
        ),
        helpers=tuple(
            _imagined(_Entries(f"helper {number}", each))
            for number, each in enumerate(of.tables("helper"), start=1)
        ),
        pace=_pace(of),
        seed=int(of.number("seed", 1, 0, 2**31)),
        weeks=int(of.number("weeks", 1, 1, 52)),
        with_promises=of.truth("with_promises", True),
    )
    of.nothing_else()
    if not found.asking:
        raise BadScenario("the file", "nobody asks: write at least one [[asking]]")
    return found


def _asking(of: "_Entries") -> Asking:
    found = Asking(
        language=of.word("language"),
        per_day=of.number("per_day", None, 0, 100_000),
        zone=of.zone("zone"),
        hours=of.weights("hours", 24),
        days=of.weights("days", 7),
        urgency=of.shares("urgency", {str(key): share for key, share in _URGENCY.items()}, int),
        channel=of.shares("channel", {TEXT: 1.0}, str),
        accepts=tuple(of.words("accepts")),
    )
    of.nothing_else()
    for urgency in found.urgency.keys() - {1, 2, 3, 4}:
        raise BadScenario(of.where, f"urgency {urgency}: write 1, 2, 3 or 4")
    for channel in found.channel.keys() - {TEXT, VOICE}:
        raise BadScenario(of.where, f'channel {channel}: write "text" or "voice"')
    return found


def _imagined(of: "_Entries") -> Imagined:
    levels = {tag: LEVELS[level] for tag, level in of.table("languages").items() if level in LEVELS}
    if not levels or len(levels) != len(of.table("languages")):
        raise BadScenario(of.where, f"languages: a level each, one of {', '.join(LEVELS)}")
    days = of.words("days") or DAYS
    if not set(days) <= set(DAYS):
        raise BadScenario(of.where, f"days: of {', '.join(DAYS)}")
    found = Imagined(
        languages=levels,
        days=tuple(DAYS.index(each) for each in days),
        start=of.hour("from"),
        until=of.hour("until"),
        zone=of.zone("zone"),
        count=int(of.number("count", 1, 1, 10_000)),
        load_cap=int(of.number("load_cap", 3, 1, 50)),
        takes_calls=of.truth("takes_calls", False),
    )
    of.nothing_else()
    return found


def _pace(of: "_Entries") -> Pace:
    usual = Pace()
    service, patience, offers = (
        _Entries(name, of.table(name)) for name in ("service", "patience", "offers")
    )
    found = Pace(
        service={
            channel: service.number(channel, usual.service[channel], 1, 1440)
            for channel in (TEXT, VOICE)
        },
        patience={
            urgency: patience.number(str(urgency), usual.patience[urgency], 1, 40_000)
            for urgency in (1, 2, 3, 4)
        },
        reacts=offers.number("reacts", usual.reacts, 0, 1),
        answers_after=offers.number("answers_after", usual.answers_after, 1, 3600),
        declines=offers.number("declines", usual.declines, 0, 1),
    )
    for entries in (service, patience, offers):
        entries.nothing_else()
    return found


class _Entries:
    """The entries of one table, each asked for once, so that a mistyped name is noticed."""

    def __init__(self, where: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise BadScenario(where, "this must be a table of entries")
        self.where, self._data = where, data
        self._asked: set[str] = set()

    def nothing_else(self) -> None:
        for name in sorted(self._data.keys() - self._asked):
            raise BadScenario(self.where, f"{name}: there is no such entry")

    def _get(self, name: str, usual: Any) -> Any:
        self._asked.add(name)
        return self._data.get(name, usual)

    def number(self, name: str, usual: float | None, low: float, high: float) -> float:
        found = self._get(name, usual)
        if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
            raise BadScenario(self.where, f"{name}: write a number")
        if not low <= found <= high:
            raise BadScenario(self.where, f"{name}: from {low:g} to {high:g}")
        return found

    def word(self, name: str) -> str:
        found = self._get(name, "")
        if not isinstance(found, str) or not found:
            raise BadScenario(self.where, f"{name}: write a word")
        return found

    def words(self, name: str) -> tuple[str, ...]:
        found = self._get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise BadScenario(self.where, f"{name}: write a list of words")
        return tuple(found)

    def truth(self, name: str, usual: bool) -> bool:
        found = self._get(name, usual)
        if not isinstance(found, bool):
            raise BadScenario(self.where, f"{name}: write true or false")
        return found

    def zone(self, name: str) -> str:
        try:
            return zones.canonical(str(self._get(name, "UTC")))
        except zones.UnknownZone as error:
            raise BadScenario(self.where, f"{name}: a place such as Asia/Yangon") from error

    def hour(self, name: str) -> time:
        found = self._get(name, None)
        try:
            return found if isinstance(found, time) else time.fromisoformat(str(found))
        except ValueError as error:
            raise BadScenario(self.where, f"{name}: an hour such as 21:00") from error

    def table(self, name: str) -> Mapping[str, Any]:
        found = self._get(name, {})
        if not isinstance(found, Mapping):
            raise BadScenario(self.where, f"{name}: this must be a table of entries")
        return found

    def tables(self, name: str) -> list[Any]:
        found = self._get(name, [])
        if not isinstance(found, list):
            raise BadScenario(self.where, f"{name}: write [[{name}]] before each")
        return found

    def weights(self, name: str, count: int) -> tuple[float, ...]:
        found = self._get(name, [1.0] * count)
        if not isinstance(found, list) or len(found) != count:
            raise BadScenario(self.where, f"{name}: {count} numbers")
        if not all(isinstance(each, int | float) and each >= 0 for each in found) or not any(found):
            raise BadScenario(self.where, f"{name}: numbers from 0, one above it")
        return tuple(float(each) for each in found)

    def shares(self, name: str, usual: Mapping[str, float], key: Any) -> dict[Any, float]:
        found = self.table(name) or usual
        try:
            made = {key(each): float(share) for each, share in found.items()}
        except (TypeError, ValueError) as error:
            raise BadScenario(self.where, f"{name}: a share for each") from error
        if any(share < 0 for share in made.values()) or not any(made.values()):
            raise BadScenario(self.where, f"{name}: shares from 0, one above it")
        return made
