"""Passing a case on, closing it, coming back, and what happens when its counsellor is gone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, Handover, HandoverState
from helpline.errors import AtCapacity, NotYours, WrongMove
from helpline.messaging.outbox import OutboxMessage
from helpline.people import ContactFlag, Person, Role
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    DAY,
    HOUR,
    after,
    asked,
    happened,
    reasons,
    shift,
    told,
)


def held(session: Session, make: Make, who: Person, seeker: Person | None = None) -> Case:
    """A case that somebody talks in."""
    case = make.case(seeker=seeker, waiting_since=NOON - HOUR)
    return cases.claim(session, case.id, who.id, now=NOON)


# --- handing over ---


def test_a_warm_handover_stays_with_the_first_until_the_other_takes_it(
    session: Session, make: Make
) -> None:
    mei, ana, seeker = make.counsellor(), make.counsellor(alias="Ana"), make.seeker()
    case = held(session, make, mei, seeker)
    row = cases.hand_over(
        session, case, mei.id, to_id=ana.id, warm=True, note="Sleeps badly.", now=after(1)
    )
    assert (case.state, case.counsellor_id) == (CaseState.HANDOVER, mei.id)
    assert cases.proposed_to(session, ana.id) == [row]
    cases.take_handover(session, row.id, ana.id, now=after(2))

    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, ana.id)
    assert (row.state, row.note) == (HandoverState.DONE, "Sleeps badly.")
    assert told(session, seeker) == ["claimed", "new_counsellor"]
    assert reasons(session, case) == ["claimed", "handover_proposed", "handover_taken"]


def test_a_refused_handover_goes_on_with_the_first(session: Session, make: Make) -> None:
    mei, ana = shift(session, make.counsellor(notice_by="mail")), make.counsellor()
    case = held(session, make, mei)
    row = cases.hand_over(session, case, mei.id, to_id=ana.id, warm=True, note="", now=NOON)
    cases.refuse_handover(session, row.id, ana.id, now=after(1))

    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, mei.id)
    assert row.state is HandoverState.REFUSED
    assert told(session, mei) == ["handover_refused"]
    with pytest.raises(WrongMove):
        cases.take_handover(session, row.id, ana.id, now=after(2))


def test_only_the_one_who_was_asked_takes_a_handover_and_only_with_room(
    session: Session, make: Make
) -> None:
    mei, ana, eve = make.counsellor(), make.counsellor(load_cap=1), make.counsellor()
    case = held(session, make, mei)
    row = cases.hand_over(session, case, mei.id, to_id=ana.id, warm=True, note="", now=NOON)
    with pytest.raises(NotYours):
        cases.take_handover(session, row.id, eve.id, now=NOON)
    held(session, make, ana)
    with pytest.raises(AtCapacity):
        cases.take_handover(session, row.id, ana.id, now=NOON)


def test_a_proposal_that_nobody_answers_ends_by_itself(session: Session, make: Make) -> None:
    mei, ana = shift(session, make.counsellor()), make.counsellor()
    case = held(session, make, mei)
    row = cases.hand_over(session, case, mei.id, to_id=ana.id, warm=True, note="", now=NOON)
    watch = cases.HANDLERS["case_watch"]
    watch(session, {}, after(14))
    before = case.state
    watch(session, {}, after(15))
    assert (before, case.state) == (CaseState.HANDOVER, CaseState.ACTIVE)
    assert row.state is HandoverState.WITHDRAWN


def test_the_first_may_take_a_proposal_back(session: Session, make: Make) -> None:
    mei, ana = make.counsellor(), make.counsellor()
    case = held(session, make, mei)
    cases.hand_over(session, case, mei.id, to_id=ana.id, warm=True, note="", now=NOON)
    with pytest.raises(NotYours):
        cases.withdraw_handover(session, case, ana.id, now=NOON)
    cases.withdraw_handover(session, case, mei.id, now=NOON)
    assert (case.state, cases.proposed_to(session, ana.id)) == (CaseState.ACTIVE, [])


def test_a_cold_handover_to_a_colleague_is_theirs_at_once(session: Session, make: Make) -> None:
    mei, ana = make.counsellor(), shift(session, make.counsellor(notice_by="mail"))
    seeker = make.seeker()
    case = held(session, make, mei, seeker)
    cases.hand_over(session, case, mei.id, to_id=ana.id, warm=False, note="Call me.", now=NOON)

    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, ana.id)
    assert told(session, ana) == ["case_given"]
    (event,) = happened(session, case, "reassigned")
    assert (event.reason, event.actor_id) == ("handed_over", mei.id)
    assert session.scalars(select(Handover)).one().note == "Call me."


def test_a_cold_handover_to_the_line_keeps_the_wait_and_is_not_asked_of_the_giver(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = held(session, make, mei, seeker)
    cases.hand_over(session, case, mei.id, warm=False, note="Needs Malay.", now=NOON)
    cases.route(session, now=after(1))
    assert (case.state, case.counsellor_id) == (CaseState.WAITING, None)
    assert case.waiting_since == NOON - HOUR
    assert told(session, seeker) == ["claimed", "handed_back"]
    ana = shift(session, make.counsellor())
    cases.route(session, now=after(2))
    assert asked(session, case) == [ana.id]


def test_a_handover_needs_a_holder_a_talk_and_somebody_else(session: Session, make: Make) -> None:
    mei, ana = make.counsellor(), make.counsellor()
    case = held(session, make, mei)
    with pytest.raises(NotYours):
        cases.hand_over(session, case, ana.id, warm=False, note="", now=NOON)
    with pytest.raises(cases.HandoverNeedsSomebody):
        cases.hand_over(session, case, mei.id, warm=True, note="", now=NOON)
    with pytest.raises(cases.HandoverNeedsSomebody):
        cases.hand_over(session, case, mei.id, to_id=mei.id, warm=False, note="", now=NOON)
    cases.begin_wrap_up(session, case, mei.id, now=NOON)
    with pytest.raises(WrongMove):
        cases.hand_over(session, case, mei.id, warm=False, note="", now=NOON)


# --- assigning ---


def test_a_coordinator_assigns_from_the_line_and_reassigns_from_a_colleague(
    session: Session, make: Make
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,))
    mei = shift(session, make.counsellor(notice_by="mail"))
    ana, case = make.counsellor(), make.case()
    cases.assign(session, case.id, mei.id, chief.id, now=NOON)
    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, mei.id)
    cases.hand_over(session, case, mei.id, to_id=ana.id, warm=True, note="", now=NOON)
    cases.assign(session, case.id, ana.id, chief.id, now=after(1))

    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, ana.id)
    assert cases.proposed_to(session, ana.id) == []
    assert told(session, mei) == ["case_given"]
    assert [event.actor_id for event in happened(session, case)] == [chief.id, mei.id, chief.id]


def test_not_even_a_coordinator_assigns_beyond_the_load(session: Session, make: Make) -> None:
    chief, mei = make.counsellor(), make.counsellor(load_cap=1)
    held(session, make, mei)
    with pytest.raises(AtCapacity):
        cases.assign(session, make.case().id, mei.id, chief.id, now=NOON)


# --- closing ---


@pytest.mark.parametrize(
    ("disposition", "is_substantive", "texts"),
    [
        ("talked", True, ["claimed", "closing"]),
        ("silent", False, ["claimed", "closing"]),
        ("prank", False, ["claimed"]),
        ("wrong_number", False, ["claimed"]),
    ],
)
def test_one_tap_closes_with_what_it_says(
    session: Session, make: Make, disposition: str, is_substantive: bool, texts: list[str]
) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = held(session, make, mei, seeker)
    cases.close(session, case, mei.id, disposition=disposition, now=after(9))

    assert (case.state, case.closed_at) == (CaseState.CLOSED, after(9))
    assert (case.disposition, case.is_substantive) == (disposition, is_substantive)
    assert told(session, seeker) == texts
    assert reasons(session, case)[-1] == disposition


def test_only_the_holder_closes_and_only_with_a_known_disposition(
    session: Session, make: Make
) -> None:
    mei, ana = make.counsellor(), make.counsellor()
    case = held(session, make, mei)
    with pytest.raises(NotYours):
        cases.close(session, case, ana.id, disposition="talked", now=NOON)
    with pytest.raises(NotYours):
        cases.begin_wrap_up(session, case, ana.id, now=NOON)
    for unknown in ("solved", "abusive", "left"):
        with pytest.raises(cases.UnknownDisposition):
            cases.close(session, case, mei.id, disposition=unknown, now=NOON)
    cases.close(session, case, mei.id, disposition="talked", now=NOON)
    with pytest.raises(WrongMove):
        cases.close(session, case, mei.id, disposition="talked", now=NOON)


def test_leaving_the_line_takes_offers_back_and_is_confirmed(session: Session, make: Make) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = make.case(seeker=seeker)
    cases.route(session, now=NOON)
    cases.leave_line(session, case, now=after(1))

    assert (case.state, case.disposition) == (CaseState.DECLINED, "left")
    assert cases.open_offers(session, counsellor_id=mei.id) == []
    assert told(session, seeker) == ["left_line"]


def test_who_is_being_talked_with_does_not_leave_the_line(session: Session, make: Make) -> None:
    case = held(session, make, make.counsellor())
    with pytest.raises(WrongMove):
        cases.leave_line(session, case, now=NOON)


def test_ending_abuse_sets_a_dated_limit_and_still_gives_numbers_to_call(
    session: Session, make: Make
) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = held(session, make, mei, seeker)
    until = cases.end_abuse(session, case, mei.id, reason="threats", days=7, now=NOON)

    assert until == NOON + 7 * DAY
    flag = session.scalars(select(ContactFlag)).one()
    assert (flag.until, flag.reason, flag.set_by) == (until, "threats", mei.id)
    assert flag.contact_point_id is not None
    assert (case.state, case.disposition) == (CaseState.CLOSED, "abusive")
    assert told(session, seeker) == ["claimed", "ended"]
    last = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "ended")).one()
    assert '"emergency"' in (last.facts or "")
    assert cases.is_flagged(session, seeker.id, NOON + 6 * DAY)
    assert not cases.is_flagged(session, seeker.id, until)


def test_somebody_only_on_the_web_is_limited_as_a_person(session: Session, make: Make) -> None:
    mei, seeker = make.counsellor(), make.seeker(phone=None)
    case = held(session, make, mei, seeker)
    cases.end_abuse(session, case, mei.id, reason="threats", days=1, now=NOON)
    assert cases.is_flagged(session, seeker.id, NOON)


@pytest.mark.parametrize(("days", "reason"), [(0, "x"), (31, "x"), (7, " ")])
def test_a_limit_has_an_end_within_thirty_days_and_a_reason(
    session: Session, make: Make, days: int, reason: str
) -> None:
    mei = make.counsellor()
    case = held(session, make, mei)
    with pytest.raises(cases.FlagNeedsDays):
        cases.end_abuse(session, case, mei.id, reason=reason, days=days, now=NOON)
    assert case.state is CaseState.ACTIVE


@pytest.mark.parametrize("state", [state for state in CaseState if cases.MOVES[state]])
def test_a_case_in_any_state_can_be_closed_for_erasure(
    session: Session, make: Make, state: CaseState
) -> None:
    holder = make.counsellor().id if state in cases.WITH_COUNSELLOR else None
    case = make.case(state=state, counsellor_id=holder)
    for _ in range(2):
        cases.close_for_erasure(session, case, now=NOON)
    assert (case.state, case.counsellor_id) == (CaseState.ERASED, None)
    assert len(happened(session, case)) == 1
