"""A fingerprint of what people said about their hours: another one as soon as anything is said."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    bindparam,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from scheduling import zones
from scheduling.promises.rows import DatedChange, WeeklyPromise

_WEEKLY, _DATED = WeeklyPromise.__table__, DatedChange.__table__


def _bare(table: FromClause) -> Iterator[ColumnElement[Any]]:
    """The columns as the driver gives them: a fingerprint needs no moments and no enums."""
    return (type_coerce(column, NullType()) for column in table.c)


_PROMISES = (
    select(*_bare(_WEEKLY))
    .where(
        _WEEKLY.c.person_id.in_(bindparam("people", expanding=True)),
        or_(_WEEKLY.c.last_on.is_(None), _WEEKLY.c.last_on >= bindparam("day")),
    )
    .order_by(_WEEKLY.c.id)
)
_CHANGES = (
    select(*_bare(_DATED))
    .where(
        _DATED.c.person_id.in_(bindparam("people", expanding=True)),
        _DATED.c.last_on >= bindparam("day"),
    )
    .order_by(_DATED.c.id)
)


def digest(connection: Connection, person_ids: Collection[str], *, day: date) -> bytes:
    """32 bytes that stay the same while nobody says anything new that is about `day` or later.

    The zone data count too, since they say when a wall time is. Costs two statements and expands
    nothing.
    """
    asked = {"people": sorted(person_ids), "day": day}
    rows = [
        [tuple(row) for row in connection.execute(statement, asked)]
        for statement in (_PROMISES, _CHANGES)
    ]
    return hashlib.sha256(repr((zones.version(), rows)).encode()).digest()
