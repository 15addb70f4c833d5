"""A PostgreSQL server for the tests: the one named, else one that runs here, else our own.

Only a server is looked for, never a database: the tests make databases of their own on it, under
a random name, and drop them. Nothing that was there before is read or changed.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.everything import debian

OLDEST = 130000  # PostgreSQL 13, whose DROP DATABASE can end what is still connected
SOCKETS = ("/var/run/postgresql", "/tmp")  # noqa: S108 - where servers listen, nothing is written
STARTS_WITHIN = 30.0  # seconds
ANSWERS_WITHIN = 3  # seconds, to a first connection


class NoServer(Exception):
    """No server to be had; the message is a sentence that says why."""


@dataclass(frozen=True)
class Server:
    """`url` reaches it, at a database that exists; `origin` says in words which one it is."""

    url: URL
    origin: str


@contextlib.contextmanager
def provide(named: str | None, *, own: bool = False) -> Iterator[Server]:
    """A server that lets us make databases; one that we started is gone afterwards.

    `named` is TEST_DATABASE_URL; `own` passes over servers that run already.

    Raises:
        NoServer: there is none, or the named one cannot be used.
    """
    if named:
        yield Server(_usable(make_url(named)), "the server that TEST_DATABASE_URL names")
    elif not own and (server := running()):
        yield server
    else:
        with started() as server:
            yield server


def running() -> Server | None:
    """A server on this machine that lets us in without a password and make databases."""
    users = dict.fromkeys((pwd.getpwuid(os.geteuid()).pw_name, "postgres"))
    for host in (*SOCKETS, "127.0.0.1"):
        for user in users:
            url = _url(host, user=user)
            with contextlib.suppress(NoServer):
                return Server(_usable(url), f"the one that runs at {host} (as {user})")
    return None


@contextlib.contextmanager
def started() -> Iterator[Server]:
    """A server of our own in a temporary folder, on a socket in there and on no port.

    It runs as an unprivileged user, because PostgreSQL refuses to run as root.
    """
    binaries = provide_binaries()
    with tempfile.TemporaryDirectory(prefix="warmline-pg-") as name:
        folder, user = Path(name), _unprivileged()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        _run([binaries / "initdb", "-D", folder / "data", *INITDB], folder, user)
        with _serving(binaries / "postgres", folder, user) as url:
            yield Server(url, f"one started for this run from {binaries}")


INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
# What is kept here is worth nothing after the run, so it need not survive a power cut.
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=100")


def provide_binaries() -> Path:
    """The folder with `initdb` and `postgres`, installed through apt if need be.

    Raises:
        NoServer: they are not here and cannot be installed.
    """
    if found := find_binaries():
        return found
    try:
        debian.install("postgresql")
    except debian.NotInstallable as error:
        raise NoServer(f"no server runs here, none is installed, and {error}") from error
    if found := find_binaries():
        return found
    raise NoServer("postgresql was installed, but initdb is nowhere to be found")


def find_binaries(root: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """The newest of Debian's versions, which keeps them off the PATH; else what the PATH has."""
    versions = [path.parent.parent for path in root.glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: float(path.name)) / "bin"
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def drop_databases(server: Server, prefix: str) -> None:
    """Drop what a run made and did not drop itself, because it was killed."""
    with _connect(server.url) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
        )
        for (name,) in rows.fetchall():
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(str(name))))


def random_prefix() -> str:
    """How the names of one run's databases begin; nobody else's do."""
    return f"warmline_test_{secrets.token_hex(8)}"


@contextlib.contextmanager
def _serving(program: Path, folder: Path, user: pwd.struct_passwd | None) -> Iterator[URL]:
    settings = [part for setting in FAST for part in ("-c", setting)]
    where: list[Path | str] = ["-D", folder / "data", "-k", folder, "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, *where, *settings], stdout=log, stderr=log, cwd=folder, **_as(user)
        )
    try:
        url = _url(str(folder), user="postgres")
        _wait_for(url, server, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # end what is connected, then stop
        server.wait(timeout=STARTS_WITHIN)


def _wait_for(url: URL, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(NoServer):
            _usable(url)
            return
        time.sleep(0.05)
    raise NoServer(f"the server did not start: {log.read_text()[-500:]}")


def _usable(url: URL) -> URL:
    """The same url, when we may make databases there.

    Raises:
        NoServer: it does not answer, is too old or does not let us.
    """
    may = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    try:
        with _connect(url) as connection:
            allowed = connection.execute(may).fetchone()
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise NoServer(f"the PostgreSQL server does not let us in: {error}") from error
    if version < OLDEST:
        raise NoServer(f"the PostgreSQL server is older than {OLDEST // 10000}")
    if allowed != (True,):
        raise NoServer("the PostgreSQL user may not create databases: grant it CREATEDB")
    return url


def _connect(url: URL) -> psycopg.Connection[tuple[object, ...]]:
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=ANSWERS_WITHIN)


def _url(host: str, *, user: str) -> URL:
    where = {"host": host, "port": "5432"}
    return URL.create("postgresql+psycopg", username=user, database="postgres", query=where)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to become when we are root; nobody else has to."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


class _Becoming(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as(user: pwd.struct_passwd | None) -> _Becoming:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: Sequence[Path | str], folder: Path, user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, **_as(user))
    if done.returncode:
        raise NoServer(f"initdb failed: {done.stderr.decode(errors='replace')[-500:]}")
