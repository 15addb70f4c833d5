"""The product's matcher under the policy interface of a simulator of helplines.

A policy is called at every event as `assign(now, waiting, available)` and answers with pairs
(request, volunteer) to offer; `now` is in seconds since the start. With `factory` it is made once
per run from what a line knows about itself: its shift plan and the log of an earlier fortnight.
Nothing is decided here: facts go in, `helpline.matching.Pool` answers. The parameters are the
product's own defaults, the prices what `learn` makes of that log.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from helpline.matching import (
    SAME_LANGUAGE_ONLY,
    TEXT,
    VOICE,
    Asked,
    Candidate,
    Demand,
    Pool,
    Speaks,
    Waiting,
    away_until,
    learn,
)

# The simulator's levels 1 to 3. It needs level 1 for a text and 2 for a call, as we do.
LEVELS = {1: Speaks.WORKING, 2: Speaks.FLUENT, 3: Speaks.NATIVE}
# As `helpline.cases` asks: how many at once.
AT_ONCE = {1: 3, 2: 2, 3: 1, 4: 1}
AT_ONCE_BY_VOICE = 2
LOG_DAYS = 14
WRITTEN = frozenset({"sms", "web"})
Pair = tuple[int, int]


class Policy:
    """What the simulator shows, told to a pool as far as it changed."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        self.start = datetime.fromisoformat(info["start_utc"]).replace(tzinfo=UTC)
        # Only what the simulator itself counts as the same language; ours knows more pairs.
        self.text = _one_text_channel(info["roster"])
        log = (
            Asked(self._moment(each.arrived), each.urgency, self._demand(each))
            for each in info["history"]
        )
        self.pool = Pool(prices=learn(log, LOG_DAYS), closeness=SAME_LANGUAGE_ONLY)
        self._seen: dict[int, tuple[object, ...]] = {}
        self._waiting: dict[int, Waiting] = {}
        self._reacted: dict[int, tuple[int, int]] = {}  # offers answered and missed, by volunteer

    def __call__(
        self, now: float, waiting: Sequence[Any], available: Sequence[Any]
    ) -> Iterable[Pair]:
        self._take_in(available)
        cases = [self._case(request) for request in waiting]
        return [
            (int(case.case_id), int(chosen.person_id))
            for case, several in self.pool.place(cases, self._moment(now))
            for chosen in several
        ]

    def _take_in(self, available: Sequence[Any]) -> None:
        here = set()
        for who in available:
            here.add(who.id)
            facts = (
                who.load,
                who.reserved,
                who.on_voice,
                who.idle_since,
                who.last_missed,
                who.shift_end,
                who.answered,
            )
            if self._seen.get(who.id) != facts:
                self._seen[who.id] = facts
                self.pool.put(self._candidate(who))
        for gone in self._seen.keys() - here:
            del self._seen[gone]
            self.pool.remove(str(gone))

    def _candidate(self, who: Any) -> Candidate:
        return Candidate(
            person_id=str(who.id),
            speaks={tag: LEVELS[level] for tag, level in who.langs.items()},
            load=who.load,
            load_cap=who.capacity,
            is_offered=who.reserved > 0,
            on_voice=who.on_voice,
            rested_since=self._moment(who.idle_since),
            lapsed_until=self._away_until(who),
            channels=frozenset(map(self._channel, who.channels)),
            clearances=who.topics,
            gender=who.gender,
            zone=who.tz,
            until=self._moment(who.shift_end),
            hours_helped=who.busy_s / 3600,
            answers=(who.answered + 9) / (who.answered + who.missed + 10),
        )

    def _away_until(self, who: Any) -> datetime | None:
        """By the offers that ran out on them since they last took one."""
        answered, missed = self._reacted.get(who.id, (0, 0))
        if who.answered > answered:
            self._reacted[who.id] = who.answered, who.missed
            return None
        if who.missed == missed:
            return None
        at = self._moment(who.last_missed)
        return away_until(at, who.missed - missed, self.pool.parameters)

    def _case(self, request: Any) -> Waiting:
        known = self._waiting.get(request.id)
        if known is not None:
            return known
        at_once = AT_ONCE[request.urgency]
        if request.channel == VOICE:
            at_once = max(at_once, AT_ONCE_BY_VOICE)
        case = Waiting(
            case_id=str(request.id),
            languages=request.langs,
            urgency=request.urgency,
            since=self._moment(request.arrived),
            wanted=at_once,
            channel=self._channel(request.channel),
            gender_wish=request.gender_pref or "",
            needs=_needs(request),
        )
        self._waiting[request.id] = case
        return case

    def _demand(self, request: Any) -> Demand:
        return Demand(request.langs[0], _needs(request), self._channel(request.channel))

    def _channel(self, name: str) -> str:
        return self.text.get(name, name)

    def _moment(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)


def _needs(request: Any) -> frozenset[str]:
    """The simulator's certificates are clearances to us."""
    return frozenset({request.topic, "crisis"} if request.urgency == 1 else {request.topic})


def _one_text_channel(roster: Iterable[Any]) -> dict[str, str]:
    """Where everybody takes both written channels they are one to us, as in the product."""
    both = all(who.channels >= WRITTEN for who in roster)
    return dict.fromkeys(WRITTEN, TEXT) if both else {}


def assign(info: Mapping[str, Any]) -> Callable[..., Iterable[Pair]]:
    return Policy(info)


assign.factory = True  # type: ignore[attr-defined]
