"""Listed words are found however they are typed; harmless sentences are left alone."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.intake.attention import WordList, matches, shipped, watch

SENTENCES = tomllib.loads(
    (Path(__file__).parents[1] / "vectors" / "attention.toml").read_text(encoding="utf-8")
)
LANGUAGES = ["ar", "en", "es", "fil", "hi", "id", "ja", "ms", "my", "ta", "zh-Hans", "zh-Hant"]
LATIN = ["en", "es", "fil", "id", "ms"]


def test_every_language_has_a_list_and_says_how_far_it_is_to_be_trusted() -> None:
    lists = {words.language: words for words in shipped()}

    assert sorted(lists) == LANGUAGES == sorted(SENTENCES)
    assert all(len(words.words) >= 40 for words in lists.values())
    assert {words.status for words in lists.values()} == {"written, awaiting a native reviewer"}
    assert all(words.source for words in lists.values())


def test_no_entry_is_listed_twice_in_a_language() -> None:
    for words in shipped():
        assert len(set(words.words)) == len(words.words), words.language


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_must_raise_attention_do(language: str) -> None:
    hits = SENTENCES[language]["hits"]

    assert len(hits) >= 25
    assert [text for text in hits if not matches(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_harmless_sentences_do_not(language: str) -> None:
    misses = SENTENCES[language]["misses"]

    assert len(misses) >= 10
    assert {text: matches(text) for text in misses if matches(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_finds_itself_shouted_spaced_and_inside_a_sentence(language: str) -> None:
    for entry in next(words.words for words in shipped() if words.language == language):
        plain = entry.rstrip("*").strip()
        for text in (plain.upper(), "1) " + " . ".join(plain.split()) + "!", f"hm, {plain} ..."):
            assert entry in {found.entry for found in matches(text)}, (entry, text)


@pytest.mark.parametrize("language", LATIN)
def test_letters_apart_repeated_or_glued_make_no_difference(language: str) -> None:
    for entry in next(words.words for words in shipped() if words.language == language):
        plain = entry.rstrip("*").strip()
        for text in (" ".join(plain), plain.replace(" ", ""), plain + plain[-1] * 3):
            assert entry in {found.entry for found in matches(text)}, (entry, text)


def test_what_matched_is_named_and_nothing_is_scored() -> None:
    found = matches("saya nak mati")

    assert [(match.language, match.entry) for match in found] == [("ms", "nak mati")]


def test_not_is_never_trusted() -> None:
    assert matches("I do not want to die")


def test_a_deployment_may_use_a_list_of_its_own() -> None:
    own = watch([WordList("en", ("purple elephant*",), "reviewed", "the team")])

    assert [match.entry for match in matches("PURPLE  elephants!", own)] == ["purple elephant*"]
    assert matches("suicide", own) == ()
    assert matches("suicide", watch([])) == ()


def test_zawgyi_is_read_beside_unicode() -> None:
    assert any(match.language == "my" for match in matches("ကြၽန္မ ေသခ်င္တယ္"))


def test_the_longest_text_is_searched_in_no_time() -> None:
    matches("warm up")
    text = ("suicde kiling mysel matarm " * 80)[:1600]

    began = time.perf_counter()
    matches(text)

    assert time.perf_counter() - began < 1


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_searched(text: str) -> None:
    matches(text)
