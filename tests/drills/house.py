"""The service as it really runs: its own processes on a fresh database, which a drill may kill."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as wall_time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from helpline import migration
from helpline.config import environment
from helpline.db import engine_options, engine_url
from scheduling import promises
from tests.conftest import KEYRING, TEST_KEY
from tests.databases import empty_database
from tests.drills.provider import ACCOUNT, OURS, TOKEN, Provider
from tests.make import Make

LONG = os.environ.get("DRILL") == "long"
UP_WITHIN = 120.0  # seconds for the web to answer, on a machine that is busy with other tests
LANGUAGES = ("en", "ms", "zh-Hans")


@dataclass
class House:
    """An instance of the service. `log` is what its processes said."""

    settings: dict[str, str]
    port: int
    log: Path
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *commands: str) -> list["subprocess.Popen[bytes]"]:
        """Start `helpline <command>` for each, as an operator would."""
        with self.log.open("ab") as log:
            new = [
                subprocess.Popen(
                    [sys.executable, "-m", "helpline.cli", command],
                    env=environment(**self.settings),
                    stdout=log,
                    stderr=log,
                    process_group=0,
                )
                for command in commands
            ]
        self.started += new
        return new

    def wait_until_up(self) -> None:
        """Until a page that needs the database is answered."""
        deadline = time.monotonic() + UP_WITHIN
        while not self.is_up():
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def is_up(self) -> bool:
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
            finally:
                connection.close()
        return False

    def processes(self) -> dict[int, str]:
        """Every living process of this instance: "run", "web", "web child" or "worker"."""
        roots = [each.pid for each in self.started if each.poll() is None]
        return {pid: _word(pid) for pid in _family(roots)}

    def kill(self, *pids: int) -> None:
        """kill -9, as a machine does that runs out of memory."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.started:
            process.poll()

    def end(self) -> None:
        """End everything, whatever state it is in."""
        self.kill(*self.processes())
        for process in self.started:
            process.wait(10)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Looks into the database beside the service."""
        url = self.settings["DATABASE_URL"]
        engine = create_engine(engine_url(url), **engine_options(url))
        try:
            with Session(engine, info={"keyring": KEYRING}) as session:
                yield session
        finally:
            engine.dispose()


@contextmanager
def house(folder: Path, provider: Provider, *, migrated: bool = True) -> Iterator[House]:
    """An instance whose texts go to `provider`, with nobody in it; nothing is started yet."""
    url = empty_database(folder)
    port = free_port()
    if migrated:
        migration.upgrade(url)
    made = House(_settings(url, folder, port, provider), port, folder / "log")
    try:
        yield made
    finally:
        made.end()


def _settings(url: str, folder: Path, port: int, provider: Provider) -> dict[str, str]:
    """Closed to the world, and impatient, so that a drill is over soon.

    Not too impatient: a text is looked up `GATEWAY_UNKNOWN_WAIT` after nobody answered, by when the
    provider, on a machine that is busy with other tests, must have read what it was sent.
    """
    return {
        "DATABASE_URL": url,
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": secrets.token_hex(32),
        "DATA_KEYS": TEST_KEY,
        "INDEX_KEY": TEST_KEY,
        "AUDIT_KEY": TEST_KEY,
        "MAIL_DIR": str(folder / "mail"),
        "TWILIO_API_BASE": provider.api,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": OURS,
        "GATEWAY_TIMEOUT": "1.5",
        "GATEWAY_RETRY_BASE": "0.2",
        "GATEWAY_UNKNOWN_WAIT": "1.5",
    }


def somebody_answers(house: House, people: int = 4) -> None:
    """A line, and people on shift around the clock, whatever the hour of this run."""
    with house.session() as session:
        make = Make(session)
        make.line(number=OURS, languages=",".join(LANGUAGES))
        for number in range(people):
            who = make.counsellor(alias=f"Helper {number}", languages=LANGUAGES, load_cap=50)
            _on_shift(session, who.id)
        session.commit()


def _on_shift(session: Session, person_id: str) -> None:
    now = datetime.now(UTC)
    for weekday in range(7):
        for start, end in (("00:00", "12:00"), ("12:00", "00:00")):
            promises.promise(
                session,
                person_id,
                weekday=weekday,
                start=wall_time.fromisoformat(start),
                end=wall_time.fromisoformat(end),
                zone="UTC",
                now=now,
            )


def _family(roots: Sequence[int]) -> list[int]:
    """Processes and all their descendants."""
    parents = _parents()
    found, new = list(roots), set(roots)
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - set(found)
        found += sorted(new)
    return found


def _parents() -> dict[int, int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                if after_name[0] != "Z":
                    parents[int(folder.name)] = int(after_name[1])
    return parents


def _word(pid: int) -> str:
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "gone"
    if "gunicorn" in said:
        parent = _parents().get(pid, 0)
        return "web child" if b"gunicorn" in _command(parent) else "web"
    return said.split()[-1] if said.split() else "gone"


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(what: Callable[[], bool], within: float, otherwise: str) -> None:
    """Look again and again.

    Raises:
        AssertionError: with `otherwise`, when it did not come true in time.
    """
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
