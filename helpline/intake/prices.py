"""What each text costs in each language: with facts as they usually are, and with the longest.

A text that stays in its parts with short facts and not with long ones surprises whoever pays for
it, and whoever reads it in pieces. Measured on the real menus, hours and names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from helpline.i18n import LANGUAGES, duration, gettext, language_name, soon
from helpline.i18n.spoken import SPOKEN
from helpline.intake.language import MenuItem, menu_line
from helpline.intake.language_menu import ASK, pages
from helpline.intake.topics import topic_menu
from helpline.messaging import texts_choices
from helpline.messaging.segments import Cost, cost
from helpline.messaging.texts import TEXTS, render

Facts = Mapping[str, str]

CHEAP = ("en", "ms", "fil")
"""Languages whose letters are all in the cheap alphabet: 160 to a part, not 70."""

_NOW = datetime(2026, 10, 14, 3, 0, tzinfo=UTC)
_USUAL_ZONE, _LONG_ZONE = ZoneInfo("Asia/Kuala_Lumpur"), ZoneInfo("Asia/Kathmandu")
_USUAL_MOMENT = datetime(2026, 10, 15, 11, 40, tzinfo=UTC)
_PLAIN = {
    "place": "12",
    "emergency": "999",
    "name": "Nurul",
    "code": "4821",
    "body": "",
    "menu": "",
}
_LONG_NAME = "Nurul Aisyah"
_MENUS = ("choose", "choose_again")


@dataclass(frozen=True, slots=True)
class Price:
    """One text in one language. may: how many parts it may cost with facts of usual length."""

    kind: str
    said: str
    usual: Cost
    longest: Cost
    may: int
    longest_said: str

    @property
    def is_dear(self) -> bool:
        """Costs more than two parts, or more than it may, at least with long facts."""
        return self.usual.segments > self.may or self.longest.segments > max(self.may, 2)


def prices(language: str) -> list[Price]:
    """Every text of ours, those of the most letters first; people's own words are theirs."""
    kinds = [kind for kind, wording in TEXTS.items() if not wording.written_by_a_human]
    found = [price(kind, language) for kind in kinds]
    return sorted(found, key=lambda each: (-each.longest.segments, -each.longest.units, each.kind))


def price(kind: str, language: str) -> Price:
    said = render(kind, language, usual_facts(kind, language))
    long = render(kind, language, longest_facts(kind, language))
    return Price(kind, said, cost(said), cost(long), allowed(kind, language), long)


def allowed(kind: str, language: str) -> int:
    """As stated; two where the alphabet of a language leaves only 70 letters to a part."""
    parts = TEXTS[kind].parts
    return parts if language in CHEAP else max(parts, 2)


def usual_facts(kind: str, language: str) -> Facts:
    """What stands in a text on most days."""
    hour = soon(_USUAL_MOMENT, _NOW, _USUAL_ZONE, language)
    other = {"language": language_name("ms" if language == "en" else "en", language)}
    return _PLAIN | {
        "menu": _menu(kind, language, hour, other, pages("MY", LANGUAGES, language)[0]),
        "low": duration(timedelta(minutes=25), language),
        "high": duration(timedelta(minutes=70), language),
        "when": hour,
        "until": hour,
        "choice": texts_choices.way("slot", language, {"when": hour}),
    }


@cache
def longest_facts(kind: str, language: str) -> Facts:
    """The longest that may stand there: a country whose number we do not know, a day in the month
    with the longest name, the menu with every language."""
    hour = _longest(_hours(language))
    named = (language_name(tag, language, spoken=True) for tag in LANGUAGES)
    other = {"language": _longest(named)}
    span = {"start": "18:00", "end": "21:00", "when": hour}
    ways = (texts_choices.way(name, language, span | other) for name in texts_choices.WAYS)
    menus = [page for region in (None, *SPOKEN) for page in pages(region, LANGUAGES, language)]
    lengths = [duration(timedelta(minutes=m), language) for m in (59, 71, 1439, 2879, 6419)]
    return _PLAIN | {
        "place": "100",
        "emergency": _longest(["99999", gettext(language)("your local emergency number")]),
        "name": _LONG_NAME,
        "code": "482190",
        "menu": _longest(_menu(kind, language, hour, other, each) for each in menus),
        "low": _longest(lengths),
        "high": _longest(lengths),
        "when": hour,
        "until": hour,
        "choice": _longest(ways),
    }


def _menu(
    kind: str, language: str, hour: str, other: Facts, of_languages: Iterable[MenuItem]
) -> str:
    """The menu that this text holds: of languages, of topics, or of ways on in the night."""
    if kind == ASK:
        return menu_line(of_languages, language)
    if kind not in _MENUS:
        return topic_menu(language)
    ways = {"wait": {"when": hour}, "language": other, "hours": {}, "message": {}}
    said = [texts_choices.way(name, language, facts) for name, facts in ways.items()]
    return texts_choices.menu(said, language)


def _days() -> Iterable[datetime]:
    """Every weekday and every month, on days of two digits."""
    first = datetime(2026, 1, 10, 14, 55, tzinfo=UTC)
    return (first + timedelta(days=day) for day in range(355) if (first + timedelta(day)).day >= 10)


def _hours(language: str) -> Iterable[str]:
    """Hours as short as they are said, within the week and later, with the zone."""
    for at in _days():
        for ahead in (timedelta(days=3), timedelta(days=9)):
            yield soon(at, at - ahead, _LONG_ZONE, language, named=True)


def _longest(some: Iterable[str]) -> str:
    return max(some, key=lambda words: cost(words).units)
