"""A calendar program looks: mostly nothing has changed, and that costs four small statements."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from helpline.feeds.publishing import horizon, kept_since, publish, shown
from helpline.feeds.rows import FeedToken, PublishedShift
from helpline.people.account import Account, AccountState
from helpline.people.person import Person
from helpline.people.team import TeamMember
from helpline.people.tokens import token_hash
from scheduling import ical
from scheduling.promises import digest
from scheduling.zones import DAY

TOUCH_AFTER = timedelta(minutes=10)  # how exactly the last look is known; spares a write per look
FORM = 1  # of what is written; another number makes every calendar read anew


@dataclass(frozen=True, slots=True)
class Glance:
    """What a token opens. etag "": nothing was answered yet, or not in the present form.

    is_long_ago: this look should be written down.
    """

    link_id: str
    etag: str
    changed_at: datetime | None
    is_long_ago: bool


@dataclass(frozen=True, slots=True)
class Served:
    """A calendar and since when it is the same."""

    content: bytes
    etag: str
    changed_at: datetime


_link, _member = FeedToken.__table__.c, TeamMember.__table__.c
_account, _person = Account.__table__.c, Person.__table__.c
_OPENS = select(
    _link.id,
    _link.person_id,
    _link.team_id,
    _link.basis,
    _link.etag,
    _link.changed_at,
    _link.last_read_at,
    _link.last_client,
).where(
    _link.token_hash == bindparam("token"),
    _link.revoked_at.is_(None),
    _account.person_id == _link.person_id,
    _account.state != AccountState.DEACTIVATED,
    or_(
        _link.team_id.is_(None),
        exists().where(_member.person_id == _link.person_id, _member.team_id == _link.team_id),
    ),
)
_TEAM = (
    select(_person.id, _person.alias_sealed)
    .where(
        _member.team_id == bindparam("team"),
        _person.id == _member.person_id,
        _account.person_id == _person.id,
        _account.state != AccountState.DEACTIVATED,
    )
    .order_by(_person.id)
)


def glance(connection: Connection, token: str, *, client: str, now: datetime) -> Glance | None:
    """What a token opens, and whether its last answer still holds. Changes nothing.

    None: nothing. Unknown, withdrawn, of somebody who left: one statement for each of them.
    """
    found = connection.execute(_OPENS, {"token": token_hash(token)}).first()
    if found is None:
        return None
    names = _names(connection, found.person_id, found.team_id)
    holds = found.basis == _basis(connection, names, now)
    long_ago = _is_long_ago(found.last_read_at, found.last_client, client, now)
    return Glance(found.id, found.etag if holds else "", found.changed_at, long_ago)


def read(session: Session, link_id: str, *, client: str, now: datetime) -> Served:
    """The calendar of a link, as of now.

    Raises:
        scheduling.ical.Unwritable: never, unless a row was made by other hands.
    """
    link = session.get_one(FeedToken, link_id, with_for_update=True, populate_existing=True)
    connection = session.connection()
    names = _names(connection, link.person_id, link.team_id)
    basis = _basis(connection, names, now)
    if link.basis != basis:
        link.basis = basis
        publish(session, names, link.team_id, now=now)
    rows = shown(session, names, link.team_id, now=now)
    opened = _first_names(session, names) if link.team_id else {}
    content = ical.calendar([_entry(link, row, opened) for row in rows], link.summary)
    etag = hashlib.sha256(content).hexdigest()[:32]
    if link.etag != etag or link.changed_at is None:
        link.etag, link.changed_at = etag, now
    if _is_long_ago(link.last_read_at, link.last_client, client, now):
        note_read(session, link_id, client=client, now=now)
    return Served(content, etag, link.changed_at)


def note_read(session: Session, link_id: str, *, client: str, now: datetime) -> None:
    """Which kind of program looked last, and when."""
    link = session.get_one(FeedToken, link_id)
    link.last_read_at, link.last_client = now, client[:20]


def _is_long_ago(seen: datetime | None, by: str, client: str, now: datetime) -> bool:
    """Whether a look is to be written down, after the one that was."""
    return seen is None or now - seen >= TOUCH_AFTER or by != client


def _names(
    connection: Connection, person_id: str, team_id: str | None
) -> Mapping[str, bytes | None]:
    """Whose shifts a link shows; in a team's each with the sealed name that stands beside them."""
    if team_id is None:
        return {person_id: None}
    return {row.id: row.alias_sealed for row in connection.execute(_TEAM, {"team": team_id})}


def _basis(connection: Connection, names: Mapping[str, bytes | None], now: datetime) -> bytes:
    """A fingerprint of all that an answer is made from. The day is part of it: each day another
    one comes into sight, and what was kept long enough goes."""
    said = digest(connection, names, day=now.date() - 3 * DAY)
    facts = (FORM, said, sorted(names.items()), horizon(now), kept_since(now))
    return hashlib.sha256(repr(facts).encode()).digest()


def _first_names(session: Session, person_ids: Mapping[str, object]) -> Mapping[str, str]:
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {person.id: (person.alias or "").split(" ")[0] for person in people}


def _entry(link: FeedToken, row: PublishedShift, names: Mapping[str, str]) -> ical.Entry:
    name = names.get(row.person_id, "")
    return ical.Entry(
        uid=row.id,
        sequence=row.sequence,
        stamp=row.changed_at,
        start=row.start_at,
        end=row.end_at,
        summary=f"{link.summary}: {name}" if name else link.summary,
        status=ical.Status.CANCELLED if row.cancelled_at else ical.Status.CONFIRMED,
        transparency=_transparency(link),
    )


def _transparency(link: FeedToken) -> ical.Transparency:
    return ical.Transparency.OPAQUE if link.shows_busy else ical.Transparency.TRANSPARENT
