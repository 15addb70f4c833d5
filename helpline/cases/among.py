"""The rows of certain people: named one by one while they are few."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, true

MANY = 500  # more than so many are cheaper to read among all than to name


def among(person_id: Any, ids: Collection[str]) -> ColumnElement[bool]:
    """A condition; where there are many it lets everybody through, so ask by id afterwards."""
    return person_id.in_(list(ids)) if len(ids) <= MANY else true()
