"""What calendars cost: writing many events of which none changed, and a look that hears "the same".

Writing is told beside the same lines put together by hand, without escaping, folding or checking;
a look beside a bare view that reads one row and answers 304.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from typing import Any

from flask import Flask

from helpline import feeds
from helpline.bench.figures import Figure
from helpline.bench.poll import ANY, PATH, create_bare
from helpline.bench.webhook import environ_for
from helpline.db import begin_in
from helpline.people import Account, Person
from helpline.runtime import utc_now
from scheduling import promises
from scheduling.base import new_id
from scheduling.ical import Entry, calendar

EVENTS = 500
ROUNDS, LOOKS = 25, 60
WRITING, LOOKING = 5_000.0, 1_000.0  # microseconds of CPU
_STAMP = "%Y%m%dT%H%M%SZ"


def writing() -> Figure:
    """Microseconds of CPU for a calendar whose events were written before."""
    known = _entries()
    calendar(known, "Duty")
    written, joined = [], []
    for _ in range(ROUNDS):
        fresh = _entries(known)  # as rows give them: equal, and not the same objects
        written.append(_spent(lambda fresh=fresh: calendar(fresh, "Duty")))  # type: ignore[misc]  # bound at once
        joined.append(_spent(lambda fresh=fresh: _by_hand(fresh)))  # type: ignore[misc]  # bound at once
    ours, least = (statistics.median(each) * 1e6 for each in (written, joined))
    return Figure(f"a calendar of {EVENTS} unchanged events, CPU", "us", ours, WRITING, least)


def looking(app: Flask, settings: Mapping[str, str]) -> Figure:
    """Microseconds of CPU for one look that hears 304, in this process."""
    ours, floor = _ask(app, f"/feeds/{_link(app)}.ics"), _ask(create_bare(settings), PATH)
    kept: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for spent, ask in zip(kept, (ours, floor), strict=True):
            spent.append(_spent(lambda ask=ask: [ask() for _ in range(LOOKS)]) / LOOKS)  # type: ignore[misc]  # bound at once
    measured, least = (statistics.median(each) * 1e6 for each in kept)
    return Figure("a calendar's look, 304, CPU in process", "us", measured, LOOKING, least)


def _entries(like: Sequence[Entry] = ()) -> list[Entry]:
    start, hour = datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)
    return [
        Entry(
            uid=like[number].uid if like else new_id(),
            sequence=0,
            stamp=start + timedelta(),
            start=start + number * 24 * hour,
            end=start + (number * 24 + 4) * hour,
            summary="Duty",
        )
        for number in range(EVENTS)
    ]


def _by_hand(entries: Sequence[Entry]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//1.0//EN", "NAME:Duty"]
    for entry in entries:
        lines += (
            "BEGIN:VEVENT",
            f"SUMMARY:{entry.summary}",
            f"DTSTART:{entry.start:{_STAMP}}",
            f"DTEND:{entry.end:{_STAMP}}",
            f"DTSTAMP:{entry.stamp:{_STAMP}}",
            f"UID:{entry.uid}",
            f"SEQUENCE:{entry.sequence}",
            "CLASS:PRIVATE",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "END:VEVENT",
        )
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _link(app: Flask) -> str:
    """A link of somebody who is on every day, that was read a moment ago."""
    now = utc_now()
    with begin_in(app)() as session:
        who = Person(id=new_id(), is_seeker=False, language="en", zone="UTC", created_at=now)
        session.add(who)
        session.flush()
        index = session.info["keyring"].blind(who.id, purpose="account")
        session.add(
            Account(person_id=who.id, name_index=index, password_hash="!", created_at=now)  # noqa: S106  no password fits
        )
        session.flush()
        for weekday in range(7):
            hours = {"start": wall(9), "end": wall(13), "zone": "UTC", "now": now}
            promises.promise(session, who.id, weekday=weekday, **hours)  # type: ignore[arg-type]  # of one kind each
        return feeds.make(session, who.id, feeds.Wish("Duty"), now=now)


def _ask(app: Flask, path: str) -> Callable[[], str]:
    """One look; the first, which brings the whole, is made here."""

    def ask(**headers: str) -> str:
        statuses: list[str] = []
        answer: Any = app.wsgi_app(
            environ_for("GET", path) | headers,
            lambda status, headers, info=None: statuses.append(status),  # type: ignore[arg-type]  # no writer
        )
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return statuses[0]

    ask()

    def again() -> str:
        told = ask(HTTP_IF_NONE_MATCH=ANY)
        if not told.startswith("304"):
            raise RuntimeError(f"the look was answered {told}")
        return told

    again()
    return again


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
