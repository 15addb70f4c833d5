"""Every text in every complete language: what it costs, what it names, what it never says."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpline.i18n import gettext, offered, soon
from helpline.i18n.spoken import SPOKEN
from helpline.intake.language import menu_line
from helpline.intake.language_menu import items, pages
from helpline.intake.prices import CHEAP, allowed, longest_facts, prices, usual_facts
from helpline.messaging.segments import cost, is_gsm7
from helpline.messaging.texts import HUMAN, SEEKER, TEXTS, render, written_in

NOW = datetime(2026, 10, 14, 3, 0, tzinfo=UTC)
LANGUAGES = [language.tag for language in offered()]
KINDS = sorted(TEXTS)
# What tells a stranger who reads the screen what this is about.
TELLING = {
    "en": "help crisis support counsel mental suicid danger volunteer listen line",
    "ms": "bantu krisis sokongan kaunsel mental bunuh bahaya sukarela dengar talian",
    "zh-Hans": "帮助 求助 危机 支持 辅导 咨询 心理 自杀 危险 志愿 倾听 热线",
    "es": "ayuda crisis apoyo consej mental suicid peligro voluntari escuch",
    "fil": "tulong krisis suporta payo mental pagpapakamatay panganib boluntaryo nakikinig",
    "my": "အကူအညီ အကျပ်အတည်း ထောက်ပံ့ နှစ်သိမ့် စိတ်ကျန်းမာ သတ်သေ အန္တရာယ် စေတနာ့ဝန်ထမ်း",
    "hi": "मदद संकट सहारा परामर्श मानसिक आत्महत्या खतर स्वयंसेव हेल्पलाइन",
    "ta": "உதவி நெருக்கடி ஆதரவு ஆலோசன மனநல தற்கொலை ஆபத்து தன்னார்வ",
    "ja": "助け 危機 支援 相談 心の 自殺 危険 ボランティア 傾聴",
    "ar": "مساعد أزمة دعم استشار نفسي انتحار خطر متطوع",
}
# Words that carriers take for themselves, as instructions: only digits are advertised.
CARRIERS = re.compile(r"\b(STOP|YES|START|END|QUIT|HELP|CANCEL|INFO|UNSTOP|BERHENTI)\b")


def _said(kind: str, language: str) -> str:
    """With facts as they usually are."""
    return render(kind, language, {**usual_facts(kind, language), "body": "I am here."})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_costs_no_more_than_it_states(kind: str, language: str) -> None:
    said = _said(kind, language)
    assert cost(said).segments <= allowed(kind, language), said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != HUMAN])
def test_a_text_costs_two_parts_at_most_with_the_longest_facts(kind: str, language: str) -> None:
    said = render(kind, language, longest_facts(kind, language))
    assert cost(said).segments <= 2, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_facts_are_no_shorter_than_the_usual_ones(language: str) -> None:
    for one in prices(language):
        assert one.longest.units >= one.usual.units, one
        assert not one.is_dear, one


def test_the_longest_facts_are_those_that_cost_most() -> None:
    """An emergency number nobody knows, and the month with the longest name in that language."""
    facts = longest_facts("nobody_on", "ms")
    assert facts["emergency"] == gettext("ms")("your local emergency number")
    assert facts["when"].endswith(" 20:40 UTC+5:45")
    months = [soon(at, NOW, "UTC", "ms") for at in (NOW + timedelta(31 * n) for n in range(1, 12))]
    assert len(facts["when"]) >= max(map(len, months))
    assert "More" in longest_facts("ask_language", "my")["menu"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("region", [None, *SPOKEN])
def test_every_page_of_the_ten_languages_fits_into_two_parts(
    region: str | None, language: str
) -> None:
    every = {one.tag for one in offered()}
    found = pages(region, every, language)
    for page in found:
        said = render("ask_language", language, {"menu": menu_line(page, language)})
        assert cost(said).segments <= 2, said
    digits = [item.digit for item in items(found)]
    assert len(digits) == len(set(digits))
    assert not {0, 9} & set(digits)
    assert {item.tag for item in items(found) if item.tag} == every


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag in CHEAP])
def test_languages_of_plain_latin_letters_stay_in_the_cheap_alphabet(
    kind: str, language: str
) -> None:
    assert is_gsm7(_said(kind, language)), _said(kind, language)


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != HUMAN])
def test_a_text_is_translated_and_names_the_same_facts(kind: str, language: str) -> None:
    english = TEXTS[kind].message
    translated = _raw(english, language)
    assert translated != english
    assert _placeholders(translated) == _placeholders(english)


def _raw(message: str, language: str) -> str:
    """The translation with its placeholders still in it."""
    names = _placeholders(message)
    return gettext(language)(message, **{name: f"%({name})s" for name in names})


def _placeholders(message: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", message))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if TEXTS[kind].neutral])
def test_a_neutral_text_tells_a_stranger_nothing(kind: str, language: str) -> None:
    said = f"{_said(kind, language)} {gettext(language)(TEXTS[kind].subject)}".lower()
    assert [word for word in TELLING[language].split() if word in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SEEKER))
def test_digits_are_advertised_and_no_words_of_the_carriers_and_no_links(
    kind: str, language: str
) -> None:
    said = _said(kind, language)
    assert CARRIERS.search(said) is None
    assert re.search(r"https?:|www\.|\.(org|com|net)\b", said) is None
    assert "\ufffd" not in said


@pytest.mark.parametrize(
    "kind", ["place", "nobody_on", "ask_safe", "reminder", "welcome", "choose", "chosen"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_is_always_named(kind: str, language: str) -> None:
    assert "9" in _said(kind, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_holds_no_isolates_which_old_phones_show_as_boxes(kind: str, language: str) -> None:
    assert not set(_said(kind, language)) & set("\u2066\u2067\u2068\u2069\u200e\u200f")


def test_a_humans_words_are_left_as_they_are() -> None:
    body = "100 % sure, %(name)s, 我在 🙏"
    assert render(HUMAN, "ms", {"body": body}) == body


def test_nothing_a_language_needs_is_replaced_to_save_money() -> None:
    assert cost(_said("received", "zh-Hans")).alphabet == "UCS-2"
    assert "?" not in _said("received", "zh-Hans")


def test_who_reads_a_language_we_do_not_write_yet_is_written_to_in_english() -> None:
    assert written_in("sw") == "en"
