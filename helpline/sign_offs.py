"""Native readers' word that a language is fit to be read, for the sentences they have read.

Kept one by one in the settings. It lapses by itself: whatever was changed or added since stands in
the sentences of today with a mark that the reader has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from helpline.i18n import LANGUAGES
from helpline.i18n.completeness import ENGLISH, Sentence, for_people_asking, marks, version
from helpline.instance import set_setting, setting
from scheduling.errors import Refused


class ReadAnother(Refused):
    """The sentences were changed since the reader was given them."""

    code = "read_another"


@dataclass(frozen=True, slots=True)
class SignOff:
    """reader: the native reader's name, as a coordinator wrote it. version: of what they read."""

    reader: str
    version: str
    signed_on: date
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody has signed a language, and what was changed or added since."""

    signed: SignOff | None
    changed: Sequence[Sentence] = ()

    @property
    def holds(self) -> bool:
        return self.signed is not None and not self.changed


def standing(session: Session, tag: str) -> Standing:
    """How the native reader's word stands today; for English nobody's is needed."""
    kept = setting(session, _name(tag), default=None)
    if not kept:
        return Standing(None)
    signed = SignOff(
        kept["reader"],
        kept["version"],
        date.fromisoformat(kept["signed_on"]),
        frozenset(kept["marks"]),
    )
    changed = [one for one in for_people_asking(tag) if one.mark not in signed.marks]
    return Standing(signed, changed)


def sign(session: Session, tag: str, *, reader: str, read: str, now: datetime) -> None:
    """Keep that a native reader is content with the version they have `read`.

    Raises:
        ReadAnother: it is not today's. KeyError: no such language, or English.
    """
    _translated(tag)
    today = marks(tag)
    if version(today) != read:
        raise ReadAnother(tag)
    kept = {"reader": reader, "version": read, "signed_on": now.date().isoformat(), "marks": today}
    set_setting(session, _name(tag), kept)


def withdraw(session: Session, tag: str) -> None:
    """Take the word back: the language awaits a native reader again."""
    _translated(tag)
    set_setting(session, _name(tag), None)


def _translated(tag: str) -> None:
    if tag == ENGLISH or tag not in LANGUAGES:
        raise KeyError(tag)


def _name(tag: str) -> str:
    return f"signed_off.{tag}"
