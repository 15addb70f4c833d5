"""Who is on, kept in order between decisions, so that an event touches a few and not everybody.

People of one kind (same languages, channels, clearances ...) may take the same cases at the same
cost but for what is their own (load, rest, end of shift). So each kind is one sorted queue, and a
question looks at the first of each queue that fits (`views`). What changes with time alone changes
in steps at known moments: a queue is touched when such a moment comes, never in between.
"""

from bisect import insort
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush

from helpline.matching.costs import Moment, continuity
from helpline.matching.facts import VOICE, Candidate, Chosen, Waiting
from helpline.matching.groups import Group, Keys, Kind, Place, kind_of, take_out
from helpline.matching.languages import CLOSE, Closeness
from helpline.matching.parameters import Parameters
from helpline.matching.prices import Prices
from helpline.matching.priority import order
from helpline.matching.rules import is_not_yet
from helpline.matching.supply import Supply
from helpline.matching.views import Found, Log, View, case_kind
from helpline.matching.weights import STEP, stamp, weights

_MANY = 64  # from so many changes at once on, sorting a queue is faster than inserting into it
Placed = tuple[Waiting, tuple[Chosen, ...]]


class Pool:
    """Everybody who is on. Time moves forward only: each `now` is at least the one before."""

    def __init__(
        self,
        parameters: Parameters | None = None,
        prices: Prices | None = None,
        closeness: Closeness = CLOSE,
    ) -> None:
        self.parameters = parameters or Parameters()
        self.of = weights(self.parameters)
        self.prices, self.closeness = prices or Prices(), closeness
        self.supply = Supply(self.prices, self.of, closeness)
        self.groups: list[Group] = []
        self.logs = (Log(), Log())
        self.moment: Moment | None = None
        self._by_kind: dict[Kind, Group] = {}
        self._places: dict[str, Place] = {}
        self._changed: dict[str, Candidate | None] = {}
        self._due: list[tuple[int, str]] = []
        self._views: dict[object, View] = {}
        self._holders: list[set[Group]] = [set() for _ in self.supply.demands]
        self._quarter = self._hour = -1

    def put(self, who: Candidate) -> None:
        """Somebody comes on, or something about them changed."""
        self._changed[who.person_id] = who

    def remove(self, person_id: str) -> None:
        """Somebody is not on any more; nothing happens if they were not."""
        self._changed[person_id] = None

    def candidates(self) -> Mapping[str, Candidate]:
        """Everybody who is on, by id."""
        on = {person_id: place.who for person_id, place in self._places.items()}
        changed = {name: who for name, who in self._changed.items() if who is not None}
        gone = self._changed.keys() - changed.keys()
        return {name: who for name, who in (on | changed).items() if name not in gone}

    def ask(self, case: Waiting, now: datetime) -> tuple[Chosen, ...]:
        """Whom to ask about one case, best first; as many as wanted, or as there are."""
        self._settle(now)
        return self._best(case, now)

    def place(self, waiting: Iterable[Waiting], now: datetime) -> list[Placed]:
        """Whom to ask about each, most pressing first; nobody about two. Changes nothing."""
        self._settle(now)
        placed: list[Placed] = []
        taken: list[tuple[Place, Keys]] = []
        for case in sorted(waiting, key=lambda each: order(each, now, self.parameters)):
            chosen = self._best(case, now)
            for each in chosen:
                place = self._places[each.person_id]
                taken.append((place, place.keys))
                self._withdraw(place)
            placed.append((case, chosen))
        for place, keys in taken:
            self._line_up(place, keys)
        return placed

    def _best(self, case: Waiting, now: datetime) -> tuple[Chosen, ...]:
        if is_not_yet(case, now):
            return ()
        kind = (case_kind(case), case.urgency if self.supply.demands else 0)
        view = self._views.get(kind)
        if view is None:
            view = self._views[kind] = View(self, case)
        skip = case.said_no | case.shown_to | case.abused
        known = self._known(case, view, skip)
        if known is not None:
            skip |= {known[-1]}
        found = view.best(case.wanted, skip)
        if known is not None:
            found = sorted([*found, known])[: case.wanted]
        return tuple(Chosen(each[-1], self._places[each[-1]].who.rung) for each in found)

    def _known(self, case: Waiting, view: View, skip: frozenset[str]) -> Found | None:
        """The earlier counsellor whom they wish again, if that one is free."""
        place = self._places.get(case.prefers) if case.prefers else None
        if place is None or place.who.person_id in skip:
            return None
        key = place.keys[case.channel == VOICE]
        points = view.total_of(place.group)
        if key is None or points is None:
            return None
        known = continuity(case, place.who, self.of)
        return place.group.rung, points + key[0] + known, key[1], key[2]

    def _settle(self, now: datetime) -> None:
        """Bring everything up to this moment."""
        at = stamp(now)
        self._turn(now, at)
        while self._due and self._due[0][0] <= at:
            due, person_id = heappop(self._due)
            place = self._places.get(person_id)
            if place is not None and place.due == due and person_id not in self._changed:
                self._withdraw(place)
                self._enter(place, at)
        if len(self._changed) > _MANY:
            self._take_in_many(at)
        elif self._changed:
            for person_id, who in self._changed.items():
                self._take_in(person_id, who, at)
            self._changed.clear()

    def _turn(self, now: datetime, at: int) -> None:
        """What depends on the hour alone; zones shift by quarters of an hour."""
        quarter, hour = at // (3 * STEP), at // (12 * STEP)
        if quarter == self._quarter:
            return
        self._quarter = quarter
        turned = Moment(now, self.of)
        if self.moment is None or not turned.same_as(self.moment):
            self.moment = turned
            self._views.clear()
        if hour != self._hour:
            self._hour = hour
            self.supply.turn(now)
            self._begin_anew()

    def _take_in(self, person_id: str, who: Candidate | None, at: int) -> None:
        place = self._places.get(person_id)
        if place is not None:
            self._withdraw(place)
        if who is None:
            self._places.pop(person_id, None)
            return
        group = self._group(who)
        if place is None:
            place = self._places[person_id] = Place(who, group)
        else:
            place.who, place.group = who, group
        self._enter(place, at)

    def _take_in_many(self, at: int) -> None:
        """The same for very many: added at the end, then sorted."""
        for person_id, who in self._changed.items():
            if person_id in self._places:
                self._take_in(person_id, None, at)
            if who is None:
                continue
            place = self._places[person_id] = Place(who, self._group(who))
            place.weigh(at, self.of)
            for queue, key in zip(place.group.queues, place.keys, strict=True):
                if key is not None:
                    queue.append(key)
            if place.is_free:
                self._count(place, 1)
            if place.due is not None:
                self._due.append((place.due, person_id))
        self._changed.clear()
        for group in self.groups:
            for queue in group.queues:
                queue.sort()
        heapify(self._due)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Who would be missed where is worked out for all; the views look at everybody again."""
        for holders in self._holders:
            holders.clear()
        for group in self.groups:
            if group.is_here:
                self._hold(group)
        for log in self.logs:
            log.forget()

    def _enter(self, place: Place, at: int) -> None:
        place.weigh(at, self.of)
        self._line_up(place, place.keys)
        if place.due is not None:
            heappush(self._due, (place.due, place.who.person_id))

    def _line_up(self, place: Place, keys: Keys) -> None:
        place.keys = keys
        group = place.group
        if not place.is_free:
            return
        changed = self._count(place, 1)
        if not group.is_here:
            self._hold(group)
        for queue, key, log in zip(group.queues, keys, self.logs, strict=True):
            if key is not None:
                if not queue or key < queue[0]:
                    log.add(group.number)
                insort(queue, key)
        self._note(changed)

    def _withdraw(self, place: Place) -> None:
        if not place.is_free:
            return
        group = place.group
        for queue, key in zip(group.queues, place.keys, strict=True):
            if key is not None:
                take_out(queue, key)
        if not group.is_here:
            for number in group.serves:
                self._holders[number].discard(group)
        self._note(self._count(place, -1))
        place.keys = (None, None)

    def _hold(self, group: Group) -> None:
        group.lost = self.supply.lost(group.serves)
        for number in group.serves:
            self._holders[number].add(group)

    def _count(self, place: Place, sign: int) -> set[Group]:
        """One more or one less is free; the groups who are now missed otherwise."""
        changed: set[Group] = set()
        for number in place.group.serves:
            more = self.supply.change(number, sign * self.supply.places(number, place.who))
            holders = self._holders[number]
            if more and holders:
                for group in holders:
                    group.lost += more
                changed |= holders
        return changed

    def _note(self, changed: set[Group]) -> None:
        for group in changed:
            for queue, log in zip(group.queues, self.logs, strict=True):
                if queue:
                    log.add(group.number)

    def _group(self, who: Candidate) -> Group:
        kind = kind_of(who)
        group = self._by_kind.get(kind)
        if group is None:
            group = self._by_kind[kind] = Group(len(self.groups), who, self.supply.serves(who))
            self.groups.append(group)
        return group
