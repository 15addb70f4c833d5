"""People of one kind, kept in the order in which they would be asked."""

from bisect import bisect_left

from helpline.matching.costs import (
    RUNGS,
    absence,
    hours,
    load,
    next_change,
    rest,
    shift_end,
    stamps,
)
from helpline.matching.facts import TEXT, VOICE, Candidate
from helpline.matching.rules import is_free
from helpline.matching.supply import Serves
from helpline.matching.weights import Weights

Key = tuple[int, int, str]
"""Points of the person, who rested longest, id: whoever is first is asked first."""
Keys = tuple[Key | None, Key | None]
"""In the queue for texts and in that for calls; None: not in it."""


Kind = tuple[object, ...]
"""What of somebody decides which cases they may take, and what of the cost is not their own."""


class Group:
    """Everybody of one kind who is free, for texts and for calls. `sample` is any one of them.

    serves, lost: for which demands, and what would be missed if one were taken (`supply`).
    """

    __slots__ = ("lost", "number", "queues", "rung", "sample", "serves", "spoken")

    def __init__(self, number: int, sample: Candidate, serves: Serves) -> None:
        self.number, self.sample, self.serves = number, sample, serves
        self.lost = 0
        self.rung = RUNGS[sample.rung]
        self.spoken = tuple(sorted(sample.speaks.items()))
        self.queues: tuple[list[Key], list[Key]] = ([], [])

    @property
    def is_here(self) -> bool:
        """Whether anybody of them is free."""
        return bool(self.queues[0] or self.queues[1])


class Place:
    """Where somebody stands: while they are free, their group and their key in each queue."""

    __slots__ = ("due", "group", "keys", "stamps", "who")

    group: Group

    def __init__(self, who: Candidate) -> None:
        self.who, self.stamps = who, stamps(who)
        self.keys: Keys = OUT
        self.due: int | None = None

    @property
    def is_free(self) -> bool:
        return self.keys is not OUT

    def weigh(self, now: int, of: Weights, night: int) -> None:
        """Work out the keys and until when they hold: the sums of `person_parts`."""
        who, at = self.who, self.stamps
        away = at.lapsed is not None and now < at.lapsed
        if away or not is_free(who):
            self.keys = OUT
            self.due = at.lapsed if away else None
            return
        self.due = next_change(at, now, of)
        own = rest(at, now, of) + hours(who, of) + absence(who, of) + night
        for_text = for_call = None
        calls = VOICE in who.channels
        if len(who.channels) > calls:
            points = own + load(who, TEXT, of) + shift_end(at, TEXT, now, of)
            for_text = (points, at.rested, who.person_id)
        if calls and not who.load:
            points = own + load(who, VOICE, of) + shift_end(at, VOICE, now, of)
            for_call = (points, at.rested, who.person_id)
        self.keys = (for_text, for_call)


OUT: Keys = (None, None)


def kind_of(who: Candidate) -> Kind:
    return (
        *who.speaks,
        *map(int, who.speaks.values()),
        who.channels,
        who.topics_off,
        who.clearances,
        who.gender,
        who.age_band,
        who.team_ids,
        RUNGS[who.rung],
        not who.load,
        who.spared,
    )


def take_out(queue: list[Key], key: Key) -> None:
    """Remove what `insort` put in."""
    del queue[bisect_left(queue, key)]
