"""Digits and hours are read in whatever script a phone writes them."""

import unicodedata
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.intake.digits import read_digit, read_hours

SCRIPTS = {
    "Burmese": "၀၁၂၃၄၅၆၇၈၉",
    "Devanagari": "०१२३४५६७८९",
    "Tamil": "௦௧௨௩௪௫௬௭௮௯",
    "Arabic-Indic": "٠١٢٣٤٥٦٧٨٩",
    "Persian": "۰۱۲۳۴۵۶۷۸۹",
    "full-width": "０１２３４５６７８９",
    "Shan": "႐႑႒႓႔႕႖႗႘႙",
}
WRITTEN = st.sampled_from(sorted(SCRIPTS))
ANY_DECIMAL = st.characters(categories=["Nd"])
FRAME = st.text(alphabet=" .。()[]「」!?*#،·\n\u200f", max_size=4)


@given(ANY_DECIMAL, FRAME, FRAME)
def test_a_digit_of_any_script_in_any_frame_is_read(digit: str, before: str, after: str) -> None:
    assert read_digit(before + digit + after) == unicodedata.decimal(digit)


@given(st.integers(0, 999999))
def test_numbers_come_back(number: int) -> None:
    assert read_digit(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1️⃣", 1),
        ("  ၃။", 3),
        ("(٢)", 2),
        ("④", 4),
        ("９", 9),
        ("0", 0),
        ("०", 0),
        ("十", 10),
        ("12", 12),
        ("-1", 1),
    ],
)
def test_an_answer_is_read(text: str, number: int) -> None:
    assert read_digit(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", "one", "1 or 2", "1 2", "1,5", "½", "1234567", "1a", "👍", "\x00", "9" * 1600]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_digit(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("14-17", "14:00", "17:00"),
        ("২-৫", "02:00", "05:00"),
        ("١٤-١٧", "14:00", "17:00"),
        ("9pm-11pm", "21:00", "23:00"),
        ("9 PM to 11 PM", "21:00", "23:00"),
        ("2130-2300", "21:30", "23:00"),
        ("21:30 – 23:00", "21:30", "23:00"),
        ("9.30pm till 11pm.", "21:30", "23:00"),
        ("9-11pm", "21:00", "23:00"),
        ("11-2pm", "11:00", "14:00"),
        ("9-5pm", "09:00", "17:00"),
        ("9am-5", "09:00", "17:00"),
        ("10-2am", "22:00", "02:00"),
        ("22-2", "22:00", "02:00"),
        ("20-24", "20:00", "00:00"),
        ("12am-12pm", "00:00", "12:00"),
        ("pukul 9 malam hingga 11 malam", "21:00", "23:00"),
        ("9 malam - 12 malam", "21:00", "00:00"),
        ("8 pagi - 10 pagi", "08:00", "10:00"),
        ("de las 9 de la mañana a las 5 de la tarde", "09:00", "17:00"),
        ("entre las 2 y las 5 de la tarde", "14:00", "17:00"),
        ("de la 1 a las 3 de la madrugada", "01:00", "03:00"),
        ("de 12 del mediodía a 2 de la tarde", "12:00", "14:00"),
        ("de 14 a 17 hrs.", "14:00", "17:00"),
        ("14h-17h", "14:00", "17:00"),
        ("9 ng gabi hanggang 11", "21:00", "23:00"),
        ("mula alas-8 hanggang alas-10 ng gabi", "20:00", "22:00"),
        ("sa pagitan ng 2 at 5 ng hapon", "14:00", "17:00"),
        ("1-3 ng madaling araw", "01:00", "03:00"),
        ("12 ng tanghali hanggang 2 ng hapon", "12:00", "14:00"),
        ("晚上9点到11点", "21:00", "23:00"),
        ("上午9點至下午3點", "09:00", "15:00"),
        ("９時〜１１時", "09:00", "11:00"),
        ("रात 9 से 11", "21:00", "23:00"),
        ("शाम 6 बजे से रात 9 बजे तक", "18:00", "21:00"),
        ("subah 6 baje se 9 baje tak", "06:00", "09:00"),
        ("ည 9 နာရီကနေ 11 နာရီအထိ", "21:00", "23:00"),
        ("ညနေ ၆ နာရီ မှ ၉ နာရီ ထိ", "18:00", "21:00"),
        ("१८-२१", "18:00", "21:00"),
        ("மாலை 6 மணி முதல் இரவு 9 மணி வரை", "18:00", "21:00"),
        ("6 மணியிலிருந்து 9 மணி வரை", "06:00", "09:00"),
        ("௧௮-௨௧", "18:00", "21:00"),
        ("من الساعة 6 مساءً إلى الساعة 9 مساءً", "18:00", "21:00"),
        ("بين ٦ و ٩ مساء", "18:00", "21:00"),
        ("18 إلى 21", "18:00", "21:00"),
        ("من ٨ الصبح لغاية ١٠ الصبح", "08:00", "10:00"),
        ("午後6時半から9時まで", "18:30", "21:00"),
        ("18時30分〜20時15分", "18:30", "20:15"),
        ("朝9時から12時の間", "09:00", "12:00"),
        ("मुझे", None, None),
        ("14", None, None),
        ("after 5", None, None),
        ("14-25", None, None),
        ("24:30-2", None, None),
        ("9-9", None, None),
        ("9:75-10", None, None),
        ("012-345 6789", None, None),
        ("1-2-3", None, None),
        ("", None, None),
        ("9" * 1600, None, None),
        (" - " * 500, None, None),
    ],
)
def test_hours_are_read(text: str, start: str | None, end: str | None) -> None:
    wanted = (time.fromisoformat(start), time.fromisoformat(end)) if start and end else None

    assert read_hours(text) == wanted


@given(st.integers(0, 23), st.integers(0, 23), st.sampled_from("-–~〜"))
def test_whole_hours_come_back(start: int, end: int, dash: str) -> None:
    wanted = (time(start), time(end)) if start != end else None

    assert read_hours(f"{start}{dash}{end}") == wanted


def written(text: str, script: str) -> str:
    """The same with the digits of a script."""
    return text.translate(str.maketrans("0123456789", SCRIPTS[script]))


@given(st.integers(0, 999999), WRITTEN, FRAME, FRAME)
def test_numbers_come_back_from_every_script(
    number: int, script: str, before: str, after: str
) -> None:
    assert read_digit(before + written(str(number), script) + after) == number


@given(st.integers(0, 23), st.integers(0, 23), st.sampled_from("-–~〜－"), WRITTEN, WRITTEN)
def test_whole_hours_come_back_from_every_script(
    start: int, end: int, dash: str, script: str, other: str
) -> None:
    """Even where a phone mixes two."""
    wanted = (time(start), time(end)) if start != end else None

    assert read_hours(f"{written(str(start), script)}{dash}{written(str(end), other)}") == wanted


@given(st.times(), st.times(), st.sampled_from(":.：٫"), WRITTEN)
def test_hours_with_minutes_come_back_from_every_script(
    start: time, end: time, colon: str, script: str
) -> None:
    start, end = (each.replace(second=0, microsecond=0, fold=0) for each in (start, end))
    text = f"{start:%H:%M} - {end:%H:%M}".replace(":", colon)

    assert read_hours(written(text, script)) == ((start, end) if start != end else None)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    "text", ["18-21", "18:00 – 21:00", "1800-2100", "6pm-9pm", "18 to 21", "18〜21"]
)
def test_the_evening_is_the_same_in_every_script(text: str, script: str) -> None:
    assert read_hours(written(text, script)) == (time(18), time(21))


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    read_digit(text)
    read_hours(text)
