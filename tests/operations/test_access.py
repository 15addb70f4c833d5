"""How far somebody reaches into a case, and that reading is written down."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import access
from helpline.access import Reach
from helpline.cases import Case, CaseState, Handover, Offer
from helpline.errors import NotYours
from helpline.people import Person, Place, Role
from helpline.people.sessions import SignedIn, open_session, who_is
from helpline.privacy.audit import AuditEntry
from scheduling import promises
from scheduling.base import new_id
from tests.make import NOON, Make


def signed_in(session: Session, person: Person) -> SignedIn:
    token = open_session(session, person.id, device="", now=NOON)
    session.flush()
    who = who_is(session, token, now=NOON)
    assert who is not None
    return who


def reach(session: Session, person: Person, case: Case) -> Reach:
    return access.reach(session, signed_in(session, person), case, now=NOON)


def closed(make: Make, counsellor: Person, ago: timedelta) -> Case:
    return make.case(state=CaseState.CLOSED, counsellor_id=counsellor.id, closed_at=NOON - ago)


def on_shift(session: Session, person: Person) -> None:
    promises.promise(
        session,
        person.id,
        weekday=0,
        start=time(10),
        end=time(14),
        zone="UTC",
        now=NOON - timedelta(days=8),
    )


def test_a_counsellor_writes_in_their_own_case_and_sees_no_other(
    session: Session, make: Make
) -> None:
    mei, jun = make.counsellor(), make.counsellor()
    case = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)

    assert (reach(session, mei, case), reach(session, jun, case)) == (Reach.WRITE, Reach.NOTHING)


@pytest.mark.parametrize(
    ("ago", "far"),
    [
        (timedelta(hours=24), Reach.WRITE),
        (timedelta(hours=24, seconds=1), Reach.READ),
        (timedelta(days=28), Reach.READ),
        (timedelta(days=28, seconds=1), Reach.NOTHING),
    ],
)
def test_a_closed_case_fades_from_its_counsellors_sight(
    session: Session, make: Make, ago: timedelta, far: Reach
) -> None:
    mei = make.counsellor()

    assert reach(session, mei, closed(make, mei, ago)) == far


def test_an_offer_shows_the_outline_until_it_is_answered(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case(state=CaseState.OFFERED)
    offer = Offer(
        id=new_id(), case_id=case.id, counsellor_id=mei.id, offered_at=NOON, expires_at=NOON
    )
    session.add(offer)
    session.flush()
    assert reach(session, mei, case) is Reach.OUTLINE

    offer.state = offer.state.EXPIRED
    session.flush()
    assert reach(session, mei, case) is Reach.NOTHING


def test_who_is_asked_to_take_over_reads_along(session: Session, make: Make) -> None:
    mei, jun = make.counsellor(), make.counsellor()
    case = make.case(state=CaseState.HANDOVER, counsellor_id=mei.id)
    session.add(
        Handover(id=new_id(), case_id=case.id, from_id=mei.id, to_id=jun.id, is_warm=True, at=NOON)
    )
    session.flush()

    assert reach(session, jun, case) is Reach.READ


def test_a_reviewer_reads_cases_in_review_and_no_others(session: Session, make: Make) -> None:
    reviewer = make.counsellor(roles=(Role.REVIEWER,))

    assert reach(session, reviewer, make.case(state=CaseState.IN_REVIEW)) is Reach.READ
    assert reach(session, reviewer, make.case(state=CaseState.WAITING)) is Reach.NOTHING


@pytest.mark.parametrize("place", [Place.LEAD, Place.STAND_IN])
def test_a_lead_reads_their_teams_cases_during_their_shift(
    session: Session, make: Make, place: Place
) -> None:
    ours, theirs = make.team("Ours"), make.team("Theirs")
    lead, other = make.counsellor(team=ours, place=place), make.counsellor()
    case = make.case(state=CaseState.ACTIVE, counsellor_id=other.id, team_id=ours.id)
    foreign = make.case(state=CaseState.ACTIVE, counsellor_id=other.id, team_id=theirs.id)

    assert reach(session, lead, case) is Reach.OUTLINE
    on_shift(session, lead)
    assert reach(session, lead, case) is Reach.READ
    assert reach(session, lead, foreign) is Reach.NOTHING


def test_a_member_of_the_team_reads_nothing(session: Session, make: Make) -> None:
    team = make.team()
    member, other = make.counsellor(team=team), make.counsellor()
    on_shift(session, member)
    case = make.case(state=CaseState.ACTIVE, counsellor_id=other.id, team_id=team.id)

    assert reach(session, member, case) is Reach.NOTHING


def test_a_coordinator_knows_of_every_case_and_reads_none(session: Session, make: Make) -> None:
    coordinator, mei = make.counsellor(roles=(Role.COORDINATOR,)), make.counsellor()
    case = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    who = signed_in(session, coordinator)

    assert access.access_outline(session, who, case.id, now=NOON) is case
    assert access.access_team_case(session, who, case.id, now=NOON) is case
    with pytest.raises(NotYours):
        access.access_case(session, who, case.id, now=NOON)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_admin_and_auditor_reach_no_case(session: Session, make: Make, role: Role) -> None:
    person = make.counsellor(roles=(role,))

    for state in (CaseState.WAITING, CaseState.IN_REVIEW):
        assert reach(session, person, make.case(state=state)) is Reach.NOTHING


def test_an_erased_case_is_gone_for_everybody(session: Session, make: Make) -> None:
    mei = make.counsellor(roles=tuple(Role))

    case = make.case(state=CaseState.ERASED, counsellor_id=mei.id)

    assert reach(session, mei, case) is Reach.NOTHING


def test_the_refusal_names_who_reached_for_what(session: Session, make: Make) -> None:
    mei, jun = make.counsellor(), make.counsellor()
    case = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)

    with pytest.raises(NotYours) as refusal:
        access.access_case_to_write(session, signed_in(session, jun), case.id, now=NOON)
    with pytest.raises(NotYours) as nothing:
        access.access_case(session, signed_in(session, jun), "nothing", now=NOON)

    assert (refusal.value.who, refusal.value.object_id) == (jun.id, case.id)
    assert nothing.value.who is None


def test_reading_is_written_down_once_a_sitting(session: Session, make: Make) -> None:
    mei = make.counsellor()
    case = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    who = signed_in(session, mei)

    for minutes in (0, 5, 14, 15, 20):
        access.access_case(session, who, case.id, now=NOON + timedelta(minutes=minutes))
        session.flush()

    reads = session.scalars(select(AuditEntry).where(AuditEntry.act == "read")).all()
    told = sorted((row.actor_id, row.object_id, row.at) for row in reads)
    assert told == [(mei.id, case.id, NOON), (mei.id, case.id, NOON + timedelta(minutes=15))]


def test_an_offer_to_somebody_else_is_nothing(session: Session, make: Make) -> None:
    mei, jun, case = make.counsellor(), make.counsellor(), make.case()
    offer = Offer(
        id=new_id(), case_id=case.id, counsellor_id=mei.id, offered_at=NOON, expires_at=NOON
    )
    session.add(offer)
    session.flush()

    assert access.access_offer(session, signed_in(session, mei), offer.id) is offer
    with pytest.raises(NotYours):
        access.access_offer(session, signed_in(session, jun), offer.id)
