"""Every text in every complete language: what it costs, what it names, what it never says."""

import re

import pytest

from helpline.i18n import gettext, offered
from helpline.messaging.segments import cost, is_gsm7
from helpline.messaging.texts import HUMAN, SEEKER, TEXTS, render, written_in

# As long as facts usually get.
FACTS: dict[str, str | dict[str, str]] = {
    "menu": "1 Melayu 2 English 3 Zhongwen 4 Tamil 5 Myanmar 6 Bahasa 7 Hindi",
    "place": "12",
    "low": {"en": "25 mins", "ms": "25 minit", "zh-Hans": "25分钟"},
    "high": {"en": "1 hr, 10 mins", "ms": "1 jam, 10 minit", "zh-Hans": "1小时10分钟"},
    "when": {
        "en": "Thu, 15 Oct, 19:40 UTC+8",
        "ms": "Kha, 15 Okt, 19:40 UTC+8",
        "zh-Hans": "10月15日周四 19:40 UTC+8",
    },
    "until": {
        "en": "Thu, 15 Oct, 19:40",
        "ms": "Kha, 15 Okt, 19:40",
        "zh-Hans": "10月15日周四 19:40",
    },
    "emergency": "999",
    "name": "Nurul",
    "code": "4821",
    "body": "I am here.",
}
LANGUAGES = [language.tag for language in offered()]
KINDS = sorted(TEXTS)
# What tells a stranger who reads the screen what this is about.
TELLING = {
    "en": "help crisis support counsel mental suicid danger volunteer listen line",
    "ms": "bantu krisis sokongan kaunsel mental bunuh bahaya sukarela dengar talian",
    "zh-Hans": "帮助 求助 危机 支持 辅导 咨询 心理 自杀 危险 志愿 倾听 热线",
}
# Words that carriers take for themselves, as instructions: only digits are advertised.
CARRIERS = re.compile(r"\b(STOP|YES|START|END|QUIT|HELP|CANCEL|INFO|UNSTOP|BERHENTI)\b")


def _said(kind: str, language: str) -> str:
    facts = {
        name: value if isinstance(value, str) else value[language] for name, value in FACTS.items()
    }
    return render(kind, language, facts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_costs_no_more_than_it_states(kind: str, language: str) -> None:
    said = _said(kind, language)
    assert cost(said).segments <= TEXTS[kind].parts, said


@pytest.mark.parametrize("kind", KINDS)
def test_english_and_malay_stay_in_the_cheap_alphabet(kind: str) -> None:
    assert is_gsm7(_said(kind, "en"))
    assert is_gsm7(_said(kind, "ms"))


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


@pytest.mark.parametrize("kind", ["place", "nobody_on", "ask_safe", "reminder", "welcome"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_is_always_named(kind: str, language: str) -> None:
    assert "9" in _said(kind, language)


def test_a_humans_words_are_left_as_they_are() -> None:
    body = "100 % sure, %(name)s, 我在 🙏"
    assert render(HUMAN, "ms", {"body": body}) == body


def test_nothing_a_language_needs_is_replaced_to_save_money() -> None:
    assert cost(_said("received", "zh-Hans")).alphabet == "UCS-2"
    assert "?" not in _said("received", "zh-Hans")


def test_who_reads_a_language_we_do_not_write_yet_is_written_to_in_english() -> None:
    assert written_in("sw") == "en"
