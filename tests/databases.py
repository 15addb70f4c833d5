"""A database for each test, empty but for the tables, and quickly.

`fresh_database(tmp_path)` is all that a fixture needs. On SQLite it is a file of its own for each
test, copied from one that got its tables once. Where TEST_DATABASE_URL names a PostgreSQL server,
it is one database for each test process, made under a random name on that server and dropped at
the end, with every table emptied before a test. What was on the server before is never touched.

The tables come from the models; that the migrations make the same ones is a test of its own.
"""

import atexit
import functools
import importlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg
from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, MetaData, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from scheduling.base import Base
from tests.everything.postgres import random_prefix

LOCK_WAIT = "10s"  # for a connection that a test before this one left open


def fresh_database(tmp_path: Path) -> str:
    """The URL of a database with every table, and nothing in them.

    `tmp_path` is a folder of the test's own; two calls within one test give the same database.
    """
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        return _emptied(_postgres_database(server))
    return _copied(tmp_path / "test.sqlite")


def empty_database(tmp_path: Path) -> str:
    """The URL of a database without any table, for what makes them itself."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    name = _made(server, f"e{secrets.token_hex(4)}")
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def on_postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return bool(os.environ.get("TEST_DATABASE_URL"))


def _copied(path: Path) -> str:
    shutil.copyfile(_sqlite_template(), path)
    return f"sqlite:///{path}"


@functools.cache
def _sqlite_template() -> Path:
    """A file with every table, made once in this process. Nobody writes to it again."""
    folder = Path(tempfile.mkdtemp(prefix="warmline-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.sqlite"
    engine = create_engine(f"sqlite:///{path}", module=dbapi2, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # the file remembers it
    _create_tables(engine)
    return path


@functools.cache
def _postgres_database(server: str) -> URL:
    """A database of this process's own on the server, with every table; dropped at the end.

    `TEST_DATABASE_PREFIX` is how the runner knows ours again, should this process be killed.
    """
    _metadata()  # if the models do not load, there is nothing to make
    name = _made(server, str(os.getpid()))
    _on_server(server, f"ALTER DATABASE {name} SET synchronous_commit = off")  # nothing to keep
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    _create_tables(_postgres_engine(url))
    return url


def _made(server: str, ending: str) -> str:
    """A database under a name that only this run uses, dropped when the process ends."""
    name = f"{os.environ.get('TEST_DATABASE_PREFIX') or random_prefix()}_{ending}"
    _on_server(
        server,
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    atexit.register(_on_server, server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return name


def _on_server(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement.encode())


def _emptied(url: URL) -> str:
    """Empty every table that holds something."""
    with _postgres_engine(url).begin() as connection:
        if full := _tables_with_rows(connection):
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
            _empty(connection, full)
    return url.render_as_string(hide_password=False)


def _empty(connection: Connection, tables: list[str]) -> None:
    """One statement, so that foreign keys are looked at when all of it is gone, in any order.

    TRUNCATE takes ten times as long, because it gives every table new files; it is for tables
    with a trigger that lets nobody delete.
    """
    deletes = ", ".join(
        f"d{i} AS (DELETE FROM {name})"  # noqa: S608 - our own table names
        for i, name in enumerate(tables)
    )
    try:
        with connection.begin_nested():
            connection.execute(text(f"WITH {deletes} SELECT 1"))
    except DBAPIError:
        connection.execute(text(f"TRUNCATE {', '.join(tables)} CASCADE"))


def _tables_with_rows(connection: Connection) -> list[str]:
    names = [f'"{name}"' for name in _metadata().tables]
    looks = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names]  # noqa: S608 - our own table names
    return list(connection.scalars(text(" UNION ALL ".join(looks))))


@functools.cache
def _postgres_engine(url: URL) -> Engine:
    return create_engine(url, poolclass=NullPool)


def _create_tables(engine: Engine) -> None:
    """Every table, and the word that they are in this version's shape, as a migration leaves it."""
    _metadata().create_all(engine)
    migration = importlib.import_module("helpline.migration")
    with engine.begin() as connection:
        migration.stamp(connection)


def _metadata() -> MetaData:
    """Every room's tables; loaded here, so that tests of pure functions do without them."""
    importlib.import_module("helpline.models")
    return Base.metadata
