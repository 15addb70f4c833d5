"""The form's fields: which step asks them, what is wrong with what was typed, what it means."""

import re
from collections.abc import Collection, Mapping
from datetime import time

from babel.core import get_global
from sqlalchemy.exc import SQLAlchemyError

from helpline import i18n
from helpline.conversation import LONGEST
from helpline.db import read
from helpline.instance import TextRules, text_rules
from helpline.intake import numbers
from helpline.intake.asking import AGE_BANDS, AGE_WISHES, GENDER_WISHES, Answers
from helpline.intake.numbers import Number, Unreachable
from helpline.intake.topics import TOPICS
from helpline.messaging.inbound import readable
from helpline.people import HowToReach
from helpline.web.language import gettext as _
from helpline.web.language import language
from helpline.web.public import crisis, known
from helpline.web.public.carried import Carried
from helpline.web.public.words import TOO_LONG
from scheduling import zones
from scheduling.zones import UnknownZone

STEPS: Mapping[int, tuple[str, ...]] = {
    1: ("language", "safe"),
    2: ("topic", "words", "alias"),
    3: (
        "how",
        "phone",
        "notify",
        "notify_phone",
        "mail",
        "safe_from",
        "safe_until",
        "zone",
        "gender_wish",
        "age_wish",
    ),
    4: ("age_band", "agree"),
}
KEPT_AT_MOST = 20_000  # characters of one field that are carried on; far above what is allowed
NAME_AT_MOST = 40
_HOURS = tuple(f"{hour:02}:00" for hour in range(24))
_MAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,180}\.[^@\s<>,;\".]{2,}")
_CHIEF = {
    "AU": "Australia/Sydney",
    "CA": "America/Toronto",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "US": "America/New_York",
}
Errors = dict[str, str]


def tidy(text: str) -> str:
    """What was typed, without what no database, page or phone can keep."""
    lines = readable(text).replace("\r\n", "\n").replace("\r", "\n")[:KEPT_AT_MOST]
    return "".join(char for char in lines if char in "\n\t" or char >= " ")


def problems(step: int, carried: Carried) -> Errors:
    """What must be put right before the form goes on: field name to sentence."""
    return {1: _language, 2: _words, 3: _reach, 4: _consent}[step](carried)


def languages() -> list[tuple[str, str]]:
    """The languages in which somebody answers, each by its own name, the page's first."""
    served = known.facts().languages
    first = language() if language() in served else ""
    order = dict.fromkeys([*filter(None, [first]), *served])
    return [(tag, i18n.LANGUAGES[tag].name) for tag in order]


def guessed_zone() -> str:
    """The likeliest zone of whoever reads this page."""
    country = crisis.country()
    if country is None:
        return known.facts().zone
    listed = get_global("territory_zones").get(country) or [known.facts().zone]
    return zones.canonical(_CHIEF.get(country) or listed[0])


def is_unsafe(safe: str) -> bool:
    """Whether somebody else could see what comes; `safe`: the answer of the first step."""
    return safe in ("no", "hours")


def hours() -> tuple[str, ...]:
    return _HOURS


def answers(carried: Carried) -> Answers:
    """What the form means, once it has no problems."""
    how = HowToReach.TEXT if carried.get("how") == "text" else HowToReach.WEB
    notify = carried.get("notify") if how is HowToReach.WEB else ""
    typed = carried.get("phone") if how is HowToReach.TEXT else carried.get("notify_phone")
    number = _number(typed) if how is HowToReach.TEXT or notify == "text" else None
    zone, is_guess = _zone(carried, number)
    safe_from, safe_until = _span(carried)
    return Answers(
        language=carried.get("language"),
        written_in=language(),
        words=carried.get("words"),
        topic=carried.get("topic") if carried.get("topic") in TOPICS else "",
        alias=carried.get("alias").strip(),
        age_band=carried.get("age_band") if carried.get("age_band") in AGE_BANDS else "",
        how=how,
        notify=notify if notify in ("text", "mail") else "",
        phone=number.e164 if number else "",
        mail=carried.get("mail").strip() if notify == "mail" else "",
        zone=zone,
        zone_is_guess=is_guess,
        safe_from=safe_from,
        safe_until=safe_until,
        may_read_here=carried.get("safe") != "no",
        gender_wish=_one_of(GENDER_WISHES, carried.get("gender_wish")),
        age_wish=_one_of(AGE_WISHES, carried.get("age_wish")),
        form_key=carried.form_key,
    )


def _one_of(known: Collection[str], typed: str) -> str:
    return typed if typed in known else ""


def chosen_zone(carried: Carried) -> str | None:
    """The zone that was chosen, by its canonical name."""
    return _known_zone(carried.get("zone"))


def _language(carried: Carried) -> Errors:
    if carried.get("language") in dict(languages()):
        return {}
    return {"language": _("Choose the language you want to talk in.")}


def _words(carried: Carried) -> Errors:
    found: Errors = {}
    length = len(carried.get("words").strip())
    if length > LONGEST:
        found["words"] = too_long(length)
    if len(carried.get("alias").strip()) > NAME_AT_MOST:
        found["alias"] = _("This name is too long. Choose a shorter one, or leave it empty.")
    return found


def too_long(length: int) -> str:
    return _(
        TOO_LONG.message,
        count=i18n.number(length, language()),
        most=i18n.number(LONGEST, language()),
    )


def _reach(carried: Carried) -> Errors:
    found: Errors = {}
    if carried.get("how") == "text":
        _check_number("phone", carried, found)
    elif carried.get("notify") == "text":
        _check_number("notify_phone", carried, found)
    elif carried.get("notify") == "mail" and not _MAIL.fullmatch(carried.get("mail").strip()):
        found["mail"] = _("This mail address cannot be right. It looks like name@place.org.")
    if bool(carried.get("safe_from")) != bool(carried.get("safe_until")):
        found["safe_until"] = _("Choose both hours, or leave both at “any hour”.")
    elif carried.get("safe_from") and carried.get("safe_from") == carried.get("safe_until"):
        found["safe_until"] = _("These two hours are the same. Choose a later one here.")
    known_place = _known_zone(carried.get("zone"))
    needs_place = carried.get("safe_from") and not _number(carried.get("phone"))
    if (carried.get("zone") or needs_place) and known_place is None:
        found["zone"] = _("Choose your place from the list, so that the hours are yours.")
    return found


def _consent(carried: Carried) -> Errors:
    if carried.get("agree"):
        return {}
    return {
        "agree": _(
            "We keep and read nothing without your yes. Tick this to send it, or leave: the"
            " numbers to call above are there for you either way."
        )
    }


def _check_number(name: str, carried: Carried, found: Errors) -> None:
    number = _number(carried.get(name))
    if number is None:
        found[name] = _("This number cannot be right. Start with + and the number of your country.")
        return
    why = numbers.may_be_texted(number, _rules().countries)
    if why is Unreachable.COUNTRY:
        found[name] = _("We cannot text numbers of this country. Choose “On this page” instead.")
    elif why is not None:
        found[name] = _("This number cannot get texts. Type a mobile number.")


def _number(typed: str) -> Number | None:
    return numbers.read_number(typed[:40], crisis.country()) if typed.strip() else None


def _rules() -> TextRules:
    try:
        return text_rules(read())
    except SQLAlchemyError:
        return TextRules()


def _zone(carried: Carried, number: Number | None) -> tuple[str, bool]:
    """The zone that was chosen; one that nobody touched is a guess, which a number makes better."""
    chosen = _known_zone(carried.get("zone"))
    guess = guessed_zone()
    if chosen is not None and (chosen != guess or carried.get("safe_from")):
        return chosen, False
    return (numbers.zone(number) if number else None) or chosen or guess, True


def _known_zone(name: str) -> str | None:
    try:
        return zones.canonical(name) if name else None
    except UnknownZone:
        return None


def _span(carried: Carried) -> tuple[time, time] | tuple[None, None]:
    start, end = carried.get("safe_from"), carried.get("safe_until")
    if start not in _HOURS or end not in _HOURS or start == end:
        return None, None
    return time.fromisoformat(start), time.fromisoformat(end)
