"""`helpline run`, `web`, `worker`: the processes, and the parent that keeps them alive."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from helpline import migration
from helpline.cli.house import opened
from helpline.config import Config, ConfigError, environment, sqlite_file
from helpline.privacy import keys
from helpline.runtime import Runtime

_PR_SET_PDEATHSIG = 1  # prctl(2)
DRAIN_SECONDS = 12  # a little more than what the children take to finish what they began
WEB_THREADS = (
    4  # measured: more threads than this cost more CPU than they give (docs/performance.md)
)


def _web_arguments(config: Config) -> list[str]:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return [
        *(sys.executable, "-m", "gunicorn", "helpline.app:create_app()"),
        *("--bind", f"{host}:{config.port}"),
        *("--worker-class", "gthread", "--threads", str(WEB_THREADS)),
        *("--workers", str(max(2, min(os.cpu_count() or 2, 8)))),
        *("--graceful-timeout", "10", "--timeout", "60", "--keep-alive", "5"),
        *("--no-control-socket", "--log-level", "warning"),
        *("--limit-request-line", "4094", "--limit-request-fields", "60"),
    ]


@click.command()
def web() -> None:
    """Serve the pages and webhooks (any number of these, on any number of machines)."""
    config = Config.from_env()
    _refuse_public_demonstration(config)
    arguments = _web_arguments(config)
    os.execv(arguments[0], arguments)  # noqa: S606  our own interpreter, no shell


@click.command()
def worker() -> None:
    """Do what is due: match, send, remind, reconcile (any number of these on PostgreSQL)."""
    from helpline.app import create_app
    from helpline.worker import run_forever

    config = Config.from_env()
    _refuse_public_demonstration(config)
    run_forever(create_app(config))


@click.command()
@click.option("--demo", is_flag=True, help="Load the demonstration when the database is empty.")
def run(demo: bool) -> None:
    """Migrate, then keep web and worker running together until told to stop."""
    config = Config.from_env()
    _say_where_the_keys_are(config)
    migration.upgrade(config.database_url)
    _refuse_public_demonstration(config)
    if demo and config.stays_here:
        _demonstrate(config)
    _Parent([_web_arguments(config), [sys.executable, "-m", "helpline.cli", "worker"]]).keep(
        lambda: _greet(config)
    )


def _demonstrate(config: Config) -> None:
    from helpline.demo import load_if_empty

    with opened(config):
        load_if_empty()


def _refuse_public_demonstration(config: Config) -> None:
    """A demonstration lets anybody sign in as anybody: never beyond this machine (settled 7).

    Nor may what its people say reach a real number or mailbox.
    """
    if config.stays_here:
        return
    from helpline.db import read
    from helpline.instance import is_demonstration

    with opened(config):
        if is_demonstration(read()):
            raise ConfigError(
                "this database holds a demonstration, where anybody may sign in as anybody:"
                " name another in DATABASE_URL before PUBLIC_BASE_URL, or a gateway for texts"
                " and mails, leaves this machine"
            )


def _say_where_the_keys_are(config: Config) -> None:
    if config.data_keys:
        return
    _, path, new = keys.read_or_make(Path(config.keys_dir or config.data_folder))
    word = "made and put" if new else "kept"
    click.echo(f"Keys: {word} in {path} (only you can read it).")
    click.echo("      Lose them and every message is lost for good: copy them somewhere safe now.")


def _greet(config: Config) -> None:
    with opened(config) as app:
        found: Runtime = app.extensions["helpline"]
    file = sqlite_file(config.database_url)
    click.echo(f"Data: {file}" if file else "Data: PostgreSQL")
    if found.demonstration:
        click.echo(f"\n  Warmline is open at {config.public_base_url}/demo")
        click.echo(f"  Pretend phones:     {config.public_base_url}/demo/phones\n")
    else:
        click.echo(f"\n  Warmline is open at {config.public_base_url}/\n")


def _end_with_parent() -> None:
    """In the child: a parent killed outright takes its children along, and the port is free."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class _Parent:
    """Starts the processes, starts one again when it dies, and ends them all together."""

    commands: list[list[str]]
    stopping: bool = False

    def keep(self, when_up: Callable[[], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        running = [self._start(command) for command in self.commands]
        when_up()
        while not self.stopping:
            time.sleep(0.2)
            running = [self._again(p, c) for p, c in zip(running, self.commands, strict=True)]
        self._end(running)

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        # A group of its own: Ctrl-C reaches the parent only, which then ends the children in order.
        return subprocess.Popen(  # noqa: S603  our own programs
            command, env=environment(), process_group=0, preexec_fn=_end_with_parent
        )

    def _again(
        self, process: "subprocess.Popen[bytes]", command: list[str]
    ) -> "subprocess.Popen[bytes]":
        if process.poll() is None or self.stopping:
            return process
        click.echo(f"A process ended with {process.returncode}; starting it again.", err=True)
        time.sleep(0.5)  # so that one which cannot start does not spin
        return self._start(command)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self, running: list["subprocess.Popen[bytes]"]) -> None:
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + DRAIN_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


COMMANDS = (run, web, worker)
