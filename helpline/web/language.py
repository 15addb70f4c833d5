"""The language of one request, and the words of its templates.

`?lang=` beats a staff member's own choice, which beats the cookie `lang`, which beats the
browser's Accept-Language. The cookie holds the tag and nothing else, is no session, and goes when
the browser is closed. Afterwards `g.language` is a tag of `i18n.LANGUAGES`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request

from helpline import i18n
from helpline.i18n import LANGUAGES, catalogue

COOKIE = "lang"
_MACHINES = ("/sms/", "/voice/")
"""Doors of providers: their forms are read only after the signature was checked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of the language chooser."""

    tag: str
    name: str
    direction: str
    href: str
    current: bool


def language() -> str:
    """The tag of this request's language."""
    tag: str = g.get("language", "en")
    return tag


def direction() -> str:
    """HTML's `dir` for this request."""
    return LANGUAGES[language()].direction


def choices() -> Iterator[Choice]:
    """The offered languages, each with the address of this same page in it."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    for one in i18n.offered():
        href = f"{request.path}?{urlencode([*kept, ('lang', one.tag)])}"
        yield Choice(one.tag, one.name, one.direction, href, one.tag == language())


def init_app(app: Flask, own_choice: Callable[[], str | None] = lambda: None) -> None:
    """Call before other `before_request` hooks. `own_choice` tells a signed-in person's tag."""

    @app.before_request
    def choose() -> None:
        g.language = _asked() or _offered(own_choice()) or _remembered() or _from_browser()

    app.after_request(_remember)
    _install_words(app)


def _asked() -> str | None:
    """A choice made on this very page: in its address, or by a button of its form."""
    asked = request.args.get("lang")
    if asked is None and request.method == "POST" and not request.path.startswith(_MACHINES):
        asked = request.form.get("lang")
    g.asked_language = _offered(asked)
    return g.asked_language


def _offered(tag: str | None) -> str | None:
    return i18n.closest(tag) if tag else None


def _remembered() -> str | None:
    return _offered(request.cookies.get(COOKIE))


def _from_browser() -> str:
    return i18n.negotiate(request.headers.get("Accept-Language"))


def _remember(response: Response) -> Response:
    if asked := g.get("asked_language"):
        response.set_cookie(COOKIE, asked, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _install_words(app: Flask) -> None:
    """gettext in templates, new style: `_('%(name)s wrote', name=alias)` escapes its facts."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda message: catalogue(language()).gettext(message),
        lambda one, many, count: catalogue(language()).ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, message: catalogue(language()).pgettext(context, message),
        npgettext=lambda *message: catalogue(language()).npgettext(*message),
    )
    environment.globals.update(
        language=language,
        direction=direction,
        language_choices=choices,
        language_name=_language_name,
        clock=i18n.clock,
        when=_when,
        exact=_exact,
        day=_day,
        relative=_relative,
        duration=_duration,
        place=_place,
        listed=_listed,
        number=_number,
    )


def gettext(message: str, /, **facts: object) -> str:
    """Say something in this request's language, from a view. Import it as `_`."""
    return i18n.gettext(language())(message, **facts)


def ngettext(one: str, many: str, count: int, /, **facts: object) -> str:
    """Say something counted in this request's language, from a view. Import it as `n_`."""
    return i18n.ngettext(language())(one, many, count, **facts)


def _when(moment: datetime, zone: ZoneInfo | str) -> str:
    return i18n.when(moment, zone, language())


def _exact(moment: datetime, zone: ZoneInfo | str) -> str:
    return i18n.exact(moment, zone, language())


def _day(moment: datetime, zone: ZoneInfo | str, full: bool = False) -> str:
    there = moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    return i18n.day(there.date(), language(), full=full)


def _relative(moment: datetime, now: datetime) -> str:
    return i18n.relative(moment, now, language())


def _duration(length: timedelta) -> str:
    return i18n.duration(length, language())


def _place(zone: ZoneInfo | str, moment: datetime) -> str:
    return i18n.place(zone, moment, language())


def _listed(items: Iterable[str], either: bool = False) -> str:
    return i18n.listed(items, language(), either=either)


def _number(value: int | float) -> str:
    return i18n.number(value, language())


def _language_name(tag: str) -> str:
    return i18n.language_name(tag, language())
