"""What one text at the webhook costs, as a multiple of the floor, measured side by side.

In process: CPU seconds per request (the process's own; fsync waits are not in it), the requests
handed straight to the application so that no client is measured with it, in rounds that take
turns, median of the rounds. Under gunicorn: the slowest hundredth of 16 connections' requests.
"""

import io
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from helpline.bench.figures import Figure
from helpline.messaging.signature import sign

ROUNDS, PER_ROUND = 15, 150
PATH = "/sms/twilio"
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
GOAL = 2.0  # times the floor
Wsgi = Callable[..., Any]


def form() -> list[tuple[str, str]]:
    """A text as Twilio sends it, with an id of its own."""
    sid = f"SM{uuid.uuid4().hex}"
    empty = ("ToState", "ToCity", "FromZip", "FromState", "FromCity", "ToZip")
    return [
        *((name, "") for name in empty),
        *((name, sid) for name in ("MessageSid", "SmsSid", "SmsMessageSid")),
        *(("ToCountry", "US"), ("FromCountry", "MY"), ("NumMedia", "0"), ("NumSegments", "1")),
        *(("SmsStatus", "received"), ("ApiVersion", "2010-04-01"), ("AccountSid", "AC" + "a" * 32)),
        *(("From", f"+6012{sid[-7:]}"), ("To", "+15005550006")),
        ("Body", "Saya perlukan seseorang untuk bercakap malam ini, boleh?"),
    ]


def signed(base: str, token: str) -> tuple[bytes, str]:
    """A body and its signature."""
    pairs = form()
    return urlencode(pairs).encode(), sign(token, base + PATH, pairs)


def cpu(ours: Wsgi, floor: Wsgi, base: str, token: str) -> Figure:
    """Microseconds of CPU per text, in this process, one thread."""
    for app in (ours, floor):
        _round(app, base, token, PER_ROUND)  # what is made once is not counted
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for kept, app in zip(spent, (ours, floor), strict=True):
            kept.append(_round(app, base, token, PER_ROUND))
    ours_us, floor_us = (statistics.median(kept) * 1e6 for kept in spent)
    return Figure("webhook, CPU per text", "us", ours_us, GOAL * floor_us, floor_us)


def _round(app: Wsgi, base: str, token: str, count: int) -> float:
    requests = [_environ(*signed(base, token)) for _ in range(count)]
    started = time.process_time()
    for environ in requests:
        _call(app, environ)
    return (time.process_time() - started) / count


def _call(app: Wsgi, environ: dict[str, Any]) -> None:
    statuses: list[str] = []
    answer = app(environ, lambda status, headers, info=None: statuses.append(status))
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if not statuses[0].startswith("200"):
        raise RuntimeError(f"the webhook answered {statuses[0]}")


def _environ(body: bytes, signature: str) -> dict[str, Any]:
    return environ_for("POST", PATH) | {
        "HTTP_X_TWILIO_SIGNATURE": signature,
        "CONTENT_TYPE": FORM_TYPE,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }


def environ_for(method: str, path: str) -> dict[str, Any]:
    """A request as a server would hand it over, from a loopback client."""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "5000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:5000",
        "HTTP_USER_AGENT": "TwilioProxy/1.1",
        "HTTP_ACCEPT": "*/*",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
