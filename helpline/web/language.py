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

from flask import Flask, Response, current_app, g, request
from markupsafe import escape

from helpline import i18n
from helpline.i18n import LANGUAGES, catalogue

COOKIE = "lang"
_OWN_CHOICE = "helpline.language"
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


def init_app(app: Flask) -> None:
    """Choose a language before anything else happens in a request; give templates their words."""
    app.before_request_funcs.setdefault(None, []).insert(0, _choose)
    app.after_request(_remember)
    _install_words(app)


def listen_to_staff(app: Flask, own_choice: Callable[[], str | None]) -> None:
    """Let the sign-in tell the language a signed-in person set, or None."""
    app.extensions[_OWN_CHOICE] = own_choice


def _choose() -> None:
    g.language = _asked() or _offered(_own_choice()) or _remembered() or _from_browser()


def _own_choice() -> str | None:
    own_choice: Callable[[], str | None] | None = current_app.extensions.get(_OWN_CHOICE)
    return own_choice() if own_choice else None


def _asked() -> str | None:
    """A choice made on this very page: in its address, or by a button of its form."""
    asked = request.args.get("lang")
    if asked is None and request.method == "POST" and not request.path.startswith(_MACHINES):
        asked = request.form.get("lang")
    g.asked_language = chosen = _offered(asked)
    return chosen


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


@dataclass(frozen=True, slots=True)
class LazyText:
    """A sentence at module level, said when it is turned into text, in the request's language."""

    message: str

    def __str__(self) -> str:
        return gettext(self.message)

    def __html__(self) -> str:
        return str(escape(str(self)))


def lazy_gettext(message: str) -> LazyText:
    """Mark a sentence at module level. Import it as `_l`."""
    return LazyText(message)


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
