"""A server on loopback that answers as it is told, and remembers what it was asked."""

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TO = "+60123456789"


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to one request; `reset` hangs up instead."""

    status: int = 201
    body: str | dict[str, Any] = ""
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body or self.query)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeNetwork:
    """Gives each request the next of `answers`, after `delay` seconds."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    delay: float = 0.0


@contextmanager
def fake_network() -> Iterator[FakeNetwork]:
    fake = FakeNetwork()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(fake: FakeNetwork) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Quietly."""

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            headers = dict(self.headers.items())
            fake.asked.append(Asked(self.command, parts.path, parts.query, body, headers))
            answer = fake.answers.pop(0)
            threading.Event().wait(fake.delay)
            if answer.reset:
                _hang_up(self.connection)
                return
            with suppress(BrokenPipeError):  # whoever asked did not wait for it
                self._say(answer)

        def _say(self, answer: Answer) -> None:
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def finish(self) -> None:
            if self.connection.fileno() >= 0:  # not hung up
                super().finish()

    return Handler


def _hang_up(connection: socket.socket) -> None:
    """A reset, not an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    connection.close()
