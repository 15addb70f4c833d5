"""Words on the list: what raises attention in a message, in every language at once. Pure.

A match says only which entry was found ("message contains words on the list"). It is never a score
or a judgement, and it is not shown to the person asking. "Not" is not trusted: a text that says it
does not want to die still raises attention, because a wrong match costs only a place in line.

The lists are `attention_words.toml`: written, awaiting native reviewers, and meant to be edited.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Match(NamedTuple):
    """An entry of the list that a message contains: the list's language, the entry as written."""

    language: str
    entry: str


class WordList(NamedTuple):
    """One language's list, and how far it is to be trusted."""

    language: str
    words: tuple[str, ...]
    status: str
    source: str


class _Flat(NamedTuple):
    """A text without gaps or repeated letters, and where its words began and ended."""

    letters: str
    starts: frozenset[int]
    ends: frozenset[int]


class _Sought(NamedTuple):
    match: Match
    letters: str
    from_start: bool
    to_end: bool


class Watch(NamedTuple):
    """Lists made ready to be looked for; made once by `watch`, used for every message."""

    sought: tuple[_Sought, ...]
    long_words: Mapping[str, tuple[str, ...]]


@cache
def shipped() -> tuple[WordList, ...]:
    """The lists that come with the product.

    >>> sorted(words.language for words in shipped())
    ['ar', 'en', 'es', 'fil', 'hi', 'id', 'ja', 'ms', 'my', 'ta', 'zh-Hans', 'zh-Hant']
    """
    text = (files("helpline.intake") / "attention_words.toml").read_text(encoding="utf-8")
    return tuple(
        WordList(language, tuple(table["words"]), table["status"], table["source"])
        for language, table in tomllib.loads(text).items()
    )


def watch(lists: Sequence[WordList]) -> Watch:
    """Make lists ready. A star at an entry's end lets its last word go on ("suicid*")."""
    sought = tuple(_sought(words.language, entry) for words in lists for entry in words.words)
    long: dict[str, set[str]] = {}
    for words in lists:
        for word in map(_single, _words(_fold(" , ".join(words.words)))):
            if len(word) >= _LONG and word.isascii():
                long.setdefault(word[0], set()).add(word)
    return Watch(
        tuple(each for each in sought if each.letters),
        {first: tuple(sorted(found)) for first, found in long.items()},
    )


def matches(text: str, watched: Watch | None = None) -> tuple[Match, ...]:
    """The entries that a message contains, in the order of the lists; nothing when there are none.

    watched: the deployment's own lists; the shipped ones when left out.

    >>> matches("i want to DIEEE")
    (Match(language='en', entry='want to die'),)
    >>> [matches(text)[0].entry for text in ("K i l l  m y s e l f", "su1c1de", "sucide")]
    ['kill myself', 'suicide', 'suicide']
    >>> matches("What should I cook today?")
    ()
    """
    using = _shipped_watch() if watched is None else watched
    readings = set(_readings(text, using))
    found = {each.match: None for each in using.sought if any(_in(each, r) for r in readings)}
    if _looks_zawgyi(text):
        found.update(dict.fromkeys(_by_consonants(text, using)))
    return tuple(found)


@cache
def _shipped_watch() -> Watch:
    return watch(shipped())


# --- readings of a text ---

_LONG = 6  # shorter words have too many neighbours to put a slip right
_VOWELS = frozenset("aeiouy")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u093c]")  # accents, harakat, nukta
_ALIKE = str.maketrans("ىةँीूゃゅょぁぃぅぇぉ", "يهंिुやゆよあいうえお", "ـー")
_LEET = "0134578@$"
_AS_I = str.maketrans(_LEET, "oieastbas")
_AS_L = str.maketrans(_LEET, "oleastbas")
_SIGNS = re.escape(_LEET)
_HIDDEN = re.compile(rf"(?<=[a-z])[{_SIGNS}!]+(?=[a-z])|(?<=[a-z])[{_SIGNS}]+|[{_SIGNS}]+(?=[a-z])")
_GROWING = frozenset({"DEVANAGARI", "TAMIL"})  # words grow at their end; the beginning counts


def _readings(text: str, using: Watch) -> Iterator[_Flat]:
    """The text as written, with digits read as letters, and with slips in long words put right."""
    folded = _fold(text)
    plain = {folded, _unhidden(folded, _AS_I), _unhidden(folded, _AS_L)}
    for reading in plain:
        yield _flatten(reading)
        yield _flatten(_mended(reading, using))


def _unhidden(folded: str, letters: dict[int, int]) -> str:
    """Digits and signs inside a word read as the letters they resemble; 1 is an I or an L."""
    return _HIDDEN.sub(lambda found: found[0].translate(letters).replace("!", "i"), folded)


def _fold(text: str) -> str:
    """One form for what people write in several: case, width, accents, kana, vowel length."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFC", _MARKS.sub("", spread)).replace("’", "'")
    seen = (char for char in plain if unicodedata.category(char) != "Cf")
    return "".join(map(_hiragana, seen)).translate(_ALIKE).replace("'", "")


def _hiragana(char: str) -> str:
    return chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char


def _flatten(folded: str) -> _Flat:
    letters: list[str] = []
    starts, ends = set(), set()
    for word in _words(folded):
        for place, char in enumerate(word):
            if letters[-1:] != [char]:
                letters.append(char)
            if place == 0:
                starts.add(len(letters) - 1)
        ends.add(len(letters) - 1)
    return _Flat("".join(letters), frozenset(starts), frozenset(ends))


def _words(folded: str) -> list[str]:
    """Runs of letters with their marks; a change to or from a-z parts words as a space does."""
    spaced = "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in folded)
    return re.findall("[a-z]+|[^a-z ]+", spaced)


def _mended(folded: str, using: Watch) -> str:
    """The text with each long word that is one slip away from a word of the lists put right."""
    return re.sub(rf"[a-z]{{{_LONG - 1},}}", lambda found: _nearest(found[0], using), folded)


def _nearest(word: str, using: Watch) -> str:
    single = _single(word)
    known = using.long_words.get(single[0], ())
    if single in known:
        return word
    return next((near for near in known if _one_slip(single, near)), word)


def _one_slip(typed: str, meant: str) -> bool:
    """Whether a letter was left out, added, swapped with its neighbour, or a vowel mistaken.

    >>> _one_slip("sucide", "suicide"), _one_slip("suicied", "suicide"), _one_slip("farm", "harm")
    (True, True, False)
    """
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    if len(typed) != len(meant):
        long, short = sorted((typed, meant), key=len, reverse=True)
        return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
    wrong = [n for n, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    if len(wrong) == 1:
        return {typed[wrong[0]], meant[wrong[0]]} <= _VOWELS
    first, last = wrong[0], wrong[-1]
    swapped = typed[first] == meant[last] and typed[last] == meant[first]
    return len(wrong) == 2 and last == first + 1 and swapped


def _single(word: str) -> str:
    """The word with no letter twice in a row.

    >>> _single("killling")
    'kiling'
    """
    return re.sub(r"(.)\1+", r"\1", word)


# --- entries ---


def _sought(language: str, entry: str) -> _Sought:
    folded = _fold(entry)
    script = unicodedata.name(folded.strip()[:1] or " ", "").split(" ")[0]
    return _Sought(
        match=Match(language, entry),
        letters=_flatten(folded).letters,
        from_start=script in {"LATIN", *_GROWING},
        to_end=script == "LATIN" and not entry.endswith("*"),
    )


def _in(sought: _Sought, reading: _Flat) -> bool:
    place = reading.letters.find(sought.letters)
    while place >= 0:
        last = place + len(sought.letters) - 1
        begins = not sought.from_start or place in reading.starts
        if begins and (not sought.to_end or last in reading.ends):
            return True
        place = reading.letters.find(sought.letters, place + 1)
    return False


# --- Burmese in the old Zawgyi encoding, which many phones in Myanmar still write ---

_ZAWGYI = re.compile("(?:^|[\\s၊။])\u1031|\u1039(?![\u1000-\u1021])|[\u105a\u1060-\u1097]")
_CONSONANTS = re.compile("[\u1000-\u1021]")
_ENOUGH = 4  # fewer consonants in a row say nothing


def _looks_zawgyi(text: str) -> bool:
    """Zawgyi writes the vowel sign E before its consonant; Unicode never begins a word with it."""
    return _ZAWGYI.search(text) is not None


def _by_consonants(text: str, using: Watch) -> Iterator[Match]:
    """Entries whose consonants occur in the text in that order: the same in both encodings."""
    bones = _bones(text)
    for each in using.sought:
        wanted = _bones(each.match.entry)
        if len(wanted) >= _ENOUGH and wanted in bones:
            yield each.match


def _bones(text: str) -> str:
    return "".join(_CONSONANTS.findall(text))
