"""Where the tests' PostgreSQL comes from, and that nothing of it stays behind."""

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from tests.everything import postgres
from tests.everything.postgres import NoServer, Server


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with postgres.provide(None, own=True) as server:
        yield server


def connect(url: URL) -> psycopg.Connection[tuple[object, ...]]:
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True)


def names_on(server: Server) -> set[object]:
    with connect(server.url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def folder_of(server: Server) -> Path:
    return Path(str(server.url.query["host"]))


@pytest.mark.postgres
def test_a_server_of_our_own_is_no_root_and_listens_on_no_port(own_server: Server) -> None:
    owner = (folder_of(own_server) / "data").stat().st_uid

    with connect(own_server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert owner == (os.geteuid() or pwd.getpwnam("nobody").pw_uid)


@pytest.mark.postgres
def test_a_server_of_our_own_is_gone_after_a_failure() -> None:
    with contextlib.suppress(ZeroDivisionError), postgres.started() as server:
        still_connected = connect(server.url)
        raise ZeroDivisionError
    still_connected.close()

    assert not folder_of(server).exists()
    with pytest.raises(psycopg.OperationalError):
        connect(server.url)


@pytest.mark.postgres
def test_a_user_who_may_not_create_databases_is_told_so(own_server: Server) -> None:
    with connect(own_server.url) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
    named = own_server.url.set(username="guest").render_as_string()

    with pytest.raises(NoServer, match="grant it CREATEDB"), postgres.provide(named):
        pass


@pytest.mark.postgres
def test_only_the_databases_of_a_run_are_dropped_after_it(own_server: Server) -> None:
    prefix = postgres.random_prefix()
    with connect(own_server.url) as connection:
        for name in (f"{prefix}_1", f"{prefix}_2", "warmline", prefix.replace("_", "x")):
            connection.execute(f"CREATE DATABASE {name}".encode())
    before = names_on(own_server)

    with contextlib.closing(connect(own_server.url.set(database=f"{prefix}_1"))):
        postgres.drop_databases(own_server, prefix)  # although something is still connected

    assert before - names_on(own_server) == {f"{prefix}_1", f"{prefix}_2"}


def test_a_named_server_that_is_not_there_is_no_reason_to_take_another(tmp_path: Path) -> None:
    nowhere = f"postgresql://postgres@/postgres?host={tmp_path}"

    with pytest.raises(NoServer, match="does not let us in"), postgres.provide(nowhere):
        pass


def test_the_newest_of_debians_versions_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()

    assert postgres.find_binaries(tmp_path) == tmp_path / "17" / "bin"
