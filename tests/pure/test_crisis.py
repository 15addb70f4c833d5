"""Emergency numbers come from the numbering plan; a crisis line is shown while it is checked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from helpline.crisis import CrisisLine, emergency, shown

TODAY = date(2026, 11, 23)
LINE = CrisisLine(
    name="A line",
    number="0000",
    country="MY",
    languages=("ms", "en"),
    hours="every day, 24 hours",
    source="the line's own page",
    verified_on=TODAY - timedelta(days=10),
    verified_by="Coordinator",
)


@pytest.mark.parametrize(
    ("country", "first", "among"),
    [
        ("MY", "112", {"112", "999"}),
        ("CN", "120", {"110", "119", "120"}),
        ("MM", "199", {"199"}),
        ("PH", "911", {"911", "112", "117"}),
        ("IN", "112", {"112", "100", "102", "108"}),
        ("JP", "119", {"119", "110"}),
        ("MX", "911", {"911"}),
        ("US", "911", {"911"}),
    ],
)
def test_the_number_to_try_first_is_in_front(country: str, first: str, among: set[str]) -> None:
    numbers = emergency(country)

    assert numbers[0] == first
    assert among <= set(numbers)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("country", ["XX", "", None, "001"])
def test_an_unknown_country_has_none(country: str | None) -> None:
    assert emergency(country) == ()


def test_a_checked_line_is_shown() -> None:
    assert shown(LINE, TODAY)
    assert shown(replace(LINE, verified_on=TODAY), TODAY)
    assert shown(replace(LINE, verified_on=TODAY - timedelta(days=180)), TODAY)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(replace(LINE, verified_on=None), id="never checked"),
        pytest.param(replace(LINE, verified_by=" "), id="checked by nobody"),
        pytest.param(replace(LINE, source=""), id="from nowhere"),
        pytest.param(replace(LINE, verified_on=TODAY - timedelta(days=181)), id="checked long ago"),
        pytest.param(replace(LINE, verified_on=TODAY + timedelta(days=1)), id="checked tomorrow"),
    ],
)
def test_an_unchecked_line_is_not_shown(line: CrisisLine) -> None:
    assert not shown(line, TODAY)
