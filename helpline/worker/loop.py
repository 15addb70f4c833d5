"""The loop: threads that look, work, and look again, until told to stop.

On SQLite one thread does the jobs, for more would only queue at the one writer's lock; on
PostgreSQL four. Sixteen threads call the gateways, each with one text in hand, claimed when it was
free. SIGTERM: nothing new is begun, and what is under way has ten seconds to be noted; what has
not been noted by then is looked up after its lease, by whoever runs next.
"""

import logging
import queue
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from flask import Flask

from helpline import jobs
from helpline.config import sqlite_file
from helpline.messaging.outbox import AT_ONCE
from helpline.messaging.outbox.claiming import Attempt
from helpline.worker.work import Work

LOOK_EVERY = 0.1  # seconds, when there is nothing to do
LOOK_FOR_ERRANDS = 1.0  # nobody waits for those
AFTER_TROUBLE = 1.0  # seconds, when the database does not answer
DRAIN = 9.0  # seconds for what is under way
_PG_JOB_THREADS = 4
_log = logging.getLogger("helpline.worker")


def run_forever(app: Flask, stop: threading.Event | None = None) -> None:
    """Work until `stop` is set, or, without one, until SIGTERM or SIGINT."""
    stop = stop or _on_signal()
    work = Work.of(app)
    on_sqlite = sqlite_file(work.runtime.config.database_url) is not None
    looping = [
        _thread(_patient(_do_jobs, work, stop)) for _ in range(1 if on_sqlite else _PG_JOB_THREADS)
    ]
    looping.append(_thread(_patient(_run_errands, work, stop, LOOK_FOR_ERRANDS)))
    post = _Post(work, stop)
    post.run()
    deadline = time.monotonic() + DRAIN
    post.drain(deadline)
    for thread in looping:
        thread.join(max(0.0, deadline - time.monotonic()))


def _on_signal() -> threading.Event:
    stop = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    return stop


def _thread(target: Callable[[], None]) -> threading.Thread:
    """A daemon: a call that hangs does not keep the process from ending after the drain."""
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def _patient(
    step: Callable[[Work], bool],
    work: Work,
    stop: threading.Event,
    rest: float = LOOK_EVERY,
) -> Callable[[], None]:
    """Repeat a step until told to stop; rest when there is nothing to do or no database."""

    def loop() -> None:
        while not stop.is_set():
            try:
                if not step(work):
                    stop.wait(rest)
            except Exception as error:
                _log.error("worker: %s", type(error).__name__)
                stop.wait(AFTER_TROUBLE)

    return loop


def _do_jobs(work: Work) -> bool:
    return _any_job(work) and work.do_one()


def _run_errands(work: Work) -> bool:
    return _any_job(work) and work.run_one_errand()


def _any_job(work: Work) -> bool:
    """Look first, without the writer's lock."""
    return work.look(lambda session: jobs.is_due(session, now=work.runtime.now()))


class _Post:
    """Hands claimed texts to sixteen threads, and claims no more than there are free hands."""

    def __init__(self, work: Work, stop: threading.Event) -> None:
        self._work, self._stop = work, stop
        self._tasks: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
        self._free = threading.Semaphore(AT_ONCE)
        self._asked_for = False
        self._there_is_more = False

    def run(self) -> None:
        for _ in range(AT_ONCE):
            _thread(self._carry)
        _patient(lambda _: self._hand_out(), self._work, self._stop)()

    def _hand_out(self) -> bool:
        """Claim for every free hand; whether there was anything to do."""
        if not self._asked_for:
            self._work.ask_for_what_repeats()
            self._asked_for = True
        hands = self._free_hands()
        seen = 0
        try:
            if hands and (self._there_is_more or self._work.look(self._work.sender.is_due)):
                batch = self._work.sender.claim(hands)
                seen = batch.seen
                hands -= len(batch.attempts)
                for task in batch.attempts:
                    self._tasks.put(task)
        finally:
            for _ in range(hands):
                self._free.release()
            self._there_is_more = bool(seen)  # or nearly so: no need to look before the next claim
        return bool(seen)

    def _free_hands(self) -> int:
        hands = 0
        while self._free.acquire(blocking=False):
            hands += 1
        return hands

    def _carry(self) -> None:
        while True:
            task = self._tasks.get()
            try:
                self._work.sender.carry(task)
            except Exception as error:  # the outcome was not noted: it is looked up later
                _log.error("outbox %s: %s", task.id, type(error).__name__)
            finally:
                self._free.release()

    def drain(self, deadline: float) -> None:
        """Wait until every hand is free, but no longer than until `deadline` (monotonic)."""
        for _ in range(AT_ONCE):
            self._free.acquire(timeout=max(0.0, deadline - time.monotonic()))
