"""Every text in every complete language: what it costs, what it names, what it never says."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpline.i18n import duration, gettext, language_name, offered, soon, when
from helpline.messaging.segments import cost, is_gsm7
from helpline.messaging.texts import HUMAN, SEEKER, TEXTS, render, written_in
from helpline.messaging.texts_choices import WAYS, menu, way

NOW = datetime(2026, 10, 14, 3, 0, tzinfo=UTC)
THEN = datetime(2026, 10, 15, 11, 40, tzinfo=UTC)
# As long as facts usually get.
FACTS = {
    "menu": "1 Melayu 2 English 3 Zhongwen 4 Tamil 5 Myanmar 6 Bahasa 7 Hindi",
    "place": "12",
    "emergency": "999",
    "name": "Nurul",
    "code": "4821",
    "body": "I am here.",
}
CHEAP = ("en", "ms", "fil")
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
    moment = when(THEN, "Asia/Kuala_Lumpur", language)
    facts = {
        "low": duration(timedelta(minutes=25), language),
        "high": duration(timedelta(minutes=70), language),
        "when": moment,
        "until": moment,
        "language": language_name(language, language),
        "choice": _choice(language),
    }
    if kind in ("choose", "choose_again"):
        facts["menu"] = _ways_on(language)
    return render(kind, language, FACTS | facts)


def _ways_on(language: str) -> str:
    """What is offered in the night to somebody whose language nobody speaks until Thursday."""
    hour = {"when": soon(THEN, NOW, "Asia/Kuala_Lumpur", language)}
    other = {"language": language_name("ms" if language == "en" else "en", language)}
    ways = [("wait", hour), ("language", other), ("hours", {}), ("message", {})]
    return menu([way(name, language, facts) for name, facts in ways], language)


def _choice(language: str) -> str:
    """The longest thing that may be said back."""
    hour = soon(THEN, NOW, "Asia/Kuala_Lumpur", language)
    facts = {"start": "18:00", "end": "21:00", "when": hour}
    facts["language"] = language_name("zh-Hans", language)
    return max((way(name, language, facts) for name in WAYS), key=lambda words: cost(words).units)


def _allowed(kind: str, language: str) -> int:
    """As stated; two where the alphabet of a language leaves only 70 letters to a part."""
    return TEXTS[kind].parts if language in CHEAP else max(TEXTS[kind].parts, 2)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_costs_no_more_than_it_states(kind: str, language: str) -> None:
    said = _said(kind, language)
    assert cost(said).segments <= _allowed(kind, language), said


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
