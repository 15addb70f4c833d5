"""Passing a case on, closing it, coming back, and what happens when its counsellor is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, Handover, HandoverState
from helpline.errors import AtCapacity, NotYours, WrongMove
from helpline.messaging.outbox import OutboxMessage
from helpline.people import AccountState, ContactFlag, Person, Place, Role
from helpline.people.account import Account
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


def held(session: Session, make: Make, who: Person, seeker: Person | None = None) -> Case:
    """A case that somebody talks in."""
    case = make.case(seeker=seeker, waiting_since=NOON - HOUR)
    return cases.claim(session, case.id, who.id, now=NOON)


def leave(session: Session, who: Person) -> None:
    session.get_one(Account, who.id).state = AccountState.DEACTIVATED
    session.flush()


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


# --- coming back ---


def closed(session: Session, make: Make, who: Person, seeker: Person) -> Case:
    case = held(session, make, who, seeker)
    cases.close(session, case, who.id, disposition="talked", now=NOON)
    return case


def test_a_text_soon_after_closing_goes_on_with_the_same_counsellor_who_is_on(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = closed(session, make, mei, seeker)
    again = cases.reopen_or_new(session, seeker, after(30))

    assert again is case
    assert (case.state, case.counsellor_id, case.closed_at) == (CaseState.ACTIVE, mei.id, None)
    assert case.disposition == ""
    assert reasons(session, case)[-1] == "reopened"


@pytest.mark.parametrize("why", ["off_shift", "paused", "full"])
def test_else_it_waits_anew_and_that_counsellor_is_asked_first(
    session: Session, make: Make, why: str
) -> None:
    mei = make.counsellor(load_cap=1)
    if why != "off_shift":
        shift(session, mei)
    seeker = make.seeker()
    case = closed(session, make, mei, seeker)
    if why == "paused":
        cases.pause(session, mei.id, now=NOON)
    if why == "full":
        held(session, make, mei)
    cases.reopen_or_new(session, seeker, after(30))

    assert (case.state, case.counsellor_id) == (CaseState.WAITING, None)
    assert (case.prefers_id, case.waiting_since) == (mei.id, after(30))


def test_after_two_days_it_starts_anew(session: Session, make: Make) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = closed(session, make, mei, seeker)
    late = NOON + timedelta(hours=48) + MINUTE
    fresh = cases.reopen_or_new(session, seeker, late)
    assert fresh is not case
    assert (fresh.state, fresh.language) == (CaseState.INTAKE, case.language)
    assert case.state is CaseState.CLOSED


def test_up_to_two_days_it_goes_on(session: Session, make: Make) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = closed(session, make, mei, seeker)
    assert cases.reopen_or_new(session, seeker, NOON + timedelta(hours=48)) is case


def test_who_left_the_line_starts_anew_and_who_has_an_open_case_keeps_it(
    session: Session, make: Make
) -> None:
    seeker = make.seeker()
    left = make.case(seeker=seeker)
    assert cases.reopen_or_new(session, seeker, NOON) is left
    cases.leave_line(session, left, now=NOON)
    fresh = cases.reopen_or_new(session, seeker, after(1))
    assert (fresh is left, fresh.state) == (False, CaseState.INTAKE)


def test_an_ended_abuse_never_comes_back_to_the_same_counsellor_by_itself(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = held(session, make, mei, seeker)
    cases.end_abuse(session, case, mei.id, reason="threats", days=1, now=NOON)
    fresh = cases.reopen_or_new(session, seeker, after(5))
    assert (fresh is case, fresh.state, fresh.prefers_id) == (False, CaseState.INTAKE, None)


# --- whose counsellor is gone ---


def test_cases_of_who_leaves_go_to_the_stand_in_who_is_on(session: Session, make: Make) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    stand_in = shift(session, make.counsellor(team=team, place=Place.STAND_IN, notice_by="mail"))
    case = held(session, make, mei)
    leave(session, mei)
    assert cases.return_cases_of(session, mei.id, reason="left", now=after(1)) == 1
    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, stand_in.id)
    assert told(session, stand_in) == ["case_given"]
    assert happened(session, case, "reassigned")[0].reason == "left"


@pytest.mark.parametrize("why", ["off_shift", "paused", "full", "language", "other_team"])
def test_else_to_the_front_of_the_line(session: Session, make: Make, why: str) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    languages = ("ja",) if why == "language" else ("en",)
    of = make.team("Team B") if why == "other_team" else team
    stand_in = make.counsellor(team=of, place=Place.STAND_IN, languages=languages, load_cap=1)
    if why != "off_shift":
        shift(session, stand_in)
    if why == "paused":
        cases.pause(session, stand_in.id, now=NOON)
    if why == "full":
        held(session, make, stand_in)
    seeker = make.seeker()
    case = held(session, make, mei, seeker)
    leave(session, mei)
    cases.return_cases_of(session, mei.id, reason="left", now=after(1))

    assert (case.state, case.counsellor_id) == (CaseState.WAITING, None)
    assert case.waiting_since == NOON - HOUR  # in front of whoever came later
    assert told(session, seeker) == ["claimed", "handed_back"]
    assert reasons(session, case)[-1] == "left"


def test_nothing_of_who_leaves_stays_with_them(session: Session, make: Make) -> None:
    mei, ana = shift(session, make.counsellor(load_cap=9)), make.counsellor()
    talking, quiet, wrapping = (held(session, make, mei) for _ in range(3))
    cases.answered(session, quiet, mei.id, NOON)
    cases.begin_wrap_up(session, wrapping, mei.id, now=NOON)
    proposed = held(session, make, ana)
    cases.hand_over(session, proposed, ana.id, to_id=mei.id, warm=True, note="", now=NOON)
    offered = make.case()
    cases.route(session, now=NOON)
    assert asked(session, offered) == [mei.id]
    leave(session, mei)
    cases.return_cases_of(session, mei.id, reason="left", now=after(1))

    states = [each.state for each in (talking, quiet, wrapping, proposed, offered)]
    assert states == [
        CaseState.WAITING,
        CaseState.WAITING,
        CaseState.CLOSED,
        CaseState.ACTIVE,
        CaseState.WAITING,
    ]
    assert (wrapping.disposition, proposed.counsellor_id) == ("not_recorded", ana.id)


def test_after_a_shift_what_waits_for_an_answer_returns_after_a_grace(
    session: Session, make: Make
) -> None:
    mei = shift(session, make.counsellor(load_cap=9), "18:00-21:00")  # until NOON + 1 h
    unanswered, answered = held(session, make, mei), held(session, make, mei)
    cases.answered(session, answered, mei.id, after(50))
    watch = cases.HANDLERS["case_watch"]
    watch(session, {}, after(59))
    during = unanswered.state
    cases.answered(session, unanswered, mei.id, after(59.5))
    cases.heard(session, unanswered, after(61))
    watch(session, {}, after(75))
    in_grace = unanswered.state
    watch(session, {}, after(76))

    assert (during, in_grace) == (CaseState.ACTIVE, CaseState.ACTIVE)
    assert unanswered.state is CaseState.WAITING
    assert reasons(session, unanswered)[-1] == "shift_over"
    assert answered.state is CaseState.WAITING_SEEKER  # nothing to do until they write
