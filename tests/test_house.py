"""The house keeps its own rules."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from helpline.config import Config

ROOT = Path(__file__).parent.parent
SOURCES = [*ROOT.glob("helpline/**/*.py"), *ROOT.glob("scheduling/**/*.py")]


@pytest.mark.parametrize("field", [field.name for field in fields(Config)])
def test_every_setting_is_in_the_readme(field: str) -> None:
    assert f"`{field.upper()}`" in (ROOT / "README.md").read_text()


def test_only_the_db_module_commits() -> None:
    committing = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(r"\bcommit\(", path.read_text())
    }

    assert committing <= {"helpline/db.py"} | BENCHES


BENCHES = {
    path.relative_to(ROOT).as_posix() for path in ROOT.glob("helpline/bench/*.py")
}  # what ours is measured against commits by itself


def test_no_room_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "manager", "managers", "service", "services", "misc"}

    assert not [path for path in SOURCES if path.stem in empty or path.parent.name in empty]


def test_no_file_holds_more_than_one_room() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in SOURCES
        if (lines := len(path.read_text().splitlines())) > 400
    }

    assert long == {}


def test_templates_hold_no_inline_script_style_or_third_party() -> None:
    for path in ROOT.glob("templates/**/*"):
        if not path.is_file():
            continue
        page = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page), path
        assert not re.search(r"(?:src|href)=\"https?://", page), path


def test_nothing_names_a_download_host_or_this_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    forbidden = re.compile(
        "|".join(("python" + "hosted", "registry[.]" + "npmjs", "/work/" + "(main|shared)"))
    )
    files = [ROOT / name for name in tracked if name and (ROOT / name).is_file()]
    naming = [
        path
        for path in files
        if path.stat().st_size < 500_000 and forbidden.search(path.read_text(errors="ignore"))
    ]

    assert naming == []
