"""Each hour: learn from what became of waits, and whether our ranges were true.

What was learned stands in one setting, so that no page reads the past.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.alerts import raise_alert
from helpline.cases.case import IN_LINE, Case, CaseEvent, CaseState
from helpline.cases.escalation import ALERTS_TOPIC
from helpline.cases.expecting import Figures, fit, sketch, verdict
from helpline.cases.reckoning import LATER, SETTING
from helpline.cases.wait_report import SETTING as REPORT
from helpline.cases.wait_report import report
from helpline.cases.wait_rows import MOST, Logged, logged
from helpline.instance import set_setting, setting
from helpline.pulse import beat

FIT = "wait_fit"
FIT_EVERY = timedelta(hours=1)
OBSERVED_FOR = timedelta(days=14)
FEWEST_DAYS = 5  # one busy evening is not the line


def refit(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Learn anew; where our ranges have become untrue, coordinators hear of it."""
    rows, waits = logged(session, now=now), _waits(session, now)
    before = setting(session, SETTING, {})
    fitted = {}
    for language in sorted({*waits, *(row.language for row in rows)}):
        here = [row for row in rows if row.language == language]
        fitted[language] = _of_language(here, waits.get(language, ()))
        if not fitted[language]["holds"] and before.get(language, {}).get("holds", True):
            raise_alert(session, "wait_untrue", language, now=now)
            beat(session, ALERTS_TOPIC)
    set_setting(session, SETTING, fitted)
    set_setting(session, REPORT, report(rows, fitted, now=now))


def _of_language(newest_first: Sequence[Logged], waits: Sequence[float]) -> dict[str, Any]:
    staffed = [row for row in reversed(newest_first) if row.method != "nobody"]
    later = LATER.total_seconds()
    judged = [each for row in newest_first if (each := row.judged()) is not None]
    return {
        "entry": _fit([row for row in staffed if row.facts["since"] < later]),
        "later": _fit([row for row in staffed if row.facts["since"] >= later]),
        "waits": sketch(waits),
        "holds": verdict(judged).holds,
    }


def _fit(oldest_first: Sequence[Logged]) -> dict[str, Any] | None:
    if len({row.at.date() for row in oldest_first}) < FEWEST_DAYS:
        return None
    found: Figures | None = fit([row.past() for row in oldest_first])
    return asdict(found) if found else None


def _waits(session: Session, now: datetime) -> Mapping[str, list[float]]:
    """How long each waited in all who was taken out of the line lately, by language."""
    rows = session.execute(
        select(Case.language, CaseEvent.facts)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            CaseEvent.kind == "moved",
            CaseEvent.to_state == CaseState.ACTIVE,
            CaseEvent.from_state.in_(IN_LINE),
            CaseEvent.at > now - OBSERVED_FOR,
        )
        .limit(MOST)
    )
    found = defaultdict[str, list[float]](list)
    for language, facts in rows:
        waited = json.loads(facts).get("waited")
        if waited is not None:
            found[language].append(float(waited))
    return found
