"""The ladder of risk: people set it, lowering asks why, and at its top two people decide."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import (
    Case,
    CaseState,
    Note,
    NotImminent,
    ReasonNeeded,
    Risk,
    SecondPersonNeeded,
)
from helpline.errors import WrongMove
from helpline.people import Person, Place, Role
from tests.make import NOON, Make
from tests.operations.on_the_line import after, happened, shift, told


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    return shift(session, make.counsellor())


@pytest.fixture
def lin(session: Session, make: Make) -> Person:
    """Leads the shift."""
    team = make.team()
    return shift(
        session, make.counsellor(alias="Lin", team=team, place=Place.LEAD, notice_by="mail")
    )


def talk(session: Session, make: Make, who: Person) -> Case:
    case = make.case()
    cases.claim(session, case.id, who.id, now=NOON)
    return case


def set_risk(session: Session, case: Case, risk: Risk, by: Person, why: str = "") -> None:
    cases.set_risk(session, case, risk, by_id=by.id, now=after(1), why=why)


@pytest.mark.parametrize(
    ("risk", "urgency"),
    [(Risk.NONE, 4), (Risk.CONCERN, 3), (Risk.HIGH, 2), (Risk.IMMINENT, 1)],
)
def test_how_urgent_a_case_is_follows_what_a_human_set(
    session: Session, make: Make, mei: Person, risk: Risk, urgency: int
) -> None:
    case = talk(session, make, mei)
    set_risk(session, case, risk, mei)
    assert (case.risk_level, case.urgency) == (risk, urgency)


def test_a_listed_word_raises_attention_and_never_the_risk(session: Session, make: Make) -> None:
    case = make.case()
    cases.raise_attention(session, case, "en:1", now=NOON)
    assert (case.risk_level, case.urgency) == (Risk.NONE, 2)


def test_lowering_a_risk_asks_why_and_the_reason_is_kept_sealed(
    session: Session, make: Make, mei: Person
) -> None:
    case = talk(session, make, mei)
    set_risk(session, case, Risk.HIGH, mei)
    with pytest.raises(ReasonNeeded):
        set_risk(session, case, Risk.CONCERN, mei, "  ")
    assert (case.risk_level, case.urgency) == (Risk.HIGH, 2)

    set_risk(session, case, Risk.CONCERN, mei, "Her sister is with her")
    assert (case.risk_level, case.urgency) == (Risk.CONCERN, 3)
    (note,) = session.scalars(select(Note).where(Note.case_id == case.id))
    assert (note.body, note.kind, note.author_id) == ("Her sister is with her", "risk", mei.id)
    (*_, event) = happened(session, case, "risk")
    assert json.loads(event.facts) == {"from": "high", "to": "concern", "note_id": note.id}


def test_imminent_tells_the_lead_at_once_and_once(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = talk(session, make, mei)
    set_risk(session, case, Risk.HIGH, mei)
    assert told(session, lin) == []
    set_risk(session, case, Risk.IMMINENT, mei)
    set_risk(session, case, Risk.IMMINENT, mei)
    assert told(session, lin) == ["attention"]
    assert [each.about for each in session.scalars(select(Alert)) if each.kind == "imminent"] == [
        case.id
    ]


def test_imminent_without_a_lead_tells_coordinators(
    session: Session, make: Make, mei: Person
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    set_risk(session, talk(session, make, mei), Risk.IMMINENT, mei)
    assert told(session, chief) == ["attention"]


# --- imminent no longer ---


def less(session: Session, make: Make, who: Person, to: Risk = Risk.CONCERN) -> Case:
    case = talk(session, make, who)
    set_risk(session, case, Risk.IMMINENT, who)
    assert not cases.set_risk(session, case, to, by_id=who.id, now=after(2), why="Her sister came")
    return case


def test_imminent_danger_is_over_only_when_a_second_person_confirms_it(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = less(session, make, mei)
    assert (case.risk_level, case.urgency) == (Risk.IMMINENT, 1)
    assert told(session, lin) == ["attention", "attention"]  # of the danger, then of the question
    assert [each.id for each, _at in cases.open_lowerings(session)] == [case.id]

    cases.decide_to_lower(session, case, lin.id, confirm=True, now=after(3))
    assert (case.risk_level, case.urgency) == (Risk.CONCERN, 3)
    events = [happened(session, case, f"lower_{what}")[0] for what in ("proposed", "confirmed")]
    assert [each.actor_id for each in events] == [mei.id, lin.id]
    assert "sister" not in "".join(each.facts for each in events)
    assert cases.open_lowerings(session) == []


def test_nobody_confirms_to_lower_what_they_proposed(
    session: Session, make: Make, lin: Person
) -> None:
    case = less(session, make, lin)
    with pytest.raises(SecondPersonNeeded):
        cases.decide_to_lower(session, case, lin.id, confirm=True, now=after(3))
    assert case.risk_level is Risk.IMMINENT


def test_a_no_says_why_and_whoever_asked_is_told(session: Session, make: Make, lin: Person) -> None:
    mei = shift(session, make.counsellor(notice_by="mail"))
    case = less(session, make, mei)
    with pytest.raises(ReasonNeeded):
        cases.decide_to_lower(session, case, lin.id, confirm=False, now=after(3))
    cases.decide_to_lower(session, case, lin.id, confirm=False, why="He is alone", now=after(3))
    assert case.risk_level is Risk.IMMINENT
    assert told(session, mei) == ["attention"]
    assert cases.lowering_of(session, case.id) is None


def test_who_sees_imminent_danger_again_takes_the_question_back(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = less(session, make, mei)
    cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=after(3))
    with pytest.raises(WrongMove):
        cases.decide_to_lower(session, case, lin.id, confirm=True, now=after(4))
    assert case.risk_level.value == "imminent"

    cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=after(5), why="He sleeps")
    cases.decide_to_lower(session, case, lin.id, confirm=True, now=after(6))
    assert case.risk_level.value == "high"


def test_asked_twice_is_once_and_another_level_takes_its_place(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = less(session, make, mei)
    cases.set_risk(session, case, Risk.CONCERN, by_id=mei.id, now=after(3), why="again")
    assert len(happened(session, case, "lower_proposed")) == 1
    cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=after(4), why="less, not gone")
    found = cases.lowering_of(session, case.id)
    assert found is not None
    assert (found.to, cases.reason_of(session, found)) == (Risk.HIGH, "less, not gone")


# --- a rescue call ---


def proposed(session: Session, make: Make, who: Person, why: str = "Alone, by the river") -> Case:
    case = talk(session, make, who)
    set_risk(session, case, Risk.IMMINENT, who)
    cases.propose_rescue(session, case, who.id, why, now=after(2))
    return case


def test_a_rescue_call_is_decided_by_two_people_and_both_are_on_record(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = proposed(session, make, mei)
    assert told(session, lin) == ["attention", "attention"]  # of the danger, then of the call
    cases.decide_rescue(session, case, lin.id, confirm=True, why="I call with her", now=after(3))

    events = [happened(session, case, f"rescue_{what}")[0] for what in ("proposed", "confirmed")]
    assert [each.actor_id for each in events] == [mei.id, lin.id]
    found = cases.rescue_of(session, case.id)
    assert found is not None
    assert (found.kind, found.by_id, found.decided_by) == ("rescue_confirmed", mei.id, lin.id)
    assert cases.words_of(session, found) == ("Alone, by the river", "I call with her")
    assert "river" not in "".join(each.facts for each in events)


def test_nobody_confirms_what_they_proposed(session: Session, make: Make, lin: Person) -> None:
    case = proposed(session, make, lin)
    with pytest.raises(SecondPersonNeeded):
        cases.decide_rescue(session, case, lin.id, confirm=True, now=after(3))
    assert happened(session, case, "rescue_confirmed") == []


def test_a_decision_is_made_once(session: Session, make: Make, mei: Person, lin: Person) -> None:
    case = proposed(session, make, mei)
    cases.decide_rescue(session, case, lin.id, confirm=True, now=after(3))
    with pytest.raises(WrongMove):
        cases.decide_rescue(session, case, lin.id, confirm=False, why="no", now=after(4))


def test_a_refusal_says_why_and_it_may_be_proposed_again(
    session: Session, make: Make, mei: Person, lin: Person
) -> None:
    case = proposed(session, make, mei)
    with pytest.raises(ReasonNeeded):
        cases.decide_rescue(session, case, lin.id, confirm=False, now=after(3))
    cases.decide_rescue(session, case, lin.id, confirm=False, why="Her son is there", now=after(3))
    cases.propose_rescue(session, case, mei.id, "He left", now=after(5))
    found = cases.rescue_of(session, case.id)
    assert found is not None
    assert (found.kind, cases.words_of(session, found)[0]) == ("rescue_proposed", "He left")


def test_proposing_twice_is_once(session: Session, make: Make, mei: Person, lin: Person) -> None:
    case = proposed(session, make, mei)
    cases.propose_rescue(session, case, mei.id, "Again", now=after(3))
    assert len(happened(session, case, "rescue_proposed")) == 1


def test_a_rescue_call_is_for_imminent_danger_and_needs_words(
    session: Session, make: Make, mei: Person
) -> None:
    case = talk(session, make, mei)
    set_risk(session, case, Risk.HIGH, mei)
    with pytest.raises(NotImminent):
        cases.propose_rescue(session, case, mei.id, "why", now=after(2))
    set_risk(session, case, Risk.IMMINENT, mei)
    with pytest.raises(ReasonNeeded):
        cases.propose_rescue(session, case, mei.id, " ", now=after(2))
    assert cases.rescue_of(session, case.id) is None
    assert case.state is CaseState.ACTIVE
