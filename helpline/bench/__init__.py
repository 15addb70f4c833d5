"""`helpline bench`: what docs/performance.md promises, measured as ratios within one run.

Absolute times tell about the machine; a ratio to the least that could be done tells about us.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from helpline.app import create_app
from helpline.bench import load, webhook
from helpline.bench.floor import create_floor
from helpline.bench.place import postgres_place, postgres_server, sqlite_place
from helpline.bench.webhook import Compared
from helpline.config import Config
from helpline.db import db

Place = Callable[[], AbstractContextManager[dict[str, str]]]


def run(config: Config, *, as_json: bool = False) -> str:
    """Measure everything; a table, or JSON for programs."""
    rows = list(_webhook(config))
    if as_json:
        return json.dumps([_row(where, found) for where, found in rows], indent=1)
    return "\n".join(_line(where, found) for where, found in rows)


def _webhook(config: Config) -> Iterator[tuple[str, Compared]]:
    places: dict[str, Place] = {"SQLite": sqlite_place}
    if server := postgres_server(config):
        places["PostgreSQL"] = lambda: postgres_place(server)
    for name, place in places.items():
        with place() as settings:
            yield name, _cpu(settings)
            measured = Config.from_env(settings)
            base, token = measured.public_base_url, measured.twilio_auth_token
            yield name, load.p99(settings, base, token)


def _cpu(settings: dict[str, str]) -> Compared:
    config = Config.from_env(settings)
    ours, floor = create_app(config), create_floor(config)
    try:
        token = config.twilio_auth_token
        return webhook.cpu(ours.wsgi_app, floor.wsgi_app, config.public_base_url, token)
    finally:
        with ours.app_context():
            db.engine.dispose()


def _row(where: str, found: Compared) -> dict[str, object]:
    return {
        "where": where,
        "what": found.what,
        "unit": found.unit,
        "ours": round(found.ours, 2),
        "floor": round(found.floor, 2),
        "ratio": round(found.ratio, 2),
        "goal": found.goal,
        "reached": found.ratio <= found.goal,
    }


def _line(where: str, found: Compared) -> str:
    reached = "reached" if found.ratio <= found.goal else "MISSED"
    return (
        f"{where:<11} {found.what:<44} {found.ratio:5.2f} x the floor"
        f" ({found.ours:.1f} to {found.floor:.1f} {found.unit}; goal {found.goal:g}: {reached})"
    )
