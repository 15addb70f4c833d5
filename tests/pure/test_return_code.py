"""A return code comes back however it is typed, and is noticed inside a message."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.privacy import return_code
from helpline.privacy.return_code import Code

CODES = st.integers(min_value=0, max_value=7776**6 - 1).map(Code)
SEPARATORS = st.sampled_from([" ", "", "-", ", ", "\n", " / ", "  ", ". ", "\u200b", "_"])
ZEROS = "0०০௦၀٠０"  # the zeros of seven scripts; their other digits follow


@given(CODES, SEPARATORS, st.booleans())
def test_words_come_back_whatever_their_case_and_separators(
    code: Code, separator: str, shout: bool
) -> None:
    typed = separator.join(return_code.words(code).split())

    assert return_code.parse(typed.upper() if shout else typed) == code


@given(CODES, SEPARATORS, st.sampled_from(ZEROS))
def test_digits_come_back_in_any_script(code: Code, separator: str, zero: str) -> None:
    typed = separator.join(return_code.digits(code).split())

    assert return_code.parse("".join(_in_script(char, zero) for char in typed)) == code


def _in_script(char: str, zero: str) -> str:
    return chr(ord(zero) + int(char)) if char.isdigit() else char


@given(CODES)
def test_locator_and_secret_are_the_whole_code(code: Code) -> None:
    assert return_code.locator(code) * 7776**5 + int(return_code.secret(code)) == code
    assert len(return_code.secret(code)) == 20


@given(CODES, st.sampled_from(["hello, my code is {} ok?", "{}", "我的代码是{}谢谢", "x{0} 9"]))
def test_a_code_is_noticed_inside_a_message(code: Code, message: str) -> None:
    as_words, as_digits = return_code.words(code), return_code.digits(code)

    assert code in return_code.contains_code(message.format(as_digits))
    if not message.startswith("x"):
        assert code in return_code.contains_code(message.format(as_words))


def test_a_code_is_noticed_when_its_words_are_numbered_or_on_lines_of_their_own() -> None:
    code = return_code.new()
    numbered = "\n".join(f"{n}. {w}" for n, w in enumerate(return_code.words(code).split(), 1))

    assert return_code.contains_code(f"keep this for me:\n{numbered}") == [code]


def test_a_code_is_noticed_after_other_digits() -> None:
    code = return_code.new()

    assert code in return_code.contains_code(f"11 22 {return_code.digits(code)} 33")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "zoology",
        "abacus abdomen abacus abdomen abacus",
        "abacus abdomen abacus abdomen abacus abdomenn",
        "abacus abdomen abacus abdomen abacus abdomen abacus",
        "abacus abdomen abacus abdomen abacus аbdomen",  # a Cyrillic а
        "9" * 24,
        "1" * 23,
        "1" * 25,
        "\x00",
        "🎈" * 24,
    ],
)
def test_what_is_not_a_code_is_not_taken_for_one(text: str) -> None:
    assert return_code.parse(text) is None


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text: str) -> None:
    return_code.parse(text)
    return_code.contains_code(text)


def test_two_codes_are_never_the_same() -> None:
    assert len({return_code.new() for _ in range(1000)}) == 1000


def test_no_word_begins_another() -> None:
    known = sorted({return_code.words(Code(place)).split()[-1] for place in range(7776)})

    assert len(known) == 7776
    assert not any(b.startswith(a) for a, b in pairwise(known))
    assert all(word.isascii() and word.isalpha() and word.islower() for word in known)
