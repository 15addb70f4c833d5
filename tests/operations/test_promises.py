"""What people say about their hours is kept as they said it, and answers who is on and who next."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpline.people import Person
from scheduling import promises
from scheduling.availability import DutyRole
from scheduling.base import new_id
from scheduling.errors import Refused
from scheduling.promises import DatedChange, Pause, WeeklyPromise
from scheduling.zones import UnknownZone
from tests.make import NOON, Make

MONDAY, TUESDAY = 0, 1
KL = "Asia/Kuala_Lumpur"  # NOON is Monday 20:00 there
HOUR = timedelta(hours=1)


def promise(
    session: Session, who: Person, hours: str = "18:00-22:00", **more: Any
) -> WeeklyPromise:
    """Mondays in Kuala Lumpur, which is 10:00 to 14:00 UTC, unless told otherwise."""
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    stated = {"weekday": MONDAY, "zone": KL, "now": NOON, **more}
    return promises.promise(session, who.id, start=start, end=end, **stated)


def on(session: Session, now: datetime = NOON) -> list[str]:
    return [duty.person_id for duty in promises.on_shift(session, now)]


def test_who_promised_is_on_from_the_first_moment_until_the_last(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    (duty,) = promises.on_shift(session, NOON)

    assert (duty.person_id, duty.paused) == (mei.id, False)
    assert (duty.since, duty.until) == (NOON - 2 * HOUR, NOON + 2 * HOUR)
    assert on(session, duty.since) == [mei.id] != on(session, duty.since - HOUR / 60)
    assert on(session, duty.until) == []


def test_the_next_week_is_promised_too(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)

    assert on(session, NOON + timedelta(days=7)) == [mei.id]
    assert on(session, NOON + timedelta(days=6)) == []


def test_somebody_may_be_on_in_several_roles_for_several_teams(
    session: Session, make: Make
) -> None:
    mei, red, blue = make.counsellor(), make.team("Red"), make.team("Blue")
    promise(session, mei, role=DutyRole.LEAD, team_id=red.id)
    promise(session, mei, "19:00-23:00", team_id=blue.id)
    promise(session, mei, "23:00-23:30", role=DutyRole.STAND_IN, team_id=blue.id)

    (duty,) = promises.on_shift(session, NOON)

    assert duty.duties == {(DutyRole.LEAD, red.id), (DutyRole.MEMBER, blue.id)}
    assert duty.roles == {DutyRole.LEAD, DutyRole.MEMBER}
    assert duty.team_ids == {red.id, blue.id}
    assert duty.is_lead_of(red.id)
    assert not duty.is_lead_of(blue.id)
    assert duty.until == NOON + 3.5 * HOUR  # unbroken, whatever the role


def test_one_person_may_be_asked_about(session: Session, make: Make) -> None:
    mei, ana = make.counsellor(), make.counsellor(alias="Ana")
    promise(session, mei)
    promise(session, ana)

    asked = promises.on_shift(session, NOON, among=[ana.id])
    asked_among_many = promises.on_shift(session, NOON, among=[ana.id, *map(str, range(600))])

    assert [duty.person_id for duty in asked] == [ana.id]
    assert asked_among_many == asked
    assert promises.on_shift(session, NOON, among=[]) == []


def test_who_travels_keeps_the_shift_in_its_own_zone(session: Session, make: Make) -> None:
    mei = make.counsellor(zone="Asia/Kuala_Lumpur")
    promise(session, mei)
    mei.zone = "America/New_York"
    session.flush()

    assert on(session) == [mei.id]


def test_a_promise_said_twice_is_one(session: Session, make: Make) -> None:
    mei = make.counsellor()

    assert promise(session, mei) is promise(session, mei)
    assert promise(session, mei, "18:00-21:00") is not promise(session, mei)


def test_an_old_name_of_a_zone_is_kept_under_its_present_one(session: Session, make: Make) -> None:
    assert promise(session, make.counsellor(), zone="Asia/Calcutta").zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"hours": "18:00-18:00"}, "empty_shift"),
        ({"zone": "Asia/Atlantis"}, "unknown_zone"),
        ({"weekday": 7}, "unknown_weekday"),
        ({"weekday": -1}, "unknown_weekday"),
        ({"first_on": date(2026, 4, 6), "last_on": date(2026, 4, 5)}, "ends_before_it_begins"),
        ({"first_on": date(2206, 4, 6)}, "day_out_of_reach"),
        ({"first_on": date(26, 4, 6)}, "day_out_of_reach"),
        ({"last_on": date(2206, 4, 6)}, "day_out_of_reach"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(
    session: Session, make: Make, changed: dict[str, Any], code: str
) -> None:
    mei = make.counsellor()
    with pytest.raises(Refused) as refusal:
        promise(session, mei, **changed)

    assert refusal.value.code == code
    assert session.scalars(select(WeeklyPromise)).all() == []


@pytest.mark.parametrize(
    "broken",
    [
        {"weekday": 7},
        {"end_wall": time(18)},
        {"last_on": date(2026, 4, 5)},
    ],
)
def test_the_database_refuses_what_the_operation_would(
    session: Session, make: Make, broken: dict[str, Any]
) -> None:
    row = promise(session, make.counsellor())
    for name, value in broken.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError):
        session.flush()


def test_erasing_a_person_erases_their_hours(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.away(session, mei.id, first_on=NOON.date(), last_on=NOON.date(), zone=KL,
                  now=NOON - HOUR, start=time(1), end=time(2))  # fmt: skip
    promises.pause(session, mei.id, now=NOON)
    session.delete(mei)
    session.flush()

    for table in (WeeklyPromise, DatedChange, Pause):
        assert session.scalars(select(table)).all() == []


# --- withdrawing


def test_a_withdrawn_promise_leaves_what_was_before(session: Session, make: Make) -> None:
    mei = make.counsellor()
    row = promise(session, mei, first_on=date(2026, 3, 1))
    promises.withdraw(session, row.id, person_id=mei.id, now=NOON)

    assert on(session) == []
    assert on(session, NOON - timedelta(days=7)) == [mei.id]


def test_a_promise_may_be_withdrawn_from_a_later_day_on(session: Session, make: Make) -> None:
    mei = make.counsellor()
    row = promise(session, mei)
    promises.withdraw(session, row.id, person_id=mei.id, now=NOON, from_on=date(2026, 4, 13))

    assert on(session) == [mei.id]
    assert on(session, NOON + timedelta(days=7)) == []


def test_a_promise_that_never_began_is_gone(session: Session, make: Make) -> None:
    mei = make.counsellor()
    row = promise(session, mei)
    promises.withdraw(session, row.id, person_id=mei.id, now=NOON)

    assert session.scalars(select(WeeklyPromise)).all() == []


def test_withdrawing_never_makes_a_promise_longer(session: Session, make: Make) -> None:
    mei = make.counsellor()
    row = promise(session, mei, last_on=date(2026, 4, 20))
    promises.withdraw(session, row.id, person_id=mei.id, now=NOON, from_on=date(2026, 6, 1))

    assert row.last_on == date(2026, 4, 20)


def test_nobody_withdraws_what_somebody_else_promised(session: Session, make: Make) -> None:
    mei, ana = make.counsellor(), make.counsellor(alias="Ana")
    row = promise(session, mei)
    change = promises.extra_hours(session, mei.id, first_on=NOON.date(), start=time(1), end=time(2),
                            zone=KL, now=NOON)  # fmt: skip

    with pytest.raises(promises.NoSuchPromise):
        promises.withdraw(session, row.id, person_id=ana.id, now=NOON)
    with pytest.raises(promises.NoSuchPromise):
        promises.take_back(session, change.id, person_id=ana.id)
    with pytest.raises(promises.NoSuchPromise):
        promises.withdraw(session, new_id(), person_id=mei.id, now=NOON)


# --- single days


def test_a_day_away_outdoes_the_promise_until_it_is_taken_back(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    change = promises.away(
        session, mei.id, first_on=date(2026, 4, 6), last_on=date(2026, 4, 7), zone=KL, now=NOON
    )
    assert on(session) == []

    promises.take_back(session, change.id, person_id=mei.id)

    assert on(session) == [mei.id]


def test_away_for_some_hours(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.away(session, mei.id, first_on=date(2026, 4, 6), last_on=date(2026, 4, 6), zone=KL,
                  now=NOON, start=time(19), end=time(21))  # fmt: skip

    assert on(session) == []
    assert on(session, NOON + HOUR) == [mei.id]


def test_extra_hours_outdo_a_day_away_that_was_said_before(session: Session, make: Make) -> None:
    mei = make.counsellor()
    day = date(2026, 4, 6)
    promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON - HOUR)
    promises.extra_hours(session, mei.id, first_on=day, start=time(19), end=time(21),
                         zone=KL, now=NOON)  # fmt: skip

    assert on(session) == [mei.id]
    promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON + HOUR / 2)
    assert on(session) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"start": time(18)}, "hours_incomplete"),
        ({"end": time(18)}, "hours_incomplete"),
        ({"start": time(18), "end": time(18)}, "empty_shift"),
        ({"last_on": date(2026, 4, 5)}, "ends_before_it_begins"),
        ({"zone": "Nowhere"}, "unknown_zone"),
        ({"last_on": date(9999, 12, 31)}, "day_out_of_reach"),
    ],
)
def test_a_day_away_that_makes_no_sense_is_refused(
    session: Session, make: Make, said: dict[str, Any], code: str
) -> None:
    day = date(2026, 4, 6)
    with pytest.raises(Refused) as refusal:
        promises.away(
            session,
            make.counsellor().id,
            **{"first_on": day, "last_on": day, "zone": KL, "now": NOON, **said},
        )
    assert refusal.value.code == code


def test_extra_hours_in_an_hour_that_the_clocks_skip_are_refused(
    session: Session, make: Make
) -> None:
    mei, now = make.counsellor(), datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(promises.WallTimeSkipped) as refusal:
        promises.extra_hours(
            session,
            mei.id,
            first_on=date(2026, 3, 6),
            last_on=date(2026, 3, 9),
            start=time(2, 30),
            end=time(5),
            zone="America/New_York",
            now=now,
        )

    assert [f"{wall:%d %H:%M}" for wall in refusal.value.args] == ["08 02:30", "08 03:30"]
    with pytest.raises(UnknownZone):
        promises.extra_hours(session, mei.id, first_on=date(2026, 3, 6), start=time(2), end=time(5),
                       zone="America/Atlantis", now=now)  # fmt: skip


def test_what_somebody_said_can_be_shown_to_them(session: Session, make: Make) -> None:
    mei = make.counsellor()
    late = promise(session, mei, weekday=TUESDAY)
    early = promise(session, mei)
    over = promise(session, mei, "01:00-02:00", first_on=date(2026, 3, 1), last_on=date(2026, 4, 5))
    day = date(2026, 4, 8)
    change = promises.away(session, mei.id, first_on=day, last_on=day, zone=KL, now=NOON)

    assert promises.promises_of(session, mei.id, day=NOON.date()) == [early, late]
    assert over in promises.promises_of(session, mei.id, day=date(2026, 4, 5))
    assert promises.changes_of(session, mei.id, day=day) == [change]
    assert promises.changes_of(session, mei.id, day=date(2026, 4, 9)) == []
