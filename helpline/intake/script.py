"""The questions a texting person is asked first, as a machine of states. Pure.

At most five questions, digits as answers, `0` a human at any time. An unknown answer repeats the
question once; after that a human takes over. Nothing here ends, refuses or judges anything.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from helpline.intake import language as tongues
from helpline.intake.digits import read_digit, read_hours
from helpline.intake.keywords import Keyword, meanings
from helpline.intake.topics import topic_of

MOST_QUESTIONS = 5
LONGEST_WORD = 24


class Step(StrEnum):
    """Which question is open; NONE when none is."""

    NONE = ""
    LANGUAGE = "language"
    SAFE = "safe"
    HOURS = "hours"
    TOPIC = "topic"
    SAFE_WORD = "safe_word"
    NICKNAME = "nickname"


ORDER = (Step.LANGUAGE, Step.SAFE, Step.HOURS, Step.TOPIC, Step.SAFE_WORD, Step.NICKNAME)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is. misses: unknown answers to this question. questions: asked in all.

    needs_hours: they said that only some hours are safe.
    """

    step: Step
    misses: int = 0
    questions: int = 0
    needs_hours: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What an answer leads to.

    learned: facts to keep, by name (language, safe, hours, topic, safe_word, alias). understood:
    False when the text was no answer to the question, so that it is kept as their own words.
    done: no more questions. human: they asked for a human, or did not get along with us. unsafe:
    they must not be texted now. repeat: the same question again.
    """

    standing: Standing
    learned: Mapping[str, str] = field(default_factory=dict)
    understood: bool = True
    done: bool = False
    human: bool = False
    unsafe: bool = False
    repeat: bool = False


def first(language_known: bool) -> Standing:
    """Where to begin.

    >>> first(language_known=True).step, first(language_known=False).step
    (<Step.SAFE: 'safe'>, <Step.LANGUAGE: 'language'>)
    """
    return Standing(Step.SAFE if language_known else Step.LANGUAGE, questions=1)


def answer(standing: Standing, text: str, menu: Sequence[tongues.MenuItem]) -> Turn:
    """What follows from `text`, given to the question that is open. `menu`: the language one."""
    digit = read_digit(text)
    if digit == 0 or Keyword.HUMAN in meanings(text):
        return Turn(replace(standing, step=Step.NONE), done=True, human=True)
    learned = _READERS[standing.step](text, digit, menu)
    if learned is None:
        return _missed(standing)
    if learned.get("safe") == "no":
        return Turn(replace(standing, misses=0), learned, unsafe=True)
    needs_hours = learned.get("safe") == "hours"
    return _next(replace(standing, needs_hours=needs_hours or standing.needs_hours), learned)


def _missed(standing: Standing) -> Turn:
    if standing.misses == 0:
        return Turn(replace(standing, misses=1), understood=False, repeat=True)
    return Turn(replace(standing, step=Step.NONE), understood=False, done=True, human=True)


def _next(standing: Standing, learned: Mapping[str, str]) -> Turn:
    left = ORDER[ORDER.index(standing.step) + 1 :]
    for step in left:
        if step is Step.HOURS and not standing.needs_hours:
            continue
        if standing.questions >= MOST_QUESTIONS:
            break
        asked = Standing(step, 0, standing.questions + 1, standing.needs_hours)
        return Turn(asked, learned)
    return Turn(replace(standing, step=Step.NONE), learned, done=True)


def _language(
    text: str, digit: int | None, menu: Sequence[tongues.MenuItem]
) -> dict[str, str] | None:
    guessed = tongues.guess(text)
    tag = tongues.chosen(menu, digit) or tongues.named(text) or (guessed.tag if guessed else None)
    return {"language": tag} if tag else None


def _safe(text: str, digit: int | None, menu: object) -> dict[str, str] | None:
    said = meanings(text)
    if digit == 1 or Keyword.YES in said:
        return {"safe": "yes"}
    if digit == 2 or Keyword.NO in said:
        return {"safe": "no"}
    return {"safe": "hours"} if digit == 3 else None


def _hours(text: str, digit: int | None, menu: object) -> dict[str, str] | None:
    if digit == 2 or Keyword.NO in meanings(text):
        return {"hours": ""}
    hours = read_hours(text)
    return {"hours": f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"} if hours else None


def _topic(text: str, digit: int | None, menu: object) -> dict[str, str] | None:
    topic = topic_of(digit)
    return {"topic": topic} if topic else None


def _safe_word(text: str, digit: int | None, menu: object) -> dict[str, str] | None:
    return _word(text, digit, "safe_word")


def _nickname(text: str, digit: int | None, menu: object) -> dict[str, str] | None:
    return _word(text, digit, "alias")


def _word(text: str, digit: int | None, name: str) -> dict[str, str] | None:
    """A word or two; `2` goes on without one. A sentence is no word: it is their story."""
    if digit == 2 or Keyword.NO in meanings(text):
        return {}
    word = " ".join(_visible(text).split())
    short = 0 < len(word) <= LONGEST_WORD and len(word.split()) <= 2
    return {name: word} if short and digit is None else None


def _visible(text: str) -> str:
    """The text without signs that nobody sees and that turn what stands around them; "" if none.

    >>> _visible("\\u202eRose\\u202c"), _visible("\\u200d\\u2066\\u2069")
    ('Rose', '')
    """
    kept = "".join(char for char in text if not _turns(char))
    return kept if any(unicodedata.category(char)[0] not in "CZM" for char in kept) else ""


def _turns(char: str) -> bool:
    """Control characters and signs of direction; joiners stay, for Indic and Arabic need them."""
    bidi = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return char in bidi or (unicodedata.category(char) == "Cc" and not char.isspace())


_READERS = {
    Step.LANGUAGE: _language,
    Step.SAFE: _safe,
    Step.HOURS: _hours,
    Step.TOPIC: _topic,
    Step.SAFE_WORD: _safe_word,
    Step.NICKNAME: _nickname,
}
