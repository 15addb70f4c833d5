"""The worker's own jobs: old traces go, and a text that reached nobody is told to the case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from helpline import feeds
from helpline.cases import CaseEvent
from helpline.cases.snapshots import forget_passes
from helpline.messaging.outbox import DeliveryEvent, PartsSpent
from helpline.throttle import sweep
from scheduling.base import new_id

_REPORTS_KEPT = timedelta(days=90)
_BUDGETS_KEPT = timedelta(days=400)


def not_reached(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """The number of a case turned out to be of no use: an event, so that staff find another way."""
    session.add(
        CaseEvent(
            id=new_id(),
            case_id=payload["case"],
            at=now,
            kind="not_reached",
            reason=str(payload["why"])[:60],
        )
    )


def tidy(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Drop what nobody needs any more."""
    sweep(session, now=now)
    session.execute(delete(DeliveryEvent).where(DeliveryEvent.at < now - _REPORTS_KEPT))
    oldest = (now - _BUDGETS_KEPT).date().isoformat()
    session.execute(delete(PartsSpent).where(PartsSpent.day < oldest))
    forget_passes(session, now=now)
    feeds.forget(session, now=now)
