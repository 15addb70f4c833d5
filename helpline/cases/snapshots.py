"""What one pass over the line knew, as JSON: so that its decisions can be made again.

Ids, codes and numbers only. What has its usual value is left out, so that a thousand people on
shift take some tens of kilobytes.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlalchemy.orm import Session

from helpline.cases.offer import RoutingPass
from helpline.matching import Candidate, Prices, Rung, SafeHours, Speaks, Waiting
from helpline.matching.prices import HOURS
from scheduling.base import new_id

KEPT_FOR = timedelta(days=14)


class Snapshot(NamedTuple):
    """One pass: when, who waited, who was on, and the prices of that hour."""

    at: datetime
    waiting: tuple[Waiting, ...]
    on: tuple[Candidate, ...]
    prices: Prices


def keep_pass(
    session: Session,
    waiting: Sequence[Waiting],
    on: Sequence[Candidate],
    prices: Prices,
    *,
    now: datetime,
) -> str:
    """Keep what a pass knew; its id."""
    facts = {
        "waiting": [_plain(each, _WAITING) for each in waiting],
        "on": [_plain(each, _CANDIDATE) for each in on],
        "prices": prices.to_data()[now.hour],
    }
    kept = RoutingPass(id=new_id(), at=now, facts=json.dumps(facts, separators=(",", ":")))
    session.add(kept)
    session.flush()
    return kept.id


def snapshot_of(kept: RoutingPass) -> Snapshot:
    """What a pass knew."""
    facts: dict[str, Any] = json.loads(kept.facts)
    hours: list[list[dict[str, Any]]] = [[] for _ in range(HOURS)]
    hours[kept.at.hour] = facts["prices"]
    return Snapshot(
        kept.at,
        tuple(Waiting(**_read(each, _WAITING)) for each in facts["waiting"]),
        tuple(Candidate(**_read(each, _CANDIDATE)) for each in facts["on"]),
        Prices.from_data(hours),
    )


def forget_passes(session: Session, *, now: datetime) -> None:
    """Let go of what is older than `KEPT_FOR`; the decisions themselves stay with their cases."""
    session.execute(
        delete(RoutingPass)
        .where(RoutingPass.at < now - KEPT_FOR)
        .execution_options(synchronize_session=False)
    )


class _Part(NamedTuple):
    """One field: its usual value, and how it is written and read."""

    usual: object
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _hours(value: SafeHours) -> list[str]:
    return [value.start.isoformat(), value.until.isoformat(), value.zone]


def _read_hours(kept: Sequence[str]) -> SafeHours:
    return SafeHours(time.fromisoformat(kept[0]), time.fromisoformat(kept[1]), kept[2])


def _levels(value: Mapping[str, Speaks]) -> dict[str, int]:
    return {tag: int(level) for tag, level in value.items()}


def _read_levels(kept: Mapping[str, int]) -> dict[str, Speaks]:
    return {tag: Speaks(level) for tag, level in kept.items()}


_WAYS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    **dict.fromkeys(
        ("since", "not_before", "rested_since", "lapsed_until", "until"),
        (datetime.isoformat, datetime.fromisoformat),
    ),
    **dict.fromkeys(
        ("said_no", "shown_to", "abused", "needs", "channels", "topics_off", "clearances"),
        (sorted, frozenset),
    ),
    "team_ids": (sorted, frozenset),
    "languages": (list, tuple),
    "hours": (_hours, _read_hours),
    "speaks": (_levels, _read_levels),
    "rung": (str, Rung),
}


def _parts(of: "tuple[Field[Any], ...]") -> dict[str, _Part]:
    return {
        each.name: _Part(
            None if each.default is MISSING else each.default,
            *_WAYS.get(each.name, (_same, _same)),
        )
        for each in of
    }


_WAITING = _parts(fields(Waiting))
_CANDIDATE = _parts(fields(Candidate))


def _plain(one: Waiting | Candidate, parts: Mapping[str, _Part]) -> dict[str, Any]:
    found = {}
    for name, part in parts.items():
        value = getattr(one, name)
        if value != part.usual:
            found[name] = part.write(value)
    return found


def _read(kept: Mapping[str, Any], parts: Mapping[str, _Part]) -> dict[str, Any]:
    """A field that this version does not know is passed over."""
    return {name: parts[name].read(value) for name, value in kept.items() if name in parts}
