"""A pretended provider of texts: the part of Twilio's API that we use, with its faults.

It takes texts, lists and fetches them, reports by signed callbacks how far they came, and counts
what each phone got. It loses answers as told: taken but never answered, taken and answered 500, or
not taken and told to wait. Everything is on loopback.
"""

import json
import queue
import random
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from helpline.messaging.signature import sign

ACCOUNT = "AC" + "a" * 32
TOKEN = "drill token"
OURS = "+15005550006"
FORM_TYPE = "application/x-www-form-urlencoded"
REPORTERS = 4
REPORT_FOR = 12.0  # seconds for which a callback is tried again while nobody answers


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that the provider took: ours is the id of the outbox that its callback carries."""

    sid: str
    to: str
    body: str
    ours: str
    at: float  # seconds since the epoch


@dataclass
class Faults:
    """How often, of a hundred, what goes wrong."""

    lost: int = 0  # taken, and the connection is cut without an answer
    failing: int = 0  # taken, and answered 500
    busy: int = 0  # not taken: 429
    retry_after: int = 1  # seconds
    seed: int = 1


@dataclass
class Provider:
    """What was taken so far, and what to do to the next text."""

    faults: Faults = field(default_factory=Faults)
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    delay: float = 0.0  # seconds that each text takes
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reports: "queue.SimpleQueue[tuple[str, dict[str, str]] | None]" = field(
        default_factory=queue.SimpleQueue
    )

    def __post_init__(self) -> None:
        self._dice = random.Random(self.faults.seed)  # noqa: S311  a drill, not a secret

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def got(self) -> Counter[tuple[str, str]]:
        """How often which phone got which words."""
        with self._lock:
            return Counter((text.to, text.body) for text in self.taken)

    def by_outbox_id(self) -> Counter[str]:
        """How often each row of the outbox was taken."""
        with self._lock:
            return Counter(text.ours for text in self.taken)

    def phones(self) -> Counter[str]:
        with self._lock:
            return Counter(text.to for text in self.taken)

    # What the provider does, asked by its HTTP server below.

    def create(self, form: dict[str, str]) -> tuple[str, dict[str, Any]]:
        """What to do ("ok", "lost", "failing" or "busy") and what to answer."""
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
            fault = self._fault()
            self.hits[fault] += 1
            text = self._take(form) if fault != "busy" else None
        time.sleep(self.delay)
        with self._lock:
            self._inside -= 1
        if text is None:
            return fault, {}
        self._report(form.get("StatusCallback", ""), text)
        return fault, _resource(text, "queued")

    def _fault(self) -> str:
        number = self._dice.randrange(100)
        for name, share in (
            ("lost", self.faults.lost),
            ("failing", self.faults.failing),
            ("busy", self.faults.busy),
        ):
            if number < share:
                return name
            number -= share
        return "ok"

    def _take(self, form: dict[str, str]) -> Taken:
        ours = dict(parse_qsl(urlsplit(form.get("StatusCallback", "")).query)).get("id", "")
        text = Taken(f"SM{uuid.uuid4().hex}", form["To"], form["Body"], ours, time.time())
        self.taken.append(text)
        return text

    def find(self, to: str) -> list[dict[str, Any]]:
        """What went to that number, newest first."""
        with self._lock:
            return [_resource(text, "delivered") for text in reversed(self.taken) if text.to == to]

    def fetch(self, sid: str) -> dict[str, Any] | None:
        with self._lock:
            found = [text for text in self.taken if text.sid == sid]
        return _resource(found[0], "delivered") if found else None

    def _report(self, callback: str, text: Taken) -> None:
        if not callback:
            return
        for state in ("sent", "delivered"):
            form = {"MessageSid": text.sid, "MessageStatus": state, "To": text.to}
            self._reports.put((callback, {**form, "From": OURS, "AccountSid": ACCOUNT}))

    def report_forever(self) -> None:
        """Hand over callbacks until told to end by a None; again while nobody answers."""
        while (work := self._reports.get()) is not None:
            _call_back(*work)

    def end_reports(self) -> None:
        for _ in range(REPORTERS):
            self._reports.put(None)


def _call_back(address: str, form: dict[str, str]) -> None:
    parts = urlsplit(address)
    pairs = list(form.items())
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": sign(TOKEN, address, pairs)}
    deadline = time.monotonic() + REPORT_FOR
    while time.monotonic() < deadline:
        with suppress(OSError, HTTPException):
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
            try:
                path = f"{parts.path}?{parts.query}"
                connection.request("POST", path, urlencode(pairs), headers)
                if connection.getresponse().status < 500:
                    return
            finally:
                connection.close()
        time.sleep(0.2)


def _resource(text: Taken, state: str) -> dict[str, Any]:
    return {
        "sid": text.sid,
        "account_sid": ACCOUNT,
        "to": text.to,
        "from": OURS,
        "body": text.body,
        "status": state,
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": "0",
        "error_code": None,
        "date_created": format_datetime(datetime.fromtimestamp(int(text.at), UTC)),
        "date_sent": None,
        "date_updated": None,
    }


@contextmanager
def provider(faults: Faults | None = None, port: int = 0) -> Iterator[Provider]:
    """A provider that listens, until the block ends."""
    made = Provider(faults or Faults())
    with listening(made, port):
        yield made
    made.end_reports()


@contextmanager
def listening(provider: Provider, port: int = 0) -> Iterator[None]:
    """Let it listen: at a port of its own, or again at the one it had."""
    server = _Server(("127.0.0.1", port), _handler(provider))
    provider.port = server.server_address[1]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,))]
    threads += [
        threading.Thread(target=provider.report_forever, daemon=True) for _ in range(REPORTERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        threads[0].join()
        provider.end_reports()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what the drill is about."""


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args: Any) -> None:
            """Quietly."""

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
            fault, resource = provider.create(form)
            if fault == "lost":
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
            elif fault == "failing":
                self._say(500, {"code": 20500, "message": "Internal Server Error", "status": 500})
            elif fault == "busy":
                told = {"code": 20429, "message": "Too Many Requests", "status": 429}
                self._say(429, told, {"Retry-After": str(provider.faults.retry_after)})
            else:
                self._say(201, resource)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            name = parts.path.rpartition("/")[2]
            if name == "Messages.json":
                to = parse_qs(parts.query).get("To", [""])[0]
                self._say(200, _page(provider.find(to)))
            else:
                found = provider.fetch(name.removesuffix(".json"))
                missing = {"code": 20404, "message": "Not found", "status": 404}
                self._say(200 if found else 404, found or missing)

        def _say(
            self, status: int, answer: dict[str, Any], more: dict[str, str] | None = None
        ) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)  # with Date, as the real one has it
            for name, value in {"Content-Type": "application/json", **(more or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _page(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "messages": list(messages),
        "page": 0,
        "page_size": 1000,
        "start": 0,
        "end": max(0, len(messages) - 1),
        "first_page_uri": "",
        "next_page_uri": None,
        "previous_page_uri": None,
        "uri": "",
    }
