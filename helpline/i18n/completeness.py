"""How complete each language is, and which version of its sentences somebody has read. Pure.

Counted from the catalogues themselves: what `make texts` gathered, and what is said for it. A mark
stands for one sentence with what is said for it, so that a change of either is seen.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from helpline.i18n.catalogues import LOCALE
from helpline.i18n.languages import LANGUAGES

ENGLISH = "en"
"""The language the sentences are written in: nothing is translated, nobody signs it."""

# What a person asking can see or receive: the files these sentences stand in.
FOR_PEOPLE_ASKING = (
    "templates/public/",
    "templates/mail/",
    "templates/macros/",
    "templates/base.html",
    "templates/base_public.html",
    "templates/refused.html",
    "templates/account/again.html",
    "helpline/i18n/",
    "helpline/intake/",
    "helpline/messaging/texts",
    "helpline/web/public/",
    "helpline/web/errors.py",
)
_SHORT = 8  # hex digits: a few hundred sentences of one language are told apart


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its meaning if it needs one, its forms in English, what is said for them.

    files: where it is said. said: as many forms as the language has, or empty where none is ready.
    """

    context: str | None
    forms: tuple[str, ...]
    files: tuple[str, ...]
    said: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str | None, tuple[str, ...]]:
        return self.context, self.forms

    @property
    def is_for_people_asking(self) -> bool:
        return any(file.startswith(FOR_PEOPLE_ASKING) for file in self.files)

    @property
    def mark(self) -> str:
        """Changes whenever the English or what is said for it does."""
        whole = "\0".join([self.context or "", *self.forms, "", *self.said])
        return hashlib.sha256(whole.encode()).hexdigest()[:_SHORT]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many sentences there are and how many can be said, for people asking and for staff."""

    asking: int
    asking_ready: int
    staff: int
    staff_ready: int


def read(path: Path, folder: str | None = None) -> Catalog:
    """A .po file, or the .pot (without `folder`, Babel's name of the language)."""
    with path.open("rb") as source:
        return read_po(source, locale=folder)


def sentences_of(found: Catalog) -> list[Sentence]:
    """The sentences of a catalogue; what nobody is sure of (fuzzy), or half ready, is not said."""
    return [_sentence(message) for message in found if message.id]


def _sentence(message: Message) -> Sentence:
    said = forms(message.string)
    ready = all(said) and not message.fuzzy
    files = tuple(file for file, _ in message.locations)
    return Sentence(message.context, forms(message.id), files, said if ready else ())


def forms(text: object) -> tuple[str, ...]:
    """The one form, or all the plural forms, of a msgid or msgstr.

    >>> forms("Send"), forms(("one", "many"))
    (('Send',), ('one', 'many'))
    """
    if isinstance(text, str):
        return (text,)
    return tuple(str(one) for one in text) if isinstance(text, list | tuple) else ()


@cache
def sentences(tag: str) -> tuple[Sentence, ...]:
    """Every sentence of the product, as one of LANGUAGES says it; once per process."""
    gathered = sentences_of(read(LOCALE / "messages.pot"))
    if tag == ENGLISH:
        return tuple(Sentence(s.context, s.forms, s.files, s.forms) for s in gathered)
    folder = LANGUAGES[tag].folder
    path = LOCALE / folder / "LC_MESSAGES" / "messages.po"
    known = sentences_of(read(path, folder)) if path.exists() else []
    said = {one.key: one.said for one in known}
    return tuple(Sentence(s.context, s.forms, s.files, said.get(s.key, ())) for s in gathered)


def for_people_asking(tag: str) -> list[Sentence]:
    return [one for one in sentences(tag) if one.is_for_people_asking]


def completeness(tag: str) -> Completeness:
    """
    >>> completeness("ms").asking_ready == completeness("en").asking
    True
    """
    asking = for_people_asking(tag)
    staff = [one for one in sentences(tag) if not one.is_for_people_asking]
    return Completeness(len(asking), _ready(asking), len(staff), _ready(staff))


def _ready(some: Iterable[Sentence]) -> int:
    return sum(bool(one.said) for one in some)


def marks(tag: str) -> list[str]:
    """The marks of what people asking are told, in order of the alphabet."""
    return sorted(one.mark for one in for_people_asking(tag) if one.said)


def version(some: Sequence[str]) -> str:
    """The name of a catalogue with these marks.

    >>> version(["00000000", "11111111"]) == version(["11111111", "00000000"])
    True
    """
    return hashlib.sha256("".join(sorted(some)).encode()).hexdigest()[:_SHORT]
