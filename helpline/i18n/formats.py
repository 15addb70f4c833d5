"""How a language writes hours, days, lengths, lists and numbers.

Moments are aware UTC, zones are IANA names or `ZoneInfo`; hours are written in 24, as on a rota.
Offsets use the plain hyphen: a text message in the GSM alphabet has no minus sign.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from helpline.i18n.catalogues import gettext
from helpline.i18n.languages import LANGUAGES


@cache
def _locale(tag: str) -> Locale:
    """English dates are written day first: most readers of them live outside America."""
    return Locale.parse("en_001" if tag == "en" else LANGUAGES[tag].folder)


def _local(moment: datetime, zone: ZoneInfo | str) -> datetime:
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def offset(moment: datetime, zone: ZoneInfo | str) -> str:
    """How far the zone is from UTC at that moment.

    >>> from datetime import UTC
    >>> at = datetime(2026, 10, 15, 11, 40, tzinfo=UTC)
    >>> offset(at, "Asia/Kolkata"), offset(at, "America/Mexico_City"), offset(at, "UTC")
    ('UTC+5:30', 'UTC-6', 'UTC')
    """
    minutes = round((_local(moment, zone).utcoffset() or timedelta()).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}{f':{rest:02}' if rest else ''}"


def clock(moment: datetime, zone: ZoneInfo | str) -> str:
    """The wall clock there: `19:40`."""
    return f"{_local(moment, zone):%H:%M}"


def when(moment: datetime, zone: ZoneInfo | str, language: str = "en") -> str:
    """Day, hour and zone of a moment in the near past or future.

    >>> from datetime import UTC
    >>> at = datetime(2026, 10, 15, 11, 40, tzinfo=UTC)
    >>> when(at, "Asia/Kuala_Lumpur"), when(at, "Asia/Kuala_Lumpur", "zh-Hans")
    ('Thu, 15 Oct, 19:40 UTC+8', '10月15日周四 19:40 UTC+8')
    """
    return _with_hour(day(_local(moment, zone).date(), language), moment, zone, language)


def soon(
    moment: datetime,
    now: datetime,
    zone: ZoneInfo | str,
    language: str = "en",
    *,
    named: bool = False,
) -> str:
    """The same as short as it can be said: the hour today, a weekday within the week, then a date.

    named: with the zone, where it may be another than theirs.

    >>> from datetime import UTC
    >>> now = datetime(2026, 10, 15, 11, 40, tzinfo=UTC)
    >>> for hours in (3, 20, 24 * 9):
    ...     soon(now + timedelta(hours=hours), now, "Asia/Kuala_Lumpur")
    '22:40'
    'Fri 15:40'
    '24 Oct 19:40'
    >>> soon(now, now, "Asia/Yangon", named=True)
    '18:10 UTC+6:30'
    """
    ahead = (_local(moment, zone).date() - _local(now, zone).date()).days
    hour = clock(moment, zone) + (f" {offset(moment, zone)}" if named else "")
    if not ahead:
        return hour
    on = _local(moment, zone).date()
    near = 0 < ahead < 7
    return f"{_weekday(on, language) if near else _date(on, language)} {hour}"


def _weekday(on: date, language: str) -> str:
    return format_date(on, "E", _locale(language))


def _date(on: date, language: str) -> str:
    midnight = datetime(on.year, on.month, on.day)  # noqa: DTZ001  only its date is written
    return format_skeleton("MMMd", midnight, locale=_locale(language))


def exact(moment: datetime, zone: ZoneInfo | str, language: str = "en") -> str:
    """The same with the year: for `title`, for readers, for records."""
    there = _local(moment, zone)
    text = format_skeleton("yMMMEd", there, locale=_locale(language))
    return _with_hour(text, moment, zone, language)


def _with_hour(text: str, moment: datetime, zone: ZoneInfo | str, language: str) -> str:
    comma = "" if language in ("zh-Hans", "ja") else _comma(language)
    return f"{text}{comma} {clock(moment, zone)} {offset(moment, zone)}"


def _comma(language: str) -> str:
    """Arabic has its own; a Latin one stands upside down in its line."""
    return "،" if language == "ar" else ","


def day(on: date, language: str = "en", *, full: bool = False) -> str:
    """A day without its year, or in full.

    >>> day(date(2026, 10, 15), "ms"), day(date(2026, 10, 15), "en", full=True)
    ('Kha, 15 Okt', 'Thursday, 15 October 2026')
    """
    if full:
        return format_date(on, "full", _locale(language))
    midnight = datetime(on.year, on.month, on.day)  # noqa: DTZ001  only its date is written
    return format_skeleton("MMMEd", midnight, locale=_locale(language))


def relative(moment: datetime, now: datetime, language: str = "en") -> str:
    """How long ago, or in how long: whole units, rounded down.

    >>> from datetime import UTC
    >>> now = datetime(2026, 10, 15, 12, tzinfo=UTC)
    >>> [relative(now - timedelta(minutes=m), now) for m in (0, 29, 100, 1500, -30)]
    ['just now', '29 min ago', '1 hr ago', '1 day ago', 'in 30 min']
    """
    _ = gettext(language)
    apart = moment - now
    if abs(apart) < timedelta(minutes=1):
        return _("just now")
    whole = _rounded_down(abs(apart))
    return _directed(whole if apart > timedelta() else -whole, _locale(language))


def _directed(length: timedelta, locale: Locale) -> str:
    """Short where the language's data has it: Babel 2.18 raises where only the long form is there
    (five hours ago in Malay)."""
    try:
        return format_timedelta(
            length, threshold=1, add_direction=True, format="short", locale=locale
        )
    except KeyError:
        return format_timedelta(length, threshold=1, add_direction=True, locale=locale)


def _rounded_down(length: timedelta) -> timedelta:
    """Babel rounds 100 minutes to two hours; whoever waits reads that as a mistake."""
    for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if length >= unit:
            return length // unit * unit
    return length


def duration(length: timedelta, language: str = "en") -> str:
    """A length in its two largest units, from minutes up.

    >>> [duration(timedelta(minutes=m)) for m in (70, 0, 2880)]
    ['1 hr, 10 mins', '0 mins', '2 days']
    """
    minutes = int(length.total_seconds()) // 60
    amounts = {
        "duration-day": minutes // 1440,
        "duration-hour": minutes // 60 % 24,
        "duration-minute": minutes % 60,
    }
    parts = [(unit, n) for unit, n in amounts.items() if n] or [("duration-minute", 0)]
    # Arabic shortens hours and minutes to single letters, which not everybody knows; Babel has no
    # short form for one hour in Spanish and says "1 horas".
    width: Literal["long", "short"] = "long" if language in ("ar", "es") else "short"
    words = [format_unit(n, unit, width, locale=_locale(language)) for unit, n in parts[:2]]
    style = "standard" if width == "long" else "unit-short"
    return words[0] if len(words) == 1 else _side_by_side(words, style, _locale(language))


def _side_by_side(two: list[str], style: str, locale: Locale) -> str:
    """Two amounts of one length. Babel 2.18 raises where the pattern for two is inherited (Spanish)
    and says the second twice where it has only the others (Arabic); "end" joins two as well."""
    patterns = locale.list_patterns.get(style) or locale.list_patterns["standard"]
    found = next((patterns[key] for key in ("2", "end") if key in patterns), "{0} {1}")  # Burmese
    return str(found).format(*two)


def listed(items: Iterable[str], language: str = "en", *, either: bool = False) -> str:
    """Several things in one sentence, joined by "and" or, if `either`, by "or".

    >>> listed(["Malay", "Tamil", "English"]), listed(["ya", "tidak"], "ms", either=True)
    ('Malay, Tamil and English', 'ya atau tidak')
    """
    words = list(items)
    if either:
        return format_list(words, style="or", locale=_locale(language))
    return format_list(words, style="standard", locale=_locale(language))


def number(value: int | float, language: str = "en") -> str:
    """A number with the language's own separators.

    >>> number(12345.5), number(12345.5, "es")
    ('12,345.5', '12.345,5')
    """
    return format_decimal(value, locale=_locale(language))


def language_name(tag: str, language: str = "en", *, spoken: bool = False) -> str:
    """What a language calls another one; `spoken`: without the script it is written in.

    >>> language_name("zh-Hans"), language_name("fil", "ms"), language_name("tlh-x")
    ('Chinese (Simplified)', 'Filipina', 'tlh-x')
    >>> language_name("zh-Hans", spoken=True)
    'Chinese'
    """
    if spoken:
        tag = tag.partition("-")[0]
    try:
        name = Locale.parse(tag, sep="-").get_display_name(_locale(language))
    except (ValueError, UnknownLocaleError):
        return tag
    return name or tag


def place(zone: ZoneInfo | str, moment: datetime, language: str = "en") -> str:
    """A zone as people know it: its city and what it is from UTC at that moment.

    >>> from datetime import UTC
    >>> place("Asia/Kuala_Lumpur", datetime(2026, 10, 15, tzinfo=UTC))
    'Kuala Lumpur, UTC+8'
    """
    known = ZoneInfo(zone) if isinstance(zone, str) else zone
    if known.key in ("UTC", "Etc/UTC"):
        return "UTC"
    city = get_timezone_location(known, locale=_locale(language), return_city=True)
    return f"{city}{_comma(language)} {offset(moment, known)}"
