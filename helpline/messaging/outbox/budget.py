"""How many parts may leave: a day's and a month's budget, a share of it kept for human replies.

Automatic texts stop where the reserve begins and wait for the next day; people's own words go on
to the whole budget. An alert is raised where 80 % and all of a budget are spent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.alerts import raise_alert
from helpline.instance import TextRules
from helpline.messaging.outbox.row import OutboxMessage, PartsSpent

WARN_AT = 0.8


@dataclass(frozen=True, slots=True)
class _Pot:
    """One counter and how high it may go. `of` is the whole budget that the warnings are about."""

    period: str
    kind: str
    most: int
    of: int


def take(
    session: Session, rules: TextRules, parts: int, *, automatic: bool, now: datetime
) -> str | None:
    """Take `parts` from the budget: the day charged, or None when it does not allow them now.

    Each counter changes by one conditional UPDATE, always in the same order, so that any number of
    workers together never spend more than the budget.
    """
    pots = _pots(rules, automatic=automatic, now=now)
    with session.begin_nested() as attempt:
        if not all(_add(session, pot, parts, now) for pot in pots):
            attempt.rollback()
            return None
    return _day(now)


def refund(session: Session, rows: Iterable[OutboxMessage]) -> None:
    """Texts that were charged and will never leave."""
    for row in rows:
        if row.charged_on:
            give_back(session, row.charged_on, row.parts, automatic=row.automatic)
            row.charged_on = ""


def give_back(session: Session, day: str, parts: int, *, automatic: bool) -> None:
    """What was charged for a text that the network did not take."""
    kinds = ("all", "automatic") if automatic else ("all",)
    session.execute(
        update(PartsSpent)
        .where(PartsSpent.day.in_((day[:7], day)), PartsSpent.kind.in_(kinds))
        .values(parts=PartsSpent.parts - parts)
    )


def next_day(now: datetime) -> datetime:
    """When the next day's budget begins (UTC midnight)."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _pots(rules: TextRules, *, automatic: bool, now: datetime) -> list[_Pot]:
    day, pots = _day(now), []
    for period, budget in ((day[:7], rules.monthly_parts), (day, rules.daily_parts)):
        pots.append(_Pot(period, "all", budget, budget))
        if automatic:
            pots.append(_Pot(period, "automatic", int(budget * (1 - rules.reserve)), budget))
    return pots


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def _add(session: Session, pot: _Pot, parts: int, now: datetime) -> bool:
    """Add to one counter unless it would pass its limit."""
    spent = _added(session, pot, parts)
    if spent is None:  # nothing left, or nothing counted yet: a colleague may be first to count
        _make(session, pot)
        spent = _added(session, pot, parts)
    if pot.kind == "all" and spent is not None:
        _warn(session, pot, spent - parts, spent, now)
    return spent is not None


def _added(session: Session, pot: _Pot, parts: int) -> int | None:
    return session.scalar(
        update(PartsSpent)
        .where(PartsSpent.day == pot.period, PartsSpent.kind == pot.kind)
        .where(PartsSpent.parts + parts <= pot.most)
        .values(parts=PartsSpent.parts + parts)
        .returning(PartsSpent.parts)
        .execution_options(synchronize_session=False)
    )


def _make(session: Session, pot: _Pot) -> None:
    """Put a counter there at nought, unless it is there already."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = insert(PartsSpent).values(day=pot.period, kind=pot.kind, parts=0)
    session.execute(fresh.on_conflict_do_nothing())


def _warn(session: Session, pot: _Pot, before: int, after: int, now: datetime) -> None:
    if before < WARN_AT * pot.of <= after:
        raise_alert(session, "budget_80", pot.period, now=now)
    if after >= pot.of > before:
        raise_alert(session, "budget_100", pot.period, now=now)
