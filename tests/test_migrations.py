"""The database's shape: one line of history, every step both ways, the same as the models say."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from helpline import migration
from helpline.db import engine_options, engine_url
from tests.databases import empty_database


@pytest.fixture
def url(tmp_path: Path) -> str:
    return empty_database(tmp_path)


def tables(url: str) -> set[str]:
    engine = create_engine(engine_url(url), **engine_options(url))
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found - {"alembic_version"}


def test_up_is_what_the_models_say(url: str) -> None:
    migration.upgrade(url)

    assert migration.drift(url) == []


def test_up_twice_changes_nothing(url: str) -> None:
    migration.upgrade(url)
    before = tables(url)
    migration.upgrade(url)

    assert tables(url) == before != set()


def test_down_leaves_nothing_and_up_again_works(url: str) -> None:
    migration.upgrade(url)
    migration.downgrade(url, "base")
    assert tables(url) == set()
    migration.upgrade(url)

    assert migration.drift(url) == []


def test_what_the_first_version_kept_is_there_after_the_next_steps(url: str) -> None:
    migration.upgrade(url, "0001")
    engine = create_engine(engine_url(url), **engine_options(url))
    with engine.connect().execution_options(writes=True) as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, is_seeker, codename, language, zone, zone_is_guess,"
                " age_band, created_at) VALUES ('p', :yes, 'Quiet Heron', 'ms', 'UTC', :no, '',"
                " '2026-01-01 00:00:00')"
            ),
            {"yes": True, "no": False},
        )
        connection.execute(
            text(
                "INSERT INTO support_case (id, seeker_id, state, how, language, topic, urgency,"
                " risk_level, opened_at, moved_at, disposition, is_substantive, consent_version)"
                " VALUES ('c', 'p', 'waiting', 'text', 'ms', '', 4, 'none', '2026-01-01 00:00:00',"
                " '2026-01-01 00:00:00', '', :yes, '')"
            ),
            {"yes": True},
        )
        connection.commit()
    migration.upgrade(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT state, accepts, not_before FROM support_case"))
        assert found.all() == [("waiting", "", None)]
    engine.dispose()


@pytest.mark.sqlite
def test_foreign_keys_are_on_again_after_migrating(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.sqlite"
    migration.upgrade(url)
    engine = create_engine(engine_url(url), **engine_options(url))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL"
    engine.dispose()


@pytest.mark.sqlite
def test_two_that_migrate_at_once_both_end_well(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    url = f"sqlite:///{tmp_path}/x.sqlite"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migration.upgrade, [url, url]))

    assert sqlite3.connect(tmp_path / "x.sqlite").execute(
        "SELECT count(*) FROM alembic_version"
    ).fetchone() == (1,)
