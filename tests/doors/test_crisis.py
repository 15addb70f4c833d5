"""`/crisis` answers with everything else broken: drawn, else as it was published, else bare."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline.app import create_app
from helpline.config import Config
from helpline.db import db
from helpline.instance import set_setting
from helpline.web.public.known import EVERY
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON

GOOD: Mapping[str, Any] = {
    "name": "Talian Kasih",
    "number": "15999",
    "country": "",
    "languages": ["ms", "en"],
    "source": "their own site",
    "verified_on": (NOON.date() - timedelta(days=3)).isoformat(),
    "verified_by": "Noor",
}
BROKEN: Mapping[str, Any] = {**GOOD, "verified_by": None}  # no page that shows it can be drawn


def say(session: Session, *lines: Mapping[str, Any]) -> None:
    set_setting(session, "crisis_lines", [dict(line) for line in lines])
    session.commit()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def published(config: Config) -> Path:
    """Where the files are; on PostgreSQL the folder may hold those of an earlier run."""
    folder = Path(config.data_folder) / "published"
    for file in folder.glob("*"):
        file.unlink()
    return folder


def test_what_cannot_be_drawn_is_served_as_it_was_published(
    browser: FlaskClient, session: Session, published: Path, clock: Clock
) -> None:
    say(session, GOOD)
    assert "15999" in browser.get("/crisis").text
    say(session, BROKEN)
    clock.forward(EVERY)

    for tag in ("en", "ms"):
        answer = browser.get("/crisis", headers={"Accept-Language": tag})
        assert answer.status_code == 200
        assert answer.mimetype == "text/html"
        assert answer.data == (published / f"crisis.{tag}.html").read_bytes()
        assert b"15999" in answer.data


def test_with_nothing_published_there_is_still_a_number_to_call(
    browser: FlaskClient, session: Session, published: Path
) -> None:
    say(session, BROKEN)

    answer = browser.get("/crisis")

    assert not list(published.glob("*.html"))
    assert answer.status_code == 200
    assert "tel:112" in answer.text


def test_each_language_has_its_own_file_and_each_is_made_anew_when_something_changed(
    browser: FlaskClient, session: Session, published: Path, clock: Clock
) -> None:
    browser.get("/")
    before = {file.name: file.read_bytes() for file in published.glob("crisis.*.html")}
    say(session, GOOD)
    clock.forward(EVERY)
    browser.get("/")

    assert {"crisis.en.html", "crisis.ms.html", "crisis.zh-Hans.html"} <= before.keys()
    for name, old in before.items():
        assert b"15999" not in old
        assert b"15999" in (published / name).read_bytes(), name


@pytest.mark.sqlite
def test_a_process_that_starts_without_its_database_still_knows_the_line_to_call(
    config: Config,
    browser: FlaskClient,
    session: Session,
    published: Path,
    tmp_path: Path,
    gateway: RecordingGateway,
    clock: Clock,
) -> None:
    say(session, GOOD)
    browser.get("/")
    lost = tmp_path / "lost.sqlite"
    lost.write_bytes(b"what is left of a disk " * 400)
    bare = create_app(replace(config, database_url=f"sqlite:///{lost}"), texts=gateway, now=clock)
    answer = bare.test_client().get("/crisis")

    assert answer.status_code == 200
    assert "15999" in answer.text
    with bare.app_context():
        db.engine.dispose()
