"""The outbox for operators and tests: states and times, never a number or a word."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.messaging.outbox.row import OutboxMessage, OutboxState


def listing(session: Session, *, limit: int = 100_000) -> list[dict[str, Any]]:
    """Every text and mail, the oldest first, ready for JSON."""
    columns = OutboxMessage
    rows = session.execute(
        select(
            columns.id,
            columns.state,
            columns.kind,
            columns.channel,
            columns.case_id,
            columns.gateway,
            columns.provider_id,
            columns.attempts,
            columns.parts,
            columns.error_code,
            columns.held_for,
            columns.created_at,
            columns.due_at,
            columns.tried_at,
            columns.settled_at,
            columns.expires_at,
        )
        .order_by(columns.created_at, columns.tick)
        .limit(limit)
    )
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def counts(session: Session) -> dict[str, int]:
    """How many there are in each state."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    found = {OutboxState(state).value: count for state, count in rows}
    return {state.value: found.get(state.value, 0) for state in OutboxState}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
