"""Several workers on one database: each text leaves once, in order, and at most one at a time."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import alerts, jobs
from helpline.app import create_app
from helpline.config import Config
from helpline.db import db
from helpline.messaging import outbox
from helpline.messaging.gateway import (
    Accepted,
    Capabilities,
    Found,
    Inbound,
    Outcome,
    RefusalKind,
    Refused,
    Unknown,
)
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import FINAL, OutboxMessage
from helpline.worker import run_forever
from tests.conftest import Clock, RecordingMail
from tests.make import NOON, Make

PEOPLE, EACH = 24, 3


@dataclass
class BusyNetwork:
    """Takes a moment for each text, loses every ninth answer, is too busy for every eleventh."""

    name: str = "busy"
    capabilities: Capabilities = field(default_factory=Capabilities)
    taken: list[tuple[str, str]] = field(default_factory=list)
    most_at_once: int = 0
    two_at_once: list[str] = field(default_factory=list)
    _calls: int = 0
    _now: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        with self._lock:
            self._calls += 1
            call, self._now[to] = self._calls, self._now[to] + 1
            self.most_at_once = max(self.most_at_once, sum(self._now.values()))
            self.two_at_once += [to] * (self._now[to] > 1)
        time.sleep(0.01)
        with self._lock:
            self._now[to] -= 1
            if call % 11 == 0:
                return Refused(RefusalKind.LATER, "20429")
            self.taken.append((to, body))
            return Unknown("lost") if call % 9 == 0 else Accepted(f"id-{body}", state="delivered")

    def find(self, *, to: str, body: str, since: datetime) -> Found | Refused | Unknown | None:
        with self._lock:
            return Found(f"id-{body}", "delivered") if (to, body) in self.taken else None

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        return None

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        return []


def test_texts_leave_once_and_in_order_however_many_workers_there_are(
    config: Config, session: Session, make: Make, mail: RecordingMail
) -> None:
    network, started = BusyNetwork(), time.monotonic()
    workers = [_worker(config, network, mail, started) for _ in range(2)]
    wanted = _ask(session, make)

    stop = threading.Event()
    threads = [threading.Thread(target=run_forever, args=(app, stop)) for app in workers]
    for thread in threads:
        thread.start()
    try:
        _until(lambda: _unsettled(session) == 0, seconds=30)
    finally:
        stop.set()
        for thread in threads:
            thread.join(15)
        _close(workers)

    assert Counter(network.taken) == Counter(wanted)
    assert network.two_at_once == []
    assert network.most_at_once <= 2 * outbox.AT_ONCE
    by_person: dict[str, list[str]] = defaultdict(list)
    for number, body in network.taken:
        by_person[number].append(body)
    assert all(bodies == sorted(bodies) for bodies in by_person.values())


def _worker(config: Config, network: BusyNetwork, mail: RecordingMail, started: float) -> Flask:
    """An application of its own, with a clock that runs, and little patience."""
    quick = _quick(config)

    def now() -> datetime:
        return NOON + timedelta(seconds=time.monotonic() - started)

    return create_app(quick, texts=network, mail=mail, now=now)


def _quick(config: Config) -> Config:
    return replace(config, gateway_timeout=1.0, gateway_retry_base=0.1, gateway_unknown_wait=0.2)


def _ask(session: Session, make: Make) -> list[tuple[str, str]]:
    wanted = []
    for person in range(PEOPLE):
        number = f"+6012000{person:04}"
        seeker = make.seeker(phone=number)
        for text in range(EACH):
            body = f"{person}-{text}"
            wanted.append((number, body))
            outbox.post(
                session, Notice(seeker.id, "reply", {"body": body}, automatic=False), now=NOON
            )
    session.commit()
    return wanted


def _unsettled(session: Session) -> int:
    session.rollback()
    found = session.scalar(
        select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state.not_in(FINAL))
    )
    session.rollback()
    return found or 0


def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "the workers did not finish in time"
        time.sleep(0.1)


def _close(workers: Sequence[Flask]) -> None:
    for app in workers:
        with app.app_context():
            db.engine.dispose()


def test_a_job_that_breaks_is_put_back_and_then_left_for_a_person(
    app: Flask, session: Session, clock: Clock, work: Callable[[], int]
) -> None:
    jobs.enqueue(session, "not_reached", {"case": "no such case"}, run_at=NOON)
    session.commit()
    for _ in range(jobs.GIVE_UP_AFTER):
        work()
        clock.forward(timedelta(hours=2))
    assert [(a.kind, a.about) for a in alerts.unseen(session)] == [("job_failed", "not_reached")]
