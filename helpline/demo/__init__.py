"""The demonstration: a database of its own, full of invented people, on this machine only."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.db import transaction
from helpline.demo import history, waits
from helpline.demo.crew import Member, crew, known
from helpline.demo.links import in_by_link, make_links
from helpline.demo.people import HELPERS, LANGUAGES, LINE_NUMBER, PHONES, TEAMS, Helper, Phone
from helpline.instance import Line, Review, set_setting
from helpline.people import (
    Account,
    AccountRole,
    Person,
    PersonLanguage,
    Team,
    TeamMember,
)
from helpline.runtime import runtime
from scheduling import promises
from scheduling.availability import DutyRole
from scheduling.base import new_id

__all__ = [
    "HELPERS",
    "PHONES",
    "Member",
    "Phone",
    "crew",
    "in_by_link",
    "known",
    "load",
    "load_if_empty",
    "make_links",
]

_DUTY = {"lead": DutyRole.LEAD, "stand_in": DutyRole.STAND_IN, "member": DutyRole.MEMBER}


def load_if_empty() -> bool:
    """Put the demonstration into a database without anybody in it; whether it was done."""
    now = runtime().now()
    with transaction() as session:
        if session.scalar(select(Person.id).limit(1)) is not None:
            return False
        load(session, sender=runtime().config.twilio_from or LINE_NUMBER, now=now)
    return True


def load(session: Session, *, sender: str, now: datetime) -> None:
    """Everything of the demonstration. `sender` is the number that the line's texts come from."""
    set_setting(session, "demonstration", value=True)
    cases.set_by_clearance(session, is_on=True)
    line = Line(
        id=new_id(),
        name="Warmline",
        number=sender,
        languages=LANGUAGES,
        review=Review.FLAGGED,
        zone="Asia/Kuala_Lumpur",
        parts_per_second=1_000,  # no carrier stands between it and the pretend phones
        created_at=now,
    )
    teams = {name: Team(id=new_id(), name=name) for name in TEAMS}
    session.add_all([line, *teams.values()])
    session.flush()  # people refer to teams
    helpers = {helper.alias: _add(session, helper, teams, now) for helper in HELPERS}
    history.write(session, line, helpers, now=now)
    waits.write(session, now=now)


def _add(session: Session, helper: Helper, teams: dict[str, Team], now: datetime) -> Person:
    person = Person(
        id=new_id(),
        is_seeker=False,
        alias=helper.alias,
        language="en",
        zone=helper.zone,
        created_at=now - timedelta(days=60),
        languages=[PersonLanguage(tag=tag, level=level) for tag, level in helper.languages],
    )
    session.add(person)
    session.flush()  # the account refers to the person
    name = f"{helper.alias.lower().replace(' ', '')}@demo"
    index = session.info["keyring"].blind(name, purpose="account")
    session.add(
        Account(
            person_id=person.id,
            name=name,
            name_index=index,
            password_hash="!",  # noqa: S106  no password fits: demonstration people come in by link
            created_at=now - timedelta(days=60),
            roles=[AccountRole(role=role) for role in helper.roles],
            gender=helper.gender,
            age_band=helper.age_band,
            topics_off=helper.topics_off,
            clearances=helper.clearances,
        )
    )
    if helper.team:
        team_id = teams[helper.team].id
        session.add(TeamMember(person_id=person.id, team_id=team_id, place=helper.place))
    session.flush()  # promises refer to both
    _promise(session, person, helper, teams, now)
    return person


def _promise(
    session: Session, person: Person, helper: Helper, teams: dict[str, Team], now: datetime
) -> None:
    first_on = now.date() - timedelta(days=60)
    for hours in helper.hours:
        for weekday in hours.days:
            promises.promise(
                session,
                person.id,
                weekday=weekday,
                start=time.fromisoformat(hours.start),
                end=time.fromisoformat(hours.end),
                zone=helper.zone,
                first_on=first_on,
                now=now,
                role=_DUTY[helper.place],
                team_id=teams[helper.team].id,
            )
