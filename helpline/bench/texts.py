"""How fast texts are asked for and leave: 10,000 at once into the outbox, and sixteen in flight."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from helpline.bench.figures import Figure
from helpline.db import begin_in
from helpline.messaging.gateway import Accepted, Capabilities, Found, Inbound
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import AT_ONCE, post_many
from helpline.people import ContactKind, ContactPoint, HowToReach, Person, SafeContact
from helpline.runtime import utc_now
from helpline.worker import run_forever
from scheduling.base import new_id

MANY = 10_000
WITHIN = 2.0  # seconds
ROUNDS = 3
SENDING_FOR = 5.0  # seconds
PROVIDER_TAKES = 0.08  # seconds for each text, as one far away does


@dataclass
class SlowNetwork:
    """Takes every text, slowly, and counts how many it is given at the same time."""

    name: str = "slow"
    capabilities: Capabilities = field(default_factory=Capabilities)
    taken: int = 0
    most_at_once: int = 0
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Accepted:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        time.sleep(PROVIDER_TAKES)
        with self._lock:
            self._inside -= 1
            self.taken += 1
        return Accepted(own_id, parts=1, state="delivered")

    def find(self, *, to: str, body: str, since: datetime) -> Found | None:
        return None

    def fetch(self, provider_id: str) -> Found | None:
        return None

    def list_inbound(self, since: datetime) -> Sequence[Inbound]:
        return []


def figures(app: Flask, network: SlowNetwork) -> Iterator[Figure]:
    """`app` sends by `network`."""
    with begin_in(app)() as session:
        people = _people(session)
    rounds = [_enqueue(app, people, number) for number in range(ROUNDS)]
    what = f"{MANY:,} texts asked for at once, best of {ROUNDS}"
    yield Figure(what, "s", min(took for took, _ in rounds), goal=WITHIN)
    yield Figure("the same, our own CPU", "s", min(spent for _, spent in rounds))
    took, spent = _send_for(app, SENDING_FOR)
    yield Figure(
        "texts in flight at the same time", "", network.most_at_once, AT_ONCE, at_least=True
    )
    yield Figure("texts a second to a network that takes 80 ms", "/s", network.taken / took)
    yield Figure("our own CPU for each text that leaves", "ms", 1e3 * spent / network.taken)


def _people(session: Session) -> list[tuple[str, str]]:
    """So many people who texted once: their ids and those of their numbers."""
    now, keyring = utc_now(), session.info["keyring"]
    ids = [(new_id(), new_id()) for _ in range(MANY)]
    session.execute(
        insert(Person),
        [
            {"id": one, "is_seeker": True, "language": "en", "zone": "UTC", "created_at": now}
            for one, _ in ids
        ],
    )
    session.execute(
        insert(SafeContact), [{"person_id": one, "how": HowToReach.TEXT} for one, _ in ids]
    )
    rows = []
    for number, (one, point) in enumerate(ids):
        address = f"+6012{1_000_000 + number}"
        place = {"table": ContactPoint.__tablename__, "column": "address_sealed", "row": point}
        rows.append(
            {
                "id": point,
                "person_id": one,
                "kind": ContactKind.PHONE,
                "address_sealed": keyring.seal(address, **place),
                "address_index": keyring.blind(address, purpose="phone"),
                "country": "MY",
                "created_at": now,
                "heard_at": now,
            }
        )
    session.execute(insert(ContactPoint.__table__), rows)  # type: ignore[arg-type]  # a Table, not only a FromClause
    return ids


def _enqueue(app: Flask, people: Sequence[tuple[str, str]], number: int) -> tuple[float, float]:
    """Seconds from the first notice to the commit, and seconds of CPU."""
    notices = [
        Notice(
            to=who,
            text="received",
            channel="text",
            answers=True,  # so that no quiet hour holds it while we measure
            dedupe_key=f"bench:{number}:{who}",
            contact_point_id=point,
        )
        for who, point in people
    ]
    began, cpu = time.perf_counter(), time.process_time()
    with begin_in(app)() as session:
        made = post_many(session, notices, now=utc_now())
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    if len(made) != len(notices):
        raise RuntimeError(f"{len(made)} of {len(notices)} were asked for")
    return took, spent


def _send_for(app: Flask, seconds: float) -> tuple[float, float]:
    """Let a worker send for a while; seconds until it had stopped, and seconds of CPU."""
    stop, began, cpu = threading.Event(), time.perf_counter(), time.process_time()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    run_forever(app, stop)
    timer.join()
    return time.perf_counter() - began, time.process_time() - cpu
