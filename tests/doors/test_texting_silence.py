"""After a long silence: the word comes first, and nothing that is written meanwhile is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import unseen
from helpline.cases import Case, CaseState
from helpline.people import Person
from tests.conftest import Clock
from tests.doors.test_texting import aisyah, phone, said, the_case
from tests.doors.texting import Phone

__all__ = ["aisyah", "phone"]

TALKED = ("Saya rasa sangat takut dan tak boleh tidur", "1", "1", "pisang", "Mawar")


@pytest.fixture
def earlier(phone: Phone, aisyah: Person, session: Session, clock: Clock) -> Case:
    """Somebody with a word of their own talked with Aisyah, and has been silent for long."""
    for body in TALKED:
        phone.text(body)
    case = the_case(session)
    cases.claim(session, case.id, aisyah.id, now=clock())
    session.commit()
    phone.new()
    clock.forward(timedelta(days=20))
    return case


def in_case(session: Session, case: Case) -> list[str]:
    session.rollback()
    from helpline.conversation import Message

    rows = session.scalars(
        select(Message).where(Message.case_id == case.id).order_by(Message.at, Message.tick)
    )
    return [row.body for row in rows]


def test_listed_words_are_answered_before_the_word_was_said(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    heard = phone.text("saya nak bunuh diri")

    assert any("999" in text or "112" in text for text in heard)
    session.rollback()
    assert "attention_held" in {alert.kind for alert in unseen(session)}
    assert "saya nak bunuh diri" not in in_case(session, earlier), "whose phone it is is not known"


def test_listed_words_are_read_by_a_human_two_minutes_later(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    phone.text("hai")
    phone.text("saya nak bunuh diri")
    clock.forward(timedelta(minutes=2, seconds=1))
    phone.new()

    newest = the_case(session)
    assert newest.seeker_id != earlier.seeker_id
    assert newest.attention_at is not None
    assert newest.state in (CaseState.IN_REVIEW, CaseState.WAITING, CaseState.OFFERED)
    assert in_case(session, newest) == ["hai", "saya nak bunuh diri"]


def test_without_the_word_a_human_reads_it_after_half_an_hour(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    phone.text("hai, saya lagi")
    clock.forward(timedelta(seconds=20))
    phone.text("ada sesiapa di sana hari ini?")
    clock.forward(timedelta(minutes=29))
    phone.new()
    assert the_case(session).id == earlier.id
    clock.forward(timedelta(minutes=2))
    phone.new()

    newest = the_case(session)
    assert newest.seeker_id != earlier.seeker_id
    assert newest.state is CaseState.OFFERED
    assert in_case(session, newest) == ["hai, saya lagi", "ada sesiapa di sana hari ini?"]


@pytest.mark.parametrize("word", ["0", "orang"])
def test_a_human_comes_while_the_word_is_asked_for(
    phone: Phone, earlier: Case, session: Session, clock: Clock, word: str
) -> None:
    phone.text("hai, saya lagi")
    phone.text(word)

    newest = the_case(session)
    assert newest.seeker_id != earlier.seeker_id
    assert newest.state is CaseState.OFFERED
    assert in_case(session, newest)[0] == "hai, saya lagi"


def test_a_human_comes_at_once_after_a_long_silence(
    phone: Phone, earlier: Case, session: Session
) -> None:
    phone.text("0")

    assert the_case(session).seeker_id != earlier.seeker_id
    assert the_case(session).state is CaseState.OFFERED


def test_all_that_was_written_before_the_word_is_kept_in_its_order(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    for body in ("hai, saya lagi", "ada sesiapa di sana hari ini?", "Pisang"):
        phone.text(body)
        clock.forward(timedelta(seconds=20))

    assert in_case(session, earlier)[-2:] == ["hai, saya lagi", "ada sesiapa di sana hari ini?"]
    phone.text("tolong dengar")
    assert in_case(session, earlier)[-1] == "tolong dengar"


def test_who_begins_anew_loses_none_of_their_words(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    for body in ("hai, saya baru", "ada sesiapa di sana hari ini?", "1"):
        phone.text(body)
        clock.forward(timedelta(seconds=20))

    newest = the_case(session)
    assert newest.seeker_id != earlier.seeker_id
    assert in_case(session, newest) == ["hai, saya baru", "ada sesiapa di sana hari ini?"]


@pytest.mark.parametrize("body", ["0", "manusia"])
def test_a_human_comes_at_the_very_first_text(
    phone: Phone, aisyah: Person, session: Session, body: str
) -> None:
    phone.text(body)

    assert the_case(session).state is CaseState.OFFERED


def test_a_human_comes_after_the_questions_were_left_open(
    phone: Phone, aisyah: Person, session: Session, clock: Clock
) -> None:
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    clock.forward(timedelta(minutes=31))
    phone.new()
    clock.forward(timedelta(days=2))
    phone.new()
    assert the_case(session).state is CaseState.EXPIRED
    phone.text("0")

    assert the_case(session).state is CaseState.OFFERED
    assert (True, "0") not in said(session)
