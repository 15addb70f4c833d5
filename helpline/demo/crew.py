"""Who may be tried in a demonstration: everybody with an account, and what each is doing now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpline.people import (
    Account,
    AccountState,
    Level,
    Person,
    PersonLanguage,
    Place,
    Role,
    Team,
    TeamMember,
)
from scheduling import promises
from scheduling.availability import Timetable
from scheduling.zones import Window

A_WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody one may sign in as. until: on shift until then; next_on: else from then on."""

    person_id: str
    alias: str
    team: str
    place: Place | None
    roles: tuple[Role, ...]
    languages: tuple[str, ...]
    zone: str
    until: datetime | None
    next_on: datetime | None


def crew(session: Session, now: datetime) -> list[Member]:
    """Everybody, by team; those in none last."""
    on = {duty.person_id: duty.until for duty in promises.on_shift(session, now)}
    planned = promises.timetable(session, Window(now, now + A_WEEK), ended=True)
    places = _places(session)
    accounts = session.scalars(
        select(Account)
        .where(Account.state == AccountState.ACTIVE)
        .options(
            selectinload(Account.person).selectinload(Person.languages),
            selectinload(Account.roles),
        )
    )
    found = [
        _member(account, places, on.get(account.person_id), planned, now) for account in accounts
    ]
    return sorted(found, key=lambda one: (not one.team, one.team, not one.until, one.alias))


def known(session: Session, person_id: str) -> str | None:
    """The id again, if somebody with an active account has it."""
    return session.scalar(
        select(Account.person_id).where(
            Account.person_id == person_id, Account.state == AccountState.ACTIVE
        )
    )


def _member(
    account: Account,
    places: dict[str, tuple[str, Place]],
    until: datetime | None,
    planned: Timetable,
    now: datetime,
) -> Member:
    person = account.person
    team, place = places.get(person.id, ("", None))
    return Member(
        person_id=person.id,
        alias=person.alias or "",
        team=team,
        place=place,
        roles=tuple(sorted(held.role for held in account.roles)),
        languages=tuple(spoken.tag for spoken in sorted(person.languages, key=_best_first)),
        zone=person.zone,
        until=until,
        next_on=None if until else planned.next_on([person.id], now),
    )


def _best_first(spoken: PersonLanguage) -> tuple[int, str]:
    return list(Level).index(spoken.level), spoken.tag


def _places(session: Session) -> dict[str, tuple[str, Place]]:
    rows = session.execute(
        select(TeamMember.person_id, Team.name, TeamMember.place).join(
            Team, Team.id == TeamMember.team_id
        )
    )
    found: dict[str, tuple[str, Place]] = {}
    for person_id, name, place in rows:
        found[person_id] = (name, place)
    return found
