"""Every test has a database of its own, with every table and nothing in them."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import URL, Engine, NullPool, create_engine, func, insert, inspect, make_url, select

from helpline.people import Person
from scheduling.base import Base, new_id
from tests.databases import fresh_database, on_postgres


def open_database(url: str | URL) -> Engine:
    url = make_url(url)
    module = {"module": dbapi2} if url.get_backend_name() == "sqlite" else {}
    return create_engine(url, poolclass=NullPool, **module)


def put_somebody_in(url: str) -> None:
    row = {
        "id": new_id(),
        "is_seeker": True,
        "language": "ms",
        "zone": "Asia/Kuching",
        "created_at": datetime(2020, 4, 6, tzinfo=UTC),
    }
    with open_database(url).begin() as connection:
        connection.execute(insert(Person).values(row))


def rows_in(url: str) -> int:
    with open_database(url).connect() as connection:
        counts = [select(func.count()).select_from(table) for table in Base.metadata.sorted_tables]
        return sum(connection.scalar(count) or 0 for count in counts)


def test_the_next_test_finds_every_table_and_nothing_in_them(tmp_path: Path) -> None:
    url = fresh_database(tmp_path)
    put_somebody_in(url)
    assert rows_in(url) == 1

    again = fresh_database(tmp_path)

    assert rows_in(again) == 0
    names = set(inspect(open_database(again)).get_table_names())
    assert names == {*Base.metadata.tables, "alembic_version"}


def test_it_is_the_database_that_this_run_is_about(tmp_path: Path) -> None:
    engine = open_database(fresh_database(tmp_path))

    assert engine.name == ("postgresql" if on_postgres() else "sqlite")


@pytest.mark.sqlite
def test_two_tests_share_no_file(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = fresh_database(tmp_path / "one"), fresh_database(tmp_path / "two")

    put_somebody_in(one)

    assert rows_in(two) == 0


@pytest.mark.postgres
def test_the_database_that_the_server_was_named_by_stays_as_it_was(tmp_path: Path) -> None:
    named = make_url(os.environ["TEST_DATABASE_URL"])

    assert make_url(fresh_database(tmp_path)).database != named.database
    assert "person" not in inspect(open_database(named)).get_table_names()


@pytest.mark.postgres
def test_a_table_that_lets_nobody_delete_is_emptied_as_well(tmp_path: Path) -> None:
    url = fresh_database(tmp_path)
    put_somebody_in(url)
    with open_database(url).begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'kept'; END $$;"
            "CREATE TRIGGER keep BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION keep()"
        )
    try:
        assert rows_in(fresh_database(tmp_path)) == 0
    finally:
        with open_database(url).begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION keep CASCADE")
