"""The seeker's pages in every language: what a first visit weighs, and names kept whole."""

from collections.abc import Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline.bench.pages import FIRST_WINDOW, LANGUAGES, SEEKER_PAGES
from helpline.i18n import offered
from tests.doors.seeking import asked
from tests.make import Make
from tests.weights import first_load

TALK = ("/talk", "/talk/reach", "/talk/join", "/talk/leave", "/talk/erase")


@pytest.fixture
def line(make: Make, session: Session) -> None:
    make.line(number="+60320000000", languages=",".join(one.tag for one in offered()))
    session.commit()


def _weights(client: FlaskClient, paths: Iterable[str]) -> dict[str, int]:
    return {path: first_load(client, path) for path in paths}


def test_the_bench_weighs_every_language_that_is_offered() -> None:
    assert set(LANGUAGES) == {one.tag for one in offered()}


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_first_visit_fits_into_the_first_window(app: Flask, tag: str) -> None:
    client = app.test_client()
    client.set_cookie("lang", tag)

    found = _weights(client, SEEKER_PAGES)
    page: TestResponse = asked(client)
    assert page.status_code < 400
    found |= _weights(client, TALK)

    assert {path: weight for path, weight in found.items() if weight > FIRST_WINDOW} == {}


@pytest.mark.usefixtures("line")
def test_a_languages_own_name_keeps_its_direction_among_words_of_another(app: Flask) -> None:
    page = app.test_client().get("/?lang=ar").text

    first = '<bdi lang="en" dir="ltr">English</bdi>، <bdi lang="ms" dir="ltr">Bahasa Melayu</bdi>'
    assert first in page
    assert '<bdi lang="ar" dir="rtl">العربية</bdi>' in page
