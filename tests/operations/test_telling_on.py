"""An urgent case without an answer: after 2, 4 and 6 minutes lead, stand-in, coordinator."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import Case, Debrief, Escalation, Risk
from helpline.cases.telling_on import KIND, LOOK, look_at_all
from helpline.instance import set_setting
from helpline.jobs import Job
from helpline.people import HowToReach, Person, Place, Role
from helpline.people.team import Team
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import MINUTE, after, happened, shift, told


class Crew:
    """Mei, who answers; Lin leads; Bo stands in; Noor coordinates. All are told by mail."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        self.team = make.team()
        self.mei = shift(session, make.counsellor(languages=("ms",), team=self.team))
        self.lead = self._on("Lin", Place.LEAD)
        self.stand_in = self._on("Bo", Place.STAND_IN)
        self.chief = shift(
            session, make.counsellor(alias="Noor", roles=(Role.COORDINATOR,), notice_by="mail")
        )

    def _on(self, alias: str, place: Place) -> Person:
        """They speak no language of the case, so that they are told and not asked."""
        who = self.make.counsellor(
            alias=alias, languages=("ja",), team=self.team, place=place, notice_by="mail"
        )
        return shift(self.session, who)

    def urgent(self, risk: Risk = Risk.IMMINENT) -> Case:
        case = self.make.case()
        cases.set_risk(self.session, case, risk, by_id=self.mei.id, now=NOON)
        forget_what_was_told(self.session)
        return case

    def told(self) -> list[int]:
        """How often lead, stand-in and coordinator were told."""
        people = (self.lead, self.stand_in, self.chief)
        return [told(self.session, each).count("attention") for each in people]


def forget_what_was_told(session: Session) -> None:
    """Of setting the risk itself, which tells the lead at once."""
    from helpline.messaging.outbox import OutboxMessage

    session.execute(delete(OutboxMessage))


@pytest.fixture
def crew(session: Session, make: Make) -> Crew:
    return Crew(session, make)


def look(session: Session, case: Case, now: datetime) -> int:
    return cases.look_at(session, case.id, now=now)


def test_lead_then_stand_in_then_coordinator_each_once(session: Session, crew: Crew) -> None:
    case = crew.urgent()
    seen = []
    for minute in (1.9, 2, 3.9, 4, 5.9, 6, 7, 60):
        look(session, case, after(minute))
        seen.append(crew.told())
    assert seen == [
        [0, 0, 0],
        [1, 0, 0],
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 0],
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
    ]
    steps = [each.reason for each in happened(session, case, KIND)]
    assert steps == ["to_lead", "to_stand_in", "to_coordinator"]
    assert [(each.kind, each.about) for each in alerts(session)] == [("unanswered", case.id)]


def alerts(session: Session) -> Sequence[Alert]:
    return session.scalars(select(Alert).where(Alert.kind == "unanswered")).all()


def test_being_taken_is_no_answer_and_does_not_begin_anew(session: Session, crew: Crew) -> None:
    case = crew.urgent()
    cases.claim(session, case.id, crew.mei.id, now=after(1.5))
    look(session, case, after(2))
    assert crew.told() == [1, 0, 0]


def test_an_answer_ends_it_and_their_next_words_begin_it_anew(session: Session, crew: Crew) -> None:
    case = crew.urgent()
    cases.claim(session, case.id, crew.mei.id, now=after(1))
    cases.answered(session, case, crew.mei.id, after(1.5))
    assert look(session, case, after(10)) == 0
    cases.heard(session, case, after(20))
    look(session, case, after(21.9))
    assert crew.told() == [0, 0, 0]
    look(session, case, after(22))
    assert crew.told() == [1, 0, 0]


def test_an_answer_while_a_colleague_is_asked_to_take_over_is_one(
    session: Session, crew: Crew
) -> None:
    case = crew.urgent()
    cases.claim(session, case.id, crew.mei.id, now=after(1))
    cases.hand_over(
        session, case, crew.mei.id, to_id=crew.lead.id, warm=True, note="so far", now=after(1)
    )
    cases.answered(session, case, crew.mei.id, after(1.5))
    assert look(session, case, after(10)) == 0


def test_it_counts_from_when_it_became_urgent_not_from_when_they_came(
    session: Session, crew: Crew
) -> None:
    case = crew.make.case(waiting_since=NOON - 40 * MINUTE)
    cases.set_risk(session, case, Risk.IMMINENT, by_id=crew.mei.id, now=after(0))
    forget_what_was_told(session)
    assert look(session, case, after(1)) == 0
    assert look(session, case, after(2)) == 1


def test_what_is_not_urgent_tells_nobody(session: Session, crew: Crew) -> None:
    case = crew.urgent(Risk.HIGH)
    assert look(session, case, after(60)) == 0


def test_the_minutes_are_data_for_urgency_two_as_well(session: Session, crew: Crew) -> None:
    cases.set_escalation(session, Escalation(urgent=(1, 2, 3), high=(10, 20, 30)))
    case = crew.urgent(Risk.HIGH)
    seen = []
    for minute in (9, 10, 20, 30):
        look(session, case, after(minute))
        seen.append(crew.told())
    assert seen == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_who_talks_by_voice_rests_or_has_the_case_is_never_told(
    session: Session, crew: Crew
) -> None:
    set_setting(session, "voice", True)
    call = crew.make.case(how=HowToReach.CALL)
    cases.claim(session, call.id, crew.lead.id, now=NOON)
    rest(session, crew.stand_in, until=after(30))
    case = crew.urgent()
    look(session, case, after(2))
    assert crew.told() == [0, 0, 1]  # nobody of the first two steps may be told, so the third is


def rest(session: Session, who: Person, until: datetime) -> None:
    row = Debrief(id=new_id(), person_id=who.id, reason="risk", at=NOON, until_at=until)
    session.add(row)
    session.flush()


def test_the_lead_who_has_it_is_not_told_of_themselves(session: Session, crew: Crew) -> None:
    case = crew.urgent()
    cases.claim(session, case.id, crew.lead.id, now=after(1))
    look(session, case, after(2))
    assert crew.told() == [0, 1, 0]


def test_without_lead_and_stand_in_coordinators_hear_at_the_first_step(
    session: Session, make: Make
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    case = make.case()
    cases.set_risk(session, case, Risk.IMMINENT, by_id=chief.id, now=NOON)
    forget_what_was_told(session)
    look(session, case, after(2))
    assert told(session, chief) == ["attention"]


def test_the_next_step_is_asked_for_once_however_often_it_is_looked_at(
    session: Session, crew: Crew
) -> None:
    case = crew.urgent()
    for _ in range(3):
        look(session, case, after(1))
    due = session.scalars(select(Job.run_at).where(Job.kind == LOOK, Job.run_at > NOON)).all()
    assert list(due) == [after(2)]


def test_what_a_lost_job_left_out_is_told_within_the_minute(session: Session, crew: Crew) -> None:
    crew.urgent()
    session.execute(delete(Job))
    look_at_all(session, now=after(4.5))
    look_at_all(session, now=after(5))
    assert crew.told() == [1, 1, 0]


def test_leads_of_another_team_are_told_where_the_case_has_none(
    session: Session, make: Make
) -> None:
    other: Team = make.team("Other")
    lead = make.counsellor(team=other, place=Place.LEAD, languages=("ja",), notice_by="mail")
    shift(session, lead)
    case = make.case()
    cases.set_risk(session, case, Risk.IMMINENT, by_id=lead.id, now=NOON)
    forget_what_was_told(session)
    look(session, case, after(2))
    assert told(session, lead) == ["attention"]
