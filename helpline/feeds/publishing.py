"""The plan of the coming 90 days, brought into the shifts that calendars are shown.

Done when a calendar looks, so that what was changed to and fro between two looks is no change.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpline.feeds.comparing import Change, Shown, changes
from helpline.feeds.links import KEPT
from helpline.feeds.rows import PublishedShift
from helpline.people.person import Person
from scheduling import promises
from scheduling.base import new_id
from scheduling.overlap import joined
from scheduling.zones import DAY, Window

AHEAD = timedelta(days=90)
_BACK = timedelta(days=2)  # what touches a running shift belongs to it, also when it is over


def horizon(now: datetime) -> datetime:
    """How far calendars are shown the plan: to the end of a day, so that it moves once a day."""
    return datetime.combine((now + AHEAD).date() + DAY, time(), UTC)


def kept_since(now: datetime) -> datetime:
    """Since when calendars are shown what is over or off; it moves once a day, too."""
    return datetime.combine((now - KEPT).date(), time(), UTC)


def publish(
    session: Session, person_ids: Collection[str], team_id: str | None, *, now: datetime
) -> None:
    """Bring what these people's calendars (or their team's) are shown up to the plan.

    Takes a lock on the people, so that two readers at once do not show one shift as two.
    """
    locked = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    session.execute(locked.with_for_update(key_share=True))
    planned = _planned(session, person_ids, team_id, now)
    known = defaultdict[str, dict[str, PublishedShift]](dict)
    for row in shown(session, person_ids, team_id, now=now):
        if row.end_at > now:
            known[row.person_id][row.id] = row
    for person_id in sorted(person_ids):
        rows = known[person_id]
        as_shown = [Shown(row.id, _window(row), bool(row.cancelled_at)) for row in rows.values()]
        for change in changes(planned.get(person_id, []), as_shown):
            row = rows[change.id] if change.id else _new(person_id, team_id)
            _apply(session, row, change, now)
    session.flush()


def shown(
    session: Session, person_ids: Collection[str], team_id: str | None, *, now: datetime
) -> Sequence[PublishedShift]:
    """What calendars are shown, by start: what is to come, and 30 days of what is over or off."""
    row, since = PublishedShift, kept_since(now)
    found = session.scalars(
        select(row)
        .where(row.person_id.in_(person_ids), _audience(team_id), row.end_at > since)
        .order_by(row.start_at, row.id)
        .execution_options(populate_existing=True)
    )
    return [each for each in found if each.cancelled_at is None or each.cancelled_at > since]


def _planned(
    session: Session, person_ids: Collection[str], team_id: str | None, now: datetime
) -> dict[str, list[Window]]:
    """Everybody's shifts from now on; for a team those for no team at all as well."""
    table = promises.timetable(session, Window(now - _BACK, horizon(now)), among=person_ids)
    planned = defaultdict[str, list[Window]](list)
    for each in table.intervals:
        if team_id is None or each.team_id in (None, team_id):
            planned[each.person_id].append(Window(each.start, each.end))
    return {
        who: [one for one in joined(all_of) if one.end > now] for who, all_of in planned.items()
    }


def _apply(session: Session, row: PublishedShift, change: Change, now: datetime) -> None:
    if change.id:
        row.sequence += 1
    if change.window:
        row.start_at, row.end_at = change.window
    row.cancelled_at = None if change.window else now
    row.changed_at = now
    session.add(row)


def _new(person_id: str, team_id: str | None) -> PublishedShift:
    return PublishedShift(id=new_id(), person_id=person_id, team_id=team_id, sequence=0)


def _window(row: PublishedShift) -> Window:
    return Window(row.start_at, row.end_at)


def _audience(team_id: str | None) -> ColumnElement[bool]:
    column = PublishedShift.team_id
    return column.is_(None) if team_id is None else column == team_id
