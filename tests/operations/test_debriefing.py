"""After a heavy conversation: a pause until they say how they are; words to the lead are theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, Debrief, Respite, Risk
from helpline.cases.debriefing import sat_for
from helpline.errors import NotYours
from helpline.messaging.outbox import OutboxMessage
from helpline.people import Account, AccountState, Person, Place, Role
from scheduling import promises
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import MINUTE, after, asked, shift, told


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    return shift(session, make.counsellor())


def talk(session: Session, make: Make, who: Person) -> Case:
    case = make.case()
    cases.claim(session, case.id, who.id, now=NOON)
    return case


def heavy(session: Session, make: Make, who: Person, closed: float = 10) -> Debrief:
    case = talk(session, make, who)
    cases.set_risk(session, case, Risk.HIGH, by_id=who.id, now=after(1))
    cases.close(session, case, who.id, disposition="talked", now=after(closed))
    found = cases.open_debrief(session, who.id, after(closed))
    assert found is not None
    return found


def test_a_high_risk_at_any_time_opens_a_pause_of_a_quarter_of_an_hour(
    session: Session, make: Make, mei: Person
) -> None:
    case = talk(session, make, mei)
    cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=after(1))
    cases.set_risk(session, case, Risk.NONE, by_id=mei.id, now=after(2), why="misread")
    cases.close(session, case, mei.id, disposition="talked", now=after(10))
    found = cases.open_debrief(session, mei.id, after(10))
    assert found is not None
    assert (found.reason, found.until_at, found.case_id) == ("risk", after(25), case.id)


def test_an_ended_abuse_opens_one(session: Session, make: Make, mei: Person) -> None:
    case = talk(session, make, mei)
    cases.end_abuse(session, case, mei.id, reason="threats", days=1, now=after(3))
    found = cases.open_debrief(session, mei.id, after(3))
    assert found is not None
    assert found.reason == "abuse"


def to_and_fro(session: Session, case: Case, who: Person, minutes: range) -> None:
    for minute in minutes:
        cases.answered(session, case, who.id, after(minute))
        cases.heard(session, case, after(minute + 1))


@pytest.mark.parametrize(("last", "is_heavy"), [(50, False), (70, True)])
def test_an_hour_of_writing_to_and_fro_opens_one(
    session: Session, make: Make, mei: Person, last: int, *, is_heavy: bool
) -> None:
    case = talk(session, make, mei)
    to_and_fro(session, case, mei, range(2, last, 8))
    cases.close(session, case, mei.id, disposition="talked", now=after(last))
    found = cases.open_debrief(session, mei.id, after(last))
    assert (found.reason if found else "") == ("long" if is_heavy else "")


def test_days_between_two_words_are_no_long_conversation(
    session: Session, make: Make, mei: Person
) -> None:
    case = talk(session, make, mei)
    cases.answered(session, case, mei.id, after(3))
    cases.heard(session, case, NOON + timedelta(days=2))
    events = cases.events_of(session, case.id)
    assert sat_for(events, NOON, NOON + timedelta(days=2, minutes=9)) == 9 * MINUTE


def test_what_was_not_heavy_opens_none(session: Session, make: Make, mei: Person) -> None:
    case = talk(session, make, mei)
    cases.set_risk(session, case, Risk.CONCERN, by_id=mei.id, now=after(1))
    cases.close(session, case, mei.id, disposition="talked", now=after(20))
    assert cases.open_debrief(session, mei.id, after(20)) is None


def test_what_the_house_closes_opens_none(session: Session, make: Make, mei: Person) -> None:
    case = talk(session, make, mei)
    cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=after(1))
    cases.close(session, case, None, disposition="no_answer", now=after(20))
    assert cases.open_debrief(session, mei.id, after(20)) is None


# --- nothing is offered ---


def test_nothing_is_offered_until_the_pause_is_over(
    session: Session, make: Make, mei: Person
) -> None:
    heavy(session, make, mei)
    case = make.case()
    cases.route(session, now=after(24.9))
    assert asked(session, case) == []
    assert cases.cooling(session, [mei.id], after(24.9)) == {mei.id}
    cases.route(session, now=after(25.1))
    assert asked(session, case) == [mei.id]


def test_who_is_fine_is_asked_again_at_once(session: Session, make: Make, mei: Person) -> None:
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "fine", now=after(11))
    case = make.case()
    cases.route(session, now=after(11))
    assert asked(session, case) == [mei.id]


def test_a_longer_break_is_half_an_hour(session: Session, make: Make, mei: Person) -> None:
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "rest", now=after(11))
    case = make.case()
    cases.route(session, now=after(40))
    assert asked(session, case) == []
    pause = promises.pause_of(session, mei.id, after(12))
    assert pause is not None
    assert pause.until_at == after(41)


def test_a_break_off_shift_is_no_mistake(session: Session, make: Make) -> None:
    mei = make.counsellor()
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "rest", now=after(11))
    assert row.answer == "rest"


def test_while_a_heavy_one_is_written_up_nothing_is_offered(
    session: Session, make: Make, mei: Person
) -> None:
    case = talk(session, make, mei)
    cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=after(1))
    cases.begin_wrap_up(session, case, mei.id, now=after(10))
    assert cases.cooling(session, [mei.id], after(11)) == {mei.id}


def test_a_second_heavy_one_takes_the_place_of_the_first(
    session: Session, make: Make, mei: Person
) -> None:
    first = heavy(session, make, mei, closed=10)
    second = heavy(session, make, mei, closed=20)
    session.refresh(first)
    assert first.answered_at == after(20)
    assert (second.id == first.id, second.until_at) == (False, after(35))


# --- so many in a shift ---


def past(session: Session, who: Person, minutes: list[float]) -> None:
    for minute in minutes:
        at = after(minute)
        row = Debrief(person_id=who.id, id=new_id(), reason="risk", at=at, until_at=at)
        row.answered_at = at
        session.add(row)
    session.flush()


def test_three_in_a_shift_are_enough_and_the_number_is_data(
    session: Session, make: Make, mei: Person
) -> None:
    since = {mei.id: after(-60)}
    past(session, mei, [-90, -50, -30])
    assert cases.spared(session, since) == set()
    past(session, mei, [-10])
    assert cases.spared(session, since) == {mei.id}
    cases.set_respite(session, Respite(most=4))
    assert cases.spared(session, since) == set()


def test_who_had_enough_is_offered_no_heavy_one_and_any_other(
    session: Session, make: Make, mei: Person
) -> None:
    past(session, mei, [-50, -30, -10])
    heavy_one, other = make.case(urgency=2), make.case(urgency=3)
    cases.route(session, now=NOON)
    assert (asked(session, heavy_one), asked(session, other)) == ([], [mei.id])


# --- a word with the lead ---


def of_a_team(session: Session, make: Make) -> tuple[Person, Person, Person]:
    """Mei, her lead, and her stand-in."""
    team = make.team()
    mei = shift(session, make.counsellor(team=team))
    lead = make.counsellor(alias="Lin", team=team, place=Place.LEAD, notice_by="mail")
    second = make.counsellor(alias="Bo", team=team, place=Place.STAND_IN, notice_by="mail")
    return mei, shift(session, lead), shift(session, second)


def test_the_lead_is_told_neutrally_and_reads_the_words_alone(session: Session, make: Make) -> None:
    mei, lead, second = of_a_team(session, make)
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "talk", word="I cannot shake it", now=after(11))

    assert told(session, lead) == ["colleague_talk"]
    assert told(session, second) == []
    (text,) = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "colleague_talk"))
    assert (text.facts, text.words) == ("{}", "")
    assert cases.access_debrief(session, row.id, lead.id).word == "I cannot shake it"
    for other in (second, mei):
        with pytest.raises(NotYours):
            cases.access_debrief(session, row.id, other.id)


def test_a_leads_own_lead_is_the_stand_in(session: Session, make: Make) -> None:
    _, lead, second = of_a_team(session, make)
    assert cases.leads_of(session, lead.id) == [second.id]


def test_once_they_have_talked_the_words_are_gone(session: Session, make: Make) -> None:
    mei, lead, _ = of_a_team(session, make)
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "talk", word="I cannot shake it", now=after(11))
    assert [each.person_id for each in cases.want_to_talk(session)] == [mei.id]
    cases.settle_debrief(session, row.id, lead.id, now=after(60))
    assert cases.want_to_talk(session) == []
    assert (row.word, row.settled_at) == ("", after(60))


def test_who_has_no_lead_is_heard_by_coordinators(
    session: Session, make: Make, mei: Person
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    row = heavy(session, make, mei)
    cases.answer_debrief(session, row.id, mei.id, "talk", word="I cannot shake it", now=after(11))
    assert told(session, chief) == ["colleague_talk"]
    assert cases.access_debrief(session, row.id, chief.id).word == "I cannot shake it"
    with pytest.raises(NotYours):
        cases.access_debrief(session, row.id, make.counsellor().id)
    cases.settle_debrief(session, row.id, chief.id, now=after(60))
    assert cases.want_to_talk(session) == []


def test_who_has_a_lead_is_not_heard_by_coordinators(session: Session, make: Make) -> None:
    mei, lead, second = of_a_team(session, make)
    chief = make.counsellor(roles=(Role.COORDINATOR,))
    assert cases.hearers_of(session, mei.id) == [lead.id]
    session.get_one(Account, lead.id).state = AccountState.DEACTIVATED
    assert cases.hearers_of(session, mei.id) == [second.id]
    session.get_one(Account, second.id).state = AccountState.DEACTIVATED
    assert cases.hearers_of(session, mei.id) == [chief.id]
    assert cases.hearers_of(session, chief.id) == [chief.id]


def test_nobody_answers_for_somebody_else(session: Session, make: Make, mei: Person) -> None:
    row = heavy(session, make, mei)
    with pytest.raises(NotYours):
        cases.answer_debrief(session, row.id, make.counsellor().id, "fine", now=after(11))
