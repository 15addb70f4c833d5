"""When nobody fits, the person chooses how to go on. What they chose is kept, and honoured."""

from datetime import UTC, datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import (
    Case,
    CaseState,
    ChoiceKind,
    Option,
    Risk,
    WayIsGone,
)
from helpline.errors import WrongMove
from helpline.instance import set_setting
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.segments import cost
from helpline.people import ContactPoint, HowToReach, Person, SafeContact
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    DAY,
    HOUR,
    after,
    asked,
    happened,
    shift,
)
from tests.operations.ways import (
    SHIFT_BEGINS,
    TUESDAY,
    burmese,
    burmese_speaker,
    choices,
    english_speaker,
    kinds,
    line,
    menu,
    waiting,
)

__all__ = ["burmese", "line"]


# --- what there is to choose from ---


def test_only_ways_that_exist_now_are_offered(session: Session, make: Make, burmese: Case) -> None:
    assert kinds(cases.options(session, burmese, NOON)) == ["later", "message"]

    burmese_speaker(session, make)
    english_speaker(session, make)
    found = cases.options(session, burmese, NOON)

    assert found[0] == Option(ChoiceKind.WAIT, at=SHIFT_BEGINS)
    assert found[1] == Option(ChoiceKind.LANGUAGE, language="en")
    assert set(kinds(found[2:])) == {"later", "message"}


def test_a_language_is_offered_only_while_somebody_on_now_has_room_for_it(
    session: Session, make: Make, burmese: Case
) -> None:
    mei = english_speaker(session, make)
    assert "language" in kinds(cases.options(session, burmese, NOON))

    for _ in range(3):
        make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    assert "language" not in kinds(cases.options(session, burmese, NOON))


def test_likely_languages_come_first_and_english_last(
    session: Session, make: Make, line: None
) -> None:
    seeker = make.seeker(language="my", phone="+60123334444")
    point = session.scalars(select(ContactPoint).where(ContactPoint.person_id == seeker.id)).one()
    point.country = "MY"
    case = make.case(seeker=seeker, language="my")
    for tag in ("en", "zh-Hans", "ms", "ja"):
        shift(session, make.counsellor(languages=(tag,)))

    found = [each.language for each in cases.options(session, case, NOON) if each.language]
    assert found == ["ms", "zh-Hans", "en"], "the line does not help in Japanese"


def test_no_hour_is_named_at_which_only_people_come_whom_they_did_not_wish_for(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make, gender="man")
    burmese.gender_wish = "woman"
    assert "wait" not in kinds(cases.options(session, burmese, NOON))

    burmese_speaker(session, make, "22:00-23:00", gender="woman")
    assert cases.options(session, burmese, NOON)[0].at == after(120)


def test_no_hour_is_named_to_somebody_young_at_which_only_people_come_without_clearance(
    session: Session, make: Make, burmese: Case
) -> None:
    set_setting(session, "clearances", True)
    session.get_one(Person, burmese.seeker_id).age_band = "under18"
    burmese_speaker(session, make)
    assert "wait" not in kinds(cases.options(session, burmese, NOON))

    burmese_speaker(session, make, "22:00-23:00", clearances="crisis,youth")
    assert cases.options(session, burmese, NOON)[0].at == after(120)


def test_a_language_is_not_offered_to_somebody_young_who_would_meet_nobody_with_clearance(
    session: Session, make: Make, burmese: Case
) -> None:
    set_setting(session, "clearances", True)
    english_speaker(session, make)
    session.get_one(Person, burmese.seeker_id).age_band = "under18"
    assert "language" not in kinds(cases.options(session, burmese, NOON))


def test_somebody_who_ended_an_abuse_with_them_is_no_hope(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make)
    make.case(
        seeker=session.get_one(Person, burmese.seeker_id),
        state=CaseState.CLOSED,
        disposition="abusive",
        counsellor_id=thiri.id,
    )
    assert "wait" not in kinds(cases.options(session, burmese, NOON))


def test_whoever_waits_until_an_hour_is_named_one_inside_their_safe_hours(
    session: Session, make: Make, burmese: Case
) -> None:
    """Somebody is on until 23:30 in Kuala Lumpur, which is 22:00 in Yangon."""
    burmese_speaker(session, make)
    safe = session.get_one(SafeContact, burmese.seeker_id)
    safe.safe_from, safe.safe_until = time(21), time(23)

    assert cases.options(session, burmese, NOON)[0].at == after(150), "21:00 in Yangon"


def test_later_talks_are_proposed_where_a_shift_and_their_day_meet(
    session: Session, make: Make, burmese: Case
) -> None:
    """Tuesdays until 10:30 in Kuala Lumpur is until 09:00 in Yangon: from 08:00 it is day."""
    burmese_speaker(session, make, "03:00-10:30", weekday=TUESDAY)
    slots = [each for each in cases.options(session, burmese, NOON) if each.until]

    tuesday = datetime(2026, 4, 7, 1, 30, tzinfo=UTC)
    assert slots[0] == Option(ChoiceKind.LATER, at=tuesday, until=tuesday + HOUR)


def test_who_is_answered_on_the_page_may_have_it_by_text(
    session: Session, make: Make, line: None
) -> None:
    web = waiting(make, HowToReach.WEB)
    assert "text" in kinds(cases.options(session, web, NOON))

    cases.choose(session, web, ChoiceKind.TEXT, by="web", now=NOON)
    assert web.how is HowToReach.TEXT, "their phone has texted us before"
    assert session.get_one(SafeContact, web.seeker_id).how is HowToReach.TEXT


def test_a_phone_that_never_texted_is_not_written_to_by_a_choice(
    session: Session, make: Make, line: None
) -> None:
    web = waiting(make, HowToReach.WEB)
    point = session.scalars(select(ContactPoint)).one()
    point.heard_at = None
    cases.choose(session, web, ChoiceKind.TEXT, by="web", now=NOON)
    assert web.how is HowToReach.WEB


def test_nothing_is_to_be_chosen_while_somebody_answers(session: Session, make: Make) -> None:
    mei = english_speaker(session, make)
    case = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    assert cases.options(session, case, NOON) == ()
    with pytest.raises(WrongMove):
        cases.choose(session, case, ChoiceKind.MESSAGE, by="web", now=NOON)


# --- what a choice does ---


def test_another_language_is_spoken_only_after_they_chose_it(
    session: Session, make: Make, burmese: Case
) -> None:
    mei = english_speaker(session, make)
    for minute in (0, 1, 30, 60):
        cases.route(session, now=after(minute))
        assert asked(session, burmese) == [], "it is never widened by itself"

    cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="en", by="text", now=after(61))
    cases.route(session, now=after(61))
    assert (burmese.accepts, asked(session, burmese)) == ("en", [mei.id])


@pytest.mark.parametrize("kind", [ChoiceKind.WAIT, ChoiceKind.MESSAGE])
def test_any_other_way_takes_an_accepted_language_back(
    session: Session, make: Make, burmese: Case, kind: ChoiceKind
) -> None:
    english_speaker(session, make)
    burmese_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="en", by="text", now=NOON)
    cases.choose(session, burmese, kind, by="text", now=after(1))
    cases.route(session, now=after(2))

    assert (burmese.accepts, asked(session, burmese)) == ("", [])
    assert choices(session, burmese) == [("language", "replaced"), (kind.value, "open")]


def test_a_chosen_hour_is_honoured_whoever_is_on_before(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make, "06:00-23:30")
    cases.choose(
        session, burmese, ChoiceKind.LATER, hours=(time(20), time(21)), by="text", now=NOON
    )
    cases.route(session, now=after(1))
    assert asked(session, burmese) == []

    cases.route(session, now=SHIFT_BEGINS)  # 20:00 in Yangon
    assert asked(session, burmese) == [thiri.id]


def test_named_hours_hold_every_text_to_them(session: Session, burmese: Case) -> None:
    made = cases.choose(
        session, burmese, ChoiceKind.LATER, hours=(time(20), time(21)), by="text", now=NOON
    )
    safe = session.get_one(SafeContact, burmese.seeker_id)
    assert (safe.safe_from, safe.safe_until) == (time(20), time(21))
    assert (made.zone, made.promised_at) == ("Asia/Yangon", None), "nobody is known to come"

    cases.choose(session, burmese, ChoiceKind.LATER, hours=(time(), time()), by="text", now=NOON)
    assert (safe.safe_from, safe.safe_until, burmese.not_before) == (None, None, None)


def test_a_proposed_hour_that_went_away_is_refused_and_nothing_changes(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    with pytest.raises(WayIsGone):
        cases.choose(session, burmese, ChoiceKind.LATER, at=after(77), by="web", now=NOON)
    with pytest.raises(WayIsGone):
        cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="ja", by="web", now=NOON)
    assert choices(session, burmese) == []


def test_the_same_choice_twice_is_one(session: Session, make: Make, burmese: Case) -> None:
    burmese_speaker(session, make)
    for _ in range(2):
        cases.choose(session, burmese, ChoiceKind.WAIT, by="web", now=NOON)
    assert choices(session, burmese) == [("wait", "open")]
    assert len(happened(session, burmese, "chose")) == 1


def test_a_later_hour_never_holds_back_somebody_who_may_be_in_danger(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make, "06:00-23:30")
    cases.choose(
        session, burmese, ChoiceKind.LATER, hours=(time(20), time(21)), by="text", now=NOON
    )
    cases.set_risk(session, burmese, Risk.HIGH, by_id=thiri.id, now=after(1))
    cases.route(session, now=after(1))
    assert asked(session, burmese) == [thiri.id]


def test_zero_keeps_the_place_and_lifts_a_later_hour(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make, "06:00-23:30")
    cases.choose(session, burmese, ChoiceKind.MESSAGE, by="text", now=NOON)
    cases.ask_for_human(session, burmese, now=NOON)
    assert choices(session, burmese) == [("message", "open")]

    cases.choose(
        session, burmese, ChoiceKind.LATER, hours=(time(20), time(21)), by="text", now=NOON
    )
    since = burmese.waiting_since
    cases.ask_for_human(session, burmese, now=after(1))
    assert (burmese.not_before, burmese.waiting_since) == (None, since)


# --- the menu as a text ---


def test_the_menu_says_the_hour_shortly_and_costs_two_parts_at_most(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    english_speaker(session, make)
    session.get_one(Person, burmese.seeker_id).language = "en"
    cases.route(session, now=NOON)

    assert menu(session) == (
        "How shall we go on? 1 wait until 20:00 2 English now 3 name hours 4 leave a message."
        " 0 a human, 9 stop"
    )
    assert cost(menu(session)).segments <= 2


def test_who_is_answered_on_the_page_only_is_never_texted_a_menu(
    session: Session, make: Make, line: None
) -> None:
    web = waiting(make, HowToReach.WEB)
    cases.route(session, now=NOON)
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "choose")).all()
    assert rows == []
    assert web.state is CaseState.WAITING


def test_the_menu_waits_behind_what_is_urgent(session: Session, make: Make, line: None) -> None:
    urgent = waiting(make, urgency=2, attention_at=NOON)
    cases.route(session, now=NOON)
    rows = {row.kind: row for row in session.scalars(select(OutboxMessage))}
    assert rows["choose"].due_at == after(1)
    assert rows["choose"].urgency == 4 > rows["nobody_known"].urgency == urgent.urgency


def test_a_wish_about_days_is_told_with_the_day(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make, "10:00-12:00", weekday=TUESDAY)
    made = cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    seeker = session.get_one(Person, burmese.seeker_id)
    seeker.language = "en"
    assert cases.said_back(session, made, seeker, NOON) == "wait until Tue 08:30"
    assert made.promised_at == NOON + 14 * HOUR
    assert made.promised_at - NOON < DAY
