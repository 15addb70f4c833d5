"""Silence after a risk: the case stays open, and somebody is asked to ask how they are."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CHECK_IN, Case, CaseState, Risk
from helpline.people import Person, Place
from tests.make import NOON, Make
from tests.operations.on_the_line import DAY, HOUR, after, happened, shift, told


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    return shift(session, make.counsellor(notice_by="mail"))


def silent(session: Session, make: Make, who: Person, risk: Risk = Risk.HIGH) -> Case:
    """Answered at NOON; since then it is their turn."""
    case = make.case()
    cases.claim(session, case.id, who.id, now=NOON)
    cases.set_risk(session, case, risk, by_id=who.id, now=NOON)
    cases.answered(session, case, who.id, NOON)
    return case


def watch(session: Session, at: timedelta) -> None:
    cases.HANDLERS["case_watch"](session, {}, NOON + at)


@pytest.mark.parametrize(
    ("risk", "hours"), [(Risk.IMMINENT, 2), (Risk.HIGH, 12), (Risk.CONCERN, 24)]
)
def test_after_a_silence_a_task_stands_in_the_list(
    session: Session, make: Make, mei: Person, risk: Risk, hours: int
) -> None:
    case = silent(session, make, mei, risk)
    assert cases.overdue(session, NOON + hours * HOUR) == []
    (found,) = cases.overdue(session, NOON + hours * HOUR + HOUR)
    assert (found.case_id, found.what, found.since) == (case.id, CHECK_IN, NOON)
    assert "ask how they are" in found.why


def test_no_task_where_no_human_saw_a_risk(session: Session, make: Make, mei: Person) -> None:
    case = silent(session, make, mei, Risk.NONE)
    cases.raise_attention(session, case, "en:1", now=NOON)
    assert cases.overdue(session, NOON + 3 * DAY) == []


def test_writing_to_them_does_it_for_as_long_again(
    session: Session, make: Make, mei: Person
) -> None:
    case = silent(session, make, mei)
    cases.answered(session, case, mei.id, NOON + 13 * HOUR)
    assert case.state is CaseState.WAITING_SEEKER
    assert cases.overdue(session, NOON + 20 * HOUR) == []
    (found,) = cases.overdue(session, NOON + 26 * HOUR)
    assert found.since == NOON + 13 * HOUR


@pytest.mark.parametrize("lowered", [False, True])
def test_it_never_closes_by_itself_however_long(
    session: Session, make: Make, mei: Person, *, lowered: bool
) -> None:
    case = silent(session, make, mei)
    if lowered:
        cases.set_risk(session, case, Risk.NONE, by_id=mei.id, now=after(1), why="better")
    watch(session, 30 * DAY)
    assert case.state is CaseState.WAITING_SEEKER


def test_a_concern_does_not_close_by_itself_either(
    session: Session, make: Make, mei: Person
) -> None:
    case = silent(session, make, mei, Risk.CONCERN)
    watch(session, 30 * DAY)
    assert case.state is CaseState.WAITING_SEEKER


def test_who_has_it_is_asked_while_on_and_once(session: Session, make: Make, mei: Person) -> None:
    case = silent(session, make, mei, Risk.IMMINENT)
    shift(session, mei, "22:00-23:59")
    for minutes in (121, 122, 140):
        watch(session, timedelta(minutes=minutes))
    assert told(session, mei) == ["attention"]
    assert len(happened(session, case, CHECK_IN)) == 1


def test_when_they_are_off_whoever_leads_is_asked(session: Session, make: Make) -> None:
    team = make.team()
    mei = make.counsellor(team=team, notice_by="mail")
    lead = make.counsellor(team=team, place=Place.LEAD, notice_by="mail", languages=("ja",))
    shift(session, lead, "22:00-23:59")
    silent(session, make, mei, Risk.IMMINENT)
    watch(session, timedelta(minutes=121))
    assert (told(session, mei), told(session, lead)) == ([], ["attention"])
