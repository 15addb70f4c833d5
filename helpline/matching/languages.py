"""Which languages count as which, written down with the reason.

A tag somebody names themself goes before whatever could be concluded from a near one: who speaks
zh-Hans at working level and zh-Hant natively helps a reader of zh-Hans at working level.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from helpline.matching.facts import Speaks


class Close(NamedTuple):
    """Who speaks `spoken` understands `wanted`, so many levels `less`. Holds both ways."""

    wanted: str
    spoken: str
    less: int
    reason: str


class Closeness(NamedTuple):
    """Pairs, and what holds between two tags of one primary subtag (es-MX and es) not among them.

    `covers`: tags that stand for every script or country below them, without loss.
    """

    pairs: tuple[Close, ...]
    same_primary_less: int | None
    covers: frozenset[str]


CLOSE = Closeness(
    pairs=(
        Close("fil", "tl", 0, "Filipino is the standard form of Tagalog; ISO keeps both codes"),
        Close("ms", "id", 1, "Malay and Indonesian understand each other, with false friends"),
        Close("zh-Hant", "zh-Hans", 1, "one language in two scripts: read with effort"),
    ),
    same_primary_less=1,  # another country's or script's form of the same language
    covers=frozenset({"zh"}),  # whoever said "Chinese" reads, or asked for, either script
)
SAME_LANGUAGE_ONLY = Closeness(pairs=(), same_primary_less=1, covers=frozenset())


class Understood(NamedTuple):
    """How well, and whether in just the wanted form. `level` None: not at all."""

    level: Speaks | None
    exact: bool


_NOT = Understood(None, False)


def speaks(
    languages: Mapping[str, Speaks], wanted: str, closeness: Closeness = CLOSE
) -> Understood:
    """How well somebody helps in a language, and whether in just this form of it.

    >>> speaks({"zh-Hans": Speaks.NATIVE}, "zh-Hant")
    Understood(level=<Speaks.FLUENT: 3>, exact=False)
    >>> speaks({"zh": Speaks.NATIVE, "ms": Speaks.BASIC}, "zh-Hans").exact
    True
    >>> speaks({"id": Speaks.NATIVE}, "ms").level, speaks({"tl": Speaks.NATIVE}, "fil").level
    (<Speaks.FLUENT: 3>, <Speaks.NATIVE: 4>)
    >>> speaks({"en": Speaks.NATIVE}, "ms").level is None
    True
    """
    own = languages.get(wanted)
    if own is not None:
        return Understood(own, True)
    best = _NOT
    for tag, level in languages.items():
        less = levels_less(wanted, tag, closeness)
        if less is None or level <= less:
            continue
        found = Understood(Speaks(level - less), less == 0)
        if best.level is None or (found.level, found.exact) > best:
            best = found
    return best


def can_help_in(
    languages: Mapping[str, Speaks],
    wanted: str,
    needed: Speaks = Speaks.WORKING,
    closeness: Closeness = CLOSE,
) -> bool:
    """Whether at working level or better."""
    level, _ = speaks(languages, wanted, closeness)
    return level is not None and level >= needed


@lru_cache(maxsize=4096)
def levels_less(wanted: str, spoken: str, closeness: Closeness = CLOSE) -> int | None:
    """How many levels are lost between two tags; None: they are not close."""
    if wanted == spoken:
        return 0
    for pair in closeness.pairs:
        if {wanted, spoken} == {pair.wanted, pair.spoken}:
            return pair.less
    primary = wanted.partition("-")[0]
    if primary != spoken.partition("-")[0]:
        return None
    if primary in closeness.covers and primary in (wanted, spoken):
        return 0
    return closeness.same_primary_less
