"""Texts are priced and cut as the network prices and cuts them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.messaging.segments import cost, is_gsm7, parts

VECTORS = Path(__file__).parents[1] / "vectors" / "segments.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_text_is_priced_as_two_independent_calculators_price_it(case: dict[str, Any]) -> None:
    priced = cost(case["text"])

    assert (priced.alphabet, priced.segments) == (case["encoding"], case["segments"])


@pytest.mark.parametrize(
    ("text", "alphabet", "segments"),
    [
        pytest.param("", "GSM-7", 1, id="nothing still costs one"),
        pytest.param("a" * 306, "GSM-7", 2, id="two full parts"),
        pytest.param("€" * 80, "GSM-7", 1, id="a euro takes two places"),
        pytest.param("a" * 152 + "€" + "a" * 152, "GSM-7", 3, id="a euro is never cut in two"),
        pytest.param("ကူညီပါ", "UCS-2", 1, id="Burmese"),
        pytest.param("请帮帮我" * 18, "UCS-2", 2, id="72 Chinese characters"),
        pytest.param("it’s hard", "UCS-2", 1, id="one curly quote"),
        pytest.param("😀" * 34, "UCS-2", 1, id="34 emoji fill 68 places"),
        pytest.param("😀" * 36, "UCS-2", 2, id="36 do not fit, and none is cut"),
    ],
)
def test_a_text_is_priced(text: str, alphabet: str, segments: int) -> None:
    priced = cost(text)

    assert (priced.alphabet, priced.segments) == (alphabet, segments)


@given(st.text(max_size=700) | st.text(alphabet="a€😀你", max_size=700))
def test_the_parts_are_the_text_and_as_many_as_were_priced(text: str) -> None:
    cut = parts(text)

    assert "".join(cut) == text
    assert len(cut) == cost(text).segments


@given(st.text(alphabet="a€[{", max_size=700))
def test_no_part_of_a_plain_text_is_too_long_for_the_network(text: str) -> None:
    cut = parts(text)

    assert is_gsm7(text)
    assert all(cost(part).units <= (160 if len(cut) == 1 else 153) for part in cut)
