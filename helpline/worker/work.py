"""One job at a time, done or put back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.orm import Session

from helpline import jobs
from helpline.alerts import raise_alert
from helpline.db import begin_in, read
from helpline.jobs import Claimed
from helpline.messaging.outbox import Begin, Pace, Sender
from helpline.runtime import Runtime
from helpline.worker.handlers import ERRANDS, EVERY, HANDLERS

_log = logging.getLogger("helpline.worker")


class LeaseLost(Exception):
    """The errand took so long that another worker has it now."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker works with; shared by its threads."""

    app: Flask
    runtime: Runtime
    begin: Begin
    sender: Sender

    @classmethod
    def of(cls, app: Flask) -> "Work":
        runtime: Runtime = app.extensions["helpline"]
        settings, begin = runtime.config, begin_in(app)
        pace = Pace(
            settings.gateway_timeout, settings.gateway_retry_base, settings.gateway_unknown_wait
        )
        sender = Sender(begin, runtime.texts, runtime.mail, runtime.now, pace)
        return cls(app, runtime, begin, sender)

    def look(self, question: Callable[[Session], bool]) -> bool:
        """Ask the database something without keeping any writer waiting."""
        with self.app.app_context():
            return question(read())

    def ask_for_what_repeats(self) -> None:
        """Enqueue the first run of everything periodic; what is there already stays as it is."""
        now = self.runtime.now()
        with self.begin() as session:
            for kind in EVERY:
                jobs.enqueue(session, kind, run_at=now, dedupe_key=f"every:{kind}")

    def do_one(self) -> bool:
        """Do the job that has been due longest; False when nothing is due."""
        job: Claimed | None = None
        try:
            with self.begin() as session:
                job = jobs.take(session, now=self.runtime.now(), but=tuple(ERRANDS))
                if job is None:
                    return False
                HANDLERS[job.kind](session, job.payload, self.runtime.now())
                self._again(session, job)
        except Exception as error:
            if job is None:
                raise  # the database itself: the loop waits and tries again
            self._put_back(job, error)
        return True

    def run_one_errand(self) -> bool:
        """Like `do_one`, for what asks the world: no transaction is open meanwhile."""
        if not ERRANDS:
            return False
        with self.begin() as session:
            job = jobs.claim(session, now=self.runtime.now(), only=tuple(ERRANDS))
        if job is None:
            return False
        try:
            ERRANDS[job.kind](self.runtime, self.begin, job.payload)
            with self.begin() as session:
                if not jobs.finish(session, job):
                    raise LeaseLost
                self._again(session, job)
        except Exception as error:
            self._put_back(job, error)
        return True

    def _again(self, session: Session, job: Claimed) -> None:
        """A job that repeats asks for its next run in the transaction that finishes it."""
        if job.kind in EVERY and job.dedupe_key == f"every:{job.kind}":
            run_at = self.runtime.now() + EVERY[job.kind]
            jobs.enqueue(session, job.kind, run_at=run_at, dedupe_key=job.dedupe_key)

    def _put_back(self, job: Claimed, error: Exception) -> None:
        """Only the error's class is kept and logged: its text may carry what a person wrote."""
        problem = type(error).__name__
        _log.error("job %s %s: %s%s", job.kind, job.id, problem, _where(error))
        now = self.runtime.now()
        with self.begin() as session:
            if not jobs.put_back(session, job, problem, now=now, for_ever=job.kind in EVERY):
                raise_alert(session, "job_failed", job.kind, now=now)


def _where(error: Exception) -> str:
    """The place in our code, without the values."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "helpline" in code.co_filename or "scheduling" in code.co_filename:
            place = f" at {code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
