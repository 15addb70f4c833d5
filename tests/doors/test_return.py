"""Coming back with a code, changing one's mind, leaving, joining, erasing; and the way out."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.conversation import Message
from helpline.conversation.reaching import reaching
from helpline.db import db
from helpline.intake import asking
from helpline.messaging import inbound
from helpline.messaging.gateway import Inbound
from helpline.people import ContactPoint, HowToReach, SafeContact, Visit
from helpline.privacy import return_code
from scheduling.base import Base
from tests.conftest import KEYRING, Clock
from tests.doors.seeking import asked, code, form, send
from tests.make import NOON, Make

PHONE = "+60123456789"


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    make.line(number="+60320000000")
    make.session.commit()
    return app.test_client()


def _back(client: FlaskClient, words: str) -> int:
    return send(client, client.get("/return"), "/return", code=words).status_code


def _text(session: Session, body: str, provider_id: str, now: object = NOON) -> None:
    found = Inbound(provider_id=provider_id, sender=PHONE, to="+60320000000", body=body)
    inbound.store(session.connection(), KEYRING, found, "recording", now)  # type: ignore[arg-type]  # tests pass moments
    session.commit()


@pytest.mark.parametrize("written", ["words", "WORDS", "run together", "digits", "arabic digits"])
def test_the_code_opens_the_conversation_from_another_device(
    app: Flask, browser: FlaskClient, written: str
) -> None:
    words = code(asked(browser, words="I cannot sleep."))
    known = return_code.parse(words)
    assert known is not None
    digits = return_code.digits(known)
    forms = {
        "words": words,
        "WORDS": words.upper().replace(" ", " - "),
        "run together": words.replace(" ", ""),
        "digits": digits.replace(" ", "-"),
        "arabic digits": digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    }
    other = app.test_client()
    assert other.get("/talk").headers["Location"] == "/return"
    assert _back(other, forms[written]) == 303
    assert "I cannot sleep." in other.get("/talk").text


@pytest.mark.parametrize("wrong", ["", "hello", "1", "0" * 24, "abdomen " * 6, "x" * 100_000])
def test_a_wrong_code_opens_nothing_and_says_one_thing(
    app: Flask, browser: FlaskClient, wrong: str
) -> None:
    asked(browser)
    other = app.test_client()
    page = send(other, other.get("/return"), "/return", code=wrong)
    assert page.status_code == 400
    assert "This code opens nothing. Look at it again" in page.text
    assert "visit" not in page.headers.get("Set-Cookie", "")


def test_guessing_is_slow_and_the_owner_is_never_kept_out(app: Flask, browser: FlaskClient) -> None:
    words = code(asked(browser))
    first, *rest = words.split()
    guesser = app.test_client()
    wrong = " ".join([first, *reversed(rest)])
    told = [_back(guesser, wrong) for _ in range(12)]
    assert told == [400] * 10 + [429] * 2
    owner = app.test_client()
    page = owner.get("/return", environ_overrides={"REMOTE_ADDR": "127.0.0.2"})
    answer = owner.post(
        "/return",
        data={**form(page, "/return").fields, "code": words},
        environ_overrides={"REMOTE_ADDR": "127.0.0.2"},
    )
    assert answer.status_code == 303


def test_a_visit_ends_after_half_an_hour_of_nothing(
    browser: FlaskClient, clock: Clock, session: Session
) -> None:
    asked(browser)
    clock.forward(timedelta(minutes=25))
    assert browser.get("/talk").status_code == 200
    clock.forward(timedelta(minutes=25))
    assert browser.get("/talk").status_code == 200
    clock.forward(timedelta(minutes=31))
    assert browser.get("/talk").status_code == 303


def test_a_page_that_asks_by_itself_keeps_no_visit_awake(
    browser: FlaskClient, clock: Clock
) -> None:
    asked(browser)
    for _ in range(6):
        clock.forward(timedelta(minutes=6))
        last = browser.get("/talk/live", headers={"X-Poll": "1"}).status_code
    assert last == 401


def test_what_was_typed_when_the_page_had_closed_waits_for_its_owner(
    app: Flask, browser: FlaskClient, clock: Clock
) -> None:
    words = code(asked(browser))
    other_words = code(asked(app.test_client()))
    page = browser.get("/talk")
    clock.forward(timedelta(hours=1))
    closed = send(browser, page, "/talk", text="Are you there?")
    assert closed.status_code == 401
    assert "Are you there?" not in closed.text
    strange = send(app.test_client(), closed, "/return", code=other_words)
    assert "Are you there?" not in strange.text
    again = send(browser, closed, "/return", code=words)
    assert form(again, "/talk").fields["text"] == "Are you there?"


def test_a_message_is_sent_once_however_often_the_form_is(
    browser: FlaskClient, session: Session
) -> None:
    asked(browser)
    page = browser.get("/talk")
    for _ in range(3):
        assert send(browser, page, "/talk", text="Hello?").status_code == 303
    assert [one.body for one in session.scalars(select(Message))] == ["Hello?"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "nothing in the message yet"),
        ("   ", "nothing in the message yet"),
        ("x" * 1601, "1,601"),
    ],
)
def test_a_message_that_cannot_go_stays_on_the_page(
    browser: FlaskClient, session: Session, typed: str, told: str
) -> None:
    asked(browser)
    page = send(browser, browser.get("/talk"), "/talk", text=typed)
    assert page.status_code == 400
    assert told in page.text
    assert form(page, "/talk").fields["text"] == typed
    assert session.scalars(select(Message)).all() == []


def test_a_message_with_the_code_in_it_is_refused_and_kept(
    browser: FlaskClient, session: Session
) -> None:
    words = code(asked(browser))
    page = send(browser, browser.get("/talk"), "/talk", text=f"my code is {words}, keep it")
    assert page.status_code == 400
    assert "Your return code is in this message" in page.text
    assert words in form(page, "/talk").fields["text"]
    assert session.scalars(select(Message)).all() == []


def test_an_expired_token_keeps_the_message(browser: FlaskClient) -> None:
    asked(browser)
    page = send(browser, browser.get("/talk"), "/talk", text="Hello?", csrf_token="wrong")
    assert page.status_code == 400
    assert form(page, "/talk").fields["text"] == "Hello?"
    assert send(browser, page, "/talk").status_code == 303


def test_a_database_that_breaks_keeps_the_message(browser: FlaskClient, session: Session) -> None:
    asked(browser)
    page = browser.get("/talk")
    session.execute(text("ALTER TABLE message RENAME TO away"))
    session.commit()
    broken = send(browser, page, "/talk", text="Hello?")
    assert (broken.status_code, form(broken, "/talk").fields["text"]) == (503, "Hello?")
    session.execute(text("ALTER TABLE away RENAME TO message"))
    session.commit()
    assert send(browser, broken, "/talk").status_code == 303
    assert "Hello?" in browser.get("/talk").text


def test_leaving_the_line_asks_first(browser: FlaskClient, session: Session) -> None:
    asked(browser)
    page = browser.get("/talk/leave")
    assert session.scalars(select(Case)).one().state is CaseState.WAITING
    session.commit()
    assert send(browser, page, "/talk/leave").status_code == 303
    session.commit()
    assert session.scalars(select(Case)).one().state is CaseState.DECLINED
    assert "You have left the line." in browser.get("/talk").text


def test_who_left_may_write_again_and_is_in_line_again(
    browser: FlaskClient, session: Session
) -> None:
    asked(browser)
    send(browser, browser.get("/talk/leave"), "/talk/leave")
    send(browser, browser.get("/talk"), "/talk", text="I am back.")
    open_case = session.scalars(select(Case).where(Case.state == CaseState.WAITING)).one()
    assert session.scalars(select(Message)).one().case_id == open_case.id
    assert "You are number" in browser.get("/talk").text


def test_how_somebody_is_reached_can_be_changed(browser: FlaskClient, session: Session) -> None:
    asked(browser)
    page = browser.get("/talk/reach")
    wishes = {"how": "text", "phone": PHONE, "safe_from": "20:00", "safe_until": "22:00"}
    assert send(browser, page, "/talk/reach", **wishes).status_code == 303
    safe = session.scalars(select(SafeContact)).one()
    assert safe.safe_from
    assert (safe.how, safe.safe_from.hour) == (HowToReach.TEXT, 20)
    assert session.scalars(select(ContactPoint)).one().address == PHONE
    assert session.scalars(select(Case)).one().how is HowToReach.TEXT
    session.commit()
    page = browser.get("/talk/reach")
    assert PHONE not in page.text
    assert send(browser, page, "/talk/reach", how="web").status_code == 303
    assert session.scalars(select(ContactPoint)).all() == []


def _number(client: FlaskClient) -> str:
    page = send(client, client.get("/talk/join"), "/talk/join", agree="1")
    found = re.search(r"<bdi dir=\"ltr\">(\d{3}) (\d{3})</bdi>", page.text)
    assert found
    return found[1] + found[2]


def test_the_same_form_with_other_words_is_another_message(
    browser: FlaskClient, session: Session
) -> None:
    asked(browser)
    page = browser.get("/talk")
    for words in ("Hello?", "Hello, are you there?", "Hello, are you there?", "Hello?"):
        assert send(browser, page, "/talk", text=words).status_code == 303
    bodies = [one.body for one in session.scalars(select(Message).order_by(Message.tick))]
    assert bodies == ["Hello?", "Hello, are you there?"]


def test_somebody_who_writes_without_end_is_asked_to_wait_and_loses_nothing(
    browser: FlaskClient, session: Session, clock: Clock
) -> None:
    words = code(asked(browser))
    page = browser.get("/talk")
    for number in range(asking.MESSAGES):
        typed = words if number % 2 else f"Hello {number}"  # refused ones count, too
        send(browser, page, "/talk", text=typed)
    stopped = send(browser, page, "/talk", text="One more.")
    assert stopped.status_code == 429
    assert "Send it again in" in stopped.text
    assert form(stopped, "/talk").fields["text"] == "One more."
    clock.forward(timedelta(minutes=61))
    again = send(browser, browser.get("/return"), "/return", code=words)
    assert again.status_code == 303
    assert send(browser, browser.get("/talk"), "/talk", text="One more.").status_code == 303


def test_an_open_page_with_nothing_new_asks_the_database_little(
    app: Flask, browser: FlaskClient, clock: Clock
) -> None:
    asked(browser, words="I cannot sleep.")
    tag = browser.get("/talk/live", headers={"X-Poll": "1"}).headers["ETag"]
    asks = {"X-Poll": "1", "If-None-Match": tag}
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_c: object, _d: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get("/talk/live", headers=asks).status_code == 304
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(said) <= 3, said
    clock.forward(timedelta(minutes=5))  # a shift may have begun, which changes nothing else
    assert browser.get("/talk/live", headers=asks).status_code == 200


def test_who_could_be_overlooked_gets_no_notice_by_default_and_the_desk_knows(
    browser: FlaskClient, session: Session
) -> None:
    page = send(browser, browser.get("/ask"), "/ask", safe="no")
    page = send(browser, page, "/ask", words="I cannot sleep.")
    assert "We send no notice to your phone or mail unless you choose one" in page.text
    page = send(browser, page, "/ask")
    send(browser, page, "/ask", agree="1")
    case = session.scalars(select(Case)).one()
    assert session.scalars(select(SafeContact)).one().notify_when_answered == ""
    assert reaching(session, case, now=NOON).is_overlooked


@pytest.mark.parametrize("safe", ["no", "hours"])
def test_a_notice_chosen_before_they_said_it_is_not_safe_is_off_again(
    browser: FlaskClient, safe: str
) -> None:
    page = send(browser, send(browser, browser.get("/ask"), "/ask"), "/ask")
    page = send(browser, page, "/ask", notify="mail", mail="kite@example.org")
    for step in (3, 2, 1):
        page = send(browser, page, "/ask", go=str(step))
    page = send(browser, send(browser, page, "/ask", safe=safe), "/ask")
    assert form(page, "/ask").fields["notify"] == ""


def _count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_way_out_ends_the_visit_and_empties_the_browser(
    browser: FlaskClient, session: Session
) -> None:
    asked(browser, words="I cannot sleep.")
    left = browser.get("/exit")
    assert (left.status_code, left.headers["Location"]) == (303, "/clock")
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert left.headers["Cache-Control"] == "no-store"
    assert _count(session, Visit) == 0
    assert browser.get("/talk").status_code == 303
    neutral = browser.get("/clock")
    assert neutral.headers["Cache-Control"] == "no-store"
    assert "Warmline" not in neutral.text


def test_a_form_that_was_left_is_not_shown_again_by_sending_it_again(
    app: Flask, browser: FlaskClient
) -> None:
    page = send(browser, browser.get("/ask"), "/ask")
    typed = {**form(page, "/ask").fields, "words": "I cannot sleep."}
    assert "Check" in browser.post("/ask", data=typed).text
    browser.get("/exit")
    again = browser.post("/ask", data=typed)  # Back, and "send the form again"
    assert (again.status_code, again.headers.get("Location")) == (303, "/clock")


def test_closing_the_page_ends_it_on_this_device_only(app: Flask, browser: FlaskClient) -> None:
    words = code(asked(browser))
    other = app.test_client()
    _back(other, words)
    assert send(browser, browser.get("/talk"), "/talk/close").status_code == 303
    assert browser.get("/talk").status_code == 303
    assert other.get("/talk").status_code == 200
