"""A web and a text case become one from the page, and numbers that are somebody's already."""

import re
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation import Message, say
from helpline.intake import joining
from helpline.people import ContactPoint, HowToReach, Person, ReturnCode
from tests.conftest import Clock
from tests.doors.seeking import asked, form, send
from tests.doors.test_return import PHONE, _number, _text, browser
from tests.make import NOON, Make

__all__ = ["browser"]


def test_a_web_and_a_text_case_become_one(
    browser: FlaskClient, session: Session, make: Make, work: Callable[[], int]
) -> None:
    texter = make.seeker(phone=PHONE)
    talked = make.case(seeker=texter)
    counsellor = make.counsellor(alias="Aisyah")
    cases.claim(session, talked.id, counsellor.id, now=NOON)
    session.refresh(talked)
    say(session, talked, counsellor.id, "Hello by text.", now=NOON, form_key="k")
    session.commit()
    asked(browser, words="Hello by web.")
    number = _number(browser)
    _text(session, f" {number[:3]}-{number[3:]} ", "SM1")
    work()
    session.commit()
    open_case = session.scalars(select(Case).where(Case.closed_at.is_(None))).one()
    assert (open_case.id, open_case.counsellor_id) == (talked.id, counsellor.id)
    other = session.scalars(select(Case).where(Case.closed_at.is_not(None))).one()
    assert (other.state, other.disposition) == (CaseState.CLOSED, "joined")
    page = browser.get("/talk").text
    assert "Hello by text." in page
    assert "Hello by web." in page
    assert len(session.scalars(select(Person).where(Person.is_seeker)).all()) == 1
    assert open_case.how is HowToReach.TEXT
    assert "joined" in [event.kind for event in cases.events_of(session, open_case.id)]


def test_joining_needs_a_yes(browser: FlaskClient) -> None:
    asked(browser)
    page = send(browser, browser.get("/talk/join"), "/talk/join")
    assert page.status_code == 400
    assert "only with your yes" in page.text


def test_a_number_that_is_too_old_joins_nothing(
    browser: FlaskClient, session: Session, clock: Clock, work: Callable[[], int]
) -> None:
    asked(browser)
    number = _number(browser)
    clock.forward(timedelta(minutes=31))
    _text(session, number, "SM1", clock())
    work()
    assert len(session.scalars(select(Person).where(Person.is_seeker)).all()) == 2


def test_a_number_long_silent_brings_nothing_of_its_past(
    browser: FlaskClient, session: Session, make: Make, clock: Clock, work: Callable[[], int]
) -> None:
    _text(session, "I am so afraid of him", "SM0", NOON)
    work()
    clock.forward(timedelta(days=30))
    asked(browser, words="Hello by web.")
    number = _number(browser)
    _text(session, number, "SM1", clock())
    work()
    session.commit()
    page = browser.get("/talk").text
    assert "I am so afraid of him" not in page
    web = session.scalars(select(Person).join(ReturnCode)).one()
    assert session.scalars(select(ContactPoint)).one().person_id == web.id


def test_a_number_we_know_already_leaves_nobody_waiting_for_texts_that_cannot_come(
    app: Flask, browser: FlaskClient, session: Session, make: Make, work: Callable[[], int]
) -> None:
    texter_id = make.seeker(phone=PHONE).id
    session.commit()
    known, fresh = app.test_client(), app.test_client()
    pages = [
        asked(known, how="text", phone=PHONE, words="Known."),
        asked(fresh, how="text", phone="+60129999999", words="Fresh."),
    ]
    digits = [re.search(r'bdi dir="ltr">(\d{3}) (\d{3})</bdi></a>', page.text) for page in pages]
    assert all(digits)
    assert all("look for answers here" in page.text for page in pages)
    talks = [client.get("/talk").text for client in (known, fresh)]
    assert all("Link your phone first" in talk for talk in talks)
    wishes = [form(client.get("/talk/reach"), "/talk/reach").fields for client in (known, fresh)]
    for wish in wishes:
        wish.pop("csrf_token")
    assert wishes[0] == wishes[1]  # nobody learns whose number it is

    case, other = _case_with(session, "Known."), _case_with(session, "Fresh.")
    assert (case.how, other.how) == (HowToReach.WEB, HowToReach.TEXT)
    assert "reach_changed" in [event.kind for event in cases.events_of(session, case.id)]
    counsellor = make.counsellor(alias="Aisyah")
    session.commit()
    cases.claim(session, case.id, counsellor.id, now=NOON)
    session.refresh(case)
    say(session, case, counsellor.id, "I am here.", now=NOON, form_key="k")
    session.commit()
    assert "I am here." in known.get("/talk").text

    assert digits[0]
    _text(session, digits[0][1] + digits[0][2], "SM1")
    work()
    session.expire_all()
    assert session.get_one(Case, case.id).how is HowToReach.TEXT
    assert session.get(Person, texter_id) is None
    assert "Link your phone first" not in known.get("/talk").text


def _case_with(session: Session, words: str) -> Case:
    found = next(one for one in session.scalars(select(Message)) if one.body == words)
    return session.get_one(Case, found.case_id)


def test_who_wants_texts_at_a_number_we_know_is_answered_on_the_page_in_a_later_case_too(
    browser: FlaskClient, session: Session, make: Make
) -> None:
    make.seeker(phone=PHONE)
    session.commit()
    asked(browser)
    send(browser, browser.get("/talk/reach"), "/talk/reach", how="text", phone=PHONE)
    assert session.scalars(select(Case)).one().how is HowToReach.WEB
    session.commit()
    send(browser, browser.get("/talk/leave"), "/talk/leave")
    send(browser, browser.get("/talk"), "/talk", text="I am back.")
    assert _case_with(session, "I am back.").how is HowToReach.WEB


def test_numbers_to_text_are_not_shown_without_end(browser: FlaskClient) -> None:
    asked(browser)
    page = browser.get("/talk/join")
    told = [send(browser, page, "/talk/join", agree="1") for _ in range(joining.NUMBERS + 1)]
    assert [one.status_code for one in told] == [200] * joining.NUMBERS + [429]
    assert "Try again in" in told[-1].text
