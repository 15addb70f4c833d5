"""The whole service against a pretended telephone network with faults.

    python -m tests.drills.phonenet /path/to/phonenet.py [SCRIPT.json ...] [--database URL]

Starts web and worker on a fresh database with the demonstration's people, lets phonenet play each
script of the folder beside this file against them, and tells what its report found. phonenet is
no part of the project; whoever has it names it. Exit status 0: every report was `ok`.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg

from helpline import migration
from helpline.app import create_app
from helpline.config import Config, environment
from helpline.db import db, transaction
from helpline.demo import load_if_empty
from helpline.instance import Line
from helpline.privacy.keys import encode
from helpline.privacy.sealing import new_key
from helpline.runtime import utc_now
from scheduling.base import new_id

SCRIPTS = Path(__file__).parent / "phonenet"
TOKEN = "drill token"
NUMBER = "+15005550006"
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Played:
    """What one script's report said."""

    name: str
    ok: bool
    problems: Mapping[str, Any]
    report: Mapping[str, Any]

    def unhit(self) -> list[str]:
        """The faults that never happened, so that the script showed nothing."""
        return [f"{f['where']}:{f['kind']}" for f in self.report.get("faults", []) if not f["hits"]]


def play(phonenet: Path, script: Path, database: str | None = None) -> Played:
    """Run one script against a fresh instance."""
    told: dict[str, Any] = json.loads(script.read_text())
    with (
        tempfile.TemporaryDirectory(prefix="warmline-drill-") as folder,
        _database(folder, database) as url,
    ):
        web, network = _free_port(), _free_port()
        settings = _settings(url, folder, web, network, told)
        _prepare(settings)
        with _running(settings, web):
            return _ask(phonenet, script, web, network, Path(folder) / "report.json", told)


def _settings(
    url: str, folder: str, web: int, network: int, told: Mapping[str, Any]
) -> dict[str, str]:
    key = encode(new_key())
    sender = {"TWILIO_FROM": NUMBER}
    if service := told.get("messaging_service"):
        sender = {"TWILIO_MESSAGING_SERVICE_SID": str(service)}
    return {
        "DATABASE_URL": url,
        "PORT": str(web),
        "PUBLIC_BASE_URL": str(told.get("public_url", f"http://127.0.0.1:{web}")),
        "SECRET_KEY": key,
        "DATA_KEYS": key,
        "INDEX_KEY": key,
        "AUDIT_KEY": key,
        "MAIL_DIR": f"{folder}/mail",
        "TWILIO_API_BASE": f"http://127.0.0.1:{network}",
        "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "GATEWAY_TIMEOUT": "1.5",
        "GATEWAY_RETRY_BASE": "0.2",
        "GATEWAY_UNKNOWN_WAIT": "0.5",
        **sender,
    }


def _prepare(settings: dict[str, str]) -> None:
    """Tables, and people who answer."""
    config = Config.from_env(settings)
    migration.upgrade(config.database_url)
    app = create_app(config)
    with app.app_context():
        if config.on_loopback:
            load_if_empty()
        else:  # a demonstration is for loopback only
            _open_a_line(config)
        db.engine.dispose()


def _open_a_line(config: Config) -> None:
    with transaction() as session:
        drill = {"name": "Drill", "number": config.twilio_from, "parts_per_second": 1_000}
        session.add(Line(id=new_id(), created_at=utc_now(), **drill))


@contextmanager
def _database(folder: str, server: str | None) -> Iterator[str]:
    """An SQLite file, or a database of its own on a PostgreSQL server, dropped afterwards."""
    if server is None:
        yield f"sqlite:///{folder}/drill.sqlite"
        return
    name = f"drill_{secrets.token_hex(4)}"
    plain = server.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield f"{plain.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _running(settings: dict[str, str], port: int) -> Iterator[None]:
    """Web and worker, ended with everything they started."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "helpline.cli", command],
            env=environment(**settings),
            process_group=0,
        )
        for command in ("web", "worker")
    ]
    try:
        _wait_for(port)
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _ask(
    phonenet: Path, script: Path, web: int, network: int, out: Path, told: Mapping[str, Any]
) -> Played:
    command = [
        *(sys.executable, str(phonenet), "--app-url", f"http://127.0.0.1:{web}"),
        *("--sms-path", "/sms/twilio", "--status-path", "/sms/twilio/status"),
        *("--auth-token", TOKEN, "--port", str(network), "--script", str(script)),
        *("--out", str(out), *told.get("arguments", [])),
    ]
    finished = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=600, check=False)
    report = json.loads(out.read_text())
    return Played(script.stem, finished.returncode == 0, report["problems"], report)


def _wait_for(port: int) -> None:
    """Until it answers: gunicorn listens long before its processes have loaded the house."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with (
            suppress(OSError),
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5),
        ):
            return
        time.sleep(0.2)
    raise RuntimeError("the web process did not come up")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _tell(played: Played, keep: Path | None) -> bool:
    unhit = played.unhit()
    found = {name: count for name, count in played.problems.items() if count}
    word = "ok" if played.ok and not unhit else "NOT OK"
    hits = " ".join(f"{f['where']}:{f['kind']}={f['hits']}" for f in played.report["faults"])
    sys.stdout.write(f"{word:<7} {played.name:<22} {hits} {found or ''} {unhit or ''}\n")
    sys.stdout.flush()
    if keep:
        (keep / f"{played.name}.report.json").write_text(json.dumps(played.report, indent=1))
    return word == "ok"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("phonenet", type=Path)
    parser.add_argument("scripts", type=Path, nargs="*")
    parser.add_argument("--database", help="a PostgreSQL server; default: SQLite")
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    told = parser.parse_args(arguments)
    scripts = told.scripts or sorted(SCRIPTS.glob("*.json"))
    results = [_tell(play(told.phonenet, s, told.database), told.keep) for s in scripts]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
