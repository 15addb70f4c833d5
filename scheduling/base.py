"""The floor under every table: one declarative base, ids, one type for moments in time."""

import enum
import itertools
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: always aware UTC in Python, naive UTC in the database.

    Raises:
        ValueError: on a naive datetime, because nobody can tell what moment it means.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone, so it names no moment")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


# No vowels, so that no id spells a word; no 0/O, 1/l, so that one can be read out.
_ID_ALPHABET = b"23456789bcdfghjkmnpqrstvwxz"
ID_LENGTH = 26
# One letter for each random byte below the last whole multiple of 27; those above are left out,
# because they would make the first letters likelier than the others.
_LETTERS = (_ID_ALPHABET * 10)[:256]
_UNEVEN = bytes(range(256 // len(_ID_ALPHABET) * len(_ID_ALPHABET), 256))


def new_id() -> str:
    """A random id of about 123 bits, made before the insert so that sealing can bind to it.

    >>> len(new_id())
    26
    """
    letters = b""
    while len(letters) < ID_LENGTH:  # once, but for one time in ten million
        letters += secrets.token_bytes(2 * ID_LENGTH).translate(_LETTERS, _UNEVEN)
    return letters[:ID_LENGTH].decode()


_ticks = itertools.count(time.time_ns())


def next_tick() -> int:
    """A number that grows: orders what one transaction writes at one moment (ids are random)."""
    return next(_ticks)


# Marked by a number: SQLAlchemy would take a text for a name to look up.
Id = Annotated[str, ID_LENGTH]


class Base(DeclarativeBase):
    """Every model's parent."""

    # Given as a registry because Flask-SQLAlchemy 3.1 refuses a base with a type_annotation_map.
    registry = registry(
        # Constraints have names spelt out, so that a migration can drop them on any database.
        metadata=MetaData(
            naming_convention={
                "pk": "pk_%(table_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "ix": "ix_%(table_name)s_%(column_0_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcDateTime,
            Id: String(ID_LENGTH),
            # Plain VARCHAR holding the value: a new member needs no ALTER TYPE on PostgreSQL.
            enum.StrEnum: Enum(
                enum.StrEnum,
                native_enum=False,
                length=20,
                values_callable=lambda members: [member.value for member in members],
            ),
        },
    )
