"""What somebody meant who answered with digits, in whatever script their phone writes. Pure."""

import re
import unicodedata
from datetime import time

_MOST_DIGITS = 6  # no question has more answers; a longer number is something else
_HAN: dict[str, int] = dict(
    zip("〇零一二两兩三四五六七八九十", [0, 0, 1, 2, 2, 2, *range(3, 11)], strict=True)
)

# What people write beside an hour. "Night" is the evening and the small hours after it.
_MORNING = """
    am a.m. a.m pagi umaga madaling_araw madaling-araw mañana manana madrugada सुबह सवेरे subah
    上午 早上 午前 朝 あさ 午前中 காலை அதிகாலை kaalai မနက် မနက်ပိုင်း မနက်စောစော صباحا صباحًا صباحاً
    الصبح الصباح فجرا فجرًا فجراً الفجر ص
"""
_AFTERNOON = """
    pm p.m. p.m petang tengahari siang sore hapon tanghali tarde mediodía mediodia
    दोपहर शाम dopahar shaam sham 下午 中午 午後 昼 お昼 夕方
    மாலை மதியம் சாயங்காலம் பிற்பகல் maalai madhiyam ညနေ ညနေပိုင်း နေ့လယ် နေ့လည် နေ့ခင်း မွန်းလွဲ
    مساء مساءً مساءا المساء المسا ظهرا ظهرًا ظهراً الظهر عصرا عصرًا عصراً العصر م
"""
_NIGHT = """
    malam gabi hatinggabi noche medianoche रात raat 晚上 夜里 夜 よる 深夜 இரவு iravu ည ညဘက် ညပိုင်း
    ليلا ليلًا ليلاً الليل بالليل
"""
_HALVES = {
    unicodedata.normalize("NFKC", word).replace("_", " "): half
    for words, half in ((_MORNING, "am"), (_AFTERNOON, "pm"), (_NIGHT, "night"))
    for word in words.split()
}
_OCLOCK = "horas hrs hs बजे बजकर baje மணி மணிக்கு mani manikku နာရီ"
_ENDS = "まで の間 तक tak வரை வரைக்கும் varai အထိ ထိ"
_LEADS = """
    from between dari antara de desde entre las la alas ala sa pagitan ng mula simula pukul jam
    من بين الساعة ساعة
"""
_TOS = """
    to till until and hingga sampai dan hanggang at a y hasta से तक se
    到 至 から முதல் மணியிலிருந்து லிருந்து இருந்து muthal إلى الى حتى لغاية و မှ ကနေ ကနေပြီး
"""


def _any(words: str) -> str:
    """A pattern for any of the words, the longest first; "_" joins those of a phrase."""
    plain = {unicodedata.normalize("NFKC", word).replace("_", " ") for word in words.split()}
    return "|".join(re.escape(word) for word in sorted(plain, key=len, reverse=True))


def _hour(end: str) -> str:
    """A pattern for one end of a span: an hour, perhaps minutes, perhaps a half of the day."""
    half = _any(f"{_MORNING} {_AFTERNOON} {_NIGHT}")
    return (
        rf"(?:(?:{_any(_LEADS)})[\s-]+)*(?:(?P<before_{end}>{half})\s*)?"
        rf"(?P<hour_{end}>\d{{1,4}})(?:\s?[:.٫点點時时h]\s?(?P<minute_{end}>\d\d)?分?)?"
        rf"(?:\s*(?:{_any(_OCLOCK)}))?"
        rf"\s*(?:(?:de la|del|ng)\s+)?(?P<after_{end}>{half})?"
    )


_HALF_PAST = re.compile("(?<=[点點時时])半")
_SPAN = re.compile(
    rf"\W*{_hour('from')}\s*(?:[-–—−~〜/]+|{_any(_TOS)})\s*{_hour('to')}\s*(?:{_any(_ENDS)})?\W*"
)


def read_digit(text: str) -> int | None:
    """The number a text is, when a number is all it is; None otherwise.

    Spaces, punctuation, brackets and emoji keycaps around it do not matter; circled digits and one
    Chinese numeral count too.

    >>> [read_digit(text) for text in ("2", " (၂) ", "２。", "2️⃣", "②", "二", "٢!")]
    [2, 2, 2, 2, 2, 2, 2]
    >>> [read_digit(text) for text in ("", "two", "1 2", "1,5", "2 please", "½")]
    [None, None, None, None, None, None]
    """
    bare = _bare(text)
    if bare in _HAN:
        return _HAN[bare]
    values = [unicodedata.digit(char, None) for char in bare]
    if not 0 < len(values) <= _MOST_DIGITS or None in values:
        return None
    return int("".join(map(str, values)))


def read_hours(text: str) -> tuple[time, time] | None:
    """Two wall-clock times a text names, "from" and "to"; None when it names anything else.

    Without am, pm or their like the hours are read on the 24-hour clock, so the caller says back
    what was understood; when only one end says which half of the day, the shorter span is meant.
    A span may pass midnight; 24 is midnight; from and to are never the same.

    >>> for text in ("14-17", "২-৫", "9pm-11pm", "2130-2300", "9-5pm", "晚上9点到11点"):
    ...     start, end = read_hours(text)
    ...     print(f"{start:%H:%M} {end:%H:%M}")
    14:00 17:00
    02:00 05:00
    21:00 23:00
    21:30 23:00
    09:00 17:00
    21:00 23:00
    >>> read_hours("14") is None, read_hours("14-25") is None, read_hours("after 5") is None
    (True, True, True)
    """
    span = _SPAN.fullmatch(_plain(text))
    if span is None:
        return None
    starts, ends = _readings(span, "from"), _readings(span, "to")
    lengths = {(end - start) % 1440: (start, end) for start in starts for end in ends}
    lengths.pop(0, None)
    if not lengths:
        return None
    start, end = lengths[min(lengths)]
    return time(*divmod(start, 60)), time(*divmod(end, 60))


def _readings(span: re.Match[str], end: str) -> list[int]:
    """The minutes of the day that one end may mean; none when it is no time of day."""
    hour, minute = _clock(span[f"hour_{end}"], span[f"minute_{end}"])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return []
    half = _half(span, end)
    other = _half(span, "to" if end == "from" else "from")
    halves = [half] if half or not other else ["am", "pm"]
    return [_on_the_clock(hour, half) * 60 + minute for half in halves]


def _clock(hour: str, minute: str | None) -> tuple[int, int]:
    """Hour and minute; "930" and "2130" are read as soldiers write them."""
    if minute is None and len(hour) > 2:
        return int(hour[:-2]), int(hour[-2:])
    return int(hour), int(minute or 0)


def _half(span: re.Match[str], end: str) -> str | None:
    word = span[f"before_{end}"] or span[f"after_{end}"]
    return _HALVES[word] if word else None


def _on_the_clock(hour: int, half: str | None) -> int:
    """The hour from 0 to 23.

    >>> _on_the_clock(12, "am"), _on_the_clock(12, "pm"), _on_the_clock(2, "night")
    (0, 12, 2)
    """
    if half is None or not 0 < hour <= 12:
        return hour % 24
    late = half == "pm" or (half == "night" and 6 <= hour < 12)
    return hour % 12 + (12 if late else 0)


def _plain(text: str) -> str:
    """Lower case, full-width forms made plain, 0-9 for a digit of any script, 30 for "half"."""
    folded = _HALF_PAST.sub("30", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in folded
        if unicodedata.category(char) not in {"Cf", "Cc"}
    )


def _bare(text: str) -> str:
    """The text without what may stand around a digit: spaces, punctuation, symbols, keycaps."""
    letters = [char for char in text if unicodedata.category(char) not in {"Me", "Mn", "Cf"}]
    start, end = 0, len(letters)
    while start < end and unicodedata.category(letters[start])[0] in "PSZC":
        start += 1
    while end > start and unicodedata.category(letters[end - 1])[0] in "PSZC":
        end -= 1
    return "".join(letters[start:end])
