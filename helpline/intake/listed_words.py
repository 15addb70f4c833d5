"""The words that raise attention here: the shipped lists, as coordinators changed them.

Kept under the setting "attention_words": for each language which entries were added and which
shipped ones are left out. They are looked for in every text and every message on the web.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from helpline.instance import set_setting, setting
from helpline.intake import attention
from helpline.intake.attention import Match, Watch, WordList
from scheduling.errors import Refused

SETTING = "attention_words"
MOST, LONGEST = 500, 60


class Changes(NamedTuple):
    """What a language's list has more, and what of the shipped one is left out."""

    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class NotListed(Refused):
    """What is to be left out is not on the shipped list: (the entry)."""

    code = "not_listed"


class TooVague(Refused):
    """So short, long or without letters that it would be found everywhere or nowhere: (entry)."""

    code = "too_vague"


def changes(session: Session) -> dict[str, Changes]:
    """What was changed, by language."""
    kept = setting(session, SETTING, default={})
    return {tag: Changes(tuple(one["add"]), tuple(one["leave_out"])) for tag, one in kept.items()}


def change(
    session: Session, language: str, added: Sequence[str], left_out: Sequence[str]
) -> Changes:
    """From now on this language's list has these more, and is without those.

    Raises:
        NotListed, TooVague: about one entry; nothing is changed.
    """
    shipped = {entry.casefold(): entry for entry in _shipped(language)}
    for entry in left_out:
        if entry.casefold() not in shipped:
            raise NotListed(entry)
    for entry in added[MOST:] or (each for each in added if not _is_clear(each)):
        raise TooVague(entry)
    without = tuple(dict.fromkeys(shipped[entry.casefold()] for entry in left_out))
    found = changes(session) | {language: Changes(tuple(dict.fromkeys(added)), without)}
    kept = {tag: {"add": one.added, "leave_out": one.left_out} for tag, one in found.items()}
    set_setting(session, SETTING, kept)
    return found[language]


def matches(session: Session, text: str) -> tuple[Match, ...]:
    """The entries in force that a message contains."""
    kept = setting(session, SETTING, default={})
    return attention.matches(text, _watch(json.dumps(kept, sort_keys=True)) if kept else None)


@lru_cache(maxsize=2)
def _watch(kept: str) -> Watch:
    """Made ready once for each change, in every process."""
    changed: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(kept)
    return attention.watch([_changed(each, changed) for each in attention.shipped()])


def _changed(words: WordList, changed: Mapping[str, Mapping[str, Sequence[str]]]) -> WordList:
    found = changed.get(words.language, {"add": (), "leave_out": ()})
    stay = (entry for entry in words.words if entry not in found["leave_out"])
    return words._replace(words=(*stay, *found["add"]))


def _shipped(language: str) -> tuple[str, ...]:
    return next((each.words for each in attention.shipped() if each.language == language), ())


def _is_clear(entry: str) -> bool:
    """Three letters of an alphabet, or two signs of a script in which a sign says more."""
    letters = [char for char in entry if char.isalpha()]
    fewest = 3 if entry.isascii() else 2
    return fewest <= len(letters) and len(entry) <= LONGEST
