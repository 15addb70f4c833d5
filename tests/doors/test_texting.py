"""Somebody texts: what they hear, and where their words go."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation import Direction, Message, say
from helpline.people import ContactPoint, Person, SafeContact
from scheduling import promises
from tests.conftest import Clock, RecordingGateway
from tests.doors.texting import Phone
from tests.make import NOON, Make


@pytest.fixture
def phone(app: Flask, gateway: RecordingGateway, work: Callable[[], int]) -> Phone:
    return Phone(app, gateway, work)


@pytest.fixture
def aisyah(make: Make) -> Person:
    """A counsellor who speaks Malay and is on all day, on a line without review."""
    make.line()
    person = make.counsellor(alias="Aisyah", languages=("ms", "en"), team=make.team())
    for weekday in range(7):
        promises.promise(
            make.session,
            person.id,
            weekday=weekday,
            start=time(0),
            end=time(23, 59),
            zone="Asia/Kuala_Lumpur",
            now=NOON - timedelta(days=3),
        )
    make.session.commit()
    return person


def the_case(session: Session) -> Case:
    session.rollback()
    return session.scalars(select(Case).order_by(Case.opened_at.desc())).first()  # type: ignore[return-value]  # there is one


def said(session: Session) -> list[tuple[bool, str]]:
    session.rollback()
    rows = session.scalars(select(Message).order_by(Message.at, Message.tick))
    return [(m.direction is Direction.FROM_SEEKER, m.body) for m in rows]


def test_a_first_text_in_malay_is_asked_in_malay_whether_texting_is_safe(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    heard = phone.text("Saya rasa sangat takut dan tak boleh tidur")

    assert len(heard) == 2, heard
    assert heard[-1].startswith("Selamatkah")
    assert the_case(session).language == "ms"
    assert said(session) == [(True, "Saya rasa sangat takut dan tak boleh tidur")]


def test_the_questions_end_in_the_line_and_a_counsellor_answers(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("1")
    phone.text("၂")
    phone.text("pisang")
    heard = phone.text("Mawar")

    assert the_case(session).state is CaseState.OFFERED
    assert any("1" in text for text in heard)
    case = the_case(session)
    assert case.topic == "alone"
    assert session.get_one(Person, case.seeker_id).alias == "Mawar"

    cases.claim(session, case.id, aisyah.id, now=NOON)
    say(session, case, aisyah.id, "Saya di sini.", now=NOON, form_key="k1")
    session.commit()
    assert phone.new()[-1] == "Saya di sini."

    assert phone.text("terima kasih") == [], "a human answers now, no machine"
    assert said(session)[-1] == (True, "terima kasih")


def test_zero_is_a_human_at_any_question(phone: Phone, aisyah: Person, session: Session) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")

    assert the_case(session).state is CaseState.OFFERED


def test_an_unknown_answer_is_asked_once_more_then_a_human_comes(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    again = phone.text("macam mana ya saya nak cakap")
    assert len(again) == 2
    assert the_case(session).state is CaseState.INTAKE
    phone.text("saya tak tahu nak jawab apa lagi")

    assert the_case(session).state is CaseState.OFFERED
    assert len(said(session)) == 3, "whatever is no answer is kept for the human"


def test_no_more_than_five_questions(phone: Phone, aisyah: Person, session: Session) -> None:
    asked = 0
    for body in ("hello", "1", "3", "18-21", "1", "river", "Rose", "Rose"):
        asked += sum("9" in text and "0" in text for text in phone.text(body))
        if the_case(session).state is not CaseState.INTAKE:
            break
    assert the_case(session).state is not CaseState.INTAKE
    safe = session.get_one(SafeContact, the_case(session).seeker_id)
    assert (safe.safe_from, safe.safe_until) == (time(18), time(21))
    assert safe.safe_word_hash is not None


def test_unsafe_means_silence_until_they_write(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    assert len(phone.text("2")) == 1
    clock.forward(timedelta(days=3))
    assert phone.new() == []

    assert the_case(session).state is CaseState.EXPIRED
    assert phone.text("saya boleh sekarang"), "and then we ask again where it stopped"
    assert the_case(session).state is CaseState.INTAKE


def test_silence_is_reminded_once_inside_safe_hours(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    clock.moment = NOON + timedelta(minutes=31)
    reminder = phone.new()
    assert len(reminder) == 1, "20:31 in Kuala Lumpur is not yet quiet"
    clock.forward(timedelta(days=5))
    assert phone.new() == [], "once"
    assert the_case(session).state is CaseState.EXPIRED

    phone.text("maaf, saya di sini")
    assert the_case(session).state is CaseState.INTAKE
    assert (True, "maaf, saya di sini") in said(session)


def test_a_reminder_waits_for_the_morning(phone: Phone, aisyah: Person, clock: Clock) -> None:
    clock.moment = NOON + timedelta(hours=2)  # 22:00 there
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    clock.forward(timedelta(minutes=31))
    assert phone.new() == []
    clock.moment = NOON + timedelta(hours=12, minutes=1)  # 08:01 there
    assert len(phone.new()) == 1


def test_listed_words_raise_the_case_and_send_resources_and_go_on(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    heard = phone.text("saya nak bunuh diri")

    assert any("999" in text or "112" in text for text in heard)
    case = the_case(session)
    assert case.attention_at is not None
    assert case.urgency <= 2
    assert case.state is CaseState.INTAKE, "the conversation goes on"


@pytest.mark.parametrize("word", ["STOP", "berhenti", "9", "退订"])
def test_stop_is_obeyed_at_once(phone: Phone, aisyah: Person, session: Session, word: str) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    heard = phone.text(word)

    point = session.scalars(select(ContactPoint)).one()
    session.refresh(point)
    assert point.opted_out_at is not None
    assert len(heard) == (0 if word == "STOP" else 1), "the carrier answers its own words"
    assert the_case(session).state is CaseState.DECLINED


def test_start_opens_the_way_again(phone: Phone, aisyah: Person, session: Session) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("STOP")
    phone.text("START")

    point = session.scalars(select(ContactPoint)).one()
    session.refresh(point)
    assert point.opted_out_at is None
    assert phone.text("saya nak cakap dengan orang")


def test_exit_closes_at_once_without_any_answer(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")

    assert phone.text("keluar") == []
    clock.forward(timedelta(days=2))
    assert phone.new() == []
    assert the_case(session).state is CaseState.DECLINED


def test_help_is_answered_and_never_ends_anything(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    heard = phone.text("HELP")

    assert len(heard) >= 2
    assert the_case(session).state is CaseState.INTAKE


def test_after_a_long_silence_the_word_comes_first(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    for body in ("Saya rasa sangat takut dan tak boleh tidur", "1", "1", "pisang", "Mawar"):
        phone.text(body)
    case = the_case(session)
    cases.claim(session, case.id, aisyah.id, now=clock())
    session.commit()
    phone.new()
    clock.forward(timedelta(days=20))
    asked = phone.text("hai, saya lagi")

    assert len(asked) == 1
    assert "hai, saya lagi" not in [body for _, body in said(session)]
    assert len(phone.text("epal")) == 1, "a wrong word is told so, and nothing else"
    phone.text("Pisang")
    assert "hai, saya lagi" in [body for _, body in said(session)]


def test_a_recycled_number_is_somebody_new(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    case = the_case(session)
    cases.claim(session, case.id, aisyah.id, now=clock())
    session.commit()
    phone.new()
    clock.forward(timedelta(days=40))
    phone.text("Siapa ini, saya baru dapat nombor ini")

    newest = the_case(session)
    assert newest.id != case.id
    assert newest.seeker_id != case.seeker_id
    assert session.scalars(select(ContactPoint.person_id)).one() == newest.seeker_id


def test_texts_from_a_withheld_number_are_read_and_never_answered(
    app: Flask,
    gateway: RecordingGateway,
    work: Callable[[], int],
    aisyah: Person,
    session: Session,
) -> None:
    nobody = Phone(app, gateway, work, number="+266696687")

    assert nobody.text("please help me") == []
    assert said(session) == [(True, "please help me")]
    assert gateway.sent == []


def test_a_machine_is_not_answered(
    app: Flask, gateway: RecordingGateway, work: Callable[[], int], session: Session
) -> None:
    bank = Phone(app, gateway, work, number="15888")

    assert bank.text("Your code is 1234") == []
    assert session.scalars(select(Case)).all() == []


def test_unsure_of_the_language_we_ask_with_digits(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    heard = phone.text("hello")

    assert "Bahasa Melayu" in heard[-1] or "1 " in heard[-1]
    phone.text("1")
    assert the_case(session).language == "ms"


def test_a_limit_is_told_once_a_day_with_the_crisis_number_and_the_words_are_still_read(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    case = cases.claim(session, the_case(session).id, aisyah.id, now=clock())
    cases.end_abuse(session, case, aisyah.id, reason="threats", days=3, now=clock())
    session.commit()
    phone.new()
    clock.forward(timedelta(days=1))
    heard = phone.text("kenapa tak jawab")

    assert len(heard) == 1
    assert "112" in heard[0] or "999" in heard[0]
    assert phone.text("jawablah") == [] or "112" not in phone.gateway.bodies(phone.number)[-1]
    assert (True, "kenapa tak jawab") in said(session)
    assert the_case(session).id != case.id


def test_a_limit_ends_by_itself(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    case = cases.claim(session, the_case(session).id, aisyah.id, now=clock())
    cases.end_abuse(session, case, aisyah.id, reason="threats", days=3, now=clock())
    session.commit()
    phone.new()
    clock.forward(timedelta(days=4))

    assert any(text.endswith("9 henti") for text in phone.text("saya minta maaf"))


def test_three_texts_in_a_row_are_asked_once_and_none_is_called_misunderstood(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    bodies = ["hello", "umm", "please"]
    for body in bodies:
        phone.text(body, work=False)
        clock.forward(timedelta(seconds=2))
    heard = phone.new()

    assert not [text for text in heard if "did not understand" in text]
    assert len(heard) == len(set(heard))
    assert [body for _, body in said(session)] == bodies


def test_words_that_tell_the_language_are_part_of_the_conversation_too(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("hello")
    clock.forward(timedelta(seconds=20))
    phone.text("Saya rasa sangat takut dan tak boleh tidur")

    assert "Saya rasa sangat takut dan tak boleh tidur" in [body for _, body in said(session)]


def test_a_language_chosen_by_its_number_is_no_message(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("hello")
    clock.forward(timedelta(seconds=20))
    phone.text("2")

    assert [body for _, body in said(session)] == ["hello"]
