"""A choice is kept, broken honestly, or over: nothing that was promised is silently forgotten."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import (
    Case,
    CaseState,
    ChoiceKind,
)
from helpline.cases.menus import still_chosen, still_waits
from helpline.cases.nobody import AT_ONCE
from helpline.cases.promising import due, look_ahead
from helpline.instance import set_setting
from helpline.jobs import Job
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.texts import render
from helpline.people import Person, Role
from scheduling import promises
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    MINUTE,
    after,
    happened,
    offer_to,
    shift,
    told,
)
from tests.operations.ways import (
    EVENING,
    SHIFT_BEGINS,
    alerts,
    burmese,
    burmese_speaker,
    choices,
    english_speaker,
    line,
    waiting,
)

__all__ = ["burmese", "line"]


def test_a_choice_is_kept_when_somebody_takes_it(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    cases.route(session, now=SHIFT_BEGINS)
    due(session, open_id(session, burmese), now=SHIFT_BEGINS)
    assert choices(session, burmese) == [("wait", "open")], "somebody is being asked"

    cases.claim(session, burmese.id, thiri.id, now=SHIFT_BEGINS + MINUTE)
    assert choices(session, burmese) == [("wait", "kept")]
    assert "promise_broken" not in told(session, session.get_one(Person, burmese.seeker_id))


def open_id(session: Session, case: Case) -> str:
    found = cases.open_choice(session, case.id)
    assert found is not None
    return found.id


def test_an_hour_at_which_nobody_takes_it_is_told_honestly_and_asked_about_again(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make)
    seeker = session.get_one(Person, burmese.seeker_id)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    choice_id = open_id(session, burmese)
    cases.route(session, now=SHIFT_BEGINS)
    cases.decline_offer(session, offer_to(session, thiri).id, thiri.id, now=SHIFT_BEGINS)
    due(session, choice_id, now=SHIFT_BEGINS + MINUTE)

    assert choices(session, burmese) == [("wait", "broken")]
    assert told(session, seeker)[-2:] == ["promise_broken", "choose"]
    assert "promise_at_risk" in alerts(session)

    due(session, choice_id, now=SHIFT_BEGINS + 2 * MINUTE)
    assert told(session, seeker).count("promise_broken") == 1, "once"


def test_colleagues_who_are_asked_and_ask_on_cannot_stretch_a_promise_for_ever(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    cases.route(session, now=SHIFT_BEGINS + 14 * MINUTE)
    due(session, open_id(session, burmese), now=SHIFT_BEGINS + 14 * MINUTE)
    assert choices(session, burmese) == [("wait", "open")]
    due(session, open_id(session, burmese), now=SHIFT_BEGINS + 15 * MINUTE)
    assert choices(session, burmese) == [("wait", "broken")]


def test_a_shift_that_vanished_is_told_to_both_sides_before_the_hour(
    session: Session, make: Make, burmese: Case
) -> None:
    thiri = burmese_speaker(session, make)
    boss = make.counsellor(alias="Boss", roles=(Role.COORDINATOR,), notice_by="text")
    make.phone(boss, "+60199990000")
    shift(session, boss, "18:00-23:00")
    seeker = session.get_one(Person, burmese.seeker_id)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    look_ahead(session, open_id(session, burmese), now=SHIFT_BEGINS - 15 * MINUTE)
    assert choices(session, burmese) == [("wait", "open")], "the shift stands"

    promises.away(
        session,
        thiri.id,
        first_on=NOON.date(),
        last_on=NOON.date(),
        zone="Asia/Kuala_Lumpur",
        now=after(5),
    )
    cases.route(session, now=after(6))
    assert "promise_at_risk" in told(session, boss), "at once, while cover can be found"
    assert "promise_broken" not in told(session, seeker)

    look_ahead(session, open_id(session, burmese), now=SHIFT_BEGINS - 15 * MINUTE)
    assert choices(session, burmese) == [("wait", "broken")]
    assert told(session, seeker)[-2:] == ["promise_broken", "choose"]


def test_the_hour_is_looked_at_before_it_comes_and_then(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    jobs = select(Job.kind, Job.run_at).where(Job.kind.like("choice%")).order_by(Job.run_at)
    assert [tuple(row) for row in session.execute(jobs)] == [
        ("choice_ahead", SHIFT_BEGINS - 15 * MINUTE),
        ("choice_due", SHIFT_BEGINS),
    ]


def test_another_language_that_is_not_spoken_any_more_is_told_of_and_asked_again(
    session: Session, make: Make, burmese: Case
) -> None:
    mei = english_speaker(session, make)
    seeker = session.get_one(Person, burmese.seeker_id)
    cases.route(session, now=NOON)
    cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="en", by="text", now=after(1))
    cases.route(session, now=after(1))
    cases.end_shift(session, mei.id, now=after(2))
    cases.route(session, now=after(2))

    assert choices(session, burmese) == [("language", "broken")]
    assert told(session, seeker)[-2:] == ["nobody_known", "choose"]


def test_whoever_chose_is_not_told_the_same_again(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    seeker = session.get_one(Person, burmese.seeker_id)
    cases.route(session, now=NOON)
    assert told(session, seeker) == ["nobody_on", "choose"]
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=after(1))
    for minute in (16, 40, 80):
        cases.route(session, now=after(minute))
    assert told(session, seeker) == ["nobody_on"], "what was not read yet is taken back"


def test_a_choice_ends_with_the_wait_and_holds_for_no_other(
    session: Session, make: Make, burmese: Case
) -> None:
    mei = english_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="en", by="text", now=NOON)
    cases.claim(session, burmese.id, mei.id, now=NOON)
    cases.close(session, burmese, mei.id, disposition="talked", now=after(9))
    assert (burmese.accepts, burmese.not_before) == ("", None)

    other = waiting(make)
    cases.choose(session, other, ChoiceKind.MESSAGE, by="text", now=NOON)
    cases.leave_line(session, other, now=NOON)
    assert choices(session, other) == [("message", "withdrawn")]


def test_hours_without_a_day_get_one_when_somebody_promises_to_come_and_they_are_told(
    session: Session, make: Make, burmese: Case
) -> None:
    seeker = session.get_one(Person, burmese.seeker_id)
    seeker.language = "en"
    made = cases.choose(session, burmese, ChoiceKind.LATER, hours=EVENING, by="text", now=NOON)
    assert made.promised_at is None
    cases.route(session, now=after(1))
    assert told(session, seeker) == []

    burmese_speaker(session, make)
    for minute in (2, 3):
        cases.route(session, now=after(minute))
    (row,) = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "chosen")).all()
    assert "20:00-21:00, first on 20:00" in render("chosen", "en", json.loads(row.facts))
    assert made.promised_at == SHIFT_BEGINS
    ahead = select(Job.kind).where(Job.kind.like("choice%")).order_by(Job.run_at)
    assert session.scalars(ahead).all() == ["choice_ahead", "choice_due"]


def test_a_day_that_was_named_is_said_as_it_stands_when_the_text_leaves(
    session: Session, make: Make, burmese: Case
) -> None:
    cases.choose(session, burmese, ChoiceKind.LATER, hours=EVENING, by="text", now=NOON)
    burmese_speaker(session, make)
    cases.route(session, now=after(1))
    (row,) = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "chosen")).all()
    row.held_for = "safe_window"
    assert still_chosen(session, row, after(2)) is not None
    assert still_chosen(session, row, SHIFT_BEGINS) is None, "the hour itself speaks"
    cases.choose(session, burmese, ChoiceKind.MESSAGE, by="text", now=after(3))
    assert still_chosen(session, row, after(4)) is not None
    cases.leave_line(session, burmese, now=after(5))
    assert still_chosen(session, row, after(6)) is None


def test_a_broken_promise_is_told_to_somebody_whose_words_are_being_read(
    session: Session, make: Make, burmese: Case
) -> None:
    burmese_speaker(session, make)
    cases.choose(session, burmese, ChoiceKind.WAIT, by="text", now=NOON)
    burmese.state = CaseState.IN_REVIEW
    session.flush()
    due(session, open_id(session, burmese), now=SHIFT_BEGINS + 15 * MINUTE)
    (row,) = session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "promise_broken")
    ).all()
    assert still_waits(session, row, SHIFT_BEGINS + 16 * MINUTE) == {}


def test_where_many_are_alone_at_once_they_are_told_few_at_a_time_and_all_in_the_end(
    session: Session, make: Make, line: None
) -> None:
    many = [waiting(make) for _ in range(AT_ONCE + 7)]
    cases.route(session, now=NOON)
    assert sum(bool(happened(session, each, "nobody_on")) for each in many) == AT_ONCE
    asked_again = select(Job).where(Job.kind == "route", Job.payload == "{}")
    assert len(session.scalars(asked_again).all()) == 1

    cases.route(session, now=NOON)
    assert all(len(happened(session, each, "nobody_on")) == 1 for each in many)


def test_the_hour_that_others_are_told_is_not_told_to_somebody_who_could_not_be_helped_then(
    session: Session, make: Make, line: None
) -> None:
    """Looked up once for all who wish the same, and for nobody else."""
    set_setting(session, "clearances", True)
    thiri = burmese_speaker(session, make)
    grown, young, abused = waiting(make), waiting(make), waiting(make)
    session.get_one(Person, young.seeker_id).age_band = "under18"
    make.case(
        seeker=session.get_one(Person, abused.seeker_id),
        state=CaseState.CLOSED,
        disposition="abusive",
        counsellor_id=thiri.id,
    )
    cases.route(session, now=NOON)
    said = {each.id: told(session, each.seeker)[0] for each in (grown, young, abused)}
    assert said == {grown.id: "nobody_on", young.id: "nobody_known", abused.id: "nobody_known"}
