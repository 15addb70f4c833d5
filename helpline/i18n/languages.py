"""Which languages there are, and which of them fits what somebody asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Status = Literal["complete", "awaiting native reviewer", "partial"]

LONGEST_HEADER = 500
"""Characters of Accept-Language that are read; real ones have under 100."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages and texts.

    `tag` is BCP 47, `name` is what the language calls itself, `direction` is HTML's `dir`.
    `status`: "partial" is never offered to people asking; the other two have every text they
    can see or receive, and "awaiting native reviewer" says that no native reader has signed it.
    """

    tag: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    status: Status = "partial"

    @property
    def folder(self) -> str:
        """The catalogue's folder, in Babel's spelling.

        >>> LANGUAGES["zh-Hans"].folder
        'zh_Hans'
        """
        return self.tag.replace("-", "_")


LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English", status="complete"),
        Language("ms", "Bahasa Melayu", status="awaiting native reviewer"),
        Language("zh-Hans", "简体中文", status="awaiting native reviewer"),
        Language("es", "Español", status="awaiting native reviewer"),
        Language("fil", "Filipino", status="awaiting native reviewer"),
        Language("my", "မြန်မာ", status="awaiting native reviewer"),
        Language("hi", "हिन्दी", status="awaiting native reviewer"),
        Language("ta", "தமிழ்", status="awaiting native reviewer"),
        Language("ja", "日本語", status="awaiting native reviewer"),
        Language("ar", "العربية", direction="rtl", status="awaiting native reviewer"),
    )
}

_SCRIPT_OF_REGION = {
    "cn": "hans",
    "sg": "hans",
    "my": "hans",
    "tw": "hant",
    "hk": "hant",
    "mo": "hant",
}
_NEXT_BEST = {"zh-hant": "zh-hans", "zh": "zh-hans", "tl": "fil", "id": "ms"}
"""Close enough to be read: written Chinese of the other script, Malay for Indonesian."""


def offered() -> tuple[Language, ...]:
    """The languages a person asking may choose: those in which nothing is missing."""
    return tuple(language for language in LANGUAGES.values() if language.status != "partial")


def closest(tag: str, among: Iterable[Language] | None = None) -> str | None:
    """The language `among` (default: the offered ones) that a reader of `tag` reads best.

    >>> closest("zh-SG"), closest("zh-TW"), closest("id-ID"), closest("en-GB"), closest("sw")
    ('zh-Hans', 'zh-Hans', 'ms', 'en', None)
    """
    known = {language.tag.lower(): language.tag for language in among or offered()}
    return next((known[name] for name in _readable(tag) if name in known), None)


def negotiate(accept_language: str | None, among: Iterable[Language] | None = None) -> str:
    """The language `among` that an Accept-Language header asks for; English when none fits.

    >>> negotiate("zh-CN,zh;q=0.9,en;q=0.8"), negotiate("sw, ms;q=0.2, en;q=0.1"), negotiate(None)
    ('zh-Hans', 'ms', 'en')
    >>> negotiate("en;q=0, ms;q=0.1"), negotiate("garbage;;;q=x,,"), negotiate("*")
    ('ms', 'en', 'en')
    """
    choice = tuple(among or offered())
    wanted = (closest(tag, choice) for tag in _by_wish(accept_language or ""))
    return next((tag for tag in wanted if tag), "en")


def _by_wish(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110, 12.5.4), most wanted first."""
    wishes: list[tuple[float, str]] = []
    for part in header[:LONGEST_HEADER].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        if tag and weight > 0:
            wishes.append((weight, tag.strip()))
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def _readable(tag: str) -> Iterator[str]:
    """Lower-case tags a reader of `tag` can read, best first."""
    parts = tag.replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        script = next((part for part in parts if part in ("hans", "hant")), None)
        region = next((_SCRIPT_OF_REGION[part] for part in parts if part in _SCRIPT_OF_REGION), "")
        parts = ["zh", script or region] if script or region else ["zh"]
    for length in range(len(parts), 0, -1):
        name = "-".join(parts[:length])
        yield name
        if name in _NEXT_BEST:
            yield _NEXT_BEST[name]
