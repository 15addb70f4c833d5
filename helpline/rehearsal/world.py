"""People come, wait and are helped: one event after the other, on a pretend clock.

Who is asked is decided by the product's own `helpline.matching.Pool`, with the product's figures;
only people are imagined here: how soon they react, how long they talk and how long they wait.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from helpline.cases.offer_rules import OfferRules
from helpline.matching import (
    TEXT,
    VOICE,
    Candidate,
    Parameters,
    Pool,
    Prices,
    Waiting,
    away_until,
    can_help_in,
)
from helpline.rehearsal.arrivals import Arrival
from helpline.rehearsal.scenario import Pace
from helpline.rehearsal.shifts import Helper
from scheduling.zones import Window

SPREAD = 0.6  # sigma of the lognormal lengths of conversations; assumed, not measured
SLOWER = 0.12  # a text conversation takes so much longer for each other one carried beside it


@dataclass(slots=True)
class Outcome:
    """What became of somebody who asked. waited: until somebody took them, or until they left."""

    arrival: Arrival
    nobody_on: bool
    waited: timedelta | None = None
    helped: bool = False
    still_waits: bool = False
    offers: int = 0
    by: str = ""


@dataclass(slots=True)
class _Case:
    number: int
    outcome: Outcome
    shown: set[str] = field(default_factory=set)
    refused: dict[str, datetime] = field(default_factory=dict)  # until when
    waiting: Waiting | None = None


@dataclass(slots=True)
class _On:
    """A helper while they are on, or were and still talk."""

    who: Candidate
    load: int = 0
    looks_at: int | None = None
    missed: int = 0  # offers that ran out on them in a row
    in_call: bool = False
    is_on: bool = False


class World:
    """One rehearsal. `run` lets it happen; `outcomes` holds everybody who asked, in order."""

    def __init__(
        self,
        arrivals: Iterable[Arrival],
        helpers: Iterable[Helper],
        *,
        seed: int,
        pace: Pace | None = None,
        parameters: Parameters | None = None,
        offers: OfferRules | None = None,
        prices: Prices | None = None,
    ) -> None:
        self.outcomes: list[Outcome] = []
        self._pace, self._offers = pace or Pace(), offers or OfferRules()
        self._dice = Random(f"{seed}:world")  # noqa: S311  a rehearsal
        self._pool = Pool(parameters, prices)
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()
        self._cases: dict[int, _Case] = {}
        self._helpers: dict[str, _On] = {}
        for helper in helpers:
            self._helpers[helper.who.person_id] = _On(helper.who)
            for window in helper.on:
                self._shift(helper.who.person_id, window)
        for arrival in arrivals:
            self._at(arrival.at, partial(self._arrive, arrival))

    def run(self, window: Window, progress: Callable[[datetime], None] | None = None) -> None:
        """Let everything happen until the window ends; whoever waits then still waits."""
        told = window.start
        while self._events and self._events[0][0] < window.end:
            now = self._events[0][0]
            while self._events and self._events[0][0] == now:
                heappop(self._events)[2](now)
            self._match(now)
            if progress is not None and now - told >= timedelta(hours=6):
                progress(now)
                told = now
        for case in self._cases.values():
            case.outcome.waited = window.end - case.outcome.arrival.at
            case.outcome.still_waits = True

    # --- people who help ---

    def _shift(self, name: str, window: Window) -> None:
        self._at(window.start, lambda now: self._come_on(name, window.end))
        self._at(window.end, lambda now: self._go(name))

    def _come_on(self, name: str, until: datetime) -> None:
        one = self._helpers[name]
        one.is_on, one.who = True, replace(one.who, until=until)
        self._put(one)

    def _go(self, name: str) -> None:
        one = self._helpers[name]
        one.is_on = False
        if one.looks_at is not None:
            self._take_back(one)
        self._pool.remove(name)

    def _put(self, one: _On) -> None:
        one.who = replace(
            one.who,
            load=one.load,
            is_offered=one.looks_at is not None,
            on_voice=one.in_call,
        )
        if one.is_on:
            self._pool.put(one.who)

    # --- people who ask ---

    def _arrive(self, arrival: Arrival, now: datetime) -> None:
        number = len(self.outcomes)
        nobody = not any(one.is_on and _could(one.who, arrival) for one in self._helpers.values())
        outcome = Outcome(arrival, nobody)
        self.outcomes.append(outcome)
        self._cases[number] = _Case(number, outcome)
        patience = self._lognormal(self._pace.patience[arrival.urgency])
        self._at(now + timedelta(minutes=patience), lambda at: self._leave(number, at))

    def _leave(self, number: int, now: datetime) -> None:
        case = self._cases.pop(number, None)
        if case is None:
            return
        case.outcome.waited = now - case.outcome.arrival.at
        self._free_others(case)

    # --- offers ---

    def _match(self, now: datetime) -> None:
        waiting = [
            found
            for case in self._cases.values()
            if (found := self._waiting(case, now)) is not None
        ]
        if not waiting:
            return
        for placed, chosen in self._pool.place(waiting, now):
            for each in chosen:
                self._offer(self._cases[int(placed.case_id)], each.person_id, now)

    def _waiting(self, case: _Case, now: datetime) -> Waiting | None:
        """As matching sees them; None where as many as may are looking. Made anew when changed."""
        arrival = case.outcome.arrival
        wanted = self._offers.at_once(arrival.urgency, arrival.channel) - len(case.shown)
        if wanted <= 0:
            return None
        if case.waiting is None:
            case.waiting = Waiting(
                case_id=str(case.number),
                languages=arrival.languages,
                urgency=arrival.urgency,
                since=arrival.at,
                wanted=wanted,
                said_no=frozenset(who for who, until in case.refused.items() if now < until),
                shown_to=frozenset(case.shown),
                channel=arrival.channel,
                gender_wish=arrival.gender_wish,
                age_wish=arrival.age_wish,
            )
        return case.waiting

    def _offer(self, case: _Case, name: str, now: datetime) -> None:
        one = self._helpers[name]
        one.looks_at = case.number
        case.shown.add(name)
        case.waiting = None
        case.outcome.offers += 1
        self._put(one)
        arrival = case.outcome.arrival
        stands = self._offers.stands_for(arrival.urgency, arrival.channel)
        reacts = self._dice.random() < self._pace.reacts
        after = timedelta(seconds=self._lognormal(self._pace.answers_after))
        says_no = self._dice.random() < self._pace.declines
        number = case.number
        if not reacts or after >= stands:
            self._at(now + stands, lambda at: self._refuse(number, name, at, lapsed=True))
        elif says_no:
            self._at(now + after, lambda at: self._refuse(number, name, at, lapsed=False))
        else:
            self._at(now + after, lambda at: self._take(number, name, at))

    def _refuse(self, number: int, name: str, now: datetime, *, lapsed: bool) -> None:
        one, case = self._helpers[name], self._cases.get(number)
        if one.looks_at != number or case is None or name not in case.shown:
            return
        again = now + timedelta(minutes=self._offers.not_again)
        case.refused[name] = again
        self._at(again, lambda at: self._forget(number))
        if not lapsed:
            one.missed = 0
        else:
            one.missed += 1
            until = away_until(now, one.missed, self._pool.parameters)
            one.who = replace(one.who, lapsed_until=until)
            self._at(until, lambda at: None)  # a moment at which somebody may be asked again
        self._take_back(one)

    def _forget(self, number: int) -> None:
        if number in self._cases:
            self._cases[number].waiting = None

    def _take_back(self, one: _On) -> None:
        case = self._cases.get(-1 if one.looks_at is None else one.looks_at)
        if case is not None:
            case.shown.discard(one.who.person_id)
            case.waiting = None
        one.looks_at = None
        self._put(one)

    def _free_others(self, case: _Case) -> None:
        for name in sorted(case.shown):
            other = self._helpers[name]
            if other.looks_at == case.number:
                other.looks_at = None
                self._put(other)

    def _take(self, number: int, name: str, now: datetime) -> None:
        one, case = self._helpers[name], self._cases.get(number)
        if one.looks_at != number or case is None or name not in case.shown:
            return
        del self._cases[number]
        self._free_others(case)
        channel = case.outcome.arrival.channel
        one.load += 1
        one.in_call = channel == VOICE
        one.who, one.missed = replace(one.who, rested_since=now, lapsed_until=None), 0
        self._put(one)
        case.outcome.waited = now - case.outcome.arrival.at
        case.outcome.helped, case.outcome.by = True, name
        slower = 1 + SLOWER * (one.load - 1) if channel == TEXT else 1.0
        length = self._lognormal(self._pace.service[channel]) * slower
        ends = now + timedelta(minutes=length)
        self._at(ends, lambda at: self._end(name, timedelta(minutes=length), at))

    def _end(self, name: str, length: timedelta, now: datetime) -> None:
        one = self._helpers[name]
        one.load -= 1
        one.in_call = False
        helped = one.who.hours_helped + length / timedelta(hours=1)
        one.who = replace(one.who, rested_since=now, hours_helped=helped)
        self._put(one)

    # --- time and chance ---

    def _at(self, moment: datetime, do: Callable[[datetime], None]) -> None:
        heappush(self._events, (moment, next(self._order), do))

    def _lognormal(self, median: float) -> float:
        return self._dice.lognormvariate(math.log(median), SPREAD)


def _could(who: Candidate, arrival: Arrival) -> bool:
    """Whether they could help, busy or not."""
    return (
        arrival.channel in who.channels
        and any(can_help_in(who.speaks, tag) for tag in arrival.languages)
        and arrival.gender_wish in ("", who.gender)
        and arrival.age_wish in ("", who.age_band)
    )
