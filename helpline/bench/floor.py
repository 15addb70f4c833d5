"""The floor under the webhook: the least that a Flask application can do with a text.

One bare view that checks the signature with Twilio's own validator, inserts the same two rows with
two raw statements and commits, on a database with our tables and settings, behind the same lock.
It seals nothing, knows no duplicates and has no error pages. What ours costs is told as a multiple
of this, so that the machine does not matter. `gunicorn "helpline.bench.floor:create_floor()"`.
"""

import fcntl
import os
import threading
from datetime import UTC, datetime
from typing import Any

import pysqlite3.dbapi2 as sqlite
from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

from helpline.config import Config, sqlite_file
from helpline.db import SQLITE_PRAGMAS
from scheduling.base import new_id

TEXT = (
    "INSERT INTO inbound_text (id, gateway, provider_id, sender_sealed, sender_index, to_sealed,"
    " body_sealed, media, opt_hint, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', ?)"
)
JOB = (
    "INSERT INTO job (id, kind, payload, dedupe_key, state, run_at, attempts)"
    " VALUES (?, 'floor', '{}', ?, 'ready', ?, 0)"
)


def create_floor(config: Config | None = None) -> Flask:
    """The bare application, on the database of the settings."""
    config = config or Config.from_env()
    app = Flask("floor")
    validator = RequestValidator(config.twilio_auth_token)
    url = config.public_base_url + "/sms/twilio"
    file = sqlite_file(config.database_url)
    write = _sqlite_writer(str(file)) if file else _postgres_writer(config.database_url)

    @app.post("/sms/twilio")
    def twilio() -> Response:
        form = request.form
        if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        write(*_rows(form["MessageSid"], form["From"], form["To"], form["Body"]))
        return Response("<Response/>", mimetype="text/xml")

    return app


def _rows(sid: str, sender: str, to: str, body: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    at = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251  a program of its own
    row = new_id()
    words = (sender.encode(), sender.encode(), to.encode(), body.encode())
    return (row, "floor", sid, *words, at.isoformat(" ")), (new_id(), row, at.isoformat(" "))


def _sqlite_writer(path: str) -> Any:
    """Writes two rows and commits, with the pragmas and the file lock of `helpline.db`."""
    local = threading.local()

    def write(text: tuple[Any, ...], job: tuple[Any, ...]) -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite.connect(path, isolation_level=None)
            for pragma in SQLITE_PRAGMAS:
                local.connection.execute(f"PRAGMA {pragma}")
            local.lock = os.open(f"{path}-writer", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(local.lock, fcntl.LOCK_EX)
        try:
            local.connection.execute("BEGIN IMMEDIATE")
            local.connection.execute(TEXT, text)
            local.connection.execute(JOB, job)
            local.connection.execute("COMMIT")
        finally:
            fcntl.flock(local.lock, fcntl.LOCK_UN)

    return write


def _postgres_writer(url: str) -> Any:
    """Writes two rows and commits, on one connection for each thread."""
    import psycopg

    local = threading.local()
    text_sql, job_sql = TEXT.replace("?", "%s"), JOB.replace("?", "%s")

    def write(text: tuple[Any, ...], job: tuple[Any, ...]) -> None:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
        local.connection.execute(text_sql, text)
        local.connection.execute(job_sql, job)
        local.connection.commit()

    return write
