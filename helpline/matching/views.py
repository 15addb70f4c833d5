"""One kind of case, and the queues that fit it: who comes first among them all.

A view keeps the first of each queue in a heap. Where a queue got a better first, the pool's log
says so and the view looks; where the first is gone, the view finds out when it comes to it.
"""

from collections.abc import Collection, Iterable, Iterator
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING

from helpline.matching.costs import Talk, scarcity, talk, untrained
from helpline.matching.facts import VOICE, Waiting
from helpline.matching.groups import Group
from helpline.matching.rules import is_heavy, unfit

if TYPE_CHECKING:
    from helpline.matching.pool import Pool

Found = tuple[int, int, int, str]
"""Rung, points, who rested longest, id: as `decide` sorts."""
_Entry = tuple[int, int, int, str, int]

_LONG = 16_384


class Log:
    """Which groups got a better first, in order; forgotten when it grows long."""

    __slots__ = ("groups", "times_forgotten")

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.times_forgotten = 0

    def add(self, number: int) -> None:
        if len(self.groups) >= _LONG:
            self.forget()
        self.groups.append(number)

    def forget(self) -> None:
        """Whoever reads it begins anew."""
        self.groups.clear()
        self.times_forgotten += 1


def case_kind(case: Waiting) -> tuple[object, ...]:
    """Cases of one kind may be taken by the same people at the same cost, scarcity apart."""
    return (
        case.languages,
        case.channel,
        case.topic,
        case.gender_wish,
        case.age_wish,
        case.needs,
        case.team_id,
        is_heavy(case),
    )


class View:
    """The heap holds the queues of those who would not be missed elsewhere; the few who would be
    cost more or less by the urgency of the case, and are looked at one by one."""

    __slots__ = (
        "_case",
        "_heap",
        "_latest",
        "_points",
        "_pool",
        "_read",
        "_talks",
        "_times",
        "_which",
    )

    def __init__(self, pool: "Pool", case: Waiting) -> None:
        self._pool, self._case = pool, case
        self._which = int(case.channel == VOICE)
        self._points: dict[int, int | None] = {}
        self._talks: dict[object, Talk | None] = {}
        self._heap: list[_Entry] = []
        self._latest: dict[int, _Entry] = {}  # by group: what of the heap counts
        self._read, self._times = 0, -1

    def best(self, case: Waiting, skip: Collection[str]) -> list[Found]:
        """As many as wanted who are not among those to skip. `case`: one of this kind."""
        self._catch_up()
        scarce = self._scarce(case.urgency) if self._pool.scarce else []
        if case.wanted == 1:
            first = self._first()
            if scarce and (first is None or min(scarce) < first):
                first = min(scarce)
            if first is None:
                return []
            if first[3] not in skip:
                return [first[:4]]
        found: list[Found] = []
        for each in self._in_order(scarce, case.urgency):
            if each[3] not in skip:
                found.append(each[:4])
                if len(found) >= case.wanted:
                    break
        return found

    def total_of(self, group: Group, urgency: int) -> int | None:
        """What the kind of person costs and would be missed; None where they may not take it."""
        points = self._points_of(group)
        if points is None or not group.lost:
            return points
        return points + scarcity(group.lost, urgency, self._pool.of)

    def _points_of(self, group: Group) -> int | None:
        number = group.number
        if number in self._points:
            return self._points[number]
        self._points[number] = found = self._weigh(group)
        return found

    def _weigh(self, group: Group) -> int | None:
        of, who = self._pool.of, group.sample
        if group.spoken in self._talks:
            spoken = self._talks[group.spoken]
        else:
            spoken = talk(self._case, who.speaks, of, self._pool.closeness)
            self._talks[group.spoken] = spoken
        if spoken is None or any(unfit(self._case, who)):
            return None
        return sum(spoken) + untrained(self._case, who, of)

    def _catch_up(self) -> None:
        log = self._pool.logs[self._which]
        behind = len(log.groups) - self._read
        if self._times != log.times_forgotten or behind > len(self._pool.groups):
            self._heap = [*self._entries(self._pool.groups)]
            self._latest = {entry[4]: entry for entry in self._heap}
            heapify(self._heap)
            self._times = log.times_forgotten
        elif behind:
            groups = self._pool.groups
            for entry in self._entries([groups[number] for number in {*log.groups[self._read :]}]):
                if self._latest.get(entry[4]) != entry:
                    self._latest[entry[4]] = entry
                    heappush(self._heap, entry)
        self._read = len(log.groups)

    def _entries(self, groups: Iterable[Group]) -> Iterator[_Entry]:
        """The first of each queue that fits and would not be missed."""
        which, known = self._which, self._points
        for group in groups:
            queue = group.queues[which]
            if not queue or group.lost:
                continue
            number = group.number
            points = known[number] if number in known else self._points_of(group)
            if points is not None:
                own, rested, person_id = queue[0]
                yield group.rung, points + own, rested, person_id, number

    def _scarce(self, urgency: int) -> list[_Entry]:
        groups = self._pool.groups
        entries = (self._entry(groups[number], 0, urgency) for number in self._pool.scarce)
        return [entry for entry in entries if entry is not None]

    def _entry(self, group: Group, position: int, urgency: int) -> _Entry | None:
        queue = group.queues[self._which]
        if position >= len(queue):
            return None
        points = self.total_of(group, urgency)
        if points is None:
            return None
        own, rested, person_id = queue[position]
        return group.rung, points + own, rested, person_id, group.number

    def _first(self) -> _Entry | None:
        """The top of the heap, once it tells the truth."""
        heap, groups = self._heap, self._pool.groups
        while heap:
            top = heap[0]
            number = top[4]
            if self._latest.get(number) != top:
                heappop(heap)  # the group has a newer entry
                continue
            group = groups[number]
            true = None if group.lost else self._entry(group, 0, 0)
            if true == top:
                return top
            if true is None:
                heappop(heap)
                del self._latest[number]
            else:
                heapreplace(heap, true)
                self._latest[number] = true
        return None

    def _in_order(self, scarce: list[_Entry], urgency: int) -> Iterator[_Entry]:
        """Everybody who fits, best first. The heap is whole again when the reader stops."""
        ahead = [(entry, 0) for entry in scarce]
        heapify(ahead)
        opened: list[_Entry] = []
        seen: set[int] = set()
        try:
            while True:
                first = self._first()
                if first is not None and (not ahead or first < ahead[0][0]):
                    heappop(self._heap)
                    if first[4] in seen:
                        continue  # the same entry twice in the heap
                    seen.add(first[4])
                    opened.append(first)
                    heappush(ahead, (first, 0))
                if not ahead:
                    return
                entry, position = heappop(ahead)
                yield entry
                following = self._entry(self._pool.groups[entry[4]], position + 1, urgency)
                if following is not None:
                    heappush(ahead, (following, position + 1))
        finally:
            for entry in opened:
                heappush(self._heap, entry)
