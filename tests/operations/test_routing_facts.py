"""What matching is told about who waits and who is on, read from the tables in few statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, ChoiceKind, Debrief, RoutingDecision, WaitChoice
from helpline.cases.candidates import candidates
from helpline.cases.in_line import line
from helpline.cases.standing import LEARNED, standing
from helpline.instance import set_setting
from helpline.jobs import Job
from helpline.matching import TEXT, VOICE, SafeHours
from helpline.people import HowToReach, Person, SafeContact
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import HOUR, after, asked, shift


def on(session: Session, make: Make, hours: str = "18:00-22:00", **more: Any) -> Person:
    return shift(session, make.counsellor(**more), hours)


def left_out(session: Session, case: Case, who: Person) -> list[str]:
    """Why somebody was not asked, at the last look."""
    rows = select(RoutingDecision).where(RoutingDecision.case_id == case.id)
    last = session.scalars(rows.order_by(RoutingDecision.at.desc())).first()
    assert last is not None
    found: list[str] = last.explained["excluded"].get(who.id, [])
    return found


@pytest.mark.parametrize(
    ("wish", "fits", "code"),
    [
        ({"gender_wish": "woman"}, {"gender": "woman"}, "gender"),
        ({"age_wish": "60plus"}, {"age_band": "60plus"}, "age"),
        ({"accepts": "ms", "language": "my"}, {"languages": ("ms",)}, "language"),
    ],
)
def test_what_somebody_wishes_decides_who_is_asked(
    session: Session, make: Make, wish: dict[str, str], fits: dict[str, Any], code: str
) -> None:
    other = on(session, make)
    wished = on(session, make, **fits)
    case = make.case(**wish)  # type: ignore[arg-type]  # columns
    cases.route(session, now=NOON)
    assert asked(session, case) == [wished.id]
    assert left_out(session, case, other) == [code]


def test_another_language_is_never_spoken_unasked(session: Session, make: Make) -> None:
    on(session, make, languages=("ms",))
    case = make.case(language="my")
    cases.route(session, now=NOON)
    assert asked(session, case) == []


def test_a_topic_that_somebody_does_not_take_is_not_offered_to_them(
    session: Session, make: Make
) -> None:
    mei = on(session, make, topics_off="loss,home")
    case = make.case(topic="loss")
    cases.route(session, now=NOON)
    assert (asked(session, case), left_out(session, case, mei)) == ([], ["topic_off"])


def test_before_a_promised_moment_nobody_is_asked(session: Session, make: Make) -> None:
    on(session, make)
    case = make.case(not_before=after(30))
    cases.route(session, now=NOON)
    assert asked(session, case) == []
    cases.route(session, now=after(30))
    assert len(asked(session, case)) == 1


def test_the_promised_moment_itself_brings_a_look_at_the_line(session: Session, make: Make) -> None:
    on(session, make)
    make.case(not_before=after(30))
    cases.route(session, now=NOON)
    assert session.scalar(select(Job.kind).where(Job.run_at == after(30))) == "route"


def test_who_texts_is_matched_inside_their_safe_hours_only(session: Session, make: Make) -> None:
    on(session, make)
    case = make.case()
    safe = session.get_one(SafeContact, case.seeker_id)
    safe.safe_from, safe.safe_until = time(9), time(12)  # it is 20:00 at their place
    cases.route(session, now=NOON)
    assert asked(session, case) == []
    safe.safe_until = time(21)
    cases.route(session, now=NOON)
    assert len(asked(session, case)) == 1


def test_who_may_be_in_danger_is_shown_to_somebody_at_any_hour(
    session: Session, make: Make
) -> None:
    on(session, make)
    case = make.case(urgency=2)
    safe = session.get_one(SafeContact, case.seeker_id)
    safe.safe_from, safe.safe_until = time(9), time(12)
    cases.route(session, now=NOON)
    assert len(asked(session, case)) == 1


def test_the_hours_that_somebody_chose_are_what_matching_hears(
    session: Session, make: Make
) -> None:
    case = make.case()
    session.add(
        WaitChoice(
            id=new_id(),
            case_id=case.id,
            kind=ChoiceKind.LATER,
            by="text",
            from_wall=time(8),
            until_wall=time(10),
            zone="Asia/Yangon",
            chosen_at=NOON,
        )
    )
    session.flush()
    (waiting,) = line(session, NOON, [])
    assert waiting.hours == SafeHours(time(8), time(10), "Asia/Yangon")


def test_clearances_count_only_where_a_coordinator_asks_for_them(
    session: Session, make: Make
) -> None:
    plain, cleared = on(session, make), on(session, make, clearances="youth,crisis")
    seeker = make.seeker()
    seeker.age_band = "under18"
    case = make.case(seeker=seeker)
    assert line(session, NOON, [])[0].needs == frozenset()
    set_setting(session, "clearances", True)
    cases.route(session, now=NOON)
    assert (asked(session, case), left_out(session, case, plain)) == ([cleared.id], ["clearance"])


def test_who_may_die_is_shown_to_those_cleared_for_it_and_to_others_before_nobody(
    session: Session, make: Make
) -> None:
    set_setting(session, "clearances", True)
    first = on(session, make)
    case = make.case(urgency=1)
    cases.route(session, now=NOON)
    assert asked(session, case) == [first.id]
    cleared = on(session, make, clearances="crisis")
    another = make.case(urgency=1)
    cases.route(session, now=NOON)
    assert cleared.id in {*asked(session, case), *asked(session, another)}
    assert line(session, NOON, candidates(session, NOON))[0].needs == {"crisis"}


def test_a_case_that_comes_back_is_shown_first_to_the_team_that_had_it(
    session: Session, make: Make
) -> None:
    team = make.team()
    others = [on(session, make) for _ in range(3)]
    theirs = on(session, make, team=team)
    for _ in range(2):  # tired: without the team, others would be asked
        cases.claim(session, make.case().id, theirs.id, now=NOON)
    case = make.case(team_id=team.id)
    cases.route(session, now=NOON)
    assert asked(session, case) == [theirs.id]
    cases.decline_offer(
        session, cases.open_offers(session, counsellor_id=theirs.id)[0].id, theirs.id, now=NOON
    )
    cases.route(session, now=NOON)
    assert set(asked(session, case)) <= {each.id for each in others}
    assert asked(session, case)


@pytest.mark.parametrize("why", ["nobody of the team is on", "the team had its time", "urgent"])
def test_a_team_is_no_dead_end(session: Session, make: Make, why: str) -> None:
    team, other = make.team(), on(session, make)
    mine = make.counsellor(team=team)
    if why != "nobody of the team is on":
        shift(session, mine)
    case = make.case(team_id=team.id, urgency=1 if why == "urgent" else 4)
    if why == "the team had its time":
        case.moved_at = NOON - timedelta(minutes=10)
    session.flush()
    assert line(session, NOON, candidates(session, NOON))[0].team_id is None
    cases.route(session, now=NOON)
    assert other.id in asked(session, case) or why == "the team had its time"


def test_who_rests_after_a_heavy_conversation_is_not_asked_until_they_answered_or_it_ends(
    session: Session, make: Make
) -> None:
    mei = on(session, make)
    rest = Debrief(id=new_id(), person_id=mei.id, reason="risk", at=NOON, until_at=after(15))
    session.add(rest)
    case = make.case()
    cases.route(session, now=NOON)
    assert (asked(session, case), left_out(session, case, mei)) == ([], ["cooling"])
    assert [each.cooling for each in candidates(session, after(16))] == [False]
    rest.answered_at = NOON
    session.flush()
    assert [each.cooling for each in candidates(session, NOON)] == [False]


def test_a_candidate_has_all_that_is_known_of_them(session: Session, make: Make) -> None:
    team = make.team()
    mei = on(
        session,
        make,
        team=team,
        zone="Asia/Yangon",
        gender="woman",
        age_band="30to59",
        topics_off="loss",
        clearances="youth,crisis",
    )
    set_setting(session, LEARNED, {"hours": {mei.id: 12.5}, "answers": {mei.id: 0.8}})
    (known,) = candidates(session, NOON)
    assert (known.gender, known.age_band, known.zone) == ("woman", "30to59", "Asia/Yangon")
    assert (known.topics_off, known.clearances) == (
        frozenset({"loss"}),
        frozenset({"youth", "crisis"}),
    )
    assert (known.team_ids, known.until) == (frozenset({team.id}), NOON + 2 * HOUR)
    assert (known.hours_helped, known.answers, known.channels) == (12.5, 0.8, frozenset({TEXT}))


def test_calls_are_matched_as_calls_only_where_calls_are_taken(
    session: Session, make: Make
) -> None:
    on(session, make)
    make.case(how=HowToReach.CALL)
    assert line(session, NOON, [])[0].channel == TEXT
    set_setting(session, "voice", True)
    assert line(session, NOON, [])[0].channel == VOICE
    assert candidates(session, NOON)[0].channels == {TEXT, VOICE}


# --- how much is asked of the database ---


@contextmanager
def counted(session: Session) -> Iterator[Callable[[], int]]:
    """How many statements are run meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements(session: Session, ask: Callable[[], object]) -> int:
    session.flush()
    session.expire_all()
    with counted(session) as count:
        ask()
    return count()


def test_reading_who_waits_and_who_is_on_takes_as_many_statements_however_many_there_are(
    session: Session, make: Make
) -> None:
    def read() -> None:
        by = standing(session)
        line(session, NOON, candidates(session, NOON, by), by)

    on(session, make)
    make.case()
    few = statements(session, read)
    for _ in range(6):
        on(session, make, team=make.team(new_id()))
        make.case()
    assert (statements(session, read), few) == (few, 19)


def test_a_pass_that_finds_nobody_takes_as_many_statements_however_many_wait(
    session: Session, make: Make
) -> None:
    mei = on(session, make, load_cap=1)
    cases.claim(session, make.case().id, mei.id, now=NOON)
    make.case()
    cases.route(session, now=NOON)
    few = statements(session, lambda: cases.route(session, now=after(1)))
    for _ in range(8):
        make.case()
    cases.route(session, now=after(1))
    assert statements(session, lambda: cases.route(session, now=after(2))) == few


# --- what an event makes it look at ---


def test_an_event_is_acted_on_at_once_and_what_time_changes_each_minute(
    session: Session, make: Make
) -> None:
    mei = on(session, make, load_cap=1)
    cases.claim(session, make.case().id, mei.id, now=NOON)
    case = make.case()
    cases.route(session, now=NOON)
    assert left_out(session, case, mei) == ["at_capacity"]
    cases.pause(session, mei.id, now=after(1))
    cases.route(session, now=after(1), changed=())
    assert left_out(session, case, mei) == ["at_capacity"]
    cases.route(session, now=after(1), changed={case.id})
    assert left_out(session, case, mei) == ["paused", "at_capacity"]


def test_who_gets_room_is_asked_in_the_pass_of_that_event(session: Session, make: Make) -> None:
    mei = on(session, make, load_cap=1)
    first = cases.claim(session, make.case().id, mei.id, now=NOON)
    case = make.case()
    cases.route(session, now=NOON)
    cases.close(session, first, mei.id, disposition="talked", now=after(1))
    cases.HANDLERS["route"](session, {"about": ""}, after(1))
    assert asked(session, case) == [mei.id]


def test_a_case_that_nobody_explained_yet_is_explained_whatever_the_event_was(
    session: Session, make: Make
) -> None:
    case = make.case()
    cases.route(session, now=NOON, changed=())
    rows = select(RoutingDecision).where(RoutingDecision.case_id == case.id)
    assert len(session.scalars(rows).all()) == 1
    assert case.state is CaseState.WAITING
