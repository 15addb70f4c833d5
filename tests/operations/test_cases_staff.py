"""Those who answer are told in their shift; an ended abuse stays ended; watching stays cheap."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, Note, RoutingDecision
from helpline.matching import Excluded
from helpline.messaging.outbox import OutboxMessage
from helpline.people import AccountState, Person, Place, Role
from helpline.people.account import Account
from tests.make import NOON, Make
from tests.operations.on_the_line import DAY, HOUR, after, asked, happened, shift, told


def held(session: Session, make: Make, who: Person, seeker: Person | None = None) -> Case:
    case = make.case(seeker=seeker, waiting_since=NOON - HOUR)
    return cases.claim(session, case.id, who.id, now=NOON)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


# --- in a shift only ---


def test_who_is_given_a_case_off_shift_finds_it_on_their_desk_only(
    session: Session, make: Make
) -> None:
    mei = make.counsellor(notice_by="text")
    make.phone(mei, "+60120000009")
    cases.assign(session, make.case().id, mei.id, mei.id, now=NOON)
    assert told(session, mei) == []


def test_who_lost_a_case_gets_no_text_and_who_gets_it_does(session: Session, make: Make) -> None:
    team = make.team()
    mei = shift(session, make.counsellor(team=team, notice_by="mail"))
    stand_in = shift(session, make.counsellor(team=team, place=Place.STAND_IN, notice_by="mail"))
    held(session, make, mei)
    cases.return_cases_of(session, mei.id, reason="moved", now=after(1))
    assert (told(session, mei), told(session, stand_in)) == ([], ["case_given"])


def test_whose_case_goes_on_hears_that_it_came_back(session: Session, make: Make) -> None:
    mei, seeker = shift(session, make.counsellor(notice_by="mail")), make.seeker()
    case = held(session, make, mei, seeker)
    cases.close(session, case, mei.id, disposition="talked", now=NOON)
    assert cases.reopen_or_new(session, seeker, after(5)) is case
    assert told(session, mei) == ["case_returned"]


@pytest.mark.parametrize(("urgency", "waits"), [(2, False), (3, True)])
def test_a_coordinator_off_shift_sleeps_unless_it_is_urgent(
    session: Session, make: Make, urgency: int, waits: bool
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    shift(session, make.counsellor(load_cap=0), "18:00-23:30")
    make.case(urgency=urgency, waiting_since=NOON)
    late = NOON + 3 * HOUR  # 23:00, long past every limit
    cases.HANDLERS["case_watch"](session, {}, late)
    (text,) = session.scalars(select(OutboxMessage).where(OutboxMessage.to_id == chief.id))
    morning = NOON + 12 * HOUR
    assert text.not_before == (morning if waits else None)


# --- an ended abuse ---


def ended(session: Session, make: Make, who: Person, seeker: Person) -> Case:
    case = held(session, make, who, seeker)
    cases.end_abuse(session, case, who.id, reason="threats", days=1, now=NOON)
    return case


def test_who_ended_an_abuse_is_never_asked_about_that_person_again(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    chief = shift(session, make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail"))
    ended(session, make, mei, seeker)
    case, other = make.case(seeker=seeker), make.case()
    cases.route(session, now=after(20))
    why = session.scalars(select(RoutingDecision).where(RoutingDecision.case_id == case.id)).one()
    assert asked(session, case) == []
    assert asked(session, other) == [mei.id]
    assert Excluded.ENDED_ABUSE in why.explained["excluded"][mei.id]
    assert told(session, chief) == ["nobody_took_it"]  # no dead end


def test_a_limit_that_is_over_brings_an_ended_abuse_to_a_new_case(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor(), weekday=2), make.seeker()
    case = ended(session, make, mei, seeker)
    fresh = cases.reopen_or_new(session, seeker, NOON + DAY + HOUR)
    assert (fresh is case, fresh.state, fresh.prefers_id) == (False, CaseState.INTAKE, None)


def test_a_stand_in_who_ended_an_abuse_is_not_given_that_person(
    session: Session, make: Make
) -> None:
    team, seeker = make.team(), make.seeker()
    stand_in = shift(session, make.counsellor(team=team, place=Place.STAND_IN))
    ended(session, make, stand_in, seeker)
    mei = make.counsellor(team=team)
    case = held(session, make, mei, seeker)
    session.get_one(Account, mei.id).state = AccountState.DEACTIVATED
    session.flush()
    cases.return_cases_of(session, mei.id, reason="left", now=after(1))
    assert case.state is CaseState.WAITING


# --- what it costs to watch ---


def _overdue(session: Session, make: Make, count: int) -> int:
    """How many statements the board takes with so many more that are overdue, and how many are."""
    for _ in range(count):
        make.case(language="ta")
    cases.route(session, now=NOON)
    session.commit()
    with statements(session) as seen:
        board = cases.board(session, NOON + DAY)
    assert all(each.reasons for each in board.stuck)
    return len(seen)


def test_the_board_costs_the_same_however_many_are_overdue(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    assert _overdue(session, make, 5) == _overdue(session, make, 35)


def test_watching_what_is_known_to_be_overdue_costs_the_same_however_many(
    session: Session, make: Make
) -> None:
    mei = shift(session, make.counsellor(load_cap=99))
    found = []
    for count in (5, 35):
        for _ in range(count):
            held(session, make, mei)
        cases.HANDLERS["case_watch"](session, {}, after(40))
        session.commit()
        with statements(session) as seen:
            cases.HANDLERS["case_watch"](session, {}, after(41))
            session.commit()
        found.append(len(seen))
    assert len(cases.overdue(session, after(41))) == 40
    assert found[0] == found[1]


# --- notes, and the end of a shift ---


def test_a_note_is_kept_with_who_wrote_it(session: Session, make: Make) -> None:
    mei, case = make.counsellor(), make.case()
    cases.note(session, case, mei.id, "Sleeps badly.", now=NOON)
    session.commit()
    row = session.scalars(select(Note)).one()
    assert (row.author_id, row.kind, row.body, row.at) == (mei.id, "private", "Sleeps badly.", NOON)


def test_at_the_end_of_a_shift_what_is_given_back_waits_and_the_rest_is_kept(
    session: Session, make: Make
) -> None:
    mei = shift(session, make.counsellor())
    back, kept = held(session, make, mei), held(session, make, mei)
    cases.end_shift(session, mei.id, now=after(1), back=[back], note="Call her Nur.")
    assert (back.state, kept.counsellor_id) == (CaseState.WAITING, mei.id)
    assert happened(session, back)[-1].reason == "handed_back"
