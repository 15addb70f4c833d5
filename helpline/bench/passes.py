"""What one look at the line costs after one event: CPU of ours, beyond the database's own."""

import random
import statistics
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, insert
from sqlalchemy.orm import Session

from helpline import cases
from helpline.bench.figures import Figure
from helpline.cases import Case, CaseState
from helpline.db import begin_in, db
from helpline.people import (
    Account,
    AccountRole,
    AccountState,
    HowToReach,
    Level,
    Person,
    PersonLanguage,
    Role,
    SafeContact,
)
from helpline.runtime import utc_now
from scheduling import promises
from scheduling.base import new_id

ON, WAITING, EVENTS = 1_000, 200, 9
GOAL = 50.0  # milliseconds
LANGUAGES = ("en", "ms", "zh-Hans", "my", "fil", "hi", "ja", "es", "ta")


def figures(app: Flask) -> Iterator[Figure]:
    """Milliseconds, medians of nine events each: somebody gets room, somebody comes into line."""
    now = utc_now()
    begin = begin_in(app)
    with begin() as session:
        helpers = _helpers(session, now)
        waiting = _waiting(session, helpers, now)
    with begin() as session:
        cases.route(session, now=now)
    with app.app_context():
        database = _Database(db.engine)
    for what, about in (("somebody got room", ""), ("a case came", waiting[0])):
        spent = []
        for number in range(EVENTS):
            at = now + timedelta(seconds=number)
            with begin() as session:
                began = time.process_time()
                cases.route(session, now=at, changed={about} - {""})
                whole = time.process_time() - began
            spent.append((whole - database.alone()) * 1e3)
        name = f"a pass after {what}, {ON:,} on and {WAITING} waiting, CPU beyond SQL"
        yield Figure(name, "ms", statistics.median(spent), GOAL)


class _Database:
    """Remembers what was asked, and asks it again without the mapper: so much is the database's
    own, and the driver's (SQLite works in this process, and mostly while rows are fetched)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", self._remember)

    def _remember(self, connection: object, cursor: object, statement: str, *more: Any) -> None:
        if statement.startswith("SELECT"):
            self._asked.append((statement, more[0]))

    def alone(self) -> float:
        """Seconds of CPU for what was asked since the last time."""
        asked, self._asked = self._asked, []
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            began = time.process_time()
            for statement, parameters in asked:
                cursor.execute(statement, parameters)
                cursor.fetchall()
            return time.process_time() - began
        finally:
            connection.close()


def _helpers(session: Session, now: datetime) -> list[str]:
    """People on shift who carry as many as they may: nobody can be asked, as in a crowded night."""
    dice = random.Random(ON)  # noqa: S311  a measurement
    ids = [new_id() for _ in range(ON)]
    session.execute(insert(Person), [_person(each, now, is_seeker=False) for each in ids])
    account = {"password_hash": "!", "state": AccountState.ACTIVE, "created_at": now, "load_cap": 1}
    session.execute(
        insert(Account),
        [{"person_id": each, "name_index": each.encode(), **account} for each in ids],
    )
    session.execute(
        insert(AccountRole), [{"person_id": each, "role": Role.COUNSELLOR} for each in ids]
    )
    session.execute(
        insert(PersonLanguage),
        [
            {"person_id": each, "tag": tag, "level": Level.FLUENT}
            for each in ids
            for tag in dice.sample(LANGUAGES, 2)
        ],
    )
    start = (now - timedelta(hours=2)).time().replace(second=0, microsecond=0)
    end = (now + timedelta(hours=4)).time().replace(second=0, microsecond=0)
    weekday = (now - timedelta(hours=2)).weekday()
    for each in ids:
        first_on = (now - timedelta(days=8)).date()
        promises.promise(
            session,
            each,
            weekday=weekday,
            start=start,
            end=end,
            zone="UTC",
            first_on=first_on,
            now=now,
        )
    _cases(session, ids, CaseState.ACTIVE, now)
    return ids


def _waiting(session: Session, helpers: list[str], now: datetime) -> list[str]:
    return _cases(session, [None] * WAITING, CaseState.WAITING, now)


def _cases(
    session: Session, holders: "list[str] | list[None]", state: CaseState, now: datetime
) -> list[str]:
    seekers = [new_id() for _ in holders]
    session.execute(insert(Person), [_person(each, now, is_seeker=True) for each in seekers])
    session.execute(
        insert(SafeContact), [{"person_id": each, "how": HowToReach.WEB} for each in seekers]
    )
    ids = [new_id() for _ in holders]
    session.execute(
        insert(Case),
        [
            {
                "id": case_id,
                "seeker_id": seeker,
                "counsellor_id": holder,
                "state": state,
                "how": HowToReach.WEB,
                "language": LANGUAGES[number % len(LANGUAGES)],
                "opened_at": now,
                "waiting_since": now - timedelta(seconds=number),
                "moved_at": now,
            }
            for number, (case_id, seeker, holder) in enumerate(
                zip(ids, seekers, holders, strict=True)
            )
        ],
    )
    return ids


def _person(person_id: str, now: datetime, *, is_seeker: bool) -> Mapping[str, Any]:
    return {
        "id": person_id,
        "is_seeker": is_seeker,
        "codename": "",
        "language": "en",
        "zone": "UTC",
        "created_at": now,
    }
