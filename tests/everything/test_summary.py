"""A run says what it did, and never passes over what it did not do."""

from pathlib import Path

import pytest

from tests.everything.__main__ import Part, summary

OK = Part("tests on SQLite", "ok", "12 passed in 3s")
LEFT_OUT = Part("tests in a browser", "left out", "no chromium is installed")
FAILED = Part("types", "FAILED", "mypy, 3 s")


def test_what_was_left_out_is_said_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert summary([OK, LEFT_OUT], tmp_path) == 0

    assert "left out  tests in a browser: no chromium is installed" in capsys.readouterr().out
    assert (tmp_path / "left-out.txt").read_text().startswith("tests in a browser")


def test_nothing_left_out_leaves_an_empty_file(tmp_path: Path) -> None:
    assert summary([OK], tmp_path) == 0

    assert (tmp_path / "left-out.txt").read_text() == ""


def test_one_part_that_failed_fails_the_whole(tmp_path: Path) -> None:
    assert summary([OK, FAILED, LEFT_OUT], tmp_path) == 1
