"""A case is opened once, moves only where it may, is read where the line says, and is claimed."""

from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpline import cases, pulse
from helpline.alerts import Alert
from helpline.cases import Case, CaseEvent, CaseState, Risk
from helpline.errors import AtCapacity, CaseTaken, NoSuchCase, NotYours, WrongMove
from helpline.instance import Review
from helpline.jobs import Job
from helpline.people import AccountState, ContactFlag, HowToReach, Person, Place, Role
from helpline.people.account import Account
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    DAY,
    HOUR,
    MINUTE,
    after,
    asked,
    happened,
    reasons,
    shift,
    told,
)


def opened(session: Session, seeker: Person, **more: Any) -> Case:
    return cases.open_case(session, seeker, how=HowToReach.TEXT, language="en", now=NOON, **more)


def jobs(session: Session, kind: str) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.kind == kind)))


# --- opening and moving ---


def test_somebody_has_one_open_case_however_often_it_is_opened(
    session: Session, make: Make
) -> None:
    seeker = make.seeker()
    first, second = opened(session, seeker), opened(session, seeker)

    assert first is second
    assert session.scalar(select(func.count()).select_from(Case)) == 1
    assert [each.kind for each in cases.events_of(session, first.id)] == ["opened"]


def test_every_move_is_an_event_with_its_reason(session: Session, make: Make) -> None:
    case = opened(session, make.seeker())
    cases.move(session, case, CaseState.WAITING, reason="ready", now=NOON, facts={"questions": 3})

    (event,) = happened(session, case)
    assert (event.from_state, event.to_state, event.reason) == ("intake", "waiting", "ready")
    assert event.facts == '{"questions": 3}'
    assert case.state is CaseState.WAITING


def test_a_case_does_not_move_where_it_may_not(session: Session, make: Make) -> None:
    case = opened(session, make.seeker())
    with pytest.raises(WrongMove):
        cases.move(session, case, CaseState.WRAP_UP, reason="?", now=NOON)
    assert case.state is CaseState.INTAKE
    assert happened(session, case) == []


def test_a_case_that_somebody_else_moved_meanwhile_is_not_moved_again(
    session: Session, make: Make
) -> None:
    case = make.case(state=CaseState.WAITING)
    session.execute(
        update(Case)
        .where(Case.id == case.id)
        .values(state=CaseState.DECLINED)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(WrongMove):
        cases.move(session, case, CaseState.OFFERED, reason="offered", now=NOON)
    assert case.state is CaseState.DECLINED


def test_every_move_is_noticed_by_whoever_watches(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    topics = (f"case:{case.id}", f"desk:{mei.id}", "desk:waiting")
    before = [pulse.version(session, topic) for topic in topics]
    cases.claim(session, case.id, mei.id, now=NOON)
    session.commit()
    claimed = [pulse.version(session, topic) for topic in topics]
    cases.answered(session, case, mei.id, NOON)
    session.commit()

    assert [b < c for b, c in zip(before, claimed, strict=True)] == [True, True, True]
    assert [pulse.version(session, topic) for topic in topics] == [
        claimed[0] + 1,
        claimed[1] + 1,
        claimed[2],  # the line did not change
    ]


def test_what_is_rolled_back_stirs_nobody(session: Session, make: Make) -> None:
    case = make.case()
    session.commit()
    cases.raise_attention(session, case, "en-1", now=NOON)
    session.rollback()
    session.commit()
    assert pulse.version(session, f"case:{case.id}") == 0


# --- into the line ---


def test_a_line_without_review_brings_a_case_straight_to_the_line(
    session: Session, make: Make
) -> None:
    case = opened(session, make.seeker(), line=make.line(review=Review.NONE))
    assert cases.enter_line(session, case, now=NOON) is CaseState.WAITING
    assert case.waiting_since == NOON
    assert len(jobs(session, "route")) == 1


def test_a_line_that_reviews_all_lets_a_reviewer_read_first(session: Session, make: Make) -> None:
    rina = shift(session, make.counsellor(roles=(Role.REVIEWER,), notice_by="text"))
    make.phone(rina, "+60120009999")
    case = opened(session, make.seeker(), line=make.line(review=Review.ALL))
    assert cases.enter_line(session, case, now=NOON) is CaseState.IN_REVIEW
    assert told(session, rina) == ["review_waiting"]
    assert cases.place(session, case, now=NOON).number == 1


@pytest.mark.parametrize("flag", ["word", "limit"])
def test_a_line_that_reviews_what_is_flagged_reads_only_that(
    session: Session, make: Make, flag: str
) -> None:
    line = make.line(review=Review.FLAGGED)
    plain = opened(session, make.seeker(), line=line)
    flagged = opened(session, make.seeker(), line=line)
    if flag == "word":
        cases.raise_attention(session, flagged, "en-17", now=NOON)
    else:
        session.add(
            ContactFlag(
                id=new_id(),
                person_id=flagged.seeker_id,
                kind="abusive",
                set_at=NOON - DAY,
                until=NOON + DAY,
            )
        )
    assert cases.enter_line(session, plain, now=NOON) is CaseState.WAITING
    assert cases.enter_line(session, flagged, now=NOON) is CaseState.IN_REVIEW


def test_a_limit_that_is_over_flags_nothing(session: Session, make: Make) -> None:
    case = opened(session, make.seeker(), line=make.line(review=Review.FLAGGED))
    session.add(
        ContactFlag(
            id=new_id(),
            person_id=case.seeker_id,
            kind="abusive",
            set_at=NOON - 2 * DAY,
            until=NOON,
        )
    )
    assert cases.enter_line(session, case, now=NOON) is CaseState.WAITING


def test_a_reviewer_accepts_with_a_risk_level_and_urgency_follows(
    session: Session, make: Make
) -> None:
    rina, case = make.counsellor(), make.case(state=CaseState.IN_REVIEW)
    cases.review(session, case, rina.id, accept=True, risk=Risk.HIGH, now=after(3))

    assert (case.state, case.risk_level, case.urgency) == (CaseState.WAITING, Risk.HIGH, 2)
    assert case.waiting_since == NOON  # reading took nothing from their place
    assert happened(session, case)[0].actor_id == rina.id


def test_a_reviewer_declines_and_the_person_gets_resources(session: Session, make: Make) -> None:
    rina, seeker = make.counsellor(), make.seeker()
    case = make.case(seeker=seeker, state=CaseState.IN_REVIEW)
    cases.review(session, case, rina.id, accept=False, now=NOON)

    assert (case.state, reasons(session, case)) == (CaseState.DECLINED, ["review_declined"])
    assert told(session, seeker) == ["declined"]


def test_what_nobody_reads_in_time_goes_to_the_line_anyway(session: Session, make: Make) -> None:
    case = opened(session, make.seeker(), line=make.line(review=Review.ALL))
    cases.enter_line(session, case, now=NOON)
    (limit,) = jobs(session, "review_limit")
    handler = cases.HANDLERS["review_limit"]
    handler(session, {"case_id": case.id}, limit.run_at - MINUTE)
    still = case.state
    handler(session, {"case_id": case.id}, limit.run_at)

    assert limit.run_at == NOON + 10 * MINUTE
    assert (still, case.state) == (CaseState.IN_REVIEW, CaseState.WAITING)
    assert reasons(session, case) == ["review_rule", "review_limit"]


# --- risk and attention ---


def test_a_listed_word_moves_a_case_up_and_alerts_the_lead_and_sets_no_risk(
    session: Session, make: Make
) -> None:
    team = make.team()
    lead = shift(session, make.counsellor(team=team, place=Place.LEAD, notice_by="mail"))
    case = make.case(state=CaseState.WAITING)
    cases.raise_attention(session, case, "en-17", now=NOON)

    assert (case.urgency, case.risk_level, case.state) == (2, Risk.NONE, CaseState.WAITING)
    assert case.attention_at == NOON
    (event,) = happened(session, case, "attention")
    assert event.facts == '{"entry": "en-17"}'
    assert told(session, lead) == ["attention"]
    assert session.scalars(select(Alert.about)).all() == [case.id]


def test_without_a_lead_on_shift_the_stand_in_hears_and_without_either_a_coordinator(
    session: Session, make: Make
) -> None:
    team = make.team()
    lead = make.counsellor(team=team, place=Place.LEAD, notice_by="mail")
    stand_in = make.counsellor(team=team, place=Place.STAND_IN, notice_by="mail")
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    shift(session, stand_in, "18:00-21:00")
    cases.raise_attention(session, make.case(), "en-17", now=NOON)
    cases.raise_attention(session, make.case(), "en-17", now=NOON + HOUR)

    assert told(session, lead) == []
    assert told(session, stand_in) == ["attention"]
    assert told(session, chief) == ["attention"]


def test_a_listed_word_never_lowers_what_a_human_set(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=NOON)
    cases.raise_attention(session, case, "en-17", now=NOON)
    assert (case.urgency, case.risk_level) == (1, Risk.IMMINENT)


# --- claiming ---


def test_a_claim_gives_the_case_to_one_and_tells_the_person_who_writes(
    session: Session, make: Make
) -> None:
    mei, seeker = make.counsellor(alias="Mei", team=make.team()), make.seeker()
    case = make.case(seeker=seeker)
    cases.claim(session, case.id, mei.id, now=after(4))

    assert (case.state, case.counsellor_id, case.claimed_at) == (
        CaseState.ACTIVE,
        mei.id,
        after(4),
    )
    assert case.team_id is not None
    assert told(session, seeker) == ["claimed"]
    (event,) = happened(session, case)
    assert (event.from_state, event.reason, '"waited": 240' in event.facts) == (
        "waiting",
        "claimed",
        True,
    )


def test_the_second_to_claim_hears_that_it_is_taken(session: Session, make: Make) -> None:
    mei, ana, case = make.counsellor(), make.counsellor(), make.case()
    cases.claim(session, case.id, mei.id, now=NOON)
    with pytest.raises(CaseTaken):
        cases.claim(session, case.id, ana.id, now=NOON)
    assert cases.claim(session, case.id, mei.id, now=NOON) is case  # a second tap of the same
    assert len(happened(session, case)) == 1


def test_nobody_claims_beyond_their_load(session: Session, make: Make) -> None:
    mei = make.counsellor(load_cap=2)
    held = [make.case() for _ in range(2)]
    for case in held:
        cases.claim(session, case.id, mei.id, now=NOON)
    third = make.case()
    with pytest.raises(AtCapacity):
        cases.claim(session, third.id, mei.id, now=NOON)
    cases.answered(session, held[0], mei.id, NOON)
    with pytest.raises(AtCapacity):
        cases.claim(session, third.id, mei.id, now=NOON)  # waiting for the person counts
    cases.begin_wrap_up(session, held[0], mei.id, now=NOON)
    assert cases.claim(session, third.id, mei.id, now=NOON).counsellor_id == mei.id


def test_what_is_not_waiting_or_not_there_cannot_be_claimed(session: Session, make: Make) -> None:
    mei = make.counsellor()
    with pytest.raises(CaseTaken):
        cases.claim(session, make.case(state=CaseState.CLOSED).id, mei.id, now=NOON)
    with pytest.raises(NoSuchCase):
        cases.claim(session, new_id(), mei.id, now=NOON)


def test_somebody_on_leave_claims_nothing(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    session.get_one(Account, mei.id).state = AccountState.AWAY
    with pytest.raises(NotYours):
        cases.claim(session, case.id, mei.id, now=NOON)


def test_a_claim_withdraws_what_others_were_shown(session: Session, make: Make) -> None:
    people = [shift(session, make.counsellor(notice_by="text")) for _ in range(3)]
    for number, each in enumerate(people):
        make.phone(each, f"+6012000900{number}")
    case = make.case(urgency=1)
    cases.route(session, now=NOON)
    assert len(asked(session, case)) == 3
    assert [told(session, each) for each in people] == [["offer_waiting"]] * 3
    cases.claim(session, case.id, people[0].id, now=NOON)

    assert asked(session, case) == []
    assert [told(session, each) for each in people] == [[], [], []]  # taken back unsent
    assert happened(session, case)[-1].from_state == "offered"


# --- the talk ---


def test_answering_and_hearing_turn_the_case_to_and_fro(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    cases.claim(session, case.id, mei.id, now=NOON)
    states = []
    for step in range(3):
        cases.answered(session, case, mei.id, after(2 * step))
        states.append(case.state)
        cases.heard(session, case, after(2 * step + 1))
        states.append(case.state)

    assert states == [CaseState.WAITING_SEEKER, CaseState.ACTIVE] * 3
    assert case.first_reply_at == NOON


def test_who_writes_during_the_wrap_up_is_heard(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    cases.claim(session, case.id, mei.id, now=NOON)
    cases.begin_wrap_up(session, case, mei.id, now=NOON)
    cases.heard(session, case, after(1))
    assert case.state is CaseState.ACTIVE


def test_writing_while_waiting_moves_nothing(session: Session, make: Make) -> None:
    case = make.case()
    cases.heard(session, case, after(1))
    assert (case.state, session.scalars(select(CaseEvent)).all()) == (CaseState.WAITING, [])
