"""Who is on, kept in order between decisions, so that an event touches a few and not everybody.

People of one kind (same languages, channels, clearances ...) may take the same cases at the same
cost but for what is their own (load, rest, end of shift). So each kind is one sorted queue, and a
question looks at the first of each queue that fits (`views`). What changes with time alone changes
in steps at known moments: a queue is touched when such a moment comes, never in between. Those
in one zone move together when night begins or ends there.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush

from helpline.matching.costs import Nights, continuity
from helpline.matching.facts import VOICE, Candidate, Chosen, Waiting
from helpline.matching.groups import OUT, Group, Keys, Kind, Place, kind_of, take_out
from helpline.matching.languages import CLOSE, Closeness
from helpline.matching.parameters import Parameters
from helpline.matching.prices import Prices
from helpline.matching.priority import order
from helpline.matching.rules import is_not_yet
from helpline.matching.supply import PLENTY, Supply
from helpline.matching.views import Found, Log, View, case_kind
from helpline.matching.weights import STEP, stamp, weights

_NEVER = datetime.min.replace(tzinfo=UTC)
_VIEWS = 2048
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
        self.scarce: set[int] = set()  # groups with somebody free who would be missed elsewhere
        self._by_kind: dict[Kind, Group] = {}
        self._places: dict[str, Place] = {}
        self._changed: dict[str, Candidate | None] = {}
        self._due: list[tuple[int, str]] = []
        self._views: dict[object, View] = {}
        self._holders: list[set[Group]] = [set() for _ in self.supply.demands]
        self._nights = Nights(_NEVER, self.of)
        self._at_home: defaultdict[str, set[str]] = defaultdict(set)  # by zone
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
        kind = case_kind(case)
        view = self._views.get(kind)
        if view is None:
            if len(self._views) >= _VIEWS:
                self._views.clear()
            view = self._views[kind] = View(self, case)
        skip = case.said_no | case.shown_to | case.abused
        known = self._known(case, view, skip)
        if known is not None:
            skip |= {known[-1]}
        found = view.best(case, skip)
        if known is not None:
            found = sorted([*found, known])[: case.wanted]
        return tuple(Chosen(each[-1], self._places[each[-1]].who.rung) for each in found)

    def _known(self, case: Waiting, view: View, skip: frozenset[str]) -> Found | None:
        """The earlier counsellor whom they wish again, if that one is free."""
        place = self._places.get(case.prefers) if case.prefers else None
        if place is None or place.who.person_id in skip:
            return None
        key = place.keys[case.channel == VOICE]
        points = None if key is None else view.total_of(place.group, case.urgency)
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
        before, self._nights = self._nights, Nights(now, self.of)
        for name, people in self._at_home.items():
            if people and self._nights.cost(name) != before.cost(name):
                for person_id in people - self._changed.keys():
                    self._withdraw(self._places[person_id])
                    self._enter(self._places[person_id], at)
        if hour != self._hour:
            self._hour = hour
            self.supply.turn(now)
            self._begin_anew()

    def _take_in(self, person_id: str, who: Candidate | None, at: int) -> None:
        place = self._places.get(person_id)
        if place is not None:
            self._withdraw(place)
            if who is None or who.zone != place.who.zone:
                self._at_home[place.who.zone].discard(person_id)
                place = None
        if who is None:
            self._places.pop(person_id, None)
            return
        if place is None:
            self._at_home[who.zone].add(person_id)
        place = self._places[person_id] = Place(who)
        self._enter(place, at)

    def _take_in_many(self, at: int) -> None:
        """The same for very many: added at the end, then sorted."""
        touched: set[Group] = set()
        for person_id, who in self._changed.items():
            if person_id in self._places:
                self._take_in(person_id, None, at)
            if who is None:
                continue
            self._at_home[who.zone].add(person_id)
            place = self._places[person_id] = Place(who)
            place.weigh(at, self.of, self._nights.cost(who.zone))
            if place.due is not None:
                self._due.append((place.due, person_id))
            if not place.is_free:
                continue
            place.group = self._group(who)
            for queue, key in zip(place.group.queues, place.keys, strict=True):
                if key is not None:
                    queue.append(key)
            touched.add(place.group)
            self._count(place, 1)
        self._changed.clear()
        for group in touched:
            for queue in group.queues:
                queue.sort()
        heapify(self._due)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Who would be missed where is worked out for all; the views look at everybody again."""
        self.scarce.clear()
        for holders in self._holders:
            holders.clear()
        for group in self.groups:
            if group.is_here:
                self._arrive(group)
        for log in self.logs:
            log.forget()

    def _enter(self, place: Place, at: int) -> None:
        place.weigh(at, self.of, self._nights.cost(place.who.zone))
        if place.is_free:
            place.group = self._group(place.who)
            self._line_up(place, place.keys)
        if place.due is not None:
            heappush(self._due, (place.due, place.who.person_id))

    def _line_up(self, place: Place, keys: Keys) -> None:
        place.keys = keys
        group = place.group
        self._count(place, 1)
        if not group.is_here:
            self._arrive(group)
        for queue, key, log in zip(group.queues, keys, self.logs, strict=True):
            if key is not None:
                if not queue or key < queue[0]:
                    log.add(group.number)
                insort(queue, key)

    def _withdraw(self, place: Place) -> None:
        if not place.is_free:
            return
        group = place.group
        for queue, key in zip(group.queues, place.keys, strict=True):
            if key is not None:
                take_out(queue, key)
        if not group.is_here:
            self._leave(group)
        self._count(place, -1)
        place.keys = OUT

    def _arrive(self, group: Group) -> None:
        """Somebody of a group is free, the first of them."""
        group.lost = self.supply.lost(group.serves)
        if group.lost:
            self.scarce.add(group.number)
        for number in group.serves:
            self._holders[number].add(group)

    def _leave(self, group: Group) -> None:
        group.lost = 0
        self.scarce.discard(group.number)
        for number in group.serves:
            self._holders[number].discard(group)

    def _count(self, place: Place, sign: int) -> None:
        """One more or one less is free: others are missed the less or the more."""
        supply, who = self.supply, place.who
        free, by_voice, places = supply.free, supply.by_voice, who.load_cap - who.load
        for number in place.group.serves:
            before = free[number]
            free[number] = after = before + sign * (1 if by_voice[number] else places)
            if (before < PLENTY or after < PLENTY) and supply.missed:
                table = supply.missed[number]
                more = table[min(after, PLENTY)] - table[min(before, PLENTY)]
                for group in self._holders[number] if more else ():
                    self._miss(group, group.lost + more)

    def _miss(self, group: Group, lost: int) -> None:
        if not lost:
            self.scarce.discard(group.number)
            for queue, log in zip(group.queues, self.logs, strict=True):
                if queue:
                    log.add(group.number)
        elif not group.lost:
            self.scarce.add(group.number)
        group.lost = lost

    def _group(self, who: Candidate) -> Group:
        kind = kind_of(who)
        group = self._by_kind.get(kind)
        if group is None:
            group = self._by_kind[kind] = Group(len(self.groups), who, self.supply.serves(who))
            self.groups.append(group)
        return group
