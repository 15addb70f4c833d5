"""`helpline check`: what it says about the worker, the phone and the clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from helpline.cli import main
from helpline.instance import set_setting
from helpline.jobs import enqueue
from helpline.messaging.android import PHONE_HEARD_AT
from helpline.runtime import utc_now
from tests.conftest import TEST_KEY
from tests.databases import on_postgres

ANDROID = {
    "ANDROID_GATEWAY_URL": "http://127.0.0.1:9",
    "ANDROID_GATEWAY_USER": "sms",
    "ANDROID_GATEWAY_PASSWORD": "secret",
    "ANDROID_GATEWAY_SIGNING_KEY": "signing",
}


@pytest.fixture
def now() -> datetime:
    """The command has the real clock, as it has for whoever types it."""
    return utc_now().astimezone(UTC)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "test " * 8,
        "DATA_KEYS": TEST_KEY,
        "INDEX_KEY": TEST_KEY,
        "AUDIT_KEY": TEST_KEY,
        "MAIL_DIR": str(tmp_path / "mail"),
    }


def said(settings: dict[str, str]) -> str:
    """What the command prints."""
    return CliRunner().invoke(main, ["check"], env=settings).output


def test_where_nobody_ever_worked_it_says_how_to_begin(settings: dict[str, str]) -> None:
    assert "warn  worker: No worker has ever run here: helpline run" in said(settings)


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (timedelta(minutes=6), "warn  worker: No worker seems to run: work is due since"),
        (timedelta(minutes=4), "ok    worker: A worker has run lately."),
    ],
)
def test_work_that_lies_says_that_no_worker_runs(
    settings: dict[str, str], session: Session, now: datetime, late: timedelta, told: str
) -> None:
    enqueue(session, "case_watch", run_at=now - late, dedupe_key="every:case_watch")
    enqueue(session, "tidy", run_at=now + timedelta(hours=1), dedupe_key="every:tidy")
    session.commit()

    assert told in said(settings)


def test_a_silent_phone_is_told_and_one_that_spoke_lately_is_not(
    settings: dict[str, str], session: Session, now: datetime
) -> None:
    with_phone = settings | ANDROID
    assert "warn  phone: The phone with the SIM has never said" in said(with_phone)

    set_setting(session, PHONE_HEARD_AT, (now - timedelta(minutes=16)).isoformat())
    session.commit()
    assert "warn  phone: The phone with the SIM is silent since" in said(with_phone)
    assert "phone:" not in said(settings)

    set_setting(session, PHONE_HEARD_AT, (now - timedelta(minutes=14)).isoformat())
    session.commit()
    assert "phone:" not in said(with_phone)


def test_the_clock_is_compared_where_there_is_another(settings: dict[str, str]) -> None:
    words = said(settings)

    assert ("Not compared: SQLite has no clock" in words) is not on_postgres()
    assert "differ by" not in words
