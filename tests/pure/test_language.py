"""A language is taken from a text only when it is plain; otherwise the person is asked."""

import pytest

from helpline.intake.language import chosen, guess, menu, menu_line, named
from helpline.intake.language_words import NAMES
from helpline.messaging.segments import cost

REGIONS = ["MY", "CN", "MM", "PH", "IN", "JP", "MX", "TW", "HK", "ID", "SG", "SA", "US", "KR", None]


@pytest.mark.parametrize(
    ("text", "region", "tag"),
    [
        ("Saya rasa sangat sedih dan tak boleh tidur", "MY", "ms"),
        ("Nak cakap dgn org", "MY", "ms"),
        ("saya sedih", "MY", "ms"),
        ("saya sedih", "ID", "id"),
        ("Saya perlu bercakap dengan seseorang kerana saya takut", None, "ms"),
        ("saya mau bicara dengan seseorang", "ID", "id"),
        ("saya mau bicara dengan seseorang, aku nggak bisa tidur", "MY", "id"),
        ("aku gak bisa tidur banget", None, "id"),
        ("gusto ko po makausap ang isang tao", "PH", "fil"),
        ("hindi ako makatulog", "PH", "fil"),
        ("I need to talk to someone", "MY", "en"),
        ("i cant sleep and i feel so alone", None, "en"),
        ("I don’t know what to do", "PH", "en"),
        ("Necesito hablar con alguien", "MX", "es"),
        ("no puedo dormir, estoy muy triste", None, "es"),
        ("me siento muy mal, ya no puedo mas", None, "es"),
        ("di ko na alam ang gagawin ko, pagod na pagod na ako", "PH", "fil"),
        ("my main problem is that the bar where I work is closed", "IN", "en"),
        ("我很难过，想找人说话", "CN", "zh-Hans"),
        ("我很難過，想找人說話", "TW", "zh-Hant"),
        ("我想搵人傾偈", "HK", "zh-Hant"),
        ("我很难过", "TW", "zh-Hans"),
        ("你好", "MY", "zh-Hans"),
        ("你好", "TW", "zh-Hant"),
        ("你好", "JP", "zh-Hans"),
        ("相談", "JP", "ja"),
        ("眠れません。誰かと話したいです", None, "ja"),
        ("助けて", "JP", "ja"),
        ("मुझे किसी से बात करनी है", "IN", "hi"),
        ("ကျွန်တော် စကားပြောချင်ပါတယ်", "MM", "my"),
        ("எனக்கு உதவி வேண்டும்", "IN", "ta"),
        ("أحتاج إلى التحدث مع شخص", "SA", "ar"),
        ("hi Siti 在吗", "MY", "zh-Hans"),
        ("WhatsApp பண்ணலாமா", "IN", "ta"),
    ],
)
def test_a_plain_text_is_recognised(text: str, region: str | None, tag: str) -> None:
    found = guess(text, region)

    assert found is not None
    assert found.tag == tag
    assert 0.6 <= found.confidence <= 1


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(
    "text",
    ["", "1", "၂", "0", "👍", "???", "hi", "Hello", "OK", "Salam", "help", "STOP", "Ana", "i"],
)
def test_a_digit_or_a_greeting_names_no_language(text: str, region: str | None) -> None:
    assert guess(text, region) is None


@pytest.mark.parametrize(
    ("text", "region"),
    [
        pytest.param("mujhe baat karni hai", "IN", id="Hindi in Latin letters"),
        pytest.param("main bahut akela hoon", "IN", id="more of it"),
        pytest.param("enakku romba kashtama irukku", "IN", id="Tamil in Latin letters"),
        pytest.param("kyama ma eit buu", "MM", id="Burmese in Latin letters"),
        pytest.param("mujhe so sad feeling hai, i am bahut akela", "IN", id="mixed with English"),
        pytest.param("please help", None, id="words that everybody texts"),
        pytest.param("saya sedih", None, id="Malay or Indonesian"),
        pytest.param("你好", None, id="either form of Chinese"),
        pytest.param("مجھے مدد چاہیے", "PK", id="Urdu is not Arabic"),
        pytest.param("کمک می‌خواهم", "IR", id="Persian is not Arabic"),
        pytest.param("मलाई सहयोग चाहियो", "NP", id="Nepali is not Hindi"),
        pytest.param("ၵူၼ်းတႆး", "MM", id="Shan is not Burmese"),
        pytest.param("도와주세요", "KR", id="a language nobody here speaks"),
        pytest.param("bonjour je suis triste", "FR", id="French"),
    ],
)
def test_what_is_unsure_is_asked(text: str, region: str | None) -> None:
    assert guess(text, region) is None


@pytest.mark.parametrize("region", REGIONS)
def test_the_menu_is_one_plain_text_and_keeps_nine_and_zero_free(region: str | None) -> None:
    items = menu(region, set(NAMES))
    digits = [item.digit for item in items]

    assert cost(menu_line(items)).alphabet == "GSM-7"
    assert cost(menu_line(items)).units <= 130  # room left for "0 for a person"
    assert len(set(digits)) == len(digits)
    assert not {0, 9} & set(digits)
    assert {"en", "ms", "my", "fil", "hi", "ja", "es", "ta"} <= {item.tag for item in items}
    assert sum(item.tag.startswith("zh") for item in items) == 1


def test_a_menu_among_words_from_right_to_left_has_a_line_for_each_language() -> None:
    items = menu("SA", {"ar", "en"})

    assert menu_line(items, "ar").splitlines() == ["1 Arabiya", "2 English"]
    assert menu_line(items, "ms") == "1 Arabiya 2 English"


def test_the_menu_begins_with_what_the_country_speaks() -> None:
    assert [menu(region, set(NAMES))[0].tag for region in ("MY", "PH", "MX", "TW", "CN")] == [
        "ms",
        "fil",
        "es",
        "zh-Hant",
        "zh-Hans",
    ]


def test_only_languages_somebody_here_speaks_are_offered() -> None:
    items = menu("MY", {"ms", "ja"})

    assert [(item.digit, item.tag) for item in items] == [(1, "ms"), (2, "ja")]
    assert [chosen(items, digit) for digit in (1, 2, 3, 9, 0, None)] == ["ms", "ja", *[None] * 4]


@pytest.mark.parametrize("tag", sorted(NAMES))
def test_a_language_is_known_by_its_names(tag: str) -> None:
    own = [name for name in NAMES[tag] if name != "Zhongwen"]  # either form of Chinese

    assert {named(f" {name.upper()}. ") for name in own} == {tag}
