"""`/feeds/<token>.ics` as calendar programs use it, and the page on which links are made."""

import html
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from helpline.feeds import FeedToken
from helpline.people import Person, Role, Team
from helpline.privacy.audit import AuditEntry
from scheduling import promises
from tests.calendars import kept
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
GOOGLE = "Google-Calendar-Importer"
KL = "Asia/Kuala_Lumpur"


@pytest.fixture
def team(make: Make) -> Team:
    return make.team("Harbour")


@pytest.fixture
def mei(session: Session, make: Make, team: Team) -> Person:
    """On Wednesdays, and in a team with Jun, who is on Thursdays."""
    people = make.counsellor(alias="Mei", team=team), make.counsellor(alias="Jun", team=team)
    for weekday, person in enumerate(people, start=2):
        stated = {"start": time(18), "end": time(22), "zone": KL, "now": NOON}
        promises.promise(session, person.id, weekday=weekday, **stated)  # type: ignore[arg-type]  # of one kind each
    session.commit()
    return people[0]


@pytest.fixture
def desk(app: Flask, sign_in: SignIn, mei: Person) -> FlaskClient:
    return sign_in(app.test_client(), mei)


def made(desk: FlaskClient, **more: str) -> str:
    """The path of a new link, as the page shows it."""
    page = desk.post("/desk/calendars", data={"called": "duty", "shows_busy": "1", **more})
    assert page.status_code == 200
    (address,) = re.findall(r"\s(http://[^\s<]+/feeds/[\w-]+\.ics)</textarea>", page.text)
    return "/feeds/" + html.unescape(address).rpartition("/")[2]


def events(content: bytes) -> list[Any]:
    whole: Any = icalendar.Calendar.from_ical(content)
    return list(whole.walk("VEVENT"))


def test_a_program_without_cookies_reads_the_hours(app: Flask, desk: FlaskClient) -> None:
    answer = app.test_client().get(made(desk), headers={"User-Agent": GOOGLE})
    kept("door-mine.ics", answer.data)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["ETag"]
    assert answer.headers["Last-Modified"] == "Mon, 06 Apr 2026 12:00:00 GMT"
    assert {str(each["SUMMARY"]) for each in events(answer.data)} == {"Duty"}
    assert len(events(answer.data)) == 13


def test_no_word_and_no_address_in_it_tells_what_it_is_for(app: Flask, desk: FlaskClient) -> None:
    content = app.test_client().get(made(desk)).data.decode()

    found = re.search(r"(?i)warmline|help|support|crisis|counsel|case|http|@|mei|harbour", content)
    assert found is None


def test_a_program_that_has_it_hears_304(app: Flask, desk: FlaskClient, clock: Clock) -> None:
    path, program = made(desk), app.test_client()
    first = program.get(path)
    clock.forward(timedelta(hours=3))
    by_tag = program.get(path, headers={"If-None-Match": first.headers["ETag"]})
    by_date = program.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    head = program.head(path)

    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.data == by_date.data == head.data == b""
    assert by_tag.headers["ETag"] == first.headers["ETag"] == head.headers["ETag"]
    assert "private" in by_tag.headers["Cache-Control"]
    assert (head.status_code, head.content_length) == (200, len(first.data))
    assert program.get(path).data == first.data


def test_an_old_tag_gets_what_is_new(
    app: Flask, desk: FlaskClient, mei: Person, session: Session, clock: Clock
) -> None:
    path, program = made(desk), app.test_client()
    first = program.get(path)
    clock.forward(timedelta(minutes=1))
    day = date(2026, 4, 8)
    promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=clock())
    session.commit()
    conditions = {
        "If-None-Match": first.headers["ETag"],
        "If-Modified-Since": first.headers["Last-Modified"],
    }
    after = program.get(path, headers=conditions)
    kept("door-cancelled.ics", after.data)

    assert after.status_code == 200
    assert after.headers["Last-Modified"] == "Mon, 06 Apr 2026 12:01:00 GMT"
    assert [each["STATUS"] for each in events(after.data)].count("CANCELLED") == 1
    by_date = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert program.get(path, headers=by_date).status_code == 200


def test_what_is_not_new_writes_nothing_and_asks_little(app: Flask, desk: FlaskClient) -> None:
    path, program = made(desk), app.test_client()
    tag = {"If-None-Match": program.get(path).headers["ETag"]}
    asked: list[str] = []
    with app.app_context():
        from helpline.db import db

        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))

    assert program.get(path, headers=tag).status_code == 304
    assert [each.split()[0] for each in asked if each != "BEGIN"] == ["SELECT"] * 3


def test_a_teams_link_is_offered_to_its_members(app: Flask, desk: FlaskClient, team: Team) -> None:
    assert "The hours of Harbour" in desk.get("/desk/calendars").text
    answer = app.test_client().get(made(desk, whose=team.id))
    kept("door-team.ics", answer.data)

    assert {str(each["SUMMARY"]) for each in events(answer.data)} == {"Duty: Mei", "Duty: Jun"}


def test_a_strange_teams_hours_are_refused(desk: FlaskClient, make: Make, session: Session) -> None:
    strange = make.team("Quay").id
    session.commit()
    answer = desk.post("/desk/calendars", data={"called": "duty", "whose": strange})

    assert answer.status_code == 403
    assert "You are not in that team" in answer.text


@pytest.mark.parametrize("token", ["1", "a" * 43, "", "%00", "../desk"])
def test_what_opens_nothing_is_a_bare_404(app: Flask, token: str) -> None:
    answer = app.test_client().get(f"/feeds/{token}.ics")

    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_withdrawn_link_is_as_one_that_never_was(app: Flask, desk: FlaskClient) -> None:
    path, program = made(desk), app.test_client()
    tag = program.get(path).headers["ETag"]
    (link_id,) = re.findall(r"/desk/calendars/(\w+)/withdraw", desk.get("/desk/calendars").text)
    assert desk.post(f"/desk/calendars/{link_id}/withdraw").status_code == 303
    gone = program.get(path, headers={"If-None-Match": tag})
    never = program.get("/feeds/" + "a" * 43 + ".ics")

    assert (gone.status_code, gone.data) == (404, never.data)
    assert dict(gone.headers) == dict(never.headers)
    assert "No link yet" in desk.get("/desk/calendars").text


def test_the_address_is_shown_once(desk: FlaskClient) -> None:
    token = made(desk).split("/")[2].removesuffix(".ics")

    assert token not in desk.get("/desk/calendars").text


def test_the_page_tells_which_program_last_read_it_and_when(
    app: Flask, desk: FlaskClient, clock: Clock, sign_in: SignIn, mei: Person
) -> None:
    path = made(desk, label="My old phone")
    page = desk.get("/desk/calendars").text
    assert "My old phone" in page
    assert "Nothing has read this link yet" in page
    app.test_client().get(path, headers={"User-Agent": GOOGLE})
    clock.forward(timedelta(hours=14))
    page = sign_in(desk, mei).get("/desk/calendars").text

    assert "Your calendar (Google) last read this" in page
    assert "14 hr ago" in page
    assert "you are told by text or mail" in page
    assert "It has probably stopped" not in page
    clock.forward(timedelta(days=3))
    assert "It has probably stopped" in sign_in(desk, mei).get("/desk/calendars").text


def test_a_304_counts_as_a_look(app: Flask, desk: FlaskClient, clock: Clock) -> None:
    path, program = made(desk), app.test_client()
    tag = {"If-None-Match": program.get(path).headers["ETag"]}
    clock.forward(timedelta(hours=2))
    assert program.get(path, headers=tag).status_code == 304

    with app.app_context():
        from helpline.db import read

        assert read().scalars(select(FeedToken.last_read_at)).one() == clock()


def test_a_colleagues_link_is_a_404_and_a_line_in_the_audit(
    app: Flask, desk: FlaskClient, make: Make, session: Session, sign_in: SignIn
) -> None:
    path = made(desk)
    (link_id,) = re.findall(r"/desk/calendars/(\w+)/withdraw", desk.get("/desk/calendars").text)
    other = make.counsellor(alias="Bo", roles=tuple(Role))
    session.commit()
    client = sign_in(app.test_client(), other)

    assert client.post(f"/desk/calendars/{link_id}/withdraw").status_code == 404
    assert app.test_client().get(path).status_code == 200
    refused = select(AuditEntry.object_kind).where(AuditEntry.act == "refused")
    assert session.scalars(refused).all() == ["feed_token"]


def test_an_eleventh_link_is_refused_in_words(desk: FlaskClient) -> None:
    for _ in range(10):
        made(desk)
    answer = desk.post("/desk/calendars", data={"called": "duty"})

    assert answer.status_code == 409
    assert "You have ten links" in answer.text
