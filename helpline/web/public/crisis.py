"""The numbers to call in danger: first on every page, and a page of their own.

Which country is asked for is guessed from the address (`?country=MY`), else the region in the
browser's languages, else the language where one country speaks it. Unsure, it is 112, which mobile
phones take for an emergency nearly everywhere (3GPP TS 22.101). Nothing here asks the database:
crisis lines of the deployment come from the copy that `helpline.web.public.known` keeps.

`/crisis` is also kept as files, one for each language, whenever what it shows has changed. Should
anything at all be broken while it is drawn, the file is served as it is (DESIGN, settled 9).
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from babel import Locale
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from helpline import crisis, i18n
from helpline.runtime import runtime
from helpline.web.language import gettext as _
from helpline.web.language import language
from helpline.web.public import bp, known

log = logging.getLogger("helpline.web")

Number = tuple[str, str, str]
"""What it is, the number, "tel" or "sms"."""

GENERIC = "112"
_SPOKEN_IN = {"ms": "MY", "my": "MM", "fil": "PH", "ja": "JP", "hi": "IN", "ta": "IN"}
_COMMA = {"ar": "، ", "my": "၊ ", "zh-Hans": "、", "ja": "、"}
_SERVED = """
    AU BD BN CA CN DE ES FR GB HK ID IN IT JP KH KR LA LK MM MO MX MY NP NZ PH PK SG TH TW US VN
"""
_COUNTRIES = frozenset(_SERVED.split())
_BARE = (
    b"<!doctype html><meta charset=utf-8><title>112</title>"
    b"<p>112 &middot; <a href='tel:112'>112</a></p>"
)
PANEL = 2
"""Numbers in the panel; the page of numbers has them all."""


def country() -> str | None:
    """The country that numbers are wanted for (ISO 3166), or None."""
    asked = request.args.get("country", "").upper()
    if asked in countries():
        return asked
    return _from_header() or _SPOKEN_IN.get(language())


def countries() -> dict[str, str]:
    """The countries to choose from, by code, in the reader's language and order."""
    names = Locale.parse(i18n.LANGUAGES[language()].folder).territories
    found = {code: str(names.get(code, code)) for code in _COUNTRIES}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def crisis_numbers() -> Sequence[Number]:
    """What the panel shows: the emergency number, then a crisis line where one is verified."""
    return numbers(country())[:PANEL]


def numbers(code: str | None) -> Sequence[Number]:
    """All numbers of a country: emergency, then verified crisis lines, the reader's first."""
    emergency = [(_("emergency"), each, "tel") for each in crisis.emergency(code) or (GENERIC,)]
    lines = [line for line in known.facts().crisis_lines if line.country in (code, "")]
    shown = [line for line in lines if crisis.shown(line, runtime().now().date())]
    shown.sort(key=lambda line: language() not in line.languages)
    return [*emergency[:1], *((line.name, line.number, "tel") for line in shown), *emergency[1:]]


def _from_header() -> str | None:
    """The region in the most wanted language tag that names one: "ms-MY" says Malaysia."""
    for tag, weight in request.accept_languages:
        region = next((part for part in tag.split("-")[1:] if len(part) == 2), "").upper()
        if weight > 0 and region in _COUNTRIES:
            return region
    return None


@bp.get("/crisis")
def page() -> ResponseReturnValue:
    """All the numbers of a country, and where to choose another one."""
    try:
        return _draw()
    except Exception as error:  # whatever is broken, this page answers
        log.error("the page of numbers could not be drawn: %s", type(error).__name__)
        return Response(_published(), mimetype="text/html")


def publish(app: Flask) -> None:
    """Keep the page as files, for when nothing else works."""
    folder = _folder(app)
    folder.mkdir(parents=True, exist_ok=True)
    for one in i18n.offered():
        # A context of the application's own, too: the visitor's request keeps its `g`.
        with (
            app.app_context(),
            app.test_request_context("/crisis", query_string={"lang": one.tag}),
        ):
            app.preprocess_request()
            text = _draw()
        fresh = folder / f"crisis.{one.tag}.html.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / f"crisis.{one.tag}.html")


def _draw() -> str:
    chosen = country()
    return render_template(
        "public/crisis.html", chosen=chosen, numbers=numbers(chosen), countries=countries()
    )


def _published() -> bytes:
    for tag in (language(), "en"):
        path = _folder(current_app) / f"crisis.{tag}.html"
        if path.is_file():
            return path.read_bytes()
    return _BARE


def _folder(app: Flask) -> Path:
    return Path(app.extensions["helpline"].config.data_folder) / "published"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        crisis_numbers=crisis_numbers, own_names=_own_names, hours_of=_hours_of
    )


def _own_names(tags: Iterable[str]) -> Markup:
    """Languages, each by the name it has for itself: isolated, or names from left to right would
    be read in the wrong order, and broken apart, among words from right to left."""
    names = (_own_name(i18n.LANGUAGES[tag]) for tag in tags)
    return escape(_COMMA.get(language(), ", ")).join(names)


def _own_name(one: i18n.Language) -> Markup:
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(one.tag, one.direction, one.name)


def _hours_of(hours: Iterable[str]) -> list[tuple[str, str]]:
    return [(hour, hour) for hour in hours]
