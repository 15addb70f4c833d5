"""The database as doors see it. The only module that commits.

SQLite (measured settings): WAL so that readers never wait, `synchronous=FULL` so that what was
acknowledged survives a power cut, and writers who first take a file lock and then BEGIN IMMEDIATE,
so that nobody waits long, nothing read is stale, and a commit never meets a checkpoint.
PostgreSQL: the same code, with row locks where an operation asks for them.
"""

import fcntl
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pysqlite3.dbapi2 as sqlite
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as AppSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, UOWTransaction

from helpline.config import sqlite_file
from scheduling.base import Base

# 3.7.0 to 3.51.2 can corrupt a WAL file when a commit meets a checkpoint (sqlite.org/wal.html).
SQLITE_SAFE = (3, 51, 3)
SQLITE_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "secure_delete=ON",
)


ASK_AFTER = 30.0  # seconds of rest, a PostgreSQL connection is asked whether it still works


class KeyedSession(AppSession):
    """A session that knows the instance's keys, so that sealed columns can be read and written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.info["keyring"] = current_app.extensions["helpline"].keyring


db = SQLAlchemy(model_class=Base, session_options={"class_": KeyedSession})


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: everything in the block is kept, or nothing is.

    Doors (views, commands, workers) open it; operations are handed the session and never commit,
    so they can be combined. Whatever was read before the block (the signed-in person, say) is read
    again inside it.

    Raises:
        RuntimeError: inside another transaction, or with changes made outside of one.
    """
    session: Session = db.session()
    if session.info.get("in_transaction"):
        raise RuntimeError("a transaction is already open: pass its session on instead")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside of a transaction")
    session.rollback()  # ends the read that came before, so that this one starts afresh
    session.info["in_transaction"] = True
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_transaction"] = False


def begin_in(app: Flask) -> Callable[[], AbstractContextManager[Session]]:
    """How threads without a request open transactions: in an application context of their own."""

    @contextmanager
    def begin() -> Iterator[Session]:
        with app.app_context(), transaction() as session:
            yield session

    return begin


@contextmanager
def statements() -> Iterator[Connection]:
    """A transaction of plain statements, without the mapper: for the webhook's hot path."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def read() -> Session:
    """The session for reading, outside of any transaction. Doors that change nothing use it.

    On PostgreSQL each statement then stands for itself, as it would anyway in READ COMMITTED,
    without a BEGIN and a ROLLBACK that travel to the server and back.
    """
    session: Session = db.session()
    if not session.in_transaction() and db.engine.dialect.name == "postgresql":
        session.connection(execution_options=_ALONE)
    return session


@event.listens_for(KeyedSession, "before_flush")
def _only_in_transactions(session: Session, flush: UOWTransaction, rows: object) -> None:
    """What a door only reads, it must not change by the way: nothing could take it back."""
    if not session.info.get("in_transaction"):
        raise RuntimeError("something was changed outside of a transaction")


def one_statement(app: Flask) -> Engine:
    """Connections for single statements that change nothing, without a transaction around them."""
    with app.app_context():
        on_sqlite = db.engine.dialect.name == "sqlite"
        return db.engine.execution_options(**({"alone": True} if on_sqlite else _ALONE))


_ALONE = {"isolation_level": "AUTOCOMMIT"}


def settle() -> None:
    """Empty SQLite's log into its file, so that erased bytes are nowhere; PostgreSQL needs nothing.

    A reader at this moment keeps the log; the next call, or the next quiet moment, empties it.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()  # a read of our own would keep the log, too
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy needs besides the address: our SQLite, or patience with a server."""
    if sqlite_file(url):
        return {"module": sqlite, "pool_size": 16, "max_overflow": 16}
    return {
        "pool_size": 8,
        "max_overflow": 16,
        "pool_recycle": 1800,
        "skip_autocommit_rollback": True,  # or reading would cost a way to the server for nothing
    }


def engine_url(url: str) -> str:
    """The address with an absolute path and the driver spelt out."""
    file = sqlite_file(url)
    if file:
        return f"sqlite:///{file}"
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres://", "postgresql+psycopg://", 1
    )


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    (_, _, path), *_ = connection.execute("PRAGMA database_list").fetchall()
    if path:
        record.info["lock"] = os.open(f"{path}-writer", os.O_RDWR | os.O_CREAT, 0o600)


@event.listens_for(Engine, "close")
def _close_lock(connection: Any, record: Any) -> None:
    if record is not None and (lock := record.info.pop("lock", None)) is not None:
        os.close(lock)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Writers queue at the file lock, which is fair enough; readers never wait."""
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if options.get("alone"):
        return
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    lock = connection.connection.info.get("lock")
    if lock is not None:
        fcntl.flock(lock, fcntl.LOCK_EX)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Engine, "checkin")
def _unlock_sqlite(connection: Any, record: Any) -> None:
    if (lock := record.info.get("lock")) is not None:
        fcntl.flock(lock, fcntl.LOCK_UN)


@event.listens_for(Engine, "checkin")
def _note_rest(connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _still_there(connection: Any, record: Any, proxy: Any) -> None:
    """Notice a server that went away while the connection lay in the pool.

    It says so on its way out, so a silent connection works and is not asked each time; one that
    rested for long is asked, for a network between may have forgotten it.

    Raises:
        InvalidatePoolError: it is gone; the pool then makes a new one, and trusts no other either.
    """
    if type(connection).__module__ != "psycopg":
        return
    rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
    try:
        if rested < ASK_AFTER and not _has_spoken(connection):
            return
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except connection.Error as error:
        raise InvalidatePoolError from error


def _has_spoken(connection: Any) -> bool:
    """Whether a server that was asked nothing has something to say: a farewell, mostly."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
