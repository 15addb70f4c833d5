"""EXIT closes at once, in every language and whatever is being asked, and the phone stays silent.

A phone that buzzes after that word could betray whoever holds it.
"""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.people import Person
from tests.conftest import Clock
from tests.doors.test_texting import aisyah, phone, said, the_case
from tests.doors.test_texting_silence import TALKED, earlier, in_case
from tests.doors.texting import Phone

__all__ = ["aisyah", "earlier", "phone"]

EXITS = {
    "en": "EXIT",
    "ms": "keluar",
    "zh-Hans": "退出",
    "zh-Hant": "離開",
    "my": "ထွက်",
    "fil": "labas",
    "hi": "निकलें",
    "ja": "終了",
    "es": "salir",
    "ta": "வெளியேறு",
    "ar": "خروج",
}


@pytest.mark.parametrize("word", EXITS.values(), ids=EXITS.keys())
def test_while_their_own_word_is_asked_for_it_closes_at_once_without_an_answer(
    phone: Phone, earlier: Case, session: Session, clock: Clock, word: str
) -> None:
    assert len(phone.text("hai, saya lagi")) == 1, "their word is asked for"
    before = said(session)

    assert phone.text(word) == []
    clock.forward(timedelta(days=2))
    assert phone.new() == [], "nor later"
    assert [body for _, body in said(session)].count(word) == 0, "it is no message"
    session.refresh(earlier)
    assert earlier.state is CaseState.WRAP_UP
    assert said(session)[: len(before)] == before


@pytest.mark.parametrize("word", EXITS.values(), ids=EXITS.keys())
def test_as_the_very_first_text_after_a_long_silence_too(
    phone: Phone, earlier: Case, session: Session, word: str
) -> None:
    assert phone.text(word) == []
    session.refresh(earlier)
    assert earlier.state is CaseState.WRAP_UP


@pytest.mark.parametrize("answered", range(1, len(TALKED) + 1))
def test_whichever_question_is_open_it_closes_at_once_without_an_answer(
    phone: Phone, aisyah: Person, session: Session, clock: Clock, answered: int
) -> None:
    for body in TALKED[:answered]:
        phone.text(body)

    assert phone.text("EXIT") == []
    clock.forward(timedelta(days=2))
    assert phone.new() == []
    assert the_case(session).state is CaseState.DECLINED


@pytest.mark.parametrize("first", [["EXIT"], ["STOP", "START"], ["1"], ["hai", "EXIT"]])
@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(hours=3)])
def test_no_keyword_is_a_way_past_their_word(
    phone: Phone,
    earlier: Case,
    session: Session,
    clock: Clock,
    first: list[str],
    later: timedelta,
) -> None:
    for body in first:
        phone.text(body)
        clock.forward(timedelta(minutes=1))
    clock.forward(later)
    phone.new()
    phone.text("apa khabar semua di sana")

    assert in_case(session, earlier)[-1] not in (*first, "apa khabar semua di sana")
    assert the_case(session).id == earlier.id, "held until the word was said"
    phone.text("PISANG ")
    assert "apa khabar semua di sana" in in_case(session, the_case(session))
    assert the_case(session).seeker_id == earlier.seeker_id


def test_who_left_while_listed_words_worried_us_is_still_read_by_a_human(
    phone: Phone, earlier: Case, session: Session, clock: Clock
) -> None:
    phone.text("saya nak bunuh diri")
    assert phone.text("EXIT") == []
    clock.forward(timedelta(minutes=3))
    assert phone.new() == []

    newest = the_case(session)
    assert newest.id != earlier.id
    assert in_case(session, newest) == ["saya nak bunuh diri"]


def test_an_answer_that_was_on_its_way_does_not_leave_any_more(
    phone: Phone, earlier: Case, clock: Clock
) -> None:
    phone.text("hai, saya lagi", work=False)
    clock.forward(timedelta(seconds=1))
    phone.text("EXIT", work=False)

    assert phone.new() == []
