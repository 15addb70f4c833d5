"""Somebody who asks: a person without an account, known by a codename."""

from datetime import datetime
from random import SystemRandom

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.codenames import codename
from helpline.people.person import Person
from scheduling.base import new_id

_DRAWS = 20  # names are many; after this a number is put behind one


def new_seeker(
    session: Session,
    *,
    language: str,
    zone: str,
    zone_is_guess: bool,
    now: datetime,
    alias: str = "",
    age_band: str = "",
) -> Person:
    """A new person with a codename that nobody else has."""
    person = Person(
        id=new_id(),
        is_seeker=True,
        codename=free_codename(session),
        language=language,
        zone=zone,
        zone_is_guess=zone_is_guess,
        age_band=age_band,
        created_at=now,
    )
    session.add(person)
    person.alias = alias
    session.flush()
    return person


def free_codename(session: Session) -> str:
    """Two words that are nobody's yet; should all draws be taken, with a number."""
    random = SystemRandom()
    for _ in range(_DRAWS):
        name = codename(random)
        if session.scalar(select(Person.id).where(Person.codename == name).limit(1)) is None:
            return name
    return f"{codename(random)} {random.randrange(10, 100)}"
