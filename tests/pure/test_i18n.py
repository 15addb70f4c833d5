"""Every language can say every moment, and everybody gets the language they read best."""

from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations
from pathlib import Path

import pytest

from helpline import i18n
from helpline.i18n import LANGUAGES, closest, negotiate
from helpline.i18n.catalogues import compiled

NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
LENGTHS = [
    *(timedelta(minutes=count) for count in (0, 1, 2, 5, 11, 59)),
    *(timedelta(hours=count) for count in (1, 2, 5, 23)),
    *(timedelta(days=count) for count in (1, 2, 6, 9, 40, 400, 800)),
    timedelta(hours=1, minutes=10),
    timedelta(days=2, hours=3),
]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_can_say_how_long_ago_and_in_how_long(tag: str) -> None:
    for length in LENGTHS:
        for moment in (NOW - length, NOW + length):
            assert i18n.relative(moment, NOW, tag).strip()
        assert i18n.duration(length, tag).strip()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_writes_hours_zones_lists_and_names(tag: str) -> None:
    zone = "Asia/Kolkata"
    assert i18n.when(NOW, zone, tag).endswith(" 17:30 UTC+5:30")
    assert "2026" in i18n.exact(NOW, zone, tag)
    assert i18n.day(NOW.date(), tag, full=True)
    assert i18n.place(zone, NOW, tag).endswith((", UTC+5:30", "، UTC+5:30"))
    assert all(name in i18n.listed(["A", "B", "C"], tag) for name in "ABC")
    assert i18n.language_name("ms", tag)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_length_names_each_of_its_two_amounts_once(tag: str) -> None:
    both, hour, rest = (i18n.duration(timedelta(minutes=count), tag) for count in (70, 60, 10))
    assert both.startswith(hour)
    assert both.endswith(rest)
    assert both.count("10") == 1


def test_one_hour_is_one_hour_in_spanish() -> None:
    assert i18n.duration(timedelta(minutes=61), "es") == "1 hora y 1 minuto"
    assert i18n.duration(timedelta(minutes=135), "es") == "2 horas y 15 minutos"


def test_an_hour_follows_its_zone_over_the_change_of_clocks() -> None:
    before = datetime(2026, 10, 24, 17, tzinfo=UTC)
    assert i18n.when(before, "Europe/Madrid") == "Sat, 24 Oct, 19:00 UTC+2"
    assert i18n.when(before + timedelta(days=1), "Europe/Madrid") == "Sun, 25 Oct, 18:00 UTC+1"


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("ms-MY,ms;q=0.9,en-US;q=0.8,en;q=0.7", "ms"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans-MY", "zh-Hans"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-Hans"),
        ("id-ID,id;q=0.9,en-US;q=0.8", "ms"),
        ("en-GB,en;q=0.5,ms;q=0.9", "en"),
        ("fr,de;q=0.9", "en"),
        ("sw,ms;q=0.1", "ms"),
        ("", "en"),
        ("ms;q=abc,zh;q=", "en"),
        ("\x00,;;=,q=1" * 1000, "en"),
    ],
)
def test_a_browser_gets_the_first_of_its_languages_we_have(header: str, tag: str) -> None:
    assert negotiate(header) == tag


def test_a_language_that_is_not_finished_is_found_only_among_all() -> None:
    finished = (LANGUAGES["en"], LANGUAGES["ms"])
    assert closest("ar-EG", finished) is None
    assert closest("ar-EG", LANGUAGES.values()) == "ar"
    assert closest("tl", LANGUAGES.values()) == "fil"
    assert closest("zh_Hant_HK") == "zh-Hans"


def test_arabic_is_written_from_right_to_left() -> None:
    assert {tag for tag, one in LANGUAGES.items() if one.direction == "rtl"} == {"ar"}


COUNTED = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "%(num)s person waits for %(name)s"
msgid_plural "%(num)s people wait for %(name)s"
msgstr[0] "%(num)s 人在等%(name)s"

#, fuzzy
msgid "Send"
msgstr "not sure"

msgctxt "of a shift"
msgid "Open"
msgstr "空缺"
"""


@pytest.fixture
def written(tmp_path: Path) -> GNUTranslations:
    """A catalogue of three sentences, read as the real ones are."""
    path = tmp_path / "messages.po"
    path.write_text(COUNTED)
    return compiled(path, "zh_Hans")


def test_one_plural_form_serves_every_count(written: GNUTranslations) -> None:
    one, many = "%(num)s person waits for %(name)s", "%(num)s people wait for %(name)s"
    assert {written.ngettext(one, many, count) for count in (0, 1, 3)} == {"%(num)s 人在等%(name)s"}


def test_a_meaning_chooses_between_two_words(written: GNUTranslations) -> None:
    assert written.pgettext("of a shift", "Open") == "空缺"
    assert written.pgettext("of a door", "Open") == "Open"


def test_a_translation_nobody_is_sure_of_is_not_used(written: GNUTranslations) -> None:
    assert written.gettext("Send") == "Send"


def test_a_fact_left_out_is_a_fault_and_not_a_hole_in_the_sentence() -> None:
    with pytest.raises(KeyError):
        i18n.gettext("en")("You are number %(place)s")
