"""The slowest hundredth of the webhook's answers under gunicorn, ours and the floor's, in turns."""

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from helpline.bench.figures import Figure
from helpline.bench.webhook import FORM_TYPE, GOAL, PATH, signed
from helpline.config import environment

OURS, FLOOR = "helpline.app:create_app()", "helpline.bench.floor:create_floor()"
CONNECTIONS, EACH, TURNS = 16, 60, 3
PATIENCE = 60.0  # seconds for a server to come up


def p99(settings: Mapping[str, str], base: str, token: str) -> Figure:
    """Milliseconds, 16 connections at once, gunicorn 2 x 4: the 99th percentile's median."""
    with server(OURS, settings) as (ours, _), server(FLOOR, settings) as (floor, _):
        found: dict[int, list[float]] = {ours: [], floor: []}
        for turn in range(TURNS + 1):
            for port, kept in found.items():
                slowest = _slowest(port, base, token)
                if turn:  # the first warms up
                    kept.append(slowest)
    ours_ms, floor_ms = (statistics.median(kept) * 1e3 for kept in found.values())
    what = "webhook, 99th percentile of 16 connections"
    return Figure(what, "ms", ours_ms, GOAL * floor_ms, floor_ms)


def _slowest(port: int, base: str, token: str) -> float:
    """Seconds within which 99 of 100 texts were answered."""
    batches = [[_request(base, token) for _ in range(EACH)] for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        waits = [wait for part in pool.map(lambda b: _talk(port, b), batches) for wait in part]
    return statistics.quantiles(waits, n=100)[98]


def _talk(port: int, requests: list[bytes]) -> list[float]:
    """Send one after the other on one connection; how long each took."""
    waits = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            _answer(connection)
            waits.append(time.perf_counter() - started)
    return waits


def _answer(connection: socket.socket) -> None:
    got = b""
    while not got.endswith(b"<Response/>"):
        more = connection.recv(4096)
        if not more:
            raise RuntimeError(f"the webhook answered {got[:60]!r}")
        got += more


def _request(base: str, token: str) -> bytes:
    body, signature = signed(base, token)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: TwilioProxy/1.1\r\n"
        f"Content-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


@contextlib.contextmanager
def server(application: str, settings: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """A gunicorn of two processes with four threads each: its port and the id of its process."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--no-control-socket", "--log-level", "error", "--keep-alive", "30"),
    ]
    process = subprocess.Popen(  # noqa: S603  our own program
        command, env=environment(**settings), process_group=0
    )
    try:
        _wait(lambda: _listens(port))
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError("gunicorn did not come up")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
