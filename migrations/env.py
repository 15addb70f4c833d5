"""Alembic's way in: one line of history, every step runs both ways, on SQLite and PostgreSQL."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from helpline.models import ALL_TABLES
from scheduling.base import Base, UtcDateTime


def run(connection: Connection) -> None:
    """Run the steps, each in a transaction of its own.

    SQLite alters a table by making it anew and dropping the old one; with foreign keys on, the
    drop would delete what refers to it, so they are off meanwhile and checked afterwards.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        _keys(connection, "OFF")
    context.configure(
        connection=connection.execution_options(writes=True),
        target_metadata=Base.metadata,
        render_as_batch=on_sqlite,
        compare_type=True,
        transaction_per_migration=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
    if on_sqlite:
        _check_keys(connection)


def _render(kind: str, item: object, context: object) -> str | Literal[False]:
    """A step stands by itself: it names what the database has, not our column types."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def _keys(connection: Connection, to: str) -> None:
    """Switch foreign keys, on the driver's connection: inside a transaction it does nothing."""
    driver = connection.connection.dbapi_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.execute(f"PRAGMA foreign_keys={to}")  # type: ignore[attr-defined]  # sqlite's own


def _check_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.rollback()
    _keys(connection, "ON")
    if broken:
        raise RuntimeError(f"{len(broken)} rows refer to rows that are gone: restore the backup")


if ALL_TABLES:
    run(context.config.attributes["connection"])
