"""Bringing the database to the shape the code expects, and back. A command of its own.

Web and worker processes never make tables. Two `migrate` at once: the second waits for the first,
then finds nothing to do. Each step is one transaction, on SQLite as on PostgreSQL, so a process
killed in the middle leaves the step before it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from helpline.config import sqlite_file
from helpline.db import engine_options, engine_url

_BESIDE = Path(__file__).parent.parent / "migrations"
MIGRATIONS = _BESIDE if _BESIDE.is_dir() else Path(__file__).parent / "_data" / "migrations"
_PG_LOCK = 7_205_759  # any number, as long as every migration takes the same one


def upgrade(url: str, to: str = "head") -> None:
    """Run every step that is missing, up to `to`."""
    with _connection(url) as connection:
        command.upgrade(_settings(connection), to)


def downgrade(url: str, to: str) -> None:
    """Run steps backwards, down to and without what came after `to` ("base" for all)."""
    with _connection(url) as connection:
        command.downgrade(_settings(connection), to)


def drift(url: str) -> list[object]:
    """What the models have and the migrated database has not, or the other way round."""
    from alembic.autogenerate import compare_metadata  # only tests and `check` need it

    from helpline.models import ALL_TABLES
    from scheduling.base import Base

    with _connection(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata)) if ALL_TABLES else []


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest step."""
    return MigrationContext.configure(connection).get_current_revision() == _head()


def stamp(connection: Connection) -> None:
    """Say that the database is at the newest step, when the models themselves made its tables."""
    MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "head")


@cache
def _head() -> str | None:
    """The newest step that this version brings; read once, for it is asked again and again."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _settings(connection: Connection) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    file = sqlite_file(url)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(engine_url(url), **engine_options(url))
    try:
        with _alone(engine, file), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine, file: Path | None) -> Iterator[None]:
    """Hold off every other migration of this database."""
    if file is None:
        with engine.connect() as keeper:
            keeper.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _PG_LOCK})
            yield  # the lock goes with the connection
        return
    lock = os.open(f"{file}-migrating", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
