"""Phone numbers: reading them, who may be texted at all, and where they probably are. Pure.

Numbering plans are those of `phonenumbers` (Apache-2.0), loaded at the first question because they
are slow to import. Zones are a first guess to confirm with the person: a number moves with it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# What Twilio puts in From when the caller hid the number: letters on a keypad (ANONYMOUS,
# RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE), and +8566696687, another form of UNKNOWN.
_KEYPAD = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253", "8566696687"})
_SAID = frozenset({"anonymous", "restricted", "blocked", "unknown", "unavailable", "private"})
_OLD_MEXICAN_MOBILE = re.compile(r"^\+521(\d{10})$")  # the 1 was dropped in August 2019
_SHORT_CODE = re.compile(r"^\d{3,8}$")


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A valid phone number in E.164. It shows only its last two digits when printed or logged."""

    e164: str

    def __repr__(self) -> str:
        return f"<Number …{last_two(self)}>"


class Unreachable(StrEnum):
    """Why a number is not texted."""

    PREMIUM = "premium"
    EMERGENCY = "emergency"
    LANDLINE = "landline"
    COUNTRY = "country"


def read_number(text: str, region: str | None = None) -> Number | None:
    """The number somebody typed, in any script; None when it is not a valid one, or withheld.

    region: ISO 3166 country for a number written without its country code.

    >>> read_number("012-345 6789", "MY").e164, read_number("+521 55 1234 5678").e164
    ('+60123456789', '+525512345678')
    >>> read_number("+266696687"), read_number("15888", "MY"), read_number("abc", "MY")
    (None, None, None)
    >>> read_number("+60123456789")
    <Number …89>
    """
    import phonenumbers

    if withheld(text):
        return None
    try:
        parsed = phonenumbers.parse(_modern(text), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return Number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def in_full(sender: str, *ours: str) -> str:
    """A sender as a network of one country names it, in E.164; what is no number stays as it is.

    ours: numbers of our own, in E.164 or empty; the first that has a country tells which one.

    >>> in_full("012-345 6789", "", "+60320000000"), in_full("+639171234567", "+60320000000")
    ('+60123456789', '+639171234567')
    >>> in_full("15888", "+60320000000"), in_full("MYBANK", "+60320000000"), in_full("0123456789")
    ('15888', 'MYBANK', '0123456789')
    """
    lines = filter(None, map(read_number, ours))
    country = next(filter(None, map(region, lines)), None)
    number = read_number(sender, country)
    return number.e164 if number else sender


def withheld(sender: str) -> bool:
    """Whether a sender names nobody: hidden, empty, or letters, which cannot be answered.

    >>> [withheld(sender) for sender in ("+266696687", "Anonymous", "", "MYBANK", "client:ana")]
    [True, True, True, True, True]
    >>> withheld("+60123456789"), withheld("15888")
    (False, False)
    """
    bare = sender.strip().casefold()
    digits = re.sub(r"\D", "", bare)
    letters = any(char.isalpha() for char in bare.removeprefix("whatsapp:"))
    return not digits or bare in _SAID or letters or digits in _KEYPAD


def short_code(sender: str) -> bool:
    """Whether a sender is a short code, which is a service and not a person.

    >>> short_code("15888"), short_code("+60123456789")
    (True, False)
    """
    return _SHORT_CODE.fullmatch(sender.strip()) is not None


def emergency(text: str, region: str) -> bool:
    """Whether what was typed is an emergency number of the country; it is never texted or rung.

    >>> emergency("999", "MY"), emergency("0123456789", "MY")
    (True, False)
    """
    from phonenumbers import shortnumberinfo

    return shortnumberinfo.connects_to_emergency_number(text, region)


def may_be_texted(
    number: Number, allowed_countries: Collection[str], *, has_texted: bool = False
) -> Unreachable | None:
    """None when the number may be texted, else why not.

    allowed_countries: ISO 3166 codes the deployment pays for.
    has_texted: the number texted us itself, so a numbering plan that calls it a landline is wrong.

    >>> number = read_number("+60123456789")
    >>> may_be_texted(number, {"MY"}), may_be_texted(number, {"PH"})
    (None, <Unreachable.COUNTRY: 'country'>)
    """
    from phonenumbers import PhoneNumberType, number_type

    country = region(number)
    if country is None or country not in allowed_countries:
        return Unreachable.COUNTRY
    kind = number_type(_parsed(number))
    if kind in {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}:
        return Unreachable.PREMIUM
    if _is_emergency(number, country):
        return Unreachable.EMERGENCY
    if kind in {PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE} and not has_texted:
        return Unreachable.LANDLINE
    return None


def region(number: Number) -> str | None:
    """The ISO 3166 country of the number; None for satellite and international services.

    >>> region(read_number("+639171234567"))
    'PH'
    """
    from phonenumbers import region_code_for_number

    found = region_code_for_number(_parsed(number))
    return found if found and found.isalpha() else None


def last_two(number: Number) -> str:
    """The only digits anybody is shown.

    >>> last_two(read_number("+60123456789"))
    '89'
    """
    return number.e164[-2:]


def zone(number: Number) -> str | None:
    """The likeliest zone of the number, or None.

    >>> zone(read_number("+60123456789")), zone(read_number("+919876543210"))
    ('Asia/Kuala_Lumpur', 'Asia/Kolkata')
    """
    return next(iter(zones(number)), None)


def zones(number: Number) -> tuple[str, ...]:
    """The zones the number may be in, the likeliest first, all of its country and by their own
    names (zone.tab of the `tzdata` package).

    `phonenumbers` names zones by prefix, some by old names (Asia/Calcutta) or a neighbour's
    (Malaysian mobiles get Kuching alone, British ones Guernsey): what is not in the country's own
    list is left out, and where a prefix says nothing the country's chief zone comes first.

    >>> zones(read_number("+60123456789"))
    ('Asia/Kuala_Lumpur', 'Asia/Kuching')
    >>> zones(read_number("+12125550123"))[0], zones(read_number("+16505551234"))[0]
    ('America/New_York', 'America/Los_Angeles')
    """
    from phonenumbers.timezone import time_zones_for_number

    country = region(number) or ""
    own = _zones_of(country)
    told = [_RENAMED.get(name, name) for name in time_zones_for_number(_parsed(number))]
    near = [name for name in told if name in own]
    chief = [_CHIEF[country]] if country in _CHIEF else []
    first = [] if len(near) == 1 and country not in _PREFIX_MISLEADS else chief
    return tuple(dict.fromkeys([*first, *near, *chief, *own]))


_RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
_PREFIX_MISLEADS = frozenset({"MY"})
# Where most people live, in countries with several zones whose list begins with another.
_CHIEF = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
}


@cache
def _zones_of(country: str) -> tuple[str, ...]:
    """The zones of a country by zone.tab, in its order; none for a country it does not list."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return tuple(row[2] for row in rows if row[0] == country)


def _modern(text: str) -> str:
    """A Mexican mobile as it has been written since 2019; anything else as it is."""
    bare = re.sub(r"[\s().-]", "", text.removeprefix("whatsapp:"))
    return _OLD_MEXICAN_MOBILE.sub(r"+52\1", bare)


def _parsed(number: Number) -> "PhoneNumber":
    from phonenumbers import parse

    return parse(number.e164)


def _is_emergency(number: Number, country: str) -> bool:
    from phonenumbers import national_significant_number

    return emergency(national_significant_number(_parsed(number)), country)
