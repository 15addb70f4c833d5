"""The demonstration: people, shifts and history that belong to a house in which somebody is on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import cases, demo
from helpline.cases import Case, CaseState
from helpline.config import Config
from helpline.instance import first_line, is_demonstration
from helpline.intake.numbers import read_number
from helpline.people import Account, AccountRole, Person, Place, Role, Team, TeamMember
from scheduling import promises
from scheduling.zones import Window
from tests.make import NOON, Make

WEEKS = timedelta(weeks=4)
STEP = timedelta(minutes=15)
SPRING = datetime(2026, 3, 5, tzinfo=UTC)  # clocks change in Los Angeles on 8 March, London on 29
AUTUMN = datetime(2026, 10, 15, tzinfo=UTC)  # in London on 25 October, in Los Angeles on 1 November


@pytest.fixture
def loaded(session: Session) -> Session:
    demo.load(session, sender="+60155500100", now=NOON)
    session.commit()
    return session


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
def test_malay_english_and_chinese_are_spoken_at_every_quarter_of_an_hour(
    session: Session, start: datetime
) -> None:
    demo.load(session, sender="+60155500100", now=start)
    able = {tag: set(cases.speakers(session, tag)) for tag in ("ms", "en", "zh-Hans")}
    table = promises.timetable(session, Window(start, start + WEEKS))
    alone = [
        (start + n * STEP, tag)
        for n in range(WEEKS // STEP)
        for tag, speakers in able.items()
        if not speakers & {each.person_id for each in table.on_at(start + n * STEP)}
    ]

    assert alone == []


def test_other_languages_have_gaps_to_be_told_about_honestly(loaded: Session) -> None:
    table = promises.timetable(loaded, Window(NOON, NOON + timedelta(days=1)))
    burmese = set(cases.speakers(loaded, "my"))
    on = [
        bool(burmese & {each.person_id for each in table.on_at(NOON + hour * timedelta(hours=1))})
        for hour in range(24)
    ]

    assert any(on)
    assert not all(on)


def test_there_are_enough_people_of_enough_places_and_languages(loaded: Session) -> None:
    people = loaded.scalars(
        select(Person)
        .join(AccountRole, AccountRole.person_id == Person.id)
        .where(AccountRole.role == Role.COUNSELLOR)
    ).all()
    spoken = {language.tag.split("-")[0] for person in people for language in person.languages}

    assert len(people) >= 14
    assert {"zh", "ms", "en", "my", "fil", "hi", "ja", "es", "ta"} <= spoken
    assert len({person.zone for person in people}) >= 8
    coordinators = select(AccountRole.person_id).where(AccountRole.role == Role.COORDINATOR)
    assert len(loaded.scalars(coordinators).all()) == 2
    for team in loaded.scalars(select(Team)):
        places = select(TeamMember.place).where(TeamMember.team_id == team.id)
        assert {Place.LEAD, Place.STAND_IN} <= set(loaded.scalars(places))


def test_its_history_is_of_people_who_were_answered(loaded: Session) -> None:
    found = loaded.scalars(select(Case)).all()

    assert {case.state for case in found} == {CaseState.CLOSED, CaseState.WAITING_SEEKER}
    assert all(case.counsellor_id for case in found)
    assert cases.overdue(loaded, NOON) == []
    assert is_demonstration(loaded)
    assert first_line(loaded)


def test_no_password_opens_a_demonstration_account(loaded: Session) -> None:
    from helpline.people import passwords

    kept = loaded.scalars(select(Account.password_hash)).all()

    assert not any(passwords.matches(one, "!") for one in kept)


def test_every_pretend_phone_has_a_number_that_could_be_one() -> None:
    numbers = [read_number(phone.number) for phone in demo.PHONES]

    assert None not in numbers
    assert len({phone.number for phone in demo.PHONES}) == len(numbers) >= 3


# The command, as somebody types it.

Helpline = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def helpline(database_url: str, tmp_path: Path) -> Helpline:
    """Runs `helpline ...` on this test's database, which already has its tables."""
    _stamp(database_url)

    def run(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "helpline.cli", *words],
            env={
                **kept,
                "DATABASE_URL": database_url,
                "KEYS_DIR": str(tmp_path),
                "PYTHONUTF8": "1",
                **settings,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def _stamp(url: str) -> None:
    """The tables come from the models (see tests/databases.py): say so to `migrate`."""
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from sqlalchemy import create_engine

    from helpline.db import engine_options, engine_url
    from helpline.migration import MIGRATIONS

    engine = create_engine(engine_url(url), **engine_options(url))
    with engine.connect() as connection:
        settings = AlembicConfig()
        settings.set_main_option("script_location", str(MIGRATIONS))
        settings.attributes["connection"] = connection
        command.stamp(settings, "head", purge=True)
    engine.dispose()


def test_load_then_links_gives_everybody_a_way_in(helpline: Helpline) -> None:
    loaded = helpline("demo", "load")
    links = helpline("demo", "links", "--json", PORT="8123")

    assert loaded.returncode == 0, loaded.stderr
    told = json.loads(links.stdout)
    assert len(told["people"]) == len(demo.HELPERS)
    ways = [person["sign_in"] for person in told["people"]]
    assert len(set(ways)) == len(ways)
    assert all(way.startswith("http://127.0.0.1:8123/demo/in/") for way in ways)
    assert told["phones"] == "http://127.0.0.1:8123/demo/phones"


def test_load_refuses_a_database_with_people(
    helpline: Helpline, session: Session, make: Make
) -> None:
    make.counsellor()
    session.commit()
    answer = helpline("demo", "load")

    assert answer.returncode != 0
    assert "people in this database already" in answer.stderr
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    assert not is_demonstration(session)


def test_there_are_no_links_without_a_demonstration(helpline: Helpline) -> None:
    answer = helpline("demo", "links", "--json")

    assert answer.returncode != 0
    assert "no demonstration" in answer.stderr


TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+15005550006",
}
BEYOND = [
    {"PUBLIC_BASE_URL": "https://help.example.org"},
    {"HOST": "192.0.2.7"},
    TWILIO,
    {"SMTP_URL": "smtp://mail.example.org"},
    {
        "ANDROID_GATEWAY_URL": "http://192.0.2.8",
        "ANDROID_GATEWAY_USER": "user",
        "ANDROID_GATEWAY_PASSWORD": "word",
        "ANDROID_GATEWAY_SIGNING_KEY": "key",
    },
]


@pytest.mark.parametrize("settings", BEYOND)
def test_whatever_reaches_beyond_this_machine_is_no_demonstration(
    settings: dict[str, str],
) -> None:
    assert not Config.from_env(settings).stays_here


def test_a_twilio_pretended_on_this_machine_is_fine() -> None:
    assert Config.from_env(TWILIO | {"TWILIO_API_BASE": "http://127.0.0.1:9"}).stays_here


def test_load_and_links_refuse_to_reach_beyond_this_machine(
    helpline: Helpline, session: Session
) -> None:
    for words in (("demo", "load"), ("demo", "links")):
        answer = helpline(*words, PUBLIC_BASE_URL="https://help.example.org")
        assert answer.returncode != 0
        assert "this machine only" in answer.stderr
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_web_worker_and_run_refuse_to_show_a_demonstration_to_the_world(
    helpline: Helpline, loaded: Session
) -> None:
    for settings in ({"PUBLIC_BASE_URL": "https://help.example.org"}, TWILIO):
        for word in ("web", "worker", "run"):
            answer = helpline(word, **settings)
            assert answer.returncode != 0
            assert "demonstration" in answer.stderr
