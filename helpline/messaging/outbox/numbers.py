"""Which numbers cannot or must not be texted, whatever they said. Pure."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# What networks give for a caller who withheld the number: the words on a keypad (ANONYMOUS,
# RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE), as Twilio sends them.
WITHHELD = frozenset(
    {"+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253", "anonymous"}
)
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_COSTLY = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


@lru_cache(maxsize=4096)
def unfit(address: str) -> str:
    """Why this is no number to text, as a stable code; "" when it may be one.

    >>> unfit("+60123456789"), unfit("+266696687"), unfit("12345"), unfit("+19005551234")
    ('', 'withheld', 'not_a_number', 'premium')
    """
    if address in WITHHELD:
        return "withheld"
    if not _E164.fullmatch(address):
        return "not_a_number"
    return "premium" if _is_costly(address) else ""


def country(address: str) -> str:
    """The ISO 3166 region of a number in E.164; "" when it has none.

    >>> country("+60123456789"), country("+88213456789")
    ('MY', '')
    """
    try:
        number = phonenumbers.parse(address)
    except NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    if region is None:  # not a number in use; its country code still says where it would go
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region.isalpha() and region != "ZZ" else ""


def _is_costly(address: str) -> bool:
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(address))
    except NumberParseException:
        return False
    return kind in _COSTLY
