"""`helpline rehearse`: coming weeks tried out from the log or a scenario; nothing is changed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.cli import main
from helpline.cli.rehearse import coming
from helpline.rehearsal import promised, remembered, remembered_pace
from helpline.runtime import utc_now
from scheduling import promises
from scheduling.base import Base
from scheduling.zones import Window
from tests.conftest import TEST_KEY
from tests.make import NOON, Make

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "test " * 8,
        "DATA_KEYS": TEST_KEY,
        "INDEX_KEY": TEST_KEY,
        "AUDIT_KEY": TEST_KEY,
        "MAIL_DIR": str(tmp_path / "mail"),
    }


def rehearse(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["rehearse", *arguments], env=settings)


def asked_at(make: Make, *moments: datetime, **more: Any) -> Sequence[Case]:
    found = []
    for moment in moments:
        case = make.case(state=CaseState.CLOSED, **more)
        case.opened_at = moment
        found.append(case)
    make.session.commit()
    return found


def scenario(tmp_path: Path, text: str) -> str:
    path = tmp_path / "week.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


ALONE = """
with_promises = false
[[asking]]
language = "my"
per_day = 10
[[helper]]
languages = { my = "native" }
from = "00:00"
until = "12:00"
"""


def test_the_log_is_replayed_against_the_coming_shifts(
    settings: dict[str, str], session: Session, make: Make
) -> None:
    now = utc_now().astimezone(UTC)
    make.line(zone="UTC")
    mei = make.counsellor(languages=("ms",))
    for weekday in range(7):
        for start, end in ((0, 12), (12, 0)):
            promises.promise(
                session,
                mei.id,
                weekday=weekday,
                start=time(start),
                end=time(end),
                zone="UTC",
                now=now,
            )
    asked_at(make, *(now - number * DAY for number in range(1, 7)), language="ms")
    asked_at(make, now - DAY, language="my")
    found = json.loads(rehearse(settings, "--history", "7", "--json").stdout)
    assert found["languages"]["ms"]["asked"] == 6
    assert found["languages"]["my"] | {"hours": {}} == {
        "asked": 1,
        "helped": 0,
        "left": found["languages"]["my"]["left"],
        "waiting": found["languages"]["my"]["waiting"],
        "p50": None,
        "p95": None,
        "nobody_on": 1,
        "hours": {},
    }
    assert found["thin"][0]["language"] == "my"
    assert (found["helpers"], found["history_days"], found["zone"]) == (1, 7, "UTC")


def test_a_scenario_is_played_the_same_for_the_same_seed(
    settings: dict[str, str], tmp_path: Path
) -> None:
    path = scenario(tmp_path, ALONE)
    once, again, other = (
        rehearse(settings, "--scenario", path, "--json", "--seed", seed).stdout
        for seed in ("3", "3", "4")
    )
    assert json.loads(once)["everybody"]["asked"] > 30
    assert once == again
    assert json.loads(once)["everybody"] != json.loads(other)["everybody"]


def test_for_people_it_is_a_table_by_language_and_hour_with_thin_spots(
    settings: dict[str, str], tmp_path: Path
) -> None:
    told = rehearse(settings, "--scenario", scenario(tmp_path, ALONE), "--weeks", "2").stdout
    assert "p50 min  p95 min  nobody on" in told
    assert "my 15:00" in told
    assert "Thin: people come and nobody who could help them is on." in told


def test_the_example_can_be_played_as_it_is(settings: dict[str, str], tmp_path: Path) -> None:
    shown = rehearse(settings, "--example")
    path = scenario(tmp_path, shown.stdout)
    found = json.loads(rehearse(settings, "--scenario", path, "--json").stdout)
    assert set(found["languages"]) == {"my", "ms", "en"}


def test_without_a_log_a_newcomer_hears_what_to_do(settings: dict[str, str]) -> None:
    told = rehearse(settings)
    assert told.exit_code == 1
    assert "helpline rehearse --example > week.toml" in told.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = ", "week.toml"),
        ('[[asking]]\nlanguage = "my"\nper_day = "ten"', "asking 1: per_day: write a number."),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence(
    settings: dict[str, str], tmp_path: Path, text: str, words: str
) -> None:
    told = rehearse(settings, "--scenario", scenario(tmp_path, text))
    assert told.exit_code == 1
    assert words in told.output


def test_nothing_is_changed_by_a_rehearsal(
    settings: dict[str, str], session: Session, make: Make, tmp_path: Path
) -> None:
    make.counsellor()
    asked_at(make, utc_now().astimezone(UTC) - DAY)
    before = rows(session)
    assert rehearse(settings, "--history", "7").exit_code == 0
    assert rehearse(settings, "--scenario", scenario(tmp_path, ALONE)).exit_code == 0
    assert rows(session) == before


def rows(session: Session) -> dict[str, int]:
    session.rollback()
    found = {
        table.name: len(session.execute(table.select()).all())
        for table in Base.metadata.sorted_tables
    }
    session.rollback()
    return found


def test_who_asked_asks_again_at_the_same_hour_of_the_week(session: Session, make: Make) -> None:
    week = Window(NOON + 7 * DAY - 12 * HOUR, NOON + 21 * DAY - 12 * HOUR)  # two, from a Monday
    asked_at(make, NOON - 3 * DAY + HOUR, NOON - 8 * DAY, language="ms", accepts="en,id")
    found = remembered(session, 7, week, now=NOON)
    assert [each.at for each in found] == [NOON + 11 * DAY + HOUR, NOON + 18 * DAY + HOUR]
    assert found[0].languages == ("ms", "en", "id")
    both = remembered(session, 10, week, now=NOON)  # rounded up to two weeks
    assert len(both) == 2
    latest = remembered(session, 10, Window(week.start, week.start + 7 * DAY), now=NOON)
    assert [each.at for each in latest] == [NOON + 11 * DAY + HOUR]
    assert [each.at.weekday() for each in both] == [4, 6]


def test_how_long_conversations_take_is_taken_from_the_log_once_there_are_enough(
    session: Session, make: Make
) -> None:
    usual = remembered_pace(session, 28, now=NOON).service["text"]
    for minutes in range(1, 12):
        asked_at(
            make,
            NOON - DAY,
            claimed_at=NOON - DAY,
            closed_at=NOON - DAY + timedelta(minutes=10 * minutes),
        )
    assert remembered_pace(session, 28, now=NOON).service["text"] == 60 != usual


def test_who_promised_hours_is_on_then(session: Session, make: Make) -> None:
    mei = make.counsellor(languages=("ms",), load_cap=2, gender="woman")
    make.counsellor()
    promises.promise(
        session, mei.id, weekday=0, start=time(22), end=time(2), zone="Asia/Tokyo", now=NOON
    )
    window = coming(NOON, "UTC", 2)
    (one,) = promised(session, window)
    assert (one.who.person_id, one.who.load_cap, one.who.gender) == (mei.id, 2, "woman")
    start = NOON + 7 * DAY + HOUR
    assert one.on == (
        Window(start, start + 4 * HOUR),
        Window(start + 7 * DAY, start + 7 * DAY + 4 * HOUR),
    )
