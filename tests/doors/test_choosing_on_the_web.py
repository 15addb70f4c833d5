"""On the page, without script: the ways on, what was chosen and changed, whom they wish for."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, WaitChoice
from helpline.people import Person, SafeContact
from scheduling import promises
from tests.client import Client
from tests.conftest import RecordingGateway
from tests.doors.seeking import asked, form, send
from tests.make import NOON, Make
from tests.weights import first_load

PLACE = {"zone": "Asia/Kuala_Lumpur"}


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    make.line(number="+60320000000", languages="en,ms,zh-Hans")
    make.session.commit()
    return app.test_client()


def helper(make: Make, *languages: str, hours: tuple[int, int] = (0, 23), **more: str) -> Person:
    who = make.counsellor(languages=languages, **more)  # type: ignore[arg-type]  # as given
    for weekday in range(7):
        promises.promise(
            make.session,
            who.id,
            weekday=weekday,
            start=time(hours[0]),
            end=time(hours[1]),
            zone="Asia/Kuala_Lumpur",
            now=NOON - timedelta(days=7),
        )
    make.session.commit()
    return who


def the_case(session: Session) -> Case:
    session.rollback()
    return session.scalars(select(Case)).one()


def choices(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(WaitChoice).order_by(WaitChoice.chosen_at))
    return [(each.kind.value, each.state.value) for each in rows]


def test_nobody_who_fits_the_page_asks_how_to_go_on(
    browser: FlaskClient, make: Make, session: Session, work: Callable[[], int]
) -> None:
    helper(make, "ms", hours=(21, 23))
    helper(make, "en")
    asked(browser, language="ms", words="Saya takut", **PLACE)
    work()
    page = browser.get("/talk").text

    assert "How shall we go on?" in page
    assert "Wait for Malay, until Mon, 6 Apr, 21:00 UTC+8" in page
    assert "Talk in English now" in page
    assert "At hours that I name" in page
    assert "Leave a message" in page
    assert "group" not in page


def test_what_was_chosen_stands_on_the_page_and_can_be_changed(
    browser: FlaskClient, make: Make, session: Session
) -> None:
    helper(make, "ms", hours=(21, 23))
    asked(browser, language="ms", **PLACE)
    answer = send(browser, browser.get("/talk"), "/talk/choose", way="wait")
    assert answer.status_code == 303
    page = browser.get("/talk")

    assert "You chose to wait until Mon, 6 Apr, 21:00 UTC+8." in page.text
    assert 'action="/talk/choose"' not in page.text
    assert "You chose to wait" in browser.get("/talk/live").text

    send(browser, browser.get("/talk?change=1"), "/talk/choose", way="message")
    assert "You chose to leave a message." in browser.get("/talk").text
    assert choices(session) == [("wait", "replaced"), ("message", "open")]


def test_another_language_is_asked_for_only_after_it_was_chosen(
    browser: FlaskClient, make: Make, session: Session, work: Callable[[], int]
) -> None:
    helper(make, "en")
    asked(browser, language="ms", **PLACE)
    work()
    assert the_case(session).state is CaseState.WAITING
    send(browser, browser.get("/talk"), "/talk/choose", way="language:en")
    work()

    assert the_case(session).state is CaseState.OFFERED
    page = browser.get("/talk").text
    assert "You chose to talk in English as soon as somebody can." in page
    assert "Nobody who speaks" not in page


def test_hours_of_their_own_are_kept_and_said_back(
    browser: FlaskClient, make: Make, session: Session
) -> None:
    asked(browser, language="ms", **PLACE)
    page = browser.get("/talk")
    hours = {"from_hour": "18:00", "until_hour": "21:00"}
    send(browser, page, "/talk/choose", way="hours", **hours)

    told = "You chose the hours from 18:00 to 21:00. We do not know yet on which day."
    assert told in browser.get("/talk").text
    safe = session.scalars(select(SafeContact)).one()
    assert (safe.safe_from, safe.safe_until) == (time(18), time(21))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Choose one of these."),
        ({"way": "language:ja"}, "That is not possible any more."),
        ({"way": "nonsense"}, "Choose one of these."),
        ({"way": "later:2026-99-99T00:00Z"}, "Choose one of these."),
        ({"way": "later:2026-04-07T01:00:00Z"}, "That is not possible any more."),
        ({"way": "hours", "from_hour": "18:00"}, "Choose both hours"),
        ({"way": "hours", "from_hour": "18:00", "until_hour": "18:00"}, "are the same"),
    ],
)
def test_a_mistake_gets_a_clear_sentence_and_keeps_what_was_chosen(
    browser: FlaskClient, session: Session, typed: dict[str, str], told: str
) -> None:
    asked(browser, language="ms", **PLACE)
    answer = send(browser, browser.get("/talk"), "/talk/choose", **typed)

    assert answer.status_code == 400
    assert told in answer.text
    if "from_hour" in typed:
        assert form(answer, "/talk/choose").fields["way"] == "hours"
        assert form(answer, "/talk/choose").fields["from_hour"] == "18:00"
    assert choices(session) == []


def test_a_stale_page_loses_nothing(browser: FlaskClient, session: Session) -> None:
    asked(browser, language="ms", **PLACE)
    filled = form(browser.get("/talk"), "/talk/choose").fields
    stale = {**filled, "way": "message", "csrf_token": "old"}
    answer = browser.post("/talk/choose", data=stale)

    assert answer.status_code == 400
    assert form(answer, "/talk/choose").fields["way"] == "message"


def test_without_a_visit_nothing_can_be_chosen(app: Flask, browser: FlaskClient) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, Client)
    answer = stranger.post("/talk/choose", data={"way": "message"})
    assert "How shall we go on?" not in answer.text


def test_a_talk_at_a_later_hour_is_proposed_and_kept(
    browser: FlaskClient, make: Make, session: Session
) -> None:
    """Somebody comes on at 06:00; it is day there from 08:00."""
    helper(make, "ms", hours=(6, 12))
    asked(browser, language="ms", **PLACE)
    page = browser.get("/talk")
    assert "Talk on Tue, 7 Apr, 08:00 UTC+8, until 12:00 at the latest" in page.text
    send(browser, page, "/talk/choose", way="later:2026-04-07T00:00:00Z")

    assert "You chose to talk on Tue, 7 Apr, 08:00 UTC+8." in browser.get("/talk").text
    assert the_case(session).not_before == NOON + timedelta(hours=12)


def test_by_text_is_a_way_and_says_how_to_link_a_phone(
    browser: FlaskClient, session: Session, gateway: RecordingGateway, work: Callable[[], int]
) -> None:
    asked(browser, language="ms", **PLACE)
    send(browser, browser.get("/talk"), "/talk/choose", way="text")
    work()
    page = browser.get("/talk").text
    assert "You chose an answer by text message." in page
    assert "Link your phone" in page
    assert gateway.sent == [], "no phone of theirs has texted us"


def test_an_hour_that_was_not_kept_is_said_on_the_page_and_asked_about_again(
    browser: FlaskClient, make: Make, session: Session
) -> None:
    helper(make, "ms", hours=(21, 23))
    asked(browser, language="ms", **PLACE)
    send(browser, browser.get("/talk"), "/talk/choose", way="wait")
    case = the_case(session)
    standing = cases.open_choice(session, case.id)
    assert standing is not None
    from helpline.cases.promising import due

    due(session, standing.id, now=NOON + timedelta(hours=1))
    session.commit()
    page = browser.get("/talk").text

    assert "We are sorry: nobody could be here at the hour we told you." in page
    assert 'action="/talk/choose"' in page


def test_whom_they_would_rather_talk_to_is_asked_kept_honoured_and_can_be_changed(
    browser: FlaskClient, make: Make, session: Session, work: Callable[[], int]
) -> None:
    helper(make, "en", gender="man", age_band="30to59")
    asked(browser, language="en", gender_wish="woman", age_wish="30to59", **PLACE)
    work()
    case = the_case(session)
    assert (case.gender_wish, case.age_wish, case.state) == ("woman", "30to59", CaseState.WAITING)
    page = browser.get("/talk").text
    assert "You said whom you would rather talk to." in page
    assert "How shall we go on?" in page

    reach = browser.get("/talk/reach")
    assert form(reach, "/talk/reach").fields["gender_wish"] == "woman"
    send(browser, reach, "/talk/reach", gender_wish="", age_wish="nonsense")
    work()
    case = the_case(session)
    assert (case.gender_wish, case.age_wish, case.state) == ("", "", CaseState.OFFERED)


def test_the_page_with_all_ways_weighs_little(
    browser: FlaskClient, make: Make, work: Callable[[], int]
) -> None:
    helper(make, "ms", hours=(6, 12))
    helper(make, "en")
    helper(make, "zh-Hans")
    asked(browser, language="ms", words="Saya takut", **PLACE)
    work()
    assert first_load(browser, "/talk") <= 14_336
