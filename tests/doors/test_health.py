"""What machines are told: whether it lives, whether it can work, and how much there is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from helpline import migration
from helpline.alerts import raise_alert
from helpline.app import create_app
from helpline.cases import CaseState
from helpline.config import Config
from helpline.db import db, statements
from helpline.jobs import enqueue
from scheduling import promises
from tests.conftest import Clock, RecordingGateway
from tests.databases import empty_database
from tests.doors.texting import Phone
from tests.make import NOON, Make


def numbers(app: Flask) -> dict[str, float]:
    """What a scraper on this machine reads."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    rows = [line.rpartition(" ") for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in rows}


def test_it_is_ready_when_the_database_has_this_versions_shape(app: Flask) -> None:
    assert app.test_client().get("/readyz").json == {"ready": True}


def test_it_is_not_ready_while_the_database_is_behind(config: Config, tmp_path: Path) -> None:
    url = empty_database(tmp_path)
    migration.upgrade(url)
    app = create_app(replace(config, database_url=url))
    assert app.test_client().get("/readyz").status_code == 200
    with app.app_context(), statements() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'long_ago'"))
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert "run helpline migrate" in answer.text
    assert app.test_client().get("/healthz").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_who_waits_who_is_on_and_what_is_stuck_can_be_counted(
    app: Flask, make: Make, session: Session, clock: Clock
) -> None:
    mei = make.counsellor()
    promises.promise(session, mei.id, weekday=0, start=time(10), end=time(14), zone="UTC", now=NOON)
    make.case(language="ms")
    make.case(language="ms", waiting_since=NOON - timedelta(hours=1))
    make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    enqueue(session, "route", run_at=NOON - timedelta(seconds=90))
    raise_alert(session, "job_failed", "route", now=NOON)
    session.commit()
    clock.forward(timedelta(seconds=10))
    found = numbers(app)

    assert found['warmline_cases{state="waiting"}'] == 2
    assert found['warmline_cases{state="active"}'] == 1
    assert found['warmline_cases{state="closed"}'] == 0
    assert found['warmline_waiting_longest_seconds{language="ms"}'] == 3610
    assert found['warmline_people_on{state="there"}'] == 1
    assert found['warmline_jobs{state="ready"}'] == 1
    assert found["warmline_jobs_oldest_due_seconds"] == 100
    assert found["warmline_alerts_unseen"] == 1


def test_a_text_is_counted_until_it_is_read_and_its_answer_until_it_is_sent(
    app: Flask, make: Make, session: Session, gateway: RecordingGateway, work: Callable[[], int]
) -> None:
    make.line(number="+15005550006")
    session.commit()
    phone = Phone(app, gateway, work)
    phone.text("Are you there", work=False)
    assert numbers(app)["warmline_inbound_unprocessed"] == 1
    work()

    found = numbers(app)
    assert found["warmline_inbound_unprocessed"] == 0
    assert found['warmline_outbox_messages{state="accepted"}'] == 1
    assert "123456789" not in app.test_client().get("/metrics").text


@pytest.mark.parametrize(
    ("address", "headers"),
    [("203.0.113.9", {}), ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}), ("", {})],
)
def test_the_numbers_are_not_there_for_anybody_beyond_this_machine(
    app: Flask, address: str, headers: dict[str, str]
) -> None:
    answer = app.test_client().get(
        "/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}
    )

    assert answer.status_code == 404
    assert "warmline_" not in answer.text
