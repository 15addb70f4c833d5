"""Who is asked to help whom, and why. Pure: no database, no clock.

Everybody who waits is looked at together, the most urgent first, then who has waited longest.
First come hard rules, each with a code; then a cost in points, each part named, and the cheapest
are asked. What was decided explains itself: it is kept beside the case for people to read.

Only facts come in, so the same decision can be made again for yesterday, or tried for next week.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

Order = tuple[int, datetime, str]


class Speaks(IntEnum):
    """How well; helping needs at least WORKING."""

    BASIC = 1
    WORKING = 2
    FLUENT = 3
    NATIVE = 4


class Rung(StrEnum):
    """Who is asked, in this order: those on shift, then who leads it, then who stands in.

    Coordinators come last; they are told, not asked (`helpline.cases.escalation`).
    """

    MATCH = "match"
    LEAD = "lead"
    STAND_IN = "stand_in"


class Excluded(StrEnum):
    """Why somebody who is on is not asked about a case."""

    LANGUAGE = "language"  # does not speak it at working level
    PAUSED = "paused"
    AT_CAPACITY = "at_capacity"
    LAPSED = "lapsed"  # let an offer lapse a moment ago: perhaps not there
    OFFERED_ANOTHER = "offered_another"
    SHOWN = "shown"  # is looking at this very case
    SAID_NO = "said_no"  # declined, ignored or passed on this case
    ENDED_ABUSE = "ended_abuse"  # ended an abusive conversation with this person
    CHOSEN_FOR_ANOTHER = "chosen_for_another"  # in this same pass


_ABSENT = frozenset({Excluded.LANGUAGE, Excluded.PAUSED})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in line. `language` is BCP-47, `urgency` 1 to 4.

    wanted: how many more may be asked at once. said_no, shown_to, abused, prefers: ids of
    counsellors; `abused` are never asked.
    """

    case_id: str
    language: str
    urgency: int
    since: datetime
    wanted: int = 1
    said_no: frozenset[str] = frozenset()
    shown_to: frozenset[str] = frozenset()
    prefers: str | None = None
    abused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is on. `speaks`: BCP-47 tags with levels.

    rested_since: when they last took or closed a conversation, None: not today.
    lapsed_until: an offer ran out on them; they are taken to be away until then.
    """

    person_id: str
    speaks: Mapping[str, Speaks]
    load: int = 0
    load_cap: int = 3
    paused: bool = False
    is_offered: bool = False
    rested_since: datetime | None = None
    lapsed_until: datetime | None = None
    rung: Rung = Rung.MATCH


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the parts of the cost weigh, in points; data, so that they can be shown and changed."""

    level: Mapping[Speaks, float] = field(
        default_factory=lambda: {Speaks.NATIVE: 0.0, Speaks.FLUENT: 1.0, Speaks.WORKING: 4.0}
    )
    other_script: float = 2.0
    full_load: float = 4.0  # at the cap; less in proportion
    no_rest: float = 3.0  # right after a conversation; nothing after `rested`
    rested: timedelta = timedelta(hours=1)
    continuity: float = -6.0


@dataclass(frozen=True, slots=True)
class Chosen:
    person_id: str
    rung: Rung


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one case.

    excluded: for each person left out every reason. costs: for each other person the parts.
    """

    case_id: str
    chosen: tuple[Chosen, ...]
    excluded: Mapping[str, tuple[Excluded, ...]]
    costs: Mapping[str, Mapping[str, float]]

    @property
    def nobody_is_on(self) -> bool:
        """Whether nobody who speaks the language is here, not even busy."""
        return not self.costs and all(_ABSENT & set(why) for why in self.excluded.values())

    @property
    def all_said_no(self) -> bool:
        """Whether the ones who could were asked and did not take it."""
        reasons = [set(why) for why in self.excluded.values() if not _ABSENT & set(why)]
        tried = {Excluded.SAID_NO, Excluded.LAPSED, Excluded.ENDED_ABUSE}
        return not self.chosen and bool(reasons) and all(why & tried for why in reasons)

    def explanation(self) -> dict[str, Any]:
        """The same as plain data, in a settled order: equal decisions give equal explanations."""
        return {
            "chosen": [{"person_id": each.person_id, "rung": each.rung} for each in self.chosen],
            "excluded": {who: list(why) for who, why in sorted(self.excluded.items())},
            "costs": {who: dict(parts) for who, parts in sorted(self.costs.items())},
        }


def assign(
    waiting: Iterable[Waiting],
    candidates: Sequence[Candidate],
    now: datetime,
    parameters: Parameters | None = None,
) -> list[Decision]:
    """A decision for everybody who waits, most urgent first; nobody is asked twice at once."""
    taken: set[str] = set()
    decisions = []
    for case in sorted(waiting, key=order):
        decision = decide(case, candidates, now, parameters=parameters, taken=taken)
        taken.update(each.person_id for each in decision.chosen)
        decisions.append(decision)
    return decisions


def decide(
    case: Waiting,
    candidates: Iterable[Candidate],
    now: datetime,
    *,
    parameters: Parameters | None = None,
    taken: Collection[str] = (),
) -> Decision:
    """Who is asked about one case; `taken` are already asked about another."""
    parameters = parameters or Parameters()
    excluded: dict[str, tuple[Excluded, ...]] = {}
    able: list[Candidate] = []
    costs: dict[str, Mapping[str, float]] = {}
    for each in candidates:
        why = tuple(_reasons(case, each, now, taken))
        if why:
            excluded[each.person_id] = why
        else:
            able.append(each)
            costs[each.person_id] = _cost(case, each, now, parameters)
    return Decision(case.case_id, _cheapest(able, costs, case.wanted), excluded, costs)


def order(case: Waiting) -> Order:
    """Who comes first: urgency, then waiting. The id only makes the order the same every time."""
    return case.urgency, case.since, case.case_id


def speaks(languages: Mapping[str, Speaks], wanted: str) -> tuple[Speaks | None, bool]:
    """How well somebody helps in a language, and whether in just this writing.

    "zh" covers both scripts of Chinese; somebody of the other script understands, with effort.

    >>> speaks({"zh-Hans": Speaks.NATIVE}, "zh-Hant")
    (<Speaks.NATIVE: 4>, False)
    >>> speaks({"zh": Speaks.NATIVE, "ms": Speaks.BASIC}, "zh-Hans")[1], speaks({}, "ms")
    (True, (None, False))
    """
    primary, _, script = wanted.partition("-")
    best: tuple[Speaks | None, bool] = (None, False)
    for tag, level in languages.items():
        language, _, written = tag.partition("-")
        if language != primary:
            continue
        exact = written == script or not written or not script
        if best[0] is None or (exact, level) > (best[1], best[0]):
            best = (level, exact)
    return best


def can_help_in(languages: Mapping[str, Speaks], wanted: str) -> bool:
    """Whether at working level or better."""
    level, _ = speaks(languages, wanted)
    return level is not None and level >= Speaks.WORKING


def _reasons(
    case: Waiting, who: Candidate, now: datetime, taken: Collection[str]
) -> Iterable[Excluded]:
    holds = {
        Excluded.LANGUAGE: not can_help_in(who.speaks, case.language),
        Excluded.PAUSED: who.paused,
        Excluded.AT_CAPACITY: who.load >= who.load_cap,
        Excluded.LAPSED: who.lapsed_until is not None and now < who.lapsed_until,
        Excluded.SHOWN: who.person_id in case.shown_to,
        Excluded.OFFERED_ANOTHER: who.is_offered and who.person_id not in case.shown_to,
        Excluded.SAID_NO: who.person_id in case.said_no,
        Excluded.ENDED_ABUSE: who.person_id in case.abused,
        Excluded.CHOSEN_FOR_ANOTHER: who.person_id in taken,
    }
    return (reason for reason, applies in holds.items() if applies)


def _cost(
    case: Waiting, who: Candidate, now: datetime, parameters: Parameters
) -> Mapping[str, float]:
    """Never read for somebody who does not speak the language."""
    level, exact = speaks(who.speaks, case.language)
    parts = {
        "language": parameters.level.get(level or Speaks.BASIC, 0.0),
        "script": 0.0 if exact else parameters.other_script,
        "load": parameters.full_load * who.load / max(who.load_cap, 1),
        "rest": parameters.no_rest * (1 - _rested(who, now, parameters)),
        "continuity": parameters.continuity if case.prefers == who.person_id else 0.0,
    }
    return {name: round(points, 3) for name, points in parts.items()}


def _rested(who: Candidate, now: datetime, parameters: Parameters) -> float:
    """From 0, just now, to 1, long enough."""
    if who.rested_since is None:
        return 1.0
    return min(max((now - who.rested_since) / parameters.rested, 0.0), 1.0)


def _cheapest(
    able: Sequence[Candidate], costs: Mapping[str, Mapping[str, float]], wanted: int
) -> tuple[Chosen, ...]:
    """The best of the first rung on which there is anybody, then of the next."""
    rungs = list(Rung)
    ranked = sorted(
        able,
        key=lambda who: (
            rungs.index(who.rung),
            round(sum(costs[who.person_id].values()), 3),
            _rest_key(who),
            who.person_id,
        ),
    )
    return tuple(Chosen(who.person_id, who.rung) for who in ranked[:wanted])


def _rest_key(who: Candidate) -> float:
    """Among equals whoever rested longest; who has not worked yet comes first."""
    return who.rested_since.timestamp() if who.rested_since else float("-inf")
