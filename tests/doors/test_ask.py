"""Asking on the web: four steps, nothing stored before consent, nothing typed is ever lost."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.conversation import Message
from helpline.people import ContactPoint, HowToReach, Person, ReturnCode, SafeContact
from tests.conftest import RecordingGateway
from tests.doors.seeking import asked, code, form, send
from tests.make import Make
from tests.weights import first_load

LONG = "so tired of it all " * 600  # 11,400 characters


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    make.line(number="+60320000000", languages="en,ms,zh-Hans,ta")
    make.session.commit()
    return app.test_client()


def _stored(session: Session) -> int:
    return sum(
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Person, Case, Message, ContactPoint, ReturnCode)
    )


def test_a_form_becomes_a_case_in_the_line_with_a_code(
    browser: FlaskClient, session: Session
) -> None:
    page = asked(browser, language="ta", words="I cannot sleep.", topic="worry", alias="Kite")
    assert page.status_code == 200
    case = session.scalars(select(Case)).one()
    assert (case.state, case.language, case.topic) == (CaseState.WAITING, "ta", "worry")
    assert (case.how, case.consent_version != "") == (HowToReach.WEB, True)
    assert session.scalars(select(Message)).one().body == "I cannot sleep."
    person = session.scalars(select(Person)).one()
    assert person.alias == "Kite"
    assert person.codename in page.text
    assert len(code(page).split()) == 6


def test_only_the_language_is_needed(browser: FlaskClient, session: Session) -> None:
    assert asked(browser).status_code == 200
    assert session.scalars(select(Case)).one().state is CaseState.WAITING
    assert session.scalars(select(Message)).all() == []


def test_nothing_is_stored_before_the_person_agrees(browser: FlaskClient, session: Session) -> None:
    page = browser.get("/ask")
    for words in ({}, {"words": "I cannot sleep."}, {"how": "text", "phone": "+60123456789"}, {}):
        page = send(browser, page, "/ask", **words)
    assert page.status_code == 400  # sent without the yes
    assert "We keep and read nothing without your yes" in page.text
    assert 'href="tel:' in page.text
    assert _stored(session) == 0


def test_the_sealed_field_shows_nothing_of_what_was_typed(browser: FlaskClient) -> None:
    page = send(browser, browser.get("/ask"), "/ask")
    page = send(browser, page, "/ask", words="I cannot sleep.")
    assert "I cannot sleep" not in page.text
    back = send(browser, page, "/ask", go="2")
    assert "I cannot sleep." in back.text


def test_a_change_of_language_midway_keeps_what_was_typed(browser: FlaskClient) -> None:
    page = send(browser, browser.get("/ask"), "/ask")
    page = send(browser, page, "/ask", words="Saya penat", topic="alone", lang="ms")
    assert '<html lang="ms"' in page.text
    assert form(page, "/ask").fields["words"] == "Saya penat"
    assert form(page, "/ask").fields["topic"] == "alone"


@pytest.mark.parametrize("token", ["wrong", "x" * 32])
def test_an_expired_form_comes_back_with_what_was_typed(
    browser: FlaskClient, session: Session, token: str
) -> None:
    page = send(browser, browser.get("/ask"), "/ask", language="ms")
    again = send(browser, page, "/ask", words="I cannot sleep.", csrf_token=token)
    assert again.status_code == 400
    assert form(again, "/ask").fields["words"] == "I cannot sleep."
    on = send(browser, again, "/ask")
    assert on.status_code == 200
    assert "How should we answer you?" in on.text


def test_a_form_from_a_browser_that_lost_its_cookies_comes_back_too(
    app: Flask, browser: FlaskClient
) -> None:
    page = send(browser, browser.get("/ask"), "/ask", language="ms")
    other = app.test_client()
    again = other.post("/ask", data={**form(page, "/ask").fields, "words": "I cannot sleep."})
    assert form(again, "/ask").fields["words"] == "I cannot sleep."
    assert send(other, again, "/ask").status_code == 200


def test_words_that_are_too_long_are_kept_and_said_so(browser: FlaskClient) -> None:
    page = send(browser, browser.get("/ask"), "/ask")
    again = send(browser, page, "/ask", words=LONG)
    assert again.status_code == 400
    assert "11,399 characters" in again.text
    assert form(again, "/ask").fields["words"] == LONG


@pytest.mark.parametrize(
    "words",
    ["", "😭" * 400, "لا أستطيع النوم", "a\x00b\x07c", "a\r\nb", "<script>alert(1)</script>"],
)
def test_whatever_is_typed_arrives_as_it_was_meant(
    browser: FlaskClient, session: Session, words: str
) -> None:
    assert asked(browser, words=words).status_code == 200
    bodies = [one.body for one in session.scalars(select(Message))]
    wanted = words.replace("\x00", "").replace("\x07", "").replace("\r\n", "\n")
    assert bodies == ([wanted] if words else [])
    assert "<script>alert" not in browser.get("/talk").text


def test_a_form_sent_twice_is_one_case_with_the_same_code(
    browser: FlaskClient, session: Session
) -> None:
    page = browser.get("/ask")
    for _ in range(3):
        page = send(browser, page, "/ask", words="I cannot sleep.")
    first = send(browser, page, "/ask", agree="1")
    second = send(browser, page, "/ask", agree="1")
    assert code(first) == code(second)
    assert len(session.scalars(select(Case)).all()) == 1
    assert len(session.scalars(select(Message)).all()) == 1


def test_a_number_is_kept_sealed_with_its_place_and_hours(
    browser: FlaskClient, session: Session
) -> None:
    page = asked(
        browser, how="text", phone="+63 917 123 4567", safe_from="18:00", safe_until="21:00"
    )
    assert page.status_code == 200
    point = session.scalars(select(ContactPoint)).one()
    assert (point.address, point.country, point.heard_at) == ("+639171234567", "PH", None)
    safe = session.scalars(select(SafeContact)).one()
    assert safe.safe_from
    assert (safe.how, safe.safe_from.hour) == (HowToReach.TEXT, 18)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"how": "text", "phone": "12"}, "This number cannot be right"),
        ({"how": "text", "phone": "+44 7700 900123"}, "cannot be right"),
        ({"how": "text", "phone": "+44 7911 123456"}, "cannot text numbers of this country"),
        ({"how": "text", "phone": "+266696687"}, "cannot be right"),
        ({"how": "web", "notify": "mail", "mail": "me"}, "This mail address cannot be right"),
        ({"safe_from": "18:00"}, "Choose both hours"),
        ({"zone": "Mars/Crater"}, "Choose your place from the list"),
    ],
)
def test_a_mistake_gets_a_sentence_and_keeps_the_page(
    browser: FlaskClient, typed: dict[str, str], told: str
) -> None:
    page = send(browser, browser.get("/ask"), "/ask")
    page = send(browser, page, "/ask")
    again = send(browser, page, "/ask", **typed)
    assert again.status_code == 400
    assert told in again.text
    kept = form(again, "/ask").fields
    assert {name: kept.get(name) for name in typed if name != "zone"} == {
        name: value for name, value in typed.items() if name != "zone"
    }


def test_numbers_of_strangers_cannot_be_typed_in_at_will(
    browser: FlaskClient, session: Session
) -> None:
    for number in range(4):
        page = asked(browser, how="text", phone=f"+6012345678{number}", words="hello")
    assert page.status_code == 429
    assert "Too many numbers" in page.text
    assert len(session.scalars(select(ContactPoint)).all()) == 3
    assert send(browser, page, "/ask", go="2").text.count("hello") == 1


def test_a_form_that_is_refused_for_a_code_in_it_counts_as_well(
    app: Flask, browser: FlaskClient, session: Session
) -> None:
    words = code(asked(app.test_client()))
    told = []
    for _ in range(4):
        page = send(browser, browser.get("/ask"), "/ask")
        page = send(browser, page, "/ask", words=f"my code is {words}")
        page = send(browser, page, "/ask", how="text", phone="+60123456789")
        told.append(send(browser, page, "/ask", agree="1").status_code)
    assert told == [400, 400, 400, 429]
    assert session.scalars(select(Message)).all() == []


def test_a_number_we_know_already_is_left_alone_and_nobody_is_told(
    browser: FlaskClient, session: Session, make: Make
) -> None:
    owner = make.seeker(phone="+60123456789")
    make.session.commit()
    known = asked(browser, how="text", phone="+60123456789")
    assert session.scalars(select(ContactPoint)).one().person_id == owner.id
    other = asked(browser, how="text", phone="+60123456780")
    hide = re.compile(r"Here we call you .*|code\".*|value=\".*|<bdi dir.*")
    assert hide.sub("", known.text) == hide.sub("", other.text)


def test_without_a_gateway_the_page_says_that_texts_are_closed(
    app: Flask, browser: FlaskClient
) -> None:
    from dataclasses import replace

    app.extensions["helpline"] = replace(app.extensions["helpline"], texts=None)
    page = send(browser, browser.get("/ask"), "/ask")
    page = send(browser, page, "/ask")
    assert "Answers by text message are closed just now" in page.text
    assert 'value="text"' not in page.text


def test_listed_words_move_the_case_up_and_show_the_numbers_again(
    browser: FlaskClient, session: Session
) -> None:
    asked(browser, words="I want to die")
    assert session.scalars(select(Case)).one().attention_at is not None
    assert "You matter." in browser.get("/talk").text


def test_a_first_visit_weighs_little(browser: FlaskClient) -> None:
    for path in ("/", "/ask", "/return", "/crisis", "/privacy"):
        assert first_load(browser, path) <= 14_336, path


def test_with_the_database_gone_the_numbers_and_the_form_are_there(
    app: Flask, browser: FlaskClient, session: Session
) -> None:
    for path in ("/", "/ask", "/crisis", "/crisis?country=JP", "/privacy"):
        browser.get(path)
    for table in ("line", "setting", "throttle", "visit", "person"):
        session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    session.commit()
    app.extensions.pop("helpline.public.known")  # as in a process that was just started
    browser.set_cookie("visit", "x" * 43)
    for path in ("/", "/ask", "/crisis?country=JP", "/privacy", "/exit"):
        page = browser.get(path)
        assert page.status_code in (200, 303), (path, page.text)
    assert 'href="tel:119"' in browser.get("/crisis?country=JP").text
    assert "+60320000000" in browser.get("/").text  # from the published copy
    for table in ("line", "setting", "throttle", "visit", "person"):  # PostgreSQL keeps them
        session.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
    session.commit()


def test_a_database_that_breaks_while_it_is_sent_loses_nothing(
    browser: FlaskClient, session: Session
) -> None:
    page = browser.get("/ask")
    for _ in range(3):
        page = send(browser, page, "/ask", words="I cannot sleep.")
    session.execute(text("ALTER TABLE return_code RENAME TO away"))
    session.commit()
    broken = send(browser, page, "/ask", agree="1")
    assert broken.status_code == 503
    assert "I cannot sleep." in broken.text
    session.execute(text("ALTER TABLE away RENAME TO return_code"))
    session.commit()
    assert send(browser, broken, "/ask").status_code == 200


def test_the_numbers_are_those_of_the_place(browser: FlaskClient) -> None:
    def first(path: str, languages: str) -> str:
        page = browser.get(path, headers={"Accept-Language": languages}).text
        found = re.search(r'href="tel:(\d+)"', page)
        assert found
        return found[1]

    assert first("/", "zh-CN,zh;q=0.9") == "120"
    assert first("/ask", "en-GB") == "999"
    assert first("/return", "en") == "112"
    assert first("/?country=JP", "en-GB") == "119"


def test_an_answer_reaches_the_page_and_nothing_is_said_in_the_title(
    browser: FlaskClient, session: Session, make: Make, work: Callable[[], int]
) -> None:
    from helpline import cases
    from helpline.conversation import say
    from tests.make import NOON

    asked(browser, words="I cannot sleep.")
    case = session.scalars(select(Case)).one()
    counsellor = make.counsellor(alias="Aisyah")
    session.commit()
    before = browser.get("/talk/live")
    tag = {"If-None-Match": before.headers["ETag"]}
    assert browser.get("/talk/live", headers=tag).status_code == 304
    cases.claim(session, case.id, counsellor.id, now=NOON)
    session.refresh(case)
    say(session, case, counsellor.id, "I am here.", now=NOON, form_key="k")
    session.commit()
    after = browser.get("/talk/live", headers=tag)
    assert after.status_code == 200
    assert "I am here." in after.text
    tag = {"If-None-Match": after.headers["ETag"]}
    assert browser.get("/talk/live", headers=tag).status_code == 304
    page = browser.get("/talk").text
    assert "Aisyah and you" in page
    assert "<title>Page</title>" in page


def test_a_neutral_text_goes_to_who_wished_for_one(
    browser: FlaskClient,
    session: Session,
    make: Make,
    work: Callable[[], int],
    gateway: RecordingGateway,
) -> None:
    from helpline import cases
    from helpline.conversation import say
    from tests.make import NOON

    asked(browser, how="web", notify="text", notify_phone="+60123456789")
    case = session.scalars(select(Case)).one()
    counsellor = make.counsellor(alias="Aisyah")
    session.commit()
    cases.claim(session, case.id, counsellor.id, now=NOON)
    session.refresh(case)
    say(session, case, counsellor.id, "I am here.", now=NOON, form_key="k")
    session.commit()
    work()
    assert gateway.bodies("+60123456789") == ["There is an answer for you."]
