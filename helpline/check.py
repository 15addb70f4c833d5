"""Whether everything is as it must be before frightened people depend on it, and while they do."""

import importlib.metadata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text

from helpline import migration
from helpline.cases import overdue
from helpline.config import Config
from helpline.db import SQLITE_SAFE, db, read
from helpline.instance import first_line, setting
from helpline.jobs import Job, JobState
from helpline.messaging.android import PHONE_HEARD_AT
from helpline.messaging.outbox.row import OutboxMessage, OutboxState
from helpline.runtime import Runtime, runtime
from scheduling.promises import coming
from scheduling.zones import Window

CLOCK_OFF = timedelta(seconds=5)
WORKER_LATE = timedelta(minutes=5)  # what repeats is due every minute, or at most hourly
PHONE_SILENT = timedelta(minutes=15)


class Finding(NamedTuple):
    """One thing looked at. level: "ok", "warn" (look at it), "stop" (do not go on like this)."""

    level: str
    about: str
    sentence: str


def findings() -> list[Finding]:
    """Look at everything; needs an application context, changes nothing."""
    found = runtime()
    if not _migrated():
        return [Finding("stop", "database", "It is not at this version's shape: helpline migrate.")]
    return [
        *_settings(found.config, found.demonstration),
        *_database(),
        *_zones(),
        *_texts(found),
        *_people(found),
        *_worker(found),
        *_phone(found),
        *_waiting(found),
    ]


def _migrated() -> bool:
    with db.engine.connect() as connection:
        return migration.is_current(connection)


def _settings(config: Config, demonstration: bool) -> Iterator[Finding]:
    if demonstration:
        yield Finding("ok", "settings", "This is a demonstration: texts go to pretend phones.")
    elif config.on_loopback:
        yield Finding(
            "warn", "settings", "PUBLIC_BASE_URL is this machine: nobody else reaches it."
        )
    elif not config.public_base_url.startswith("https:"):
        yield Finding("stop", "settings", "PUBLIC_BASE_URL must be https for anybody but yourself.")
    if not config.data_keys:
        yield Finding(
            "warn", "keys", "The instance keeps its own keys in a file: have a copy away."
        )
    if not config.smtp_url and not demonstration:
        yield Finding("warn", "mail", "SMTP_URL is not set: mails stay as files in MAIL_DIR.")


def _database() -> Iterator[Finding]:
    if db.engine.dialect.name == "sqlite":
        version = db.engine.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]  # it has a driver
        safe = tuple(version) >= SQLITE_SAFE
        words = ".".join(map(str, version))
        yield Finding("ok" if safe else "stop", "database", f"SQLite {words}.")
        yield Finding("ok", "clock", "Not compared: SQLite has no clock but this machine's.")
        return
    kept = str(read().scalar(text("SHOW synchronous_commit")))
    level = "stop" if kept == "off" else "ok"
    yield Finding(level, "database", f"PostgreSQL, synchronous_commit is {kept}.")
    stated = read().scalar(text("SELECT clock_timestamp()"))
    off = abs(stated - runtime().now())
    if off > CLOCK_OFF:
        yield Finding("warn", "clock", f"The server's clock and ours differ by {off}.")


def _zones() -> Iterator[Finding]:
    version = importlib.metadata.version("tzdata")
    yield Finding("ok", "zones", f"Zone data {version}, from the tzdata package.")


def _texts(found: Runtime) -> Iterator[Finding]:
    if found.texts is None:
        yield Finding(
            "warn", "texts", "No gateway is configured, so the text channel says it is closed."
        )
    elif found.config.has_twilio:
        from helpline.messaging.provider_check import advice

        for level, sentence in advice(found.config, found.now):
            yield Finding(level, "provider", sentence)
    line = first_line(read())
    if line is None:
        yield Finding("stop", "line", "There is no line yet: sign in as admin and make one.")


def _people(found: Runtime) -> Iterator[Finding]:
    now = found.now()
    if not coming(read(), Window(now, now + timedelta(days=7))):
        yield Finding("warn", "people", "Nobody has promised to be there in the coming week.")


def _worker(found: Runtime) -> Iterator[Finding]:
    """Every run of what repeats asks for the next one, so an old one means that nobody works."""
    now = found.now()
    due = read().scalar(
        select(func.min(Job.run_at)).where(
            Job.state == JobState.READY, Job.dedupe_key.startswith("every:")
        )
    )
    if due is None:
        yield Finding("warn", "worker", "No worker has ever run here: helpline run, or worker.")
    elif now - due > WORKER_LATE:
        yield Finding(
            "warn", "worker", f"No worker seems to run: work is due since {due:%d %b %H:%M} UTC."
        )
    else:
        yield Finding("ok", "worker", "A worker has run lately.")


def _phone(found: Runtime) -> Iterator[Finding]:
    """The phone with the SIM says now and then that it is alive."""
    if not found.config.android_gateway_url:
        return
    heard = setting(read(), PHONE_HEARD_AT, default=None)
    if heard is None:
        yield Finding("warn", "phone", "The phone with the SIM has never said that it is alive.")
        return
    at = datetime.fromisoformat(heard)
    if found.now() - at > PHONE_SILENT:
        yield Finding(
            "warn",
            "phone",
            f"The phone with the SIM is silent since {at:%d %b %H:%M} UTC: is it on and connected?",
        )


def _waiting(found: Runtime) -> Iterator[Finding]:
    for late in overdue(read(), found.now()):
        yield Finding(
            "warn",
            "waiting",
            f"case {late.case_id}: {late.what} since {late.since:%d %b %H:%M} UTC, {late.why}",
        )
    failed = read().scalar(
        select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)
    )
    if failed:
        yield Finding("warn", "jobs", f"{failed} jobs failed for good: look at the worker's log.")
    lost = read().scalar(
        select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.FAILED)
    )
    if lost:
        yield Finding("warn", "texts", f"{lost} texts failed for good: helpline outbox --json.")
