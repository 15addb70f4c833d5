"""Which sentences the product says, found by extracting them again as `make texts` does."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog

from helpline.i18n.completeness import Sentence, forms, read
from helpline.i18n.completeness import sentences_of as sentences

__all__ = ["Sentence", "forms", "sentences"]

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "helpline" / "locale"

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%|\{\w*\}")


def catalogue(path: Path) -> Catalog:
    return read(path, None if path.suffix == ".pot" else path.parts[-3])


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
