"""What an open desk costs that asks every five seconds whether anything changed, and hears no.

In process: CPU of one 304, beside a bare Flask view that answers 304 after reading one row. Under
gunicorn: CPU of the whole process tree for each poll, and what 200 open desks make of a core.
"""

import http.client
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy
from flask import Flask, Response, request

from helpline.bench.figures import Figure
from helpline.bench.load import OURS, server
from helpline.bench.webhook import environ_for
from helpline.config import environment
from helpline.db import begin_in, engine_options, engine_url
from helpline.people import Account, AccountRole, Person, Role, sessions
from helpline.privacy.sealing import Keyring
from helpline.runtime import Runtime, utc_now
from helpline.web import csrf
from scheduling.base import new_id

PATH = "/desk/live"
ANY = "*"  # "whatever it is, I have it": a tag of our own would be old every ten minutes
ROUNDS, PER_ROUND = 9, 100
POLLS, TURNS = 600, 3
BARE = "helpline.bench.poll:create_bare()"
COUNSELLORS, EVERY = 200, 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


def sign_somebody_in(app: Flask) -> str:
    """A counsellor with an open browser; the header that their browser sends."""
    found: Runtime = app.extensions["helpline"]
    with begin_in(app)() as session:
        who = Person(id=new_id(), is_seeker=False, language="en", zone="UTC", created_at=utc_now())
        session.add(who)
        session.flush()
        session.add(_account(who.id, found.keyring))
        session.flush()
        token = sessions.open_session(session, who.id, device="bench", now=utc_now())
    return f"{csrf.STAFF_COOKIE}={token}"


def _account(person_id: str, keyring: Keyring) -> Account:
    return Account(
        person_id=person_id,
        name_index=keyring.blind(person_id, purpose="account"),
        password_hash="!",  # noqa: S106  no password fits
        created_at=utc_now(),
        roles=[AccountRole(role=Role.COUNSELLOR)],
    )


def cpu(app: Flask, cookie: str, settings: Mapping[str, str]) -> Figure:
    """Microseconds of CPU for one 304, in this process."""
    headers = {"HTTP_COOKIE": cookie, "HTTP_X_POLL": "1", "HTTP_IF_NONE_MATCH": ANY}
    ours, floor = _ask(app, headers), _ask(create_bare(settings), headers)
    ours(), floor()
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for kept, ask in zip(spent, (ours, floor), strict=True):
            kept.append(_cost(ask))
    measured, least = (statistics.median(kept) * 1e6 for kept in spent)
    return Figure(
        "one poll of the desk, 304, CPU in process", "us", measured, goal=None, floor=least
    )


def _cost(ask: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(PER_ROUND):
        ask()
    return (time.process_time() - began) / PER_ROUND


def _ask(app: Flask, headers: Mapping[str, str]) -> Callable[[], None]:
    def ask() -> None:
        statuses: list[str] = []
        answer: Any = app.wsgi_app(
            environ_for("GET", PATH) | dict(headers),
            lambda status, headers, info=None: statuses.append(status),  # type: ignore[arg-type]  # no writer
        )
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        if not statuses[0].startswith("304"):
            raise RuntimeError(f"the poll answered {statuses[0]}")

    return ask


def create_bare(settings: Mapping[str, str] | None = None) -> Flask:
    """The least: read one row, answer 304. `gunicorn "helpline.bench.poll:create_bare()"`."""
    url = (settings or environment())["DATABASE_URL"]
    engine = sqlalchemy.create_engine(engine_url(url), **engine_options(url))
    wanted = sqlalchemy.text("SELECT version FROM pulse WHERE topic = 'desk:waiting'")
    app = Flask("floor")

    @app.get(PATH)
    def poll() -> Response:
        with engine.connect() as connection:
            connection.execute(wanted).first()
        tagged = request.if_none_match.contains("1")
        return Response(status=304 if tagged else 200)

    return app


def under_gunicorn(cookie: str, settings: Mapping[str, str]) -> Iterator[Figure]:
    """What a core spends on 200 open desks, with everything a request costs in real life."""
    headers = {"Cookie": cookie, "X-Poll": "1", "If-None-Match": ANY}
    spent: dict[str, list[float]] = {OURS: [], BARE: []}
    for _ in range(TURNS):
        for application, kept in spent.items():
            kept.append(_served(application, headers, settings))
    each, least = (statistics.median(kept) for kept in spent.values())
    yield Figure("one poll under gunicorn, CPU", "us", each * 1e6, goal=None, floor=least * 1e6)
    share = 100 * each * COUNSELLORS / EVERY
    yield Figure("200 desks that poll every 5 s", "% of a core", share, goal=3.0)


def _served(application: str, headers: Mapping[str, str], settings: Mapping[str, str]) -> float:
    """Seconds of CPU for one poll, of the server's whole family."""
    with server(application, settings) as (port, pid):
        _poll(port, headers, POLLS // 6)
        before = _spent(pid)
        _poll(port, headers, POLLS)
        return (_spent(pid) - before) / POLLS


def _poll(port: int, headers: Mapping[str, str], times: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(times):
        connection.request("GET", PATH, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 304:
            raise RuntimeError(f"the poll answered {answer.status}")
    connection.close()


def _spent(master: int) -> float:
    """Seconds of CPU that a process and its children have used."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # gone meanwhile
            if int(folder.name) == master or int(told[1]) == master:
                ticks += int(told[11]) + int(told[12])
    return ticks / _TICKS
