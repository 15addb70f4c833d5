"""What the words are. Catalogues are read straight from .po, once per process and language."""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from helpline.i18n.languages import LANGUAGES

LOCALE = Path(__file__).parent.parent / "locale"


class Say(Protocol):
    """Fill one sentence with its facts. As in the templates, a per cent sign is written %%."""

    def __call__(self, message: str, /, **facts: object) -> str: ...


class SayCounted(Protocol):
    """Choose the sentence by `count`, which is also the fact `num`."""

    def __call__(self, one: str, many: str, count: int, /, **facts: object) -> str: ...


class SayMeant(Protocol):
    """Like `Say`, for a short word that means two things: `context` tells which."""

    def __call__(self, context: str, message: str, /, **facts: object) -> str: ...


class SayMeantCounted(Protocol):
    """`SayCounted` with a context."""

    def __call__(
        self, context: str, one: str, many: str, count: int, /, **facts: object
    ) -> str: ...


def N_(message: str) -> str:
    """Mark a sentence for translation where the reader is not known yet.

    >>> N_("Nobody is waiting")
    'Nobody is waiting'
    """
    return message


@cache
def catalogue(tag: str) -> NullTranslations:
    """The catalogue of one of LANGUAGES; empty (so: English) where nothing is written yet.

    Raises:
        KeyError: `tag` is none of LANGUAGES. Ask `closest` first.
    """
    folder = LANGUAGES[tag].folder
    path = LOCALE / folder / "LC_MESSAGES" / "messages.po"
    return compiled(path, folder) if path.exists() else NullTranslations()


def compiled(path: Path, folder: str) -> GNUTranslations:
    """A .po file as gettext wants it, without fuzzy sentences. `folder` is Babel's locale."""
    packed = BytesIO()
    with path.open("rb") as source:
        write_mo(packed, read_po(source, locale=folder))
    packed.seek(0)
    return GNUTranslations(packed)


def gettext(tag: str) -> Say:
    """The voice of one language: `_ = gettext("ms")`, then `_("Hello %(name)s", name="Aisyah")`.

    >>> gettext("en")("%(count)s of %(total)s, 50 %%", count=1, total=2)
    '1 of 2, 50 %'
    """
    look_up = catalogue(tag).gettext
    return lambda message, /, **facts: look_up(message) % facts


def ngettext(tag: str) -> SayCounted:
    """Call it `n_` where you use it, so that the extraction finds the sentences.

    >>> n_ = ngettext("en")
    >>> n_("%(num)s person waits", "%(num)s people wait", 3)
    '3 people wait'
    """
    look_up = catalogue(tag).ngettext
    return lambda one, many, count, /, **facts: _counted(look_up(one, many, count), count, facts)


def pgettext(tag: str) -> SayMeant:
    """Call it `p_` where you use it."""
    look_up = catalogue(tag).pgettext
    return lambda context, message, /, **facts: look_up(context, message) % facts


def npgettext(tag: str) -> SayMeantCounted:
    """Call it `np_` where you use it."""
    look_up: Callable[[str, str, str, int], str] = catalogue(tag).npgettext
    return lambda context, one, many, count, /, **facts: _counted(
        look_up(context, one, many, count), count, facts
    )


def _counted(sentence: str, count: int, facts: dict[str, object]) -> str:
    return sentence % ({"num": count} | facts)
