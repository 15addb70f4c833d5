"""Which sentences the product says, found by extracting them again as `make texts` does."""

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "helpline" / "locale"

# What a person asking can see or receive.
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

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%|\{\w*\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to translate: its meaning, if it needs one, and its forms in English."""

    context: str | None
    forms: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def key(self) -> tuple[str | None, tuple[str, ...]]:
        return self.context, self.forms

    @property
    def is_for_people_asking(self) -> bool:
        return any(file.startswith(FOR_PEOPLE_ASKING) for file in self.files)


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=None if path.suffix == ".pot" else path.parts[-3])


def sentences(found: Catalog) -> list[Sentence]:
    return [
        Sentence(
            message.context,
            forms(message.id),
            tuple(file for file, _ in message.locations),
        )
        for message in found
        if message.id
    ]


def forms(text: object) -> tuple[str, ...]:
    """The one form, or all the plural forms, of a msgid or msgstr."""
    return (text,) if isinstance(text, str) else tuple(str(one) for one in _several(text))


def _several(text: object) -> Iterable[object]:
    return text if isinstance(text, list | tuple) else ()


def placeholders(text: str) -> set[str]:
    """The facts a sentence names; a per cent sign written for itself is none."""
    return {match[0] for match in PLACEHOLDER.finditer(text) if match[0] != "%%"}


@cache
def extracted() -> Catalog:
    """What `make texts` would gather now; the options are read from the Makefile itself."""
    makefile = (ROOT / "Makefile").read_text()
    keywords = re.search(r"addprefix --keyword ,([^)]*)\)", makefile)
    assert keywords, "the Makefile's target `texts` names its keywords otherwise now"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg"]
    for keyword in keywords[1].split():
        command += ["-k", keyword]
    with TemporaryDirectory() as folder:
        gathered = Path(folder, "messages.pot")
        subprocess.run([*command, "-o", str(gathered), "."], cwd=ROOT, check=True)
        return catalogue(gathered)
