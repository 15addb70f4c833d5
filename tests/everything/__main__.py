"""Run everything: style, types, rooms, and the tests on SQLite and on PostgreSQL.

Every part runs, whatever became of those before it. At the end it says what passed, what failed
and what had to be left out, and why; the last is also written to test-results/left-out.txt, which
is empty when nothing was. Exits with 1 if a part failed.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.everything import chromium, postgres

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "test-results"
BIN = Path(sys.executable).parent
PYTEST = (str(BIN / "pytest"), "-q", "--color=no", "-n2", "--dist=worksteal")
# What knows no database, or is about words and looks, is the same on both: once is enough for it.
ONCE_IS_ENOUGH = (
    "pure",
    "adapters/test_android.py",
    "adapters/test_email.py",
    "adapters/test_twilio.py",
    "browser",
    "simulation",
    "everything",
    "test_house.py",
    "test_texts.py",
    "doors/test_look.py",
    "doors/test_weights.py",
    "doors/test_texting_languages.py",
)
WITH_DATABASE = ("tests", *(f"--ignore=tests/{each}" for each in ONCE_IS_ENOUGH))
STATIC = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "rooms": ("lint-imports",),
}


@dataclass(frozen=True)
class Part:
    """What became of one part: `word` is ok, FAILED or left out; `detail` one line about it."""

    name: str
    word: str
    detail: str


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what we started is stopped
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    parts = list(_drills(options) if options.drills else _everything(options))
    return summary(parts)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.everything", description=__doc__)
    parser.add_argument("--drills", action="store_true", help="only the drills, in their long form")
    parser.add_argument(
        "--postgres",
        choices=["any", "own", "none"],
        default="any",
        help="any server (TEST_DATABASE_URL, else one that runs here, else our own), "
        "always our own, or leave PostgreSQL out",
    )
    parser.add_argument("--browser", choices=["any", "none"], default="any")
    return parser.parse_args(arguments)


def _everything(options: argparse.Namespace) -> Iterator[Part]:
    yield from _static()
    yield from _on_sqlite(options.browser)
    yield from _on_postgres(
        options.postgres, "not sqlite and not browser", os.environ, *WITH_DATABASE
    )


def _drills(options: argparse.Namespace) -> Iterator[Part]:
    long = {**os.environ, "DRILL": "long"}
    yield _pytest("long drills on SQLite", "drill and not postgres", _without_server(long), "-n0")
    yield from _on_postgres(options.postgres, "drill and not sqlite", long, "-n0")


def _static() -> Iterator[Part]:
    """Two at a time; each speaks only if it has something to say."""
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(_checked, STATIC)


def _checked(name: str) -> Part:
    program, *rest = STATIC[name]
    began = time.monotonic()
    command = [str(BIN / program), *rest]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        _say(f"--- {name}\n{done.stdout}{done.stderr}")
    word = "FAILED" if done.returncode else "ok"
    return Part(name, word, f"{program}, {time.monotonic() - began:.0f} s")


def _on_sqlite(browser: str) -> Iterator[Part]:
    environ = _without_server(os.environ)
    try:
        if browser == "none":
            raise chromium.NoBrowser("as asked")
        environ["TEST_CHROMIUM"] = chromium.provide()
    except chromium.NoBrowser as error:
        yield _pytest("tests on SQLite", "not postgres and not browser", environ)
        yield Part("tests in a browser", "left out", str(error))
    else:
        yield _pytest("tests on SQLite and in a browser", "not postgres", environ)


def _on_postgres(
    which: str, select: str, environ: Mapping[str, str] = os.environ, *more: str
) -> Iterator[Part]:
    name = "tests on PostgreSQL"
    try:
        with _server(which) as server, _databases(server, environ) as within:
            _say(f"PostgreSQL: {server.origin}")
            yield _pytest(name, select, within, *more)
    except postgres.NoServer as error:
        yield Part(name, "left out", str(error))


@contextlib.contextmanager
def _server(which: str) -> Iterator[postgres.Server]:
    if which == "none":
        raise postgres.NoServer("as asked")
    named = None if which == "own" else os.environ.get("TEST_DATABASE_URL")
    with postgres.provide(named, own=which == "own") as server:
        yield server


@contextlib.contextmanager
def _databases(server: postgres.Server, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment for tests on that server, and no database of theirs left afterwards."""
    prefix = postgres.random_prefix()
    url = server.url.render_as_string(hide_password=False)
    try:
        yield {**environ, "TEST_DATABASE_URL": url, "TEST_DATABASE_PREFIX": prefix}
    finally:
        postgres.drop_databases(server, prefix)


def _without_server(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name != "TEST_DATABASE_URL"}


def _pytest(name: str, select: str, environ: Mapping[str, str], *more: str) -> Part:
    """Run pytest, showing what it says; its closing line is the part's detail."""
    _say(f"--- {name}")
    command = [*PYTEST, "-m", select, *more]
    closing = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            for line in running.stdout or ():
                _say(line.rstrip("\n"))
                closing = line.strip() or closing
        except BaseException:
            running.terminate()  # we were told to stop: so is what we started
            raise
    failed = running.returncode != 0
    return Part(name, "FAILED" if failed else "ok", closing or f"exit {running.returncode}")


def summary(parts: Sequence[Part], results: Path = RESULTS) -> int:
    """Say what became of each part, keep what was left out, and give the exit code."""
    _say("\n--- What ran")
    for part in parts:
        _say(f"{part.word:<9} {part.name}: {part.detail}")
    left_out = [f"{part.name}: {part.detail}\n" for part in parts if part.word == "left out"]
    (results / "left-out.txt").write_text("".join(left_out))
    failed = any(part.word == "FAILED" for part in parts)
    _say("Something failed." if failed else "Nothing failed.")
    return int(failed)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
