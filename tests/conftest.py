"""What every test may ask for. Nothing here is autouse, and no application context is left open:
a request must find only what was committed, as in real life."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from helpline.app import create_app
from helpline.config import Config
from helpline.db import db, engine_options, engine_url
from helpline.messaging.gateway import (
    Accepted,
    Capabilities,
    Found,
    Inbound,
    Letter,
    Outcome,
    Refused,
    Unknown,
)
from helpline.people import Person
from helpline.privacy import keys
from helpline.privacy.sealing import Keyring
from helpline.worker import run_due
from tests.client import Client
from tests.client import sign_in as sign_a_person_in
from tests.databases import fresh_database
from tests.make import NOON, Make

TEST_KEY = keys.encode(bytes(range(32)))
KEYRING = keys.keyring(TEST_KEY, TEST_KEY, TEST_KEY)


@dataclass
class Clock:
    """A clock that only moves when told."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class RecordingGateway:
    """A telephone network that takes every text and remembers it.

    `answer` stands for what it says to the next texts instead: Refused or Unknown.
    """

    name: str = "recording"
    capabilities: Capabilities = field(default_factory=Capabilities)
    sent: list[tuple[str, str]] = field(default_factory=list)
    answer: Outcome | None = None
    received: list[Inbound] = field(default_factory=list)

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        if self.answer is not None:
            return self.answer
        self.sent.append((to, body))
        return Accepted(f"ref-{len(self.sent)}", parts=1)

    def find(self, *, to: str, body: str, since: datetime) -> Found | Refused | Unknown | None:
        for number, (sent_to, sent_body) in enumerate(self.sent, start=1):
            if (sent_to, sent_body) == (to, body):
                return Found(f"ref-{number}", "sent")
        return None

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        number = int(provider_id.removeprefix("ref-"))
        return Found(provider_id, "sent") if number <= len(self.sent) else None

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        return [text for text in self.received if text.at is None or text.at >= since]

    def bodies(self, to: str) -> list[str]:
        """What one number was sent, in order."""
        return [body for number, body in self.sent if number == to]


@dataclass
class RecordingMail:
    """Takes every mail and remembers it."""

    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> Outcome:
        self.sent.append(letter)
        return Accepted(f"mail-{len(self.sent)}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway() -> RecordingGateway:
    return RecordingGateway()


@pytest.fixture
def mail() -> RecordingMail:
    return RecordingMail()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A database of its own for each test; TEST_DATABASE_URL selects PostgreSQL."""
    return fresh_database(tmp_path)


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """A whole, closed configuration: Twilio's settings are set, the network is a fake."""
    return Config(
        database_url=database_url,
        secret_key="test " * 8,
        data_keys=TEST_KEY,
        index_key=TEST_KEY,
        audit_key=TEST_KEY,
        public_base_url="http://127.0.0.1:5000",
        twilio_account_sid="AC" + "a" * 32,
        twilio_auth_token="token",
        twilio_auth_token_next="next token",
        twilio_from="+15005550006",
        mail_dir=str(tmp_path / "mail"),
    )


@pytest.fixture
def app(
    config: Config, gateway: RecordingGateway, mail: RecordingMail, clock: Clock
) -> Iterator[Flask]:
    """A whole application on its own database, with a still clock and no network."""
    app = create_app(config, texts=gateway, mail=mail, now=clock)
    app.testing = True
    app.test_client_class = Client
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production: a fault becomes a page
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Does everything that is due, once, as a worker would: jobs, then texts and mails."""
    return lambda: run_due(app)


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, Person], FlaskClient]:
    """`sign_in(client, person)`: a committed staff member, signed in; gives the client back."""
    return sign_a_person_in


@pytest.fixture
def keyring() -> Keyring:
    return KEYRING


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A plain session for operations and for looking at what a door did. No Flask."""
    url = engine_url(database_url)
    engine = create_engine(url, **engine_options(database_url))
    with Session(engine, info={"keyring": KEYRING}) as session:
        yield session
    engine.dispose()


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session)
