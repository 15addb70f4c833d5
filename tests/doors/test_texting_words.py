"""Words that stop, leave and break: what they do in a talk, and what they can never do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import unseen
from helpline.cases import Case, CaseEvent, CaseState, Handover, HandoverState
from helpline.conversation import Dialog
from helpline.messaging.inbound import InboundText
from helpline.people import ContactPoint, HowToReach, Person, ReturnCode
from helpline.privacy import return_code
from tests.conftest import Clock, RecordingGateway
from tests.doors.test_texting import aisyah, phone, said, the_case
from tests.doors.texting import Phone
from tests.make import NOON, Make

__all__ = ["aisyah", "phone"]


@pytest.fixture
def nobody(app: Flask, gateway: RecordingGateway, work: Callable[[], int]) -> Phone:
    return Phone(app, gateway, work, number="+266696687")


@pytest.fixture
def talk(phone: Phone, aisyah: Person, session: Session) -> Case:
    """Somebody in the middle of a talk with Aisyah."""
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    case = cases.claim(session, the_case(session).id, aisyah.id, now=NOON)
    session.commit()
    phone.new()
    return case


def stopped(session: Session) -> bool:
    session.rollback()
    return session.scalars(select(ContactPoint.opted_out_at)).one() is not None


@pytest.mark.parametrize("word", ["batal", "alto", "やめて", "结束"])
def test_a_word_that_may_be_part_of_the_talk_is_read_and_asked_about(
    phone: Phone, talk: Case, session: Session, word: str
) -> None:
    assert len(phone.text(word)) == 1

    assert not stopped(session)
    assert said(session)[-1] == (True, word)
    assert the_case(session).state is CaseState.ACTIVE
    phone.text("1")
    assert stopped(session)


def test_a_one_later_belongs_to_the_talk(phone: Phone, talk: Case, session: Session) -> None:
    phone.text("alto")
    phone.text("bukan, itu kata dia")
    phone.text("1")

    assert not stopped(session)
    assert [body for _, body in said(session)][-2:] == ["bukan, itu kata dia", "1"]


@pytest.mark.parametrize("word", ["STOP", "BERHENTI", "退订", "end"])
def test_firm_words_stop_a_talk_at_once(
    phone: Phone, talk: Case, session: Session, word: str
) -> None:
    phone.text(word)

    assert stopped(session)


@pytest.mark.parametrize("word", ["STOP", "EXIT"])
def test_whoever_goes_takes_no_proposal_along(
    phone: Phone, talk: Case, aisyah: Person, make: Make, session: Session, word: str
) -> None:
    colleague = make.counsellor(alias="Siti", languages=("ms",))
    case = session.get_one(Case, talk.id, populate_existing=True)
    cases.hand_over(session, case, aisyah.id, to_id=colleague.id, warm=True, note="x", now=NOON)
    session.commit()
    phone.text(word)

    session.rollback()
    assert session.scalars(select(Handover.state)).one() is HandoverState.WITHDRAWN
    assert the_case(session).state is CaseState.WRAP_UP


@pytest.mark.parametrize(("word", "reason"), [("STOP", "stopped"), ("EXIT", "exit")])
def test_the_history_tells_by_what_they_left_the_line(
    phone: Phone, aisyah: Person, session: Session, word: str, reason: str
) -> None:
    phone.text("0")
    phone.text(word)

    left = session.scalars(
        select(CaseEvent).where(CaseEvent.to_state == CaseState.DECLINED.value)
    ).one()
    assert left.reason == reason


def test_exit_is_an_exit_for_who_has_stopped_too(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("STOP")
    phone.text("apa khabar semua di sana")
    before = said(session)
    assert phone.text("EXIT") == []

    assert said(session) == before, "it is no message"
    assert the_case(session).state is CaseState.DECLINED


def test_not_safe_with_listed_words_goes_before_a_human_and_no_text_is_sent(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("saya nak bunuh diri")
    assert len(phone.text("2")) == 1
    case = the_case(session)
    assert case.state is CaseState.OFFERED
    assert case.how is HowToReach.WEB
    cases.claim(session, case.id, aisyah.id, now=NOON)
    session.commit()
    clock.forward(timedelta(hours=3))
    assert phone.new() == []

    phone.text("saya boleh sekarang")
    assert said(session)[-1] == (True, "saya boleh sekarang")
    assert the_case(session).how is HowToReach.TEXT


def test_a_return_code_in_a_withheld_text_stops_nobody(
    nobody: Phone, make: Make, aisyah: Person, session: Session
) -> None:
    code = return_code.new()
    holder = make.seeker(phone=None)
    index = session.info["keyring"].blind(return_code.digits(code), purpose="return-code")
    row = ReturnCode(person_id=holder.id, locator=return_code.locator(code), secret_hash="!")
    row.code_index, row.created_at = index, NOON
    session.add(row)
    session.commit()
    nobody.text(f"my code is {return_code.words(code)}")
    nobody.text("please help me")

    assert said(session) == [(True, "…"), (True, "please help me")]


def test_a_flood_without_numbers_is_held_and_not_dropped(
    nobody: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    for number in range(33):
        nobody.text(f"text {number}", work=False)
    nobody.new()
    session.rollback()
    assert len(session.scalars(select(Case)).all()) == 30
    assert [a.count for a in unseen(session) if a.kind == "withheld_held"] == [1]

    clock.forward(timedelta(hours=1, minutes=1))
    nobody.new()
    assert {body for _, body in said(session)} == {f"text {n}" for n in range(33)}


def test_a_text_that_breaks_something_is_put_before_a_human(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    session.execute(update(Dialog).values(remembered="{broken"))
    session.commit()
    phone.text("tolong saya hari ini")

    assert (True, "tolong saya hari ini") in said(session)
    assert the_case(session).state is CaseState.OFFERED
    assert "text_unread" in {alert.kind for alert in unseen(session)}


def test_a_text_that_nobody_can_read_does_not_silence_its_sender(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur", work=False)
    session.execute(update(InboundText).values(body_sealed=b"\x00" * 40))
    session.commit()
    phone.text("tolong saya hari ini")

    assert [body for _, body in said(session)] == ["tolong saya hari ini"]
    assert "text_unread" in {alert.kind for alert in unseen(session)}


def test_a_name_that_nobody_can_see_is_no_name(
    phone: Phone, aisyah: Person, session: Session
) -> None:
    for body in ("Saya rasa sangat takut dan tak boleh tidur", "1", "1", "pisang"):
        phone.text(body)
    phone.text("\u202e\u2066\u2069")

    assert session.get_one(Person, the_case(session).seeker_id).alias == ""
