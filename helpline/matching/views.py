"""One kind of case, and the queues that fit it: who comes first among them all.

A view keeps the first of each queue in a heap. Where a queue got a better first, the pool's log
says so and the view looks; where the first is gone, the view finds out when it comes to it.
"""

from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING

from helpline.matching.costs import kind_parts, scarcity
from helpline.matching.facts import VOICE, Waiting
from helpline.matching.groups import Group
from helpline.matching.rules import is_heavy, lasting

if TYPE_CHECKING:
    from helpline.matching.pool import Pool

Found = tuple[int, int, int, str]
"""Rung, points, who rested longest, id: as `decide` sorts."""
_Entry = tuple[int, int, int, str, int]

_LONG = 4096


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
    """Cases of one kind may be taken by the same people at the same cost."""
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
    """Made for one moment of the day: the pool drops it when the hour changes a cost."""

    __slots__ = ("_case", "_heap", "_points", "_pool", "_read", "_times", "_which")

    def __init__(self, pool: "Pool", case: Waiting) -> None:
        self._pool, self._case = pool, case
        self._which = int(case.channel == VOICE)
        self._points: dict[int, int | None] = {}
        self._heap: list[_Entry] = []
        self._read, self._times = 0, -1

    def best(self, wanted: int, skip: Collection[str]) -> list[Found]:
        """The first so many who are not among those to skip."""
        self._catch_up()
        if wanted == 1:
            first = self._first()
            if first is None:
                return []
            if first[3] not in skip:
                return [first[:4]]
        found: list[Found] = []
        for each in self._in_order():
            if each[3] not in skip:
                found.append(each[:4])
                if len(found) >= wanted:
                    break
        return found

    def points_of(self, group: Group) -> int | None:
        """What the kind of person costs; None where they may not take it."""
        number = group.number
        if number in self._points:
            return self._points[number]
        self._points[number] = found = self._weigh(group)
        return found

    def total_of(self, group: Group) -> int | None:
        """The same with what would be missed elsewhere if one of them were taken now."""
        points = self.points_of(group)
        if points is None or not group.lost:
            return points
        return points + scarcity(group.lost, self._case.urgency, self._pool.of)

    def _weigh(self, group: Group) -> int | None:
        pool = self._pool
        assert pool.moment is not None  # noqa: S101
        if any(lasting(self._case, group.sample, pool.of, pool.closeness)):
            return None
        parts = kind_parts(self._case, group.sample, pool.moment, pool.of, pool.closeness)
        return None if parts is None else sum(parts)

    def _catch_up(self) -> None:
        log = self._pool.logs[self._which]
        if self._times != log.times_forgotten:
            entries = (self._entry(group) for group in self._pool.groups)
            self._heap = [entry for entry in entries if entry is not None]
            heapify(self._heap)
            self._times = log.times_forgotten
        elif self._read < len(log.groups):
            for number in set(log.groups[self._read :]):
                entry = self._entry(self._pool.groups[number])
                if entry is not None:
                    heappush(self._heap, entry)
        self._read = len(log.groups)

    def _entry(self, group: Group, position: int = 0) -> _Entry | None:
        queue = group.queues[self._which]
        if position >= len(queue):
            return None
        points = self.total_of(group)
        if points is None:
            return None
        own, rested, person_id = queue[position]
        return group.rung, points + own, rested, person_id, group.number

    def _first(self) -> _Entry | None:
        """The top of the heap, once it tells the truth."""
        heap, groups = self._heap, self._pool.groups
        while heap:
            top = heap[0]
            true = self._entry(groups[top[4]])
            if true == top:
                return top
            if true is None or true < top:
                heappop(heap)  # none left, or a better entry of the group is in the heap already
            else:
                heapreplace(heap, true)
        return None

    def _in_order(self) -> Iterator[_Entry]:
        """Everybody who fits, best first. The heap is whole again when the reader stops."""
        ahead: list[tuple[_Entry, int]] = []
        opened: list[_Entry] = []
        seen: set[int] = set()
        try:
            while True:
                first = self._first()
                if first is not None and (not ahead or first < ahead[0][0]):
                    heappop(self._heap)
                    if first[4] in seen:
                        continue  # twice in the heap
                    seen.add(first[4])
                    opened.append(first)
                    heappush(ahead, (first, 0))
                if not ahead:
                    return
                entry, position = heappop(ahead)
                yield entry
                following = self._entry(self._pool.groups[entry[4]], position + 1)
                if following is not None:
                    heappush(ahead, (following, position + 1))
        finally:
            for entry in opened:
                heappush(self._heap, entry)
