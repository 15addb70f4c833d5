"""Whoever fits is asked; what is declined or lapses moves on; where nobody is, that is said."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import CaseState, OfferState, RoutingDecision
from helpline.errors import NotYours, WrongMove
from helpline.jobs import Job
from helpline.messaging.outbox import OutboxMessage
from helpline.people import Person, Place, Role
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    DAY,
    HOUR,
    after,
    asked,
    happened,
    offer_to,
    reasons,
    shift,
    told,
)


def on(session: Session, make: Make, hours: str = "18:00-22:00", **more: object) -> Person:
    """Somebody on shift who is told by text, on a phone of their own."""
    person = make.counsellor(**{"notice_by": "text", **more})  # type: ignore[arg-type]  # as given
    make.phone(person, f"+6012{int(person.id.encode().hex()[:7], 16) % 10**7:07}")
    return shift(session, person, hours)


def alerts(session: Session) -> list[tuple[str, str]]:
    return [(each.kind, each.about) for each in session.scalars(select(Alert).order_by(Alert.at))]


# --- who is asked ---


def test_who_waits_is_offered_to_who_fits_and_is_told_neutrally(
    session: Session, make: Make
) -> None:
    mei = on(session, make, languages=("ms",))
    on(session, make, languages=("en",))
    case = make.case(language="ms")
    cases.route(session, now=NOON)

    assert (case.state, asked(session, case)) == (CaseState.OFFERED, [mei.id])
    assert told(session, mei) == ["offer_waiting"]
    assert reasons(session, case) == ["offered"]
    text = session.scalars(select(OutboxMessage)).one()
    assert (text.facts, text.expires_at) == ('{"until": "20:05"}', after(5))


@pytest.mark.parametrize("way", ["browser", "none"])
def test_who_wants_no_text_gets_none_and_their_desk_still_knows(
    session: Session, make: Make, way: str
) -> None:
    mei = on(session, make, notice_by=way)
    make.case()
    cases.route(session, now=NOON)
    assert told(session, mei) == []
    assert offer_to(session, mei).state is OfferState.OPEN


def test_who_is_off_shift_is_neither_asked_nor_told(session: Session, make: Make) -> None:
    mei = on(session, make, "22:00-23:00")
    case = make.case()
    cases.route(session, now=NOON)
    assert (asked(session, case), told(session, mei)) == ([], [])


def test_why_somebody_was_asked_and_others_not_is_kept(session: Session, make: Make) -> None:
    mei = on(session, make)
    other = on(session, make, languages=("ja",))
    case = make.case()
    cases.route(session, now=NOON)

    decision = session.scalars(select(RoutingDecision)).one()
    assert (decision.case_id, decision.chosen_id) == (case.id, mei.id)
    assert decision.explained["excluded"] == {other.id: ["language"]}
    assert set(decision.explained["costs"]) == {mei.id}


def test_a_decision_that_stays_the_same_is_kept_once(session: Session, make: Make) -> None:
    on(session, make, languages=("ja",))
    make.case()
    for minute in range(3):
        cases.route(session, now=after(minute))
    assert len(session.scalars(select(RoutingDecision)).all()) == 1


def test_the_most_urgent_is_offered_to_three_and_the_next_to_two(
    session: Session, make: Make
) -> None:
    for _ in range(6):
        on(session, make)
    plain, high, imminent = (make.case(urgency=urgency) for urgency in (4, 2, 1))
    cases.route(session, now=NOON)
    assert [len(asked(session, each)) for each in (imminent, high, plain)] == [3, 2, 1]


def test_nobody_looks_at_two_offers_at_a_time(session: Session, make: Make) -> None:
    mei = on(session, make)
    first, second = make.case(), make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=after(1))
    assert len(asked(session, first) + asked(session, second)) == 1
    assert len(cases.open_offers(session, counsellor_id=mei.id)) == 1


def test_urgency_is_served_before_waiting(session: Session, make: Make) -> None:
    on(session, make)
    early = make.case(waiting_since=NOON - HOUR)
    urgent = make.case(urgency=3)
    cases.route(session, now=NOON)
    assert (len(asked(session, urgent)), len(asked(session, early))) == (1, 0)


def test_who_is_full_is_not_asked(session: Session, make: Make) -> None:
    mei = on(session, make, load_cap=1)
    cases.claim(session, make.case().id, mei.id, now=NOON)
    case = make.case()
    cases.route(session, now=NOON)
    assert asked(session, case) == []
    assert told(session, case.seeker) == []  # somebody is on, only busy


# --- declining, lapsing, moving on ---


def test_a_declined_offer_moves_on_at_once_and_not_back(session: Session, make: Make) -> None:
    people = {each.id: each for each in (on(session, make), on(session, make))}
    case = make.case()
    cases.route(session, now=NOON)
    (first,) = asked(session, case)
    cases.decline_offer(session, offer_to(session, people[first]).id, first, now=after(1))
    assert case.state is CaseState.WAITING
    cases.route(session, now=after(1))

    (second,) = asked(session, case)
    assert {first, second} == set(people)
    assert reasons(session, case) == ["offered", "offer_declined", "offered"]


def test_a_declined_offer_asks_for_another_look(session: Session, make: Make) -> None:
    mei = on(session, make)
    make.case()
    cases.route(session, now=NOON)
    cases.decline_offer(session, offer_to(session, mei).id, mei.id, now=after(1))
    due = select(Job).where(Job.kind == "route", Job.run_at == after(1))
    assert len(session.scalars(due).all()) == 1


def test_of_three_who_look_at_it_one_no_brings_a_fourth_and_the_others_keep_looking(
    session: Session, make: Make
) -> None:
    everybody = {on(session, make).id for _ in range(4)}
    case = make.case(urgency=1)
    cases.route(session, now=NOON)
    first = cases.open_offers(session)[0]
    cases.decline_offer(session, first.id, first.counsellor_id, now=NOON)
    assert (case.state, len(asked(session, case))) == (CaseState.OFFERED, 2)
    cases.route(session, now=NOON)
    assert set(asked(session, case)) == everybody - {first.counsellor_id}
    assert reasons(session, case) == ["offered"]


def test_declining_twice_is_once_and_somebody_elses_offer_is_nobodys(
    session: Session, make: Make
) -> None:
    mei, ana = on(session, make), make.counsellor()
    case = make.case()
    cases.route(session, now=NOON)
    offer = offer_to(session, mei)
    with pytest.raises(NotYours):
        cases.decline_offer(session, offer.id, ana.id, now=NOON)
    for _ in range(2):
        cases.decline_offer(session, offer.id, mei.id, now=NOON)
    assert len(happened(session, case)) == 2


def test_an_offer_that_lapsed_cannot_be_declined_any_more(session: Session, make: Make) -> None:
    mei = on(session, make)
    make.case()
    cases.route(session, now=NOON)
    offer = offer_to(session, mei)
    cases.route(session, now=after(5))
    with pytest.raises(WrongMove):
        cases.decline_offer(session, offer.id, mei.id, now=after(5))


@pytest.mark.parametrize(("urgency", "seconds"), [(1, 60), (2, 90), (3, 180), (4, 300)])
def test_an_offer_stands_as_long_as_its_urgency_allows(
    session: Session, make: Make, urgency: int, seconds: int
) -> None:
    on(session, make)
    case = make.case(urgency=urgency)
    cases.route(session, now=NOON)
    (job,) = session.scalars(select(Job).where(Job.kind == "offer_expiry"))
    expire = cases.HANDLERS["offer_expiry"]
    expire(session, {}, job.run_at - timedelta(seconds=1))
    before = case.state
    expire(session, {}, job.run_at)

    assert job.run_at == NOON + timedelta(seconds=seconds)
    assert (before, case.state) == (CaseState.OFFERED, CaseState.WAITING)
    assert reasons(session, case) == ["offered", "offer_lapsed"]


def test_who_let_an_offer_lapse_is_left_alone_a_while_and_twice_as_long_the_next_time(
    session: Session, make: Make
) -> None:
    mei = on(session, make)
    make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=after(5))  # lapsed
    second = make.case()
    cases.route(session, now=after(5.4))
    assert asked(session, second) == []
    cases.route(session, now=after(5.5))  # half a minute later
    assert asked(session, second) == [mei.id]  # another case; the first was ignored by them
    cases.route(session, now=after(10.5))  # lapsed again
    third = make.case()
    cases.route(session, now=after(11.4))
    assert asked(session, third) == []
    cases.route(session, now=after(11.5))  # a minute later
    assert asked(session, third) == [mei.id]


def test_who_says_no_is_there_and_what_they_missed_before_is_forgotten(
    session: Session, make: Make
) -> None:
    mei = on(session, make)
    make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=after(5))
    make.case()
    cases.route(session, now=after(6))
    cases.decline_offer(session, offer_to(session, mei).id, mei.id, now=after(7))
    third = make.case()
    cases.route(session, now=after(7))
    assert asked(session, third) == [mei.id]


def test_who_lapsed_and_then_claimed_is_there_again(session: Session, make: Make) -> None:
    mei = on(session, make)
    first = make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=after(5))
    cases.claim(session, first.id, mei.id, now=after(6))
    other = make.case()
    cases.route(session, now=after(6))
    assert asked(session, other) == [mei.id]


def test_members_first_then_lead_then_stand_in_then_coordinators(
    session: Session, make: Make
) -> None:
    team = make.team()
    stand_in = on(session, make, team=team, place=Place.STAND_IN)
    lead = on(session, make, team=team, place=Place.LEAD)
    member = on(session, make, team=team)
    chief = on(session, make, roles=(Role.COORDINATOR,))
    case = make.case()
    order = []
    for step in range(3):
        cases.route(session, now=after(step))
        (who,) = asked(session, case)
        order.append(who)
        offer = cases.open_offers(session, counsellor_id=who)[0]
        cases.decline_offer(session, offer.id, who, now=after(step))
    assert alerts(session) == []
    for minute in (3, 4):
        cases.route(session, now=after(minute))

    assert order == [member.id, lead.id, stand_in.id]
    assert asked(session, case) == []
    assert told(session, chief) == ["nobody_took_it"]  # once
    assert alerts(session) == [("nobody_took_it", case.id)]


def test_without_a_coordinator_on_shift_all_of_them_are_told(session: Session, make: Make) -> None:
    mei = on(session, make)
    chief = on(session, make, "08:00-09:00", roles=(Role.COORDINATOR,))
    make.case()
    cases.route(session, now=NOON)
    cases.decline_offer(session, offer_to(session, mei).id, mei.id, now=NOON)
    cases.route(session, now=NOON)
    assert told(session, chief) == ["nobody_took_it"]


# --- pauses and the end of a shift ---


@pytest.mark.parametrize("step_out", [cases.pause, cases.end_shift])
def test_stepping_out_stops_offers_at_once_and_they_move_on(
    session: Session, make: Make, step_out: object
) -> None:
    mei = on(session, make)
    case = make.case()
    cases.route(session, now=NOON)
    step_out(session, mei.id, now=after(1))  # type: ignore[operator]  # one of the two above
    assert (case.state, asked(session, case)) == (CaseState.WAITING, [])
    assert told(session, mei) == []  # the text had not left yet
    ana = on(session, make)
    cases.route(session, now=after(1))
    assert asked(session, case) == [ana.id]


def test_coming_back_makes_one_askable_at_once(session: Session, make: Make) -> None:
    mei = on(session, make)
    cases.pause(session, mei.id, now=NOON)
    case = make.case()
    cases.route(session, now=NOON)
    assert asked(session, case) == []
    cases.resume(session, mei.id, now=after(1))
    cases.route(session, now=after(1))
    assert asked(session, case) == [mei.id]


# --- nobody ---


def test_where_nobody_is_on_the_person_hears_the_hour_at_their_place_once(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor(languages=("my",)), "09:00-12:00", weekday=1)
    seeker = make.seeker()
    seeker.zone = "Asia/Yangon"
    case = make.case(seeker=seeker, language="my")
    for minute in range(3):
        cases.route(session, now=after(minute))

    assert told(session, seeker) == ["nobody_on", "choose"]
    text = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "nobody_on")).one()
    assert '"when": "Tue 07:30"' in (text.facts or "")
    assert text.answers  # they have only just written: no quiet hour holds it
    assert (case.state, case.nobody_told_at) == (CaseState.WAITING, NOON)
    assert len(happened(session, case, "nobody_on")) == 1


def test_when_the_hour_changes_it_is_told_again_and_not_with_every_change(
    session: Session, make: Make
) -> None:
    mei = shift(session, make.counsellor(), "10:00-12:00", weekday=1)
    seeker = make.seeker()
    case = make.case(seeker=seeker)
    cases.route(session, now=NOON)
    shift(session, mei, "07:00-12:00", weekday=1)
    cases.route(session, now=after(5))
    assert len(happened(session, case, "nobody_on")) == 1
    cases.route(session, now=after(20))
    assert len(happened(session, case, "nobody_on")) == 2
    assert told(session, seeker) == [
        "nobody_on",
        "choose",
    ]  # the first had not left, and was taken back


def test_where_nobody_ever_speaks_it_that_is_said_and_coordinators_are_alerted(
    session: Session, make: Make
) -> None:
    on(session, make)
    seeker = make.seeker()
    make.case(seeker=seeker, language="ta")
    cases.route(session, now=NOON)
    assert told(session, seeker) == ["nobody_known", "choose"]
    assert alerts(session) == [("nobody_speaks", "ta")]


def test_whoever_waits_is_looked_at_again_when_somebody_comes_on(
    session: Session, make: Make
) -> None:
    on(session, make, "21:30-23:00")
    case = make.case()
    cases.route(session, now=NOON)
    starts = datetime(2026, 4, 6, 13, 30, tzinfo=NOON.tzinfo)
    again = select(Job).where(Job.kind == "route", Job.run_at == starts)
    assert len(session.scalars(again).all()) == 1
    cases.route(session, now=starts)
    assert case.state is CaseState.OFFERED


def test_a_claim_takes_back_what_was_not_told_yet_about_nobody(
    session: Session, make: Make
) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = make.case(seeker=seeker)
    cases.route(session, now=NOON)
    cases.claim(session, case.id, mei.id, now=after(1))
    assert told(session, seeker) == ["claimed"]


def test_one_pass_does_for_every_request_that_is_due(session: Session, make: Make) -> None:
    on(session, make)
    case = make.case()
    for minute in (0, 0, 0, 30):
        cases.ask_to_route(session, now=after(minute))
    cases.HANDLERS["route"](session, {}, NOON)
    left = session.scalars(select(Job.run_at).where(Job.kind == "route")).all()
    assert case.state is CaseState.OFFERED
    assert after(30) in left
    assert NOON not in left


def test_the_counsellor_of_before_is_asked_first(session: Session, make: Make) -> None:
    people = [on(session, make) for _ in range(4)]
    for known in people:
        case = make.case(prefers_id=known.id)
        cases.route(session, now=NOON)
        assert asked(session, case) == [known.id]


def test_a_week_later_nothing_is_left_of_a_lapse(session: Session, make: Make) -> None:
    mei = on(session, make)
    case = make.case()
    cases.route(session, now=NOON)
    cases.route(session, now=NOON + 7 * DAY)  # lapses here, the worker was off
    assert asked(session, case) == [mei.id]
