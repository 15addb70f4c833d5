"""People of one kind, kept in the order in which they would be asked."""

from bisect import bisect_left
from typing import NamedTuple

from helpline.matching.costs import RUNGS, next_change, person_parts, rest_key
from helpline.matching.facts import VOICE, Candidate
from helpline.matching.rules import is_free
from helpline.matching.supply import Serves
from helpline.matching.weights import Weights

Key = tuple[int, int, str]
"""Points of the person, who rested longest, id: whoever is first is asked first."""
Keys = tuple[Key | None, Key | None]
"""In the queue for texts and in that for calls; None: not in it."""


class Kind(NamedTuple):
    """What of somebody decides which cases they may take, and what of the cost is not their own."""

    speaks: frozenset[tuple[str, int]]
    channels: frozenset[str]
    topics_off: frozenset[str]
    clearances: frozenset[str]
    gender: str
    age_band: str
    team_ids: frozenset[str]
    rung: str
    zone: str
    is_whole: bool
    spared: bool


class Group:
    """Everybody of one kind who is free, for texts and for calls. `sample` is any one of them.

    serves, lost: for which demands, and what would be missed if one were taken (`supply`).
    """

    __slots__ = ("lost", "number", "queues", "rung", "sample", "serves")

    def __init__(self, number: int, sample: Candidate, serves: Serves) -> None:
        self.number, self.sample, self.serves = number, sample, serves
        self.lost = 0
        self.rung = RUNGS[sample.rung]
        self.queues: tuple[list[Key], list[Key]] = ([], [])

    @property
    def is_here(self) -> bool:
        """Whether anybody of them is free."""
        return bool(self.queues[0] or self.queues[1])


class Place:
    """Where somebody stands: their group, and their key in each queue while they are free."""

    __slots__ = ("due", "group", "keys", "who")

    def __init__(self, who: Candidate, group: Group) -> None:
        self.who, self.group = who, group
        self.keys: Keys = (None, None)
        self.due: int | None = None

    @property
    def is_free(self) -> bool:
        return self.keys != (None, None)

    def weigh(self, now: int, of: Weights) -> None:
        """Work out the keys and until when they hold."""
        who = self.who
        self.due = next_change(who, now, of)
        if not is_free(who, now):
            self.keys = (None, None)
            return
        rested = rest_key(who)
        for_text = for_call = None
        if len(who.channels) > (VOICE in who.channels):
            for_text = (sum(person_parts(who, "", now, of)), rested, who.person_id)
        if VOICE in who.channels and not who.load:
            for_call = (sum(person_parts(who, VOICE, now, of)), rested, who.person_id)
        self.keys = (for_text, for_call)


def kind_of(who: Candidate) -> Kind:
    return Kind(
        frozenset(who.speaks.items()),
        who.channels,
        who.topics_off,
        who.clearances,
        who.gender,
        who.age_band,
        who.team_ids,
        who.rung,
        who.zone,
        not who.load,
        who.spared,
    )


def take_out(queue: list[Key], key: Key) -> None:
    """Remove what `insort` put in."""
    del queue[bisect_left(queue, key)]
