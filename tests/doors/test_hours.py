"""`/desk/hours`: weekly promises, extra hours and days away, said by the person themselves."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline.people import Person, Role
from tests.conftest import Clock
from tests.doors.test_desk import desk, mei
from tests.make import Make

__all__ = ["desk", "mei"]
SignIn = Callable[[FlaskClient, Person], FlaskClient]
EXTRA = {
    "extra_first": "2026-04-06",
    "extra_last": "",
    "extra_start": "19:00",
    "extra_end": "21:00",
    "extra_zone": "Asia/Kuala_Lumpur",
}


@pytest.fixture
def off(app: Flask, sign_in: SignIn, make: Make, session: Session) -> FlaskClient:
    """The desk of somebody who promised nothing, while somebody waits in their language."""
    make.line()
    person = make.counsellor(alias="Wei")
    make.case()
    session.commit()
    return sign_in(app.test_client(), person)


def test_hours_are_promised_listed_and_taken_back(desk: FlaskClient) -> None:
    promised = desk.post(
        "/desk/hours/promise",
        data={"weekday": ["2", "4"], "start": "22:00", "end": "01:00", "zone": "Europe/Berlin"},
    )
    assert promised.status_code == 303
    page = desk.get("/desk/hours").text
    assert "Wednesday, 22:00–01:00" in page
    assert "Ends the next day." in page
    assert "Berlin, UTC+2" in page
    found = re.findall(r"/desk/hours/promises/(\w+)/withdraw", page)
    assert len(found) == 3
    for promise_id in found:
        assert desk.post(f"/desk/hours/promises/{promise_id}/withdraw").status_code == 303
    assert desk.post(f"/desk/hours/promises/{found[0]}/withdraw").status_code == 404


def test_a_promise_in_an_hour_that_the_clocks_skip_is_kept_with_a_warning(
    desk: FlaskClient,
) -> None:
    data = {"weekday": "6", "start": "02:30", "end": "05:00", "zone": "Europe/Berlin"}
    assert desk.post("/desk/hours/promise", data=data).status_code == 303
    assert "the clocks skip 02:30: it counts as 03:30 UTC+2" in desk.get("/desk/hours").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": ""},
        {"weekday": "9"},
        {"start": "25:00"},
        {"start": "", "end": ""},
        {"end": "22:00"},
        {"zone": "Mars/Base"},
        {"first_on": "2026-13-01"},
        {"first_on": "3026-01-01"},
    ],
)
def test_hours_that_cannot_be_are_told_and_what_was_typed_stays(
    desk: FlaskClient, wrong: dict[str, str]
) -> None:
    right = {"weekday": "2", "start": "22:00", "end": "23:00", "zone": "Europe/Berlin"}
    answer = desk.post("/desk/hours/promise", data={**right, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_days_away_are_noted_and_taken_back(desk: FlaskClient) -> None:
    away = {"away_first": "2026-04-06", "away_last": "", "away_zone": "Asia/Kuala_Lumpur"}
    assert desk.post("/desk/hours/away", data=away).status_code == 303
    page = desk.get("/desk/hours").text
    assert "Away: 2026-04-06" in page
    assert "Not on" in desk.get("/desk").text
    (change_id,) = re.findall(r"/desk/hours/changes/(\w+)/withdraw", page)
    assert desk.post(f"/desk/hours/changes/{change_id}/withdraw").status_code == 303
    assert "On until 23:30 UTC+8" in desk.get("/desk").text


def test_extra_hours_on_a_day_put_somebody_on_and_are_taken_back(off: FlaskClient) -> None:
    assert "Not on" in off.get("/desk").text
    assert off.post("/desk/hours/extra", data=EXTRA).status_code == 303
    page = off.get("/desk/hours").text
    assert "Extra hours: 2026-04-06" in page
    assert "19:00–21:00" in page
    assert "On until 21:00 UTC+8" in off.get("/desk").text

    (change_id,) = re.findall(r"/desk/hours/changes/(\w+)/withdraw", page)
    assert off.post(f"/desk/hours/changes/{change_id}/withdraw").status_code == 303
    assert "Not on" in off.get("/desk").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"extra_first": ""},
        {"extra_first": "2026-13-01"},
        {"extra_last": "2026-04-05"},
        {"extra_first": "3026-01-01"},
        {"extra_start": ""},
        {"extra_end": "19:00"},
        {"extra_end": "late"},
        {"extra_zone": "Mars/Base"},
        {
            "extra_first": "2027-03-28",
            "extra_start": "02:30",
            "extra_zone": "Europe/Berlin",
        },
    ],
)
def test_extra_hours_that_cannot_be_are_told_and_what_was_typed_stays(
    off: FlaskClient, wrong: dict[str, str]
) -> None:
    typed = {**EXTRA, **wrong}
    answer = off.post("/desk/hours/extra", data=typed)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert f'value="{typed["extra_start"] or typed["extra_end"]}"' in answer.text
    assert "Extra hours: " not in off.get("/desk/hours").text


def test_nobody_takes_back_what_a_colleague_said(
    app: Flask, off: FlaskClient, make: Make, session: Session, sign_in: SignIn
) -> None:
    off.post("/desk/hours/extra", data=EXTRA)
    page = off.get("/desk/hours").text
    (change_id,) = re.findall(r"/desk/hours/changes/(\w+)/withdraw", page)
    other = make.counsellor(alias="Bo")
    session.commit()
    colleague = sign_in(app.test_client(), other)
    assert colleague.post(f"/desk/hours/changes/{change_id}/withdraw").status_code == 404
    assert "Extra hours: " in off.get("/desk/hours").text


TAKE = re.compile(r"/desk/cases/\w+/claim")


@pytest.mark.parametrize("page", ["/desk", "/desk/waiting"])
def test_who_is_not_on_sees_who_waits_but_nothing_that_would_be_refused(
    off: FlaskClient, page: str
) -> None:
    shown = off.get(page).text
    assert "Quiet Heron" in shown
    assert not TAKE.search(shown)
    assert "You are not on now" in shown
    assert "/desk/hours#extra" in shown
    off.post("/desk/hours/extra", data=EXTRA)
    shown = off.get(page).text
    assert TAKE.search(shown)
    assert "You are not on now" not in shown


def test_who_stepped_away_comes_back_before_they_take_somebody(
    desk: FlaskClient, make: Make, session: Session, clock: Clock
) -> None:
    make.case()
    session.commit()
    assert TAKE.search(desk.get("/desk").text)
    desk.post("/desk/pause", data={"minutes": "15"})
    shown = desk.get("/desk").text
    assert not TAKE.search(shown)
    assert "Come back, then you can take somebody." in shown
    desk.post("/desk/resume")
    assert TAKE.search(desk.get("/desk").text)


def test_a_coordinator_takes_somebody_at_any_hour(
    app: Flask, make: Make, session: Session, sign_in: SignIn
) -> None:
    make.line()
    noor = make.counsellor(alias="Noor", roles=(Role.COUNSELLOR, Role.COORDINATOR))
    make.case()
    session.commit()
    assert TAKE.search(sign_in(app.test_client(), noor).get("/desk").text)
