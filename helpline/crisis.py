"""What to offer somebody in danger: emergency numbers, and the deployment's own crisis lines. Pure.

Emergency numbers are those of `phonenumbers` (its short-number data, Apache-2.0). Crisis lines are
never shipped: a coordinator enters each with its source, and it is shown only while it is verified.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

VERIFIED_FOR = timedelta(days=180)

# The number for an ambulance, or for everything, where another one would sort before it.
_FIRST = {"CN": "120", "GB": "999", "HK": "999", "JP": "119", "SG": "995", "TW": "119"}
_USUAL = ("911", "112", "999")  # the one for everything in most countries
_LONGEST = 5  # the few longer ones are single towns' landlines


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """A crisis line a deployment vouches for.

    country: ISO 3166. languages: BCP-47 tags. hours: a sentence as the line itself puts it.
    source: where the number was read. verified_on, verified_by: the day somebody checked it, and
    who; both empty until then.
    """

    name: str
    number: str
    country: str
    languages: tuple[str, ...]
    hours: str
    source: str
    verified_on: date | None = None
    verified_by: str = ""


@cache
def emergency(region: str | None) -> tuple[str, ...]:
    """The emergency numbers of a country (ISO 3166), the one to try first in front.

    Empty for a country nobody knows: the caller then says "your local emergency number".

    >>> emergency("MY"), emergency("JP"), emergency("MM"), emergency("XX"), emergency(None)
    (('112', '999'), ('119', '110'), ('199',), (), ())
    """
    return tuple(sorted(_numbers(region), key=lambda number: _order(region, number)))


def shown(line: CrisisLine, today: date) -> bool:
    """Whether a line may be shown: verified by somebody, not in the future, within 180 days.

    >>> line = CrisisLine("Night line", "1", "MY", ("ms",), "always", "their site")
    >>> shown(line, date(2026, 11, 23))
    False
    """
    if line.verified_on is None or not line.verified_by.strip() or not line.source.strip():
        return False
    return timedelta(0) <= today - line.verified_on <= VERIFIED_FOR


def _order(region: str | None, number: str) -> tuple[bool, int, int, str]:
    usual = _USUAL.index(number) if number in _USUAL else len(_USUAL)
    return number != _FIRST.get(region or ""), usual, len(number), number


def _numbers(region: str | None) -> list[str]:
    """Every number of at most five digits that the country's pattern matches."""
    from phonenumbers import PhoneMetadata

    about = PhoneMetadata.short_metadata_for_region(region) if region else None
    if about is None or about.emergency is None or not about.emergency.national_number_pattern:
        return []
    pattern = re.compile(about.emergency.national_number_pattern)
    lengths = [length for length in about.emergency.possible_length if 0 < length <= _LONGEST]
    tried = (f"{n:0{length}d}" for length in lengths for n in range(10**length))
    return [number for number in tried if pattern.fullmatch(number)]
