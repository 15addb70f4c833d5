"""Codenames are many, and no word stands beside itself more than it must."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpline.codenames import ADJECTIVES, NOUNS, codename


def test_there_are_names_enough() -> None:
    assert len(set(ADJECTIVES)) == len(ADJECTIVES) >= 200
    assert len(set(NOUNS)) == len(NOUNS) >= 300


def test_every_word_is_one_plain_word() -> None:
    assert all(word.isascii() and word.isalpha() and word.istitle() for word in ADJECTIVES + NOUNS)
    assert max(map(len, ADJECTIVES + NOUNS)) <= 12


class _FondOfApricots(Random):
    def choice(self, seq: Any) -> Any:
        return "Apricot" if "Apricot" in seq else seq[0]


def test_no_name_is_the_same_word_twice() -> None:
    assert codename(_FondOfApricots()) == "Apricot Acacia"


@given(st.randoms(use_true_random=False))
def test_a_name_is_two_different_words_of_the_lists(random: Random) -> None:
    first, second = codename(random).split()

    assert first in ADJECTIVES
    assert second in NOUNS
    assert first != second
