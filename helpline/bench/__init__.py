"""`helpline bench`: what docs/performance.md promises, measured as ratios within one run.

Absolute times tell about the machine; a ratio to the least that could be done tells about us.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from flask import Flask

from helpline.app import create_app
from helpline.bench import calendars, decisions, load, pages, passes, poll, texts, webhook
from helpline.bench.figures import Figure, Placed, as_rows, as_table
from helpline.bench.floor import create_floor
from helpline.bench.place import postgres_place, postgres_server, sqlite_place
from helpline.config import Config
from helpline.db import db
from helpline.messaging.gateway import TextGateway

Place = Callable[[], AbstractContextManager[dict[str, str]]]


def run(config: Config, *, server: str = "", as_json: bool = False) -> str:
    """Measure everything; a table, or JSON for programs. `server`: a PostgreSQL to use as well."""
    found = [*_without_database(), *_with_database(config, server)]
    return json.dumps(as_rows(found), indent=1) if as_json else as_table(found)


def _without_database() -> Iterator[Placed]:
    for figure in decisions.figures():
        yield "-", figure
    yield "-", calendars.writing()


def _with_database(config: Config, server: str) -> Iterator[Placed]:
    places: dict[str, Place] = {"SQLite": sqlite_place}
    if named := postgres_server(config, server):
        places["PostgreSQL"] = lambda: postgres_place(named)
    for name, place in places.items():
        for measure in (_pages, _webhook, _polls, _texts, _passes, _calendars):
            if measure is not _pages or name == "SQLite":
                with place() as settings:  # each in a database of its own: no work left by another
                    for figure in measure(settings):
                        yield name, figure


def _pages(settings: dict[str, str]) -> Iterator[Figure]:
    with _application(settings) as app:
        yield from pages.weights(app)


def _passes(settings: dict[str, str]) -> Iterator[Figure]:
    with _application(settings) as app:
        yield from passes.figures(app)


def _calendars(settings: dict[str, str]) -> Iterator[Figure]:
    with _application(settings) as app:
        yield calendars.looking(app, settings)


def _polls(settings: dict[str, str]) -> Iterator[Figure]:
    with _application(settings) as app:
        cookie = poll.sign_somebody_in(app)
        yield poll.cpu(app, cookie, settings)
        yield from poll.under_gunicorn(cookie, settings)


def _texts(settings: dict[str, str]) -> Iterator[Figure]:
    network = texts.SlowNetwork()
    with _application(settings, network) as app:
        yield from texts.figures(app, network)


def _webhook(settings: dict[str, str]) -> Iterator[Figure]:
    config = Config.from_env(settings)
    base, token = config.public_base_url, config.twilio_auth_token
    with _application(settings) as ours:
        floor = create_floor(config)
        yield webhook.cpu(ours.wsgi_app, floor.wsgi_app, base, token)
    yield load.p99(settings, base, token)


@contextmanager
def _application(
    settings: Mapping[str, str], network: TextGateway | None = None
) -> Iterator[Flask]:
    app = create_app(Config.from_env(settings), texts=network)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
