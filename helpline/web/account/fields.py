"""Reading what staff type about themselves."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from flask import request

from helpline import i18n
from helpline.i18n.spoken import USUAL
from helpline.people import passwords
from helpline.people.passwords import WeakPassword
from helpline.people.person import Level
from helpline.web.account.words import LEVEL, WEAK
from helpline.web.language import gettext as _
from scheduling import zones

LONGEST_NAME = 40
_MAIL = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,180}\.[^@\s.<>,;:\"]{2,}")


def line(name: str, longest: int = LONGEST_NAME) -> str:
    """One line of text: blanks tidied, control characters dropped, never longer than `longest`."""
    tidy = " ".join(request.form.get(name, "").split())
    return "".join(char for char in tidy if char.isprintable())[:longest]


def alias(errors: dict[str, str]) -> str:
    found = line("alias")
    if not found:
        errors["alias"] = _("Write the name your colleagues should see.")
    return found


def zone(errors: dict[str, str]) -> str:
    """The canonical name of the chosen zone."""
    try:
        return zones.canonical(request.form.get("zone", "")[:60])
    except zones.UnknownZone:
        errors["zone"] = _("Choose the place whose clock you live by.")
        return request.form.get("zone", "")[:60]


def page_language() -> str:
    return i18n.closest(request.form.get("language", "")[:12]) or "en"


def helped_in(held: Collection[str]) -> list[str]:
    """The languages one may say to help in: ours, others people ask in, and those `held`."""
    return list(dict.fromkeys([*i18n.LANGUAGES, *USUAL, *sorted(held)]))


def spoken(held: Collection[str]) -> Mapping[str, Level]:
    """The languages somebody helps in: one select for each, empty for none."""
    found = {}
    for tag in helped_in(held):
        level = request.form.get(f"speaks-{tag}", "")
        if level in list(Level):
            found[tag] = Level(level)
    return found


def new_password(errors: dict[str, str], *about: str) -> str:
    """A password typed twice, good enough; see `passwords.check`."""
    password = request.form.get("password", "")
    try:
        passwords.check(password, [part for words in about for part in [words, *words.split()]])
    except WeakPassword as weak:
        errors["password"] = str(WEAK[weak.why])
    else:
        if password != request.form.get("password_again", ""):
            errors["password_again"] = _("The two passwords are not the same. Type both again.")
    return password


def mail_address(errors: dict[str, str]) -> str:
    found = line("mail", 200)
    if not _MAIL.fullmatch(found):
        errors["mail"] = _("Write an address such as name@example.org.")
    return found


def zone_options(now: datetime) -> list[tuple[str, str]]:
    """Every place to choose, each with how far it is from UTC now."""
    groups = zones.choices(now)
    return [
        ("", _("Choose a place")),
        *(
            (city.zone, f"{city.name} ({city.label})")
            for group in groups.values()
            for city in group
        ),
    ]


def language_options() -> list[tuple[str, str]]:
    return [(tag, language.name) for tag, language in i18n.LANGUAGES.items()]


def level_options() -> list[tuple[str, str]]:
    return [("", _("Not at all")), *((level.value, str(words)) for level, words in LEVEL.items())]
