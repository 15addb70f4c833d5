"""The return code: what somebody without an account keeps to come back. Pure, but for chance.

A code is one random number below 7776**6 (77.5 bits). It is shown as six words, and equally as 24
digits for a keypad. Its first word is the public locator; the other five (64.6 bits) are the
secret. The words are the list in `words.txt` (see docs/word-list.md); none begins another, so a
code can be read whatever stands, or does not stand, between its words.
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple, NewType

Code = NewType("Code", int)

WORDS = 6
DIGITS = 24
_LIST = 7776  # 6**5: five dice name a word
_CODES: int = _LIST**WORDS
_SECRETS: int = _LIST ** (WORDS - 1)


class _Words(NamedTuple):
    """The list, each word's place in it, and the lengths that occur."""

    words: tuple[str, ...]
    places: dict[str, int]
    lengths: range


def new() -> Code:
    """A fresh code from the system's own randomness.

    >>> parse(words(code := new())) == code
    True
    """
    return Code(secrets.randbelow(_CODES))


def words(code: Code) -> str:
    """The code as six words, the locator first.

    >>> words(Code(7776**5 + 2))
    'abdomen abacus abacus abacus abacus abdominal'
    """
    places: list[int] = []
    rest = int(code)
    for _ in range(WORDS):
        rest, place = divmod(rest, _LIST)
        places.insert(0, place)
    return " ".join(_list().words[place] for place in places)


def digits(code: Code) -> str:
    """The same code as 24 digits in groups of four; what is hashed is this text.

    >>> digits(Code(12345678))
    '0000 0000 0000 0000 1234 5678'
    """
    plain = f"{code:0{DIGITS}d}"
    return " ".join(plain[start : start + 4] for start in range(0, DIGITS, 4))


def locator(code: Code) -> int:
    """The public part: the place of the first word in the list, 0 to 7775. Not unique, not secret.

    >>> locator(Code(7776**5 + 2))
    1
    """
    return code // _SECRETS


def secret(code: Code) -> str:
    """The part to be hashed slowly with a salt: 20 digits, leading zeros kept.

    >>> secret(Code(7776**5 + 2))
    '00000000000000000002'
    """
    return f"{code % _SECRETS:020d}"


def parse(text: str) -> Code | None:
    """The code that the whole text is, or None. Case, spaces, signs and the script of the digits
    do not matter; a wrong letter does: nothing is guessed or put right.

    >>> parse("Abdomen-ABACUS, abacus abacus abacus abdominal.") == Code(7776**5 + 2)
    True
    >>> parse("००००-००००-००००-०००० १२३४/५६७८")
    12345678
    >>> parse("abdomen abacus abacus abacus abacus abdominall") is None
    True
    """
    folded = _fold(text)
    letters = "".join(char for char in folded if char.isalpha())
    if letters:
        code, end = _read_words(letters, 0)
        return code if end == len(letters) else None
    return _of_digits("".join(char for char in folded if char.isdigit()))


def contains_code(text: str) -> list[Code]:
    """Every code that may stand inside a longer text: six list words, or 24 digits, in a row.

    Most texts have none. What is found only *could* be a code: the caller looks its keyed hash up.

    >>> contains_code("code:abdomen abacus abacus abacus abacus abdominal!") == [Code(7776**5 + 2)]
    True
    >>> contains_code("call me at 012-345 6789 tonight, I feel so alone and nobody is here")
    []
    """
    folded = _fold(text)
    return list(dict.fromkeys([*_codes_in_words(folded), *_codes_in_digits(folded)]))


def _fold(text: str) -> str:
    """Plain lower-case letters, and 0-9 for a digit of any script."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in plain
        if unicodedata.category(char) not in {"Cf", "Mn", "Me"}  # invisible signs, keycaps
    )


def _codes_in_words(folded: str) -> Iterator[Code]:
    for run in _runs(folded, lambda char: char.isalpha() and not char.isascii()):
        letters = "".join(char for char in run if char.isalpha())
        for start in _word_starts(run):
            code, _ = _read_words(letters, start)
            if code is not None:
                yield code


def _codes_in_digits(folded: str) -> Iterator[Code]:
    for run in _runs(folded, str.isalpha):
        found = "".join(char for char in run if char.isdigit())
        for start in range(len(found) - DIGITS + 1):
            code = _of_digits(found[start : start + DIGITS])
            if code is not None:
                yield code


def _of_digits(found: str) -> Code | None:
    if len(found) != DIGITS or not found.isascii():
        return None
    number = int(found)
    return Code(number) if number < _CODES else None


def _read_words(letters: str, start: int) -> tuple[Code | None, int]:
    """Six list words read from `start`, and where they end."""
    number = 0
    for _ in range(WORDS):
        step = next((n for n in _list().lengths if letters[start : start + n] in _places()), None)
        if step is None:
            return None, start
        number = number * _LIST + _places()[letters[start : start + step]]
        start += step
    return Code(number), start


def _runs(text: str, breaks: Callable[[str], bool]) -> list[str]:
    """The stretches between the characters that `breaks` says part them."""
    return "".join("\n" if breaks(char) else char.replace("\n", " ") for char in text).split("\n")


def _word_starts(run: str) -> Iterator[int]:
    """Where words begin, counted in letters only."""
    letters, inside = 0, False
    for char in run:
        if char.isalpha():
            if not inside:
                yield letters
            letters += 1
        inside = char.isalpha()


def _places() -> dict[str, int]:
    return _list().places


@cache
def _list() -> _Words:
    text = (files("helpline.privacy") / "words.txt").read_text(encoding="utf-8")
    found = tuple(line for line in text.splitlines() if line and not line.startswith("#"))
    if len(found) != _LIST:
        raise ValueError(f"words.txt has {len(found)} words, and codes need {_LIST}")
    lengths = range(min(map(len, found)), max(map(len, found)) + 1)
    return _Words(found, {word: place for place, word in enumerate(found)}, lengths)
