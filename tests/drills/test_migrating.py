"""kill -9 while the database is being migrated: the next start finishes, and nothing is half."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpline import migration
from helpline.config import environment
from tests.databases import empty_database
from tests.drills.house import LONG

pytestmark = pytest.mark.drill
KILLS = 25 if LONG else 3


def test_a_migration_that_is_killed_is_finished_by_the_next_start(tmp_path: Path) -> None:
    url = empty_database(tmp_path)
    began = time.monotonic()
    _migrate(url).wait()
    whole = time.monotonic() - began
    for number in range(KILLS):
        migration.downgrade(url, "base")
        killed = _migrate(url)
        # From the time when it has been loaded to the time when it would be done.
        time.sleep(whole * (0.4 + 0.6 * number / KILLS))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        again = _migrate(url)

        assert again.wait(60) == 0
        assert migration.drift(url) == []


def _migrate(url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "helpline.cli", "migrate"],
        env=environment(DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
