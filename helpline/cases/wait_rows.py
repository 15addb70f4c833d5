"""The log of what was said, read for learning and judging."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.estimate import CHOSE, CLAIMED, WaitEstimate
from helpline.cases.expecting import Judged, Past, judge
from helpline.cases.reckoning import view_from

LEARNED_FROM = timedelta(days=28)
MOST = 8_000  # a second of work


@dataclass(frozen=True, slots=True)
class Logged:
    """One estimate, and what is known of the truth: so many seconds until somebody took it, or,
    not `is_taken`, until they left or until now. why: as in `reckoning.Range`."""

    at: datetime
    language: str
    low: int | None
    high: int | None
    told: bool
    method: str
    real: int
    is_taken: bool
    facts: Mapping[str, Any]

    def judged(self) -> Judged | None:
        if self.low is None or self.high is None:
            return None
        quantiles = self.facts.get("quantiles", ())
        return judge(
            self.language, self.low, self.high, self.real, quantiles, is_taken=self.is_taken
        )

    def past(self) -> Past:
        return Past(view_from(dict(self.facts)), float(self.real), self.is_taken)


def logged(session: Session, *, now: datetime, since: timedelta = LEARNED_FROM) -> list[Logged]:
    """What was said lately, the newest first. Who chose to wait for an hour is not among them."""
    row = WaitEstimate
    rows = session.execute(
        select(
            row.at,
            row.language,
            row.low,
            row.high,
            row.told,
            row.method,
            row.waited,
            row.outcome,
            row.facts,
        )
        .where(WaitEstimate.at > now - since, WaitEstimate.outcome != CHOSE)
        .order_by(WaitEstimate.at.desc(), WaitEstimate.id)
        .limit(MOST)
    )
    return [
        Logged(
            at,
            language,
            low,
            high,
            told,
            method,
            int((now - at).total_seconds()) if waited is None else waited,
            outcome == CLAIMED,
            json.loads(facts),
        )
        for at, language, low, high, told, method, waited, outcome, facts in rows
    ]
