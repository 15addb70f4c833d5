"""People who text: the network hands over each text again until it is acknowledged."""

import itertools
import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from helpline.messaging.signature import sign
from tests.drills.house import House
from tests.drills.provider import ACCOUNT, FORM_TYPE, OURS, TOKEN

PATH = "/sms/twilio"
STORY = (
    "hello, I am alone tonight and cannot sleep",
    "it has been like this since the lockdown began",
    "I would like to talk with somebody please",
)
GIVE_UP_AFTER = 90.0  # seconds


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the network hands it over."""

    sid: str
    sender: str
    body: str


@dataclass
class Heard:
    """What the network knows: which texts were acknowledged, and how long that took (seconds)."""

    acknowledged: list[Text] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    tries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, text: Text, waited: float) -> None:
        with self._lock:
            self.acknowledged.append(text)
            self.waits.append(waited)

    def note_try(self, status: int) -> None:
        with self._lock:
            self.tries += 1
            if status not in (0, 200):
                self.refused.append(status)


def stories(phones: int, texts: int = 3, first: int = 0) -> list[list[Text]]:
    """For each of so many phones, the texts that it will send, in order."""
    numbers = [f"+6012{2_000_000 + first + n}" for n in range(phones)]
    return [
        [Text(f"SM{uuid.uuid4().hex}", number, f"{STORY[n]} ({number[-4:]})") for n in range(texts)]
        for number in numbers
    ]


def post(house: House, text: Text, timeout: float = 15.0) -> int:
    """Hand one text over, once: the status, or 0 when nobody answered."""
    pairs = [
        *((name, text.sid) for name in ("MessageSid", "SmsSid", "SmsMessageSid")),
        *(("AccountSid", ACCOUNT), ("From", text.sender), ("To", OURS), ("Body", text.body)),
        *(("NumMedia", "0"), ("NumSegments", "1")),
    ]
    signature = sign(TOKEN, house.settings["PUBLIC_BASE_URL"] + PATH, pairs)
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": signature}
    with suppress(OSError, HTTPException):
        connection = HTTPConnection("127.0.0.1", house.port, timeout=timeout)
        try:
            connection.request("POST", PATH, urlencode(pairs), headers)
            return connection.getresponse().status
        finally:
            connection.close()
    return 0


def hand_over(house: House, text: Text, heard: Heard) -> None:
    """Hand a text over until it is acknowledged."""
    deadline = time.monotonic() + GIVE_UP_AFTER
    while time.monotonic() < deadline:
        began = time.monotonic()
        status = post(house, text)
        heard.note_try(status)
        if status == 200:
            heard.note(text, time.monotonic() - began)
            return
        time.sleep(0.1 + random.random() / 5)  # noqa: S311  a pause, not a secret


@contextmanager
def texting(
    house: House, people: Sequence[Sequence[Text]], *, senders: int, pause: float = 0.0
) -> Iterator[Heard]:
    """Let `senders` threads text the stories while the block runs, and wait for all of them.

    A phone's texts leave in their order; `pause` seconds, more or less, lie between two texts.
    """
    heard = Heard()
    todo = [list(itertools.islice(people, n, None, senders)) for n in range(senders)]
    threads = [threading.Thread(target=_text, args=(house, share, heard, pause)) for share in todo]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        for thread in threads:
            thread.join()


def _text(house: House, stories: Sequence[Sequence[Text]], heard: Heard, pause: float) -> None:
    """Everybody's first text, then everybody's second, and so on."""
    for turn in itertools.zip_longest(*stories):
        for text in turn:
            if text is not None:
                hand_over(house, text, heard)
                time.sleep(pause * random.random() * 2)  # noqa: S311  a pause, not a secret
