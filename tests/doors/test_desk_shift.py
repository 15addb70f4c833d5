"""The desk over a shift: breaks, its end, and what an open page asks for."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.db import db
from tests.conftest import Clock
from tests.doors.test_desk import desk, mei, mine, said
from tests.make import Make

__all__ = ["desk", "mei", "mine"]


def test_a_break_ends_by_itself_or_when_one_is_back(desk: FlaskClient) -> None:
    desk.post("/desk/pause", data={"minutes": "15"})
    assert "Away until 20:15 UTC+8" in desk.get("/desk").text
    desk.post("/desk/resume")
    assert "On until 23:30 UTC+8" in desk.get("/desk").text


def test_ending_a_shift_asks_what_becomes_of_each_conversation(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    assert mine.seeker.codename in desk.get("/desk/end-shift").text
    session.rollback()
    back = {f"case-{mine.id}": "line"}
    assert desk.post("/desk/end-shift", data=back).status_code == 400
    assert desk.post("/desk/end-shift", data={**back, "note": "Tired today"}).status_code == 303
    assert "You are not on now" in desk.get("/desk").text
    session.rollback()  # to see what the door did
    assert session.get_one(Case, mine.id).state is CaseState.WAITING


def test_ending_a_shift_with_somebody_elses_case_is_a_404_and_ends_nothing(
    desk: FlaskClient, make: Make, session: Session
) -> None:
    other = make.case(state=CaseState.ACTIVE, counsellor_id=make.counsellor(alias="Wei").id)
    session.commit()
    theirs = {f"case-{other.id}": "line", "note": "x"}
    assert desk.post("/desk/end-shift", data=theirs).status_code == 404
    assert "On until 23:30 UTC+8" in desk.get("/desk").text


def test_an_open_desk_hears_304_until_something_changes(
    desk: FlaskClient, mine: Case, session: Session
) -> None:
    address = f"/desk/live?case={mine.id}"
    first = desk.get(address, headers={"X-Poll": "1"})
    again = {"X-Poll": "1", "If-None-Match": first.headers["ETag"]}
    assert desk.get(address, headers=again).status_code == 304
    session.rollback()
    said(session.get_one(Case, mine.id), session, "Are you there?")
    session.commit()
    changed = desk.get(address, headers=again)
    assert changed.status_code == 200
    assert "Are you there?" in changed.text
    assert "<textarea" not in changed.text  # what is being typed is left alone


def test_a_304_costs_two_reads_at_most(desk: FlaskClient, app: Flask) -> None:
    first = desk.get("/desk/live", headers={"X-Poll": "1"})
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    again = {"X-Poll": "1", "If-None-Match": first.headers["ETag"]}
    assert desk.get("/desk/live", headers=again).status_code == 304
    event.remove(engine, "before_cursor_execute", note)
    assert len([each for each in asked if not each.startswith("BEGIN")]) <= 2


def test_polling_is_no_activity(desk: FlaskClient, clock: Clock) -> None:
    for _ in range(4):
        clock.forward(timedelta(minutes=5))
        last = desk.get("/desk/live", headers={"X-Poll": "1"})
    assert last.status_code == 401
