"""Which language somebody wrote in: guessed from script, words and country, or asked. Pure.

A wrong guess costs more than a question, so whatever is unsure is None and the caller sends the
menu. Languages are BCP-47 tags. The word lists are ours.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from helpline.i18n import LANGUAGES
from helpline.i18n.spoken import SPOKEN, USUAL
from helpline.intake.language_words import (
    CHINESE_ONLY,
    GREETINGS,
    NAMES,
    ROMANISED,
    SIMPLIFIED_ONLY,
    STOP_WORDS,
    TRADITIONAL_ONLY,
)


class Guess(NamedTuple):
    """A language tag and how sure we are, from 0 to 1. Never below 0.6: that is asked instead."""

    tag: str
    confidence: float


class MenuItem(NamedTuple):
    """One line of the language question: the number to answer with, the tag, the Latin name."""

    digit: int
    tag: str
    name: str


_TRADITIONAL_REGIONS = frozenset({"HK", "MO", "TW"})
_SHORT = 8  # Japanese without kana is a word or two
_DIGITS = (*range(1, 9), *range(10, 19))  # 9 stops and 0 is a human, always
MORE = "More"  # in letters every phone has, as the names are


def guess(text: str, region: str | None = None) -> Guess | None:
    """The language of a text from a number of `region` (ISO 3166, or None), when that is sure.

    >>> guess("Saya rasa sangat sedih dan tak boleh tidur", "MY")
    Guess(tag='ms', confidence=0.9)
    >>> guess("我很难过"), guess("我很難過").tag
    (Guess(tag='zh-Hans', confidence=0.95), 'zh-Hant')
    >>> guess("1", "MY"), guess("hello", "PH"), guess("mujhe neend nahi aati hai", "IN")
    (None, None, None)
    """
    scripts = Counter(script for char in text if (script := _script(char)))
    if not scripts:
        return None
    written = max(scripts, key=lambda script: _weight(script) * scripts[script])
    if written == "Latin":
        return _latin(text, region)
    if written in {"Han", "Kana"}:
        return _east_asian(text, scripts, region)
    return _by_script(text, written, region)


def menu(region: str | None, served: Collection[str]) -> tuple[MenuItem, ...]:
    """The languages to choose from, those of the country first. Chinese is one line, in the form
    that the country writes; 9 and 0 keep their own meaning and are skipped.

    >>> [(item.digit, item.tag) for item in menu("TW", {"en", "zh-Hans", "zh-Hant", "id"})]
    [(1, 'zh-Hant'), (2, 'en'), (3, 'id')]
    """
    order = dict.fromkeys([*SPOKEN.get(region or "", ()), *USUAL, *sorted(served)])
    tags = _one_chinese([tag for tag in order if tag in served])
    named = [tag for tag in tags if tag in NAMES]
    return tuple(
        MenuItem(digit, tag, NAMES[tag][0]) for digit, tag in zip(_DIGITS, named, strict=False)
    )


def paged(
    items: Sequence[MenuItem], fits: Callable[[Sequence[MenuItem]], bool]
) -> tuple[tuple[MenuItem, ...], ...]:
    """The menu in as many pages as it needs, each but the last ending in a number for more.

    No number means two things, so that an answer needs no page. `fits`: whether a page may be so
    long; one of a language and the number for more always may.

    >>> some = menu("MX", {"en", "es", "ja", "hi"})
    >>> for page in paged(some, lambda page: len(page) <= 3):
    ...     menu_line(page)
    '1 Español 2 English 3 More'
    '4 Hindi 5 Nihongo'
    """
    left, digits, pages = list(items), iter(_DIGITS), list[tuple[MenuItem, ...]]()
    while not fits(left) and len(left) > 1:
        most = len(left) - 1
        while most > 1 and not fits([*left[:most], MenuItem(_DIGITS[-1], "", MORE)]):
            most -= 1
        page = [MenuItem(next(digits), tag, name) for _, tag, name in left[:most]]
        pages.append((*page, MenuItem(next(digits), "", MORE)))
        left = left[most:]
    return (*pages, tuple(MenuItem(next(digits), tag, name) for _, tag, name in left))


def menu_line(items: Iterable[MenuItem], language: str = "en") -> str:
    """The menu as it goes into a text in `language`: one part, in letters every phone has (GSM-7).

    Among words written from right to left, names in one line would be read with the digit of the
    next; there each has its own line.

    >>> menu_line(menu("MX", {"en", "es", "ja"}))
    '1 Español 2 English 3 Nihongo'
    """
    known = LANGUAGES.get(language)
    between = "\n" if known and known.direction == "rtl" else " "
    return between.join(f"{item.digit} {item.name}" for item in items)


def chosen(items: Iterable[MenuItem], digit: int | None) -> str | None:
    """The tag a digit stands for in this menu; None for any other digit, also the one for more.

    >>> chosen(menu("MX", {"en", "es"}), 1), chosen(menu("MX", {"en", "es"}), 9)
    ('es', None)
    """
    return next((item.tag for item in items if item.tag and item.digit == digit), None)


def named(text: str) -> str | None:
    """The language whose name the whole text is, in its own letters or in Latin ones.

    >>> named("Bahasa Melayu"), named(" 中文 "), named("HINDI"), named("hello")
    ('ms', 'zh-Hans', 'hi', None)
    """
    wanted = " ".join(unicodedata.normalize("NFKC", text).casefold().strip(" .!\n\t").split())
    return next(
        (tag for tag, names in NAMES.items() if wanted in {name.casefold() for name in names}), None
    )


def _one_chinese(tags: Sequence[str]) -> list[str]:
    """The tags with only the first form of Chinese left: Latin letters cannot tell them apart."""
    chinese = [tag for tag in tags if tag.startswith("zh")]
    return [tag for tag in tags if tag not in chinese[1:]]


# --- scripts ---

_RANGES = (
    (0x0600, 0x06FF, "Arabic"),
    (0x0750, 0x077F, "Arabic"),
    (0xFB50, 0xFEFC, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x1000, 0x109F, "Myanmar"),
    (0xAA60, 0xAA7F, "Myanmar"),
    (0x3041, 0x30FF, "Kana"),
    (0xFF66, 0xFF9F, "Kana"),
    (0x3400, 0x4DBF, "Han"),
    (0x4E00, 0x9FFF, "Han"),
    (0x20000, 0x323AF, "Han"),
)
# Letters that only other languages of the same script write.
_FOREIGN = {
    "Arabic": frozenset("ٹڈڑےںپچژگکیۆېڕھہ"),  # Urdu, Persian, Kurdish, Pashto
    "Devanagari": frozenset("ळऴ"),  # Marathi
    "Tamil": frozenset(),
    "Myanmar": frozenset(map(chr, [*range(0x1050, 0x108F), *range(0xAA60, 0xAA80)])),  # Shan, Mon
}
_HOMES = {
    "Arabic": ("ar", frozenset({"PK", "IR", "AF"})),
    "Devanagari": ("hi", frozenset({"NP"})),
    "Tamil": ("ta", frozenset()),
    "Myanmar": ("my", frozenset()),
}


def _script(char: str) -> str | None:
    """The script of a letter, "Other" for one we cannot read, None for what is no letter."""
    if unicodedata.category(char)[0] != "L":
        return None
    if unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN")):
        return "Latin"
    place = ord(char)
    return next((name for low, high, name in _RANGES if low <= place <= high), "Other")


def _weight(script: str) -> int:
    """A name or a borrowed word in Latin letters does not outvote the script around it."""
    return 1 if script == "Latin" else 4


def _by_script(text: str, script: str, region: str | None) -> Guess | None:
    if script not in _HOMES:
        return None
    tag, elsewhere = _HOMES[script]
    if region in elsewhere or any(char in _FOREIGN[script] for char in text):
        return None
    return Guess(tag, 0.95)


def _east_asian(text: str, scripts: Counter[str], region: str | None) -> Guess | None:
    """Japanese by its kana, Chinese by the characters that only one of its two forms has."""
    kana = scripts["Kana"] if region == "JP" else scripts["Kana"] - text.count("の")  # an ornament
    if kana > 0 and kana * 5 >= scripts["Han"]:
        return Guess("ja", 0.95)
    if region == "JP" and scripts["Han"] <= _SHORT and not any(c in CHINESE_ONLY for c in text):
        return Guess("ja", 0.7)
    return _chinese(text, region)


def _chinese(text: str, region: str | None) -> Guess | None:
    simplified = sum(char in SIMPLIFIED_ONLY for char in text)
    traditional = sum(char in TRADITIONAL_ONLY for char in text)
    if simplified != traditional:
        return Guess("zh-Hans" if simplified > traditional else "zh-Hant", 0.95)
    if region is None:
        return None
    return Guess("zh-Hant" if region in _TRADITIONAL_REGIONS else "zh-Hans", 0.7)


# --- words in Latin letters ---


def _latin(text: str, region: str | None) -> Guess | None:
    """The language with the most of its own small words, if it leads clearly enough."""
    written = _words(text)
    words = set(written) - GREETINGS
    scores = {tag: len(words & known) for tag, known in STOP_WORDS.items()}
    spoken = SPOKEN.get(region or "", ())
    best, rival = sorted(scores, key=lambda tag: (-scores[tag], _rank(tag, spoken)))[:2]
    if _romanised(words, scores[best]):
        return None
    if scores[best] == 1 and len(written) < 2:
        return None
    return _sure(best, scores[best], scores[best] - scores[rival], _rank(best, spoken))


def _romanised(words: set[str], score: int) -> bool:
    """Whether Hindi, Tamil or Burmese in Latin letters, perhaps mixed with English, is likely."""
    found = len(words & ROMANISED - frozenset().union(*STOP_WORDS.values()))
    return found >= max(1, score) or (found >= 2 and 2 * found >= score)


def _rank(tag: str, spoken: Sequence[str]) -> int:
    """How common the language is in the country: 0 is the commonest."""
    return spoken.index(tag) if tag in spoken else len(USUAL)


def _sure(tag: str, score: int, lead: int, rank: int) -> Guess | None:
    """How sure `score` words are, `lead` more than the next language has, at that rank."""
    if score >= 3 and lead >= 2:
        return Guess(tag, 0.95)
    if score >= 2 and lead:
        return Guess(tag, 0.9 if rank < len(USUAL) else 0.75)
    if rank == 0 and score >= 2:  # Malay and Indonesian share most words: the country decides
        return Guess(tag, 0.7)
    if rank < len(USUAL) and score == 1 and lead:
        return Guess(tag, 0.6)
    return None


def _words(text: str) -> list[str]:
    """Words in lower case without accents.

    >>> _words("¿Cómo ESTÁS? can't")
    ['como', 'estas', "can't"]
    """
    spread = unicodedata.normalize("NFKD", text).casefold().replace("’", "'")
    bare = (char for char in spread if not "\u0300" <= char <= "\u036f")
    return "".join(c if c.isalpha() or c == "'" else " " for c in bare).split()
