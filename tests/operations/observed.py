"""What tests of waiting times say often: a history that was observed, a worker at its minutes."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, WaitEstimate
from helpline.cases.wait_fit import refit
from helpline.jobs import Job
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import after

VIEW = {
    "needed": 0,
    "on": [[0, 1]],
    "last": None,
    "since": 0,
    "quantiles": [60, 120, 240, 400, 600],
}


def rows(session: Session, case: Case) -> list[WaitEstimate]:
    session.flush()
    order = (WaitEstimate.at, WaitEstimate.id)
    found = select(WaitEstimate).where(WaitEstimate.case_id == case.id).order_by(*order)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def observed(session: Session, make: Make, reals: Sequence[int], **more: Any) -> None:
    """Ranges of one to ten minutes that were said in these last days, and what they became."""
    case = make.case(state=cases.CaseState.CLOSED)
    for number, real in enumerate(reals):
        values = {
            "at": NOON - timedelta(hours=3) * (number + 1),
            "language": "en",
            "place": 1,
            "low": 60,
            "high": 600,
            "told": True,
            "method": "queue",
            "facts": json.dumps(VIEW | more.pop("facts", {})),
            "waited": real,
            "outcome": "claimed",
            **more,
        }
        session.add(WaitEstimate(id=new_id(), case_id=case.id, **values))
    session.flush()


def known(session: Session, make: Make, **more: Any) -> None:
    """A line whose waits are known: from one to ten minutes."""
    reals = [60 + 12 * (number * 7 % 46) for number in range(60)]
    observed(session, make, reals, **more)
    refit(session, {}, NOON)


def work_at(session: Session, moment: datetime) -> None:
    """The updates that are due then, as a worker does them."""
    due = select(Job).where(Job.kind == "wait_update", Job.run_at <= moment)
    for job in session.scalars(due).all():
        payload = json.loads(job.payload)
        session.delete(job)
        session.flush()
        cases.HANDLERS["wait_update"](session, payload, moment)


def work_until(session: Session, minutes: int) -> None:
    for minute in range(minutes + 1):
        work_at(session, after(minute))
