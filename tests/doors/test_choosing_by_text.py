"""By text, when nobody fits: the honest fact, the ways on, what is answered; one whole night."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, ChoiceState, WaitChoice
from helpline.conversation import Message
from helpline.people import Person, SafeContact
from scheduling import promises
from tests.conftest import Clock, RecordingGateway
from tests.doors.texting import Phone
from tests.make import NOON, Make

SATURDAY = 5
NIGHT = datetime(2026, 4, 10, 20, 30, tzinfo=UTC)  # Saturday 03:00 in Yangon
EIGHT = datetime(2026, 4, 11, 1, 30, tzinfo=UTC)  # 08:00 there, when Thiri comes on
MINUTE = timedelta(minutes=1)
ENGLISH = "I feel so alone and I cannot sleep at night because of my fear"
SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def phone(app: Flask, gateway: RecordingGateway, work: Callable[[], int]) -> Phone:
    """A phone in Kuala Lumpur, whose owner writes English."""
    return Phone(app, gateway, work)


@pytest.fixture
def line(make: Make) -> None:
    make.line(languages="en,ms,my,zh-Hans", number="+15005550006")
    make.session.commit()


def helper(
    make: Make,
    *languages: str,
    weekday: int = 0,
    hours: tuple[int, int] = (0, 23),
    zone: str = "Asia/Kuala_Lumpur",
) -> Person:
    who = make.counsellor(languages=languages)
    promises.promise(
        make.session,
        who.id,
        weekday=weekday,
        start=time(hours[0]),
        end=time(hours[1]),
        zone=zone,
        now=NOON - timedelta(days=7),
    )
    make.session.commit()
    return who


def in_line(phone: Phone, *answers: str) -> list[str]:
    """Through the questions; what the phone heard at the end of them."""
    phone.text(ENGLISH)
    for body in answers or ("1", "1", "2"):
        phone.text(body)
    return phone.text("2")


def the_case(session: Session) -> Case:
    session.rollback()
    return session.scalars(select(Case)).one()


def choices(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(WaitChoice).order_by(WaitChoice.chosen_at))
    return [(each.kind.value, each.state.value) for each in rows]


def kept(session: Session) -> list[str]:
    session.rollback()
    return [
        each.body for each in session.scalars(select(Message).order_by(Message.at, Message.tick))
    ]


def test_after_the_questions_come_the_honest_fact_and_the_ways_on(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    helper(make, "ms")
    heard = in_line(phone)

    assert heard[-2].startswith("Nobody can answer right now. Somebody is here from ")
    assert "112" in heard[-2]
    assert heard[-1] == (
        "How shall we go on? 1 wait until 21:00 2 Malay now 3 name hours 4 leave a message."
        " 0 a human, 9 stop"
    )


@pytest.mark.parametrize("digit", ["1", "၁", "１", " 1. "])
def test_a_digit_of_any_script_chooses_and_is_said_back(
    phone: Phone, line: None, make: Make, session: Session, digit: str
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    heard = phone.text(digit)

    assert heard == [
        "Noted: wait until 21:00. To change it, send another number, or hours like 18-21."
        " 0 a human, 9 stop"
    ]
    assert choices(session) == [("wait", "open")]
    assert digit not in kept(session), "an answer to a menu is no message"


def test_another_language_is_spoken_from_the_digit_on(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "ms")
    in_line(phone)
    assert the_case(session).state is CaseState.WAITING, "never by itself"
    heard = phone.text("1")

    assert heard[0].startswith("Noted: Malay now.")
    assert the_case(session).accepts == "ms"
    assert the_case(session).state is CaseState.OFFERED


def test_whoever_is_asked_sees_which_language_they_chose(
    app: Flask, phone: Phone, line: None, make: Make, session: Session, sign_in: SignIn
) -> None:
    siti_id = helper(make, "ms").id
    in_line(phone)
    phone.text("1")
    session.rollback()
    desk = sign_in(app.test_client(), session.get_one(Person, siti_id))
    assert "or Malay" in desk.get("/desk").text
    case_id = the_case(session).id
    session.commit()
    assert desk.post(f"/desk/cases/{case_id}/claim").status_code == 303
    page = desk.get(f"/desk/cases/{case_id}").text
    assert "They chose to talk in Malay too." in page


def test_hours_are_an_answer_by_themselves_or_after_their_digit(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", weekday=1, hours=(18, 23))
    in_line(phone)
    heard = phone.text("19-21")
    assert heard[0].startswith("Noted: 19:00-21:00, first on Tue 19:00.")
    safe = session.get_one(SafeContact, the_case(session).seeker_id)
    assert (safe.safe_from, safe.safe_until) == (time(19), time(21))

    assert phone.text("2")[0].startswith("Between which hours")
    assert phone.text("2")[0].startswith("Noted: any hour.")
    session.rollback()
    assert (safe.safe_from, safe.safe_until) == (None, None)
    assert choices(session) == [("later", "replaced"), ("later", "open")]


def test_their_words_stay_words_and_the_menu_is_shown_once_more_only(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    once = phone.text("I do not know what to do")
    again = phone.text("please")

    assert [text[:16] for text in once] == ["We have your mes", "How shall we go "]
    assert [text[:16] for text in again] == ["We have your mes"]
    assert kept(session)[-2:] == ["I do not know what to do", "please"]


def test_a_digit_that_means_nothing_is_kept_too(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    phone.text("7")
    assert kept(session)[-1] == "7"
    assert choices(session) == []


def test_it_may_be_changed_at_any_time(
    phone: Phone, line: None, make: Make, session: Session, clock: Clock
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    phone.text("1")
    clock.forward(20 * MINUTE)
    phone.text("3")
    assert choices(session) == [("wait", "replaced"), ("message", "open")]


def test_another_language_written_by_name_ends_what_was_chosen_for_the_first(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    helper(make, "ms", hours=(22, 23))
    in_line(phone)
    phone.text("1")
    heard = phone.text("Bahasa Melayu")
    assert choices(session) == [("wait", "replaced")]
    assert "22:00" in heard[-1], "the ways on, in that language, with its hour"
    assert "1 " in heard[-1]


def test_hours_that_were_named_stay_theirs_in_another_language_with_its_day(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    helper(make, "ms", weekday=1, hours=(8, 23))
    in_line(phone)
    phone.text("21-22")
    phone.text("Bahasa Melayu")
    session.rollback()
    (stands,) = session.scalars(select(WaitChoice)).all()
    assert (stands.state, stands.promised_at) == (ChoiceState.OPEN, NOON + timedelta(hours=25))


def test_zero_is_told_how_things_stand_and_keeps_the_place(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    since = the_case(session).waiting_since
    heard = phone.text("0")
    assert len(heard) == 1
    assert heard[0].startswith("Nobody can answer right now. Somebody is here from")
    assert the_case(session).waiting_since == since


def test_nine_leaves_and_the_choice_ends_with_it(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    helper(make, "en", hours=(21, 23))
    in_line(phone)
    phone.text("1")
    phone.text("9")
    assert choices(session) == [("wait", "withdrawn")]


def test_what_went_away_is_said_and_others_are_offered(
    phone: Phone, line: None, make: Make, session: Session
) -> None:
    siti = helper(make, "ms")
    in_line(phone)
    cases.end_shift(session, siti.id, now=NOON)
    session.commit()
    heard = phone.text("1")
    assert heard == [
        "That is not possible any more. 1 name hours 2 leave a message. 0 a human, 9 stop"
    ]
    assert (choices(session), the_case(session).accepts) == ([], "")


def test_resources_come_first_and_the_menu_delays_nothing(
    phone: Phone, line: None, make: Make, session: Session, clock: Clock
) -> None:
    phone.text(ENGLISH)
    heard = phone.text("I want to die")
    assert any(text.startswith("You matter.") for text in heard)
    heard = phone.text("0")
    assert not any("How shall we go on?" in text for text in heard)
    clock.forward(MINUTE)
    assert any("How shall we go on?" in text for text in phone.new())


def test_one_burmese_text_at_three_in_the_night_ends_in_a_kept_promise(
    app: Flask,
    gateway: RecordingGateway,
    work: Callable[[], int],
    line: None,
    make: Make,
    session: Session,
    clock: Clock,
    sign_in: SignIn,
) -> None:
    """Webhook in, worker, desk; the clock moves from Saturday 03:00 to 08:00 in Yangon."""
    thiri = helper(make, "my", weekday=SATURDAY, hours=(8, 12), zone="Asia/Yangon")
    thiri_id = thiri.id
    clock.moment = NIGHT
    phone = Phone(app, gateway, work, number="+959256789012")

    first = phone.text("ကျွန်တော် အရမ်းဝမ်းနည်းနေတယ် အိပ်မပျော်ဘူး")
    assert len(first) == 2, "a first word, and whether it is safe"
    phone.text("၁")  # safe
    phone.text("၂")  # being alone
    phone.text("၂")  # no word
    heard = phone.text("၂")  # no name
    fact, menu = heard[-2:]
    assert "08:00" in fact
    assert "08:00" in menu
    case = the_case(session)
    assert (case.language, case.state) == ("my", CaseState.WAITING)
    assert session.get_one(Person, case.seeker_id).zone == "Asia/Yangon"

    assert "08:00" in phone.text("၁")[0]
    session.rollback()
    (choice,) = session.scalars(select(WaitChoice)).all()
    assert (choice.state, choice.promised_at) == (ChoiceState.OPEN, EIGHT)

    clock.moment = EIGHT - 15 * MINUTE
    assert phone.new() == [], "nothing wakes them"
    clock.moment = EIGHT
    assert phone.new() == []
    assert the_case(session).state is CaseState.OFFERED
    assert choices(session) == [("wait", "open")]

    clock.forward(MINUTE)
    desk = sign_in(app.test_client(), session.get_one(Person, thiri_id))
    case_id = the_case(session).id
    session.commit()
    assert desk.post(f"/desk/cases/{case_id}/claim").status_code == 303
    assert choices(session) == [("wait", "kept")]
    clock.forward(MINUTE)
    said = desk.post(
        f"/desk/cases/{case_id}/say", data={"text": "ကျွန်မ ဒီမှာရှိတယ်။", "form_key": "night-1"}
    )
    assert said.status_code == 303
    assert phone.new()[-1] == "ကျွန်မ ဒီမှာရှိတယ်။"
    clock.forward(timedelta(hours=1))
    assert phone.new() == [], "no promise is called broken that was kept"
