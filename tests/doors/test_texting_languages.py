"""The language of somebody who texts: taken from their words, asked when unsure, remembered."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.i18n import offered
from helpline.intake.language_menu import items, pages
from helpline.messaging.texts import render
from helpline.people import Person, SafeContact
from tests.conftest import Clock, RecordingGateway
from tests.doors.texting import Phone
from tests.make import NOON, Make

TEN = ",".join(one.tag for one in offered())
FIRST = {
    "en": ("+12025550123", "I cannot sleep and I need to talk to someone"),
    "ms": ("+60123456789", "Saya rasa sangat takut dan tak boleh tidur"),
    "zh-Hans": ("+8613800138000", "我很难过，想找人说话"),
    "es": ("+525512345678", "Necesito hablar con alguien, estoy muy triste"),
    "fil": ("+639171234567", "gusto ko po makausap ang isang tao"),
    "my": ("+959421234567", "ကျွန်တော် စကားပြောချင်ပါတယ်"),
    "hi": ("+919876543210", "मुझे किसी से बात करनी है"),
    "ta": ("+919876543211", "எனக்கு யாரிடமாவது பேச வேண்டும்"),
    "ja": ("+819012345678", "眠れません。誰かと話したいです"),
    "ar": ("+966512345678", "أحتاج إلى التحدث مع شخص"),
}
ROMANISED = [
    ("hi", "+919876543210", "mujhe bahut akela lagta hai"),
    ("ta", "+919876543211", "enakku romba kashtama irukku"),
    ("my", "+959421234567", "kyama ma eit buu"),
]
NAMED = {
    "en": "English",
    "ms": "Bahasa Melayu",
    "zh-Hans": "中文",
    "es": "Español",
    "fil": "Tagalog",
    "my": "မြန်မာ",
    "hi": "हिन्दी",
    "ta": "தமிழ்",
    "ja": "日本語",
    "ar": "العربية",
}


@pytest.fixture
def call(
    app: Flask, gateway: RecordingGateway, work: Callable[[], int], make: Make
) -> Callable[[str], Phone]:
    """A phone of that number, on a line that helps in all ten languages."""
    make.line(languages=TEN)
    make.session.commit()
    return lambda number: Phone(app, gateway, work, number)


Call = Callable[[str], Phone]


def the_case(session: Session) -> Case:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Case).order_by(Case.opened_at.desc())).first()  # type: ignore[return-value]  # there is one


def language_of(session: Session) -> tuple[str, str]:
    """Of the newest case, and of its person."""
    case = the_case(session)
    return case.language, session.get_one(Person, case.seeker_id).language


def safe(tag: str) -> str:
    return render("ask_safe", tag, {})


def digit_of(tag: str, region: str, asked_in: str) -> str:
    found = items(pages(region, TEN.split(","), asked_in))
    return str(next(item.digit for item in found if item.tag == tag))


def end_it(session: Session, case: Case, counsellor: Person) -> None:
    """Somebody takes the case and closes it."""
    taken = cases.claim(session, case.id, counsellor.id, now=NOON)
    cases.close(session, taken, counsellor.id, disposition="talked", now=NOON)
    session.commit()


@pytest.mark.parametrize("tag", FIRST)
def test_a_first_text_in_each_language_leads_to_the_first_question_in_it(
    call: Call, session: Session, tag: str
) -> None:
    number, words = FIRST[tag]
    heard = call(number).text(words)

    assert heard == [render("welcome", tag, {}), safe(tag)]
    assert language_of(session) == (tag, tag)


@pytest.mark.parametrize("tag", FIRST)
def test_a_greeting_is_asked_which_language_and_the_answer_is_remembered(
    call: Call, session: Session, make: Make, clock: Clock, tag: str
) -> None:
    """From the same Malaysian number: the question in Malay, the answer in whatever they chose."""
    counsellor = make.counsellor(languages=(tag,))
    session.commit()
    phone = call("+60123456789")
    (asked,) = phone.text("hello")
    assert asked.startswith("Helo. Bahasa mana?")

    heard = phone.text(digit_of(tag, "MY", "ms"))
    assert heard[-1] == safe(tag)
    assert language_of(session) == (tag, tag)

    phone.text("0")
    assert the_case(session).state is not CaseState.INTAKE
    end_it(session, the_case(session), counsellor)
    phone.new()
    clock.forward(timedelta(days=3))
    heard = phone.text("hello")
    assert language_of(session) == (tag, tag)
    assert the_case(session).opened_at > NOON
    assert not any(text.startswith("Helo. Bahasa mana?") for text in heard)
    assert render("welcome", tag, {}) in heard or render("human_comes", tag, {}) in heard


@pytest.mark.parametrize(("tag", "number", "words"), ROMANISED)
def test_words_in_latin_letters_that_hold_another_language_are_asked_about(
    call: Call, session: Session, tag: str, number: str, words: str
) -> None:
    phone = call(number)
    (asked,) = phone.text(words)
    region = {"+91": "IN", "+95": "MM"}[number[:3]]
    first = {"IN": "hi", "MM": "my"}[region]
    shown = pages(region, TEN.split(","), first)[0]
    assert all(f"{item.digit} {item.name}" in asked for item in shown)

    heard = phone.text(digit_of(tag, region, first))
    assert heard[-1] == safe(tag)
    assert language_of(session) == (tag, tag)


def test_the_number_for_more_shows_the_other_languages_and_is_no_missed_answer(
    call: Call, session: Session
) -> None:
    phone = call("+959421234567")
    (first,) = phone.text("hello")
    first_page, *others = pages("MM", TEN.split(","), "my")
    assert others, "ten names are too many for two parts in Burmese"
    assert first_page[-1].name == "More"
    assert f"{first_page[-1].digit} More" in first

    (second,) = phone.text(str(first_page[-1].digit))
    assert all(f"{item.digit} {item.name}" in second for item in others[0])
    assert render("not_understood", "my", {}) not in second
    heard = phone.text(digit_of("ar", "MM", "my"))
    assert heard[-1] == safe("ar")


def test_a_number_of_the_second_page_counts_without_turning_to_it(
    call: Call, session: Session
) -> None:
    phone = call("+959421234567")
    phone.text("hello")

    assert phone.text(digit_of("es", "MM", "my"))[-1] == safe("es")


@pytest.mark.parametrize("tag", NAMED)
def test_a_languages_name_changes_the_language_at_any_question(
    call: Call, session: Session, tag: str
) -> None:
    other = "ms" if tag != "ms" else "es"
    number, words = FIRST[other]
    phone = call(number)
    phone.text(words)
    heard = phone.text(NAMED[tag])

    assert heard == [safe(tag)], "the same question again, and no word of a mistake"
    assert language_of(session) == (tag, tag)
    assert phone.text("1")[-1].startswith(render("ask_topic", tag, {"menu": "|"}).split("|")[0])


def test_it_is_remembered_at_the_next_case_that_they_changed_it(
    call: Call, session: Session, make: Make, clock: Clock
) -> None:
    counsellor = make.counsellor(languages=("ta",))
    session.commit()
    phone = call("+60123456789")
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("Tamil")
    phone.text("0")
    end_it(session, the_case(session), counsellor)
    phone.new()
    clock.forward(timedelta(days=3))
    heard = phone.text("Saya rasa sangat takut dan tak boleh tidur")

    assert heard[-1] == safe("ta")
    assert language_of(session) == ("ta", "ta")


def test_who_waits_in_line_changes_it_too_and_somebody_who_has_it_is_asked(
    call: Call, session: Session, make: Make
) -> None:
    phone = call("+60123456789")
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    assert the_case(session).state is CaseState.WAITING
    heard = phone.text("தமிழ்")

    assert language_of(session) == ("ta", "ta")
    assert render("received", "ta", {}) in heard
    events = {event.kind for event in cases.events_of(session, the_case(session).id)}
    assert "spoke" in events, "whoever reads the case sees why it went elsewhere"


def test_a_languages_name_as_the_word_to_be_called_by_is_one_when_written_twice(
    call: Call, session: Session
) -> None:
    phone = call("+60123456789")
    for words in ("Saya rasa sangat takut dan tak boleh tidur", "1", "1", "pisang"):
        phone.text(words)
    phone.text("Tamil")
    assert language_of(session) == ("ta", "ta")
    phone.text("Tamil")

    assert session.get_one(Person, the_case(session).seeker_id).alias == "Tamil"


def test_a_second_case_in_another_language_is_answered_in_it_where_none_was_told(
    call: Call, session: Session, clock: Clock
) -> None:
    """They left at the menu; what they write next time tells their language."""
    phone = call("+60123456789")
    phone.text("hello")
    phone.text("EXIT")
    clock.forward(timedelta(days=3))
    heard = phone.text("எனக்கு யாரிடமாவது பேச வேண்டும்")

    assert heard[-1] == safe("ta")
    assert language_of(session) == ("ta", "ta")


def test_a_name_of_a_language_to_a_human_is_theirs_to_read(
    call: Call, session: Session, make: Make
) -> None:
    counsellor = make.counsellor(languages=("ms",))
    session.commit()
    phone = call("+60123456789")
    phone.text("Saya rasa sangat takut dan tak boleh tidur")
    phone.text("0")
    cases.claim(session, the_case(session).id, counsellor.id, now=NOON)
    session.commit()
    phone.new()

    assert phone.text("English") == []
    assert language_of(session) == ("ms", "ms")


DIGITS = {
    "my": "၀၁၂၃၄၅၆၇၈၉",
    "hi": "०१२३४५६७८९",
    "ta": "௦௧௨௩௪௫௬௭௮௯",
    "ar": "٠١٢٣٤٥٦٧٨٩",
    "ja": "０１２３４５６７８９",
    "zh-Hans": "０１２３４５６７８９",
}


@pytest.mark.parametrize("tag", DIGITS)
def test_menus_and_hours_are_answered_in_the_digits_of_the_language(
    call: Call, session: Session, tag: str
) -> None:
    """Safe at some hours only; these; being alone; and at last a human."""
    own = str.maketrans("0123456789", DIGITS[tag])
    number, words = FIRST[tag]
    phone = call(number)
    phone.text(words)
    for answer in ("3", "18-21", "2", "0"):
        phone.text(answer.translate(own))

    case = the_case(session)
    safe_hours = session.get_one(SafeContact, case.seeker_id)
    assert (safe_hours.safe_from, safe_hours.safe_until) == (time(18), time(21))
    assert (case.topic, case.state) == ("alone", CaseState.WAITING)
