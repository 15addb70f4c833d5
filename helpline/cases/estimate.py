"""What was said about a wait, and how long it became: so that the error is known and shown."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.messaging import outbox
from scheduling.base import Base, Id

CLAIMED, LEFT, CHOSE = "claimed", "left", "chose"
"""Somebody took it; they left before; they chose to be answered at an hour, so nobody is late."""


class WaitEstimate(Base):
    """One range for somebody in line, at a set moment, and the truth.

    low, high: seconds still to wait, in whole minutes; None when too little was known.
    told: it stood on their page or was texted; not, where our ranges were not true lately.
    waited: seconds from `at` until the outcome; None as long as there is none.
    outcome: "", or one of those above. method: "queue", "last", "typical" (`expecting.model`),
    "quantiles"; or why there is no number: "few", "rota", "nobody" (`reckoning.Range`).
    facts: JSON, what the model was given, what it expected, and `said` where it was texted.
    """

    __tablename__ = "wait_estimate"
    __table_args__ = (Index("ix_wait_estimate_open", "outcome", "case_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(12))
    place: Mapped[int]
    low: Mapped[int | None]
    high: Mapped[int | None]
    told: Mapped[bool]
    method: Mapped[str] = mapped_column(String(20))
    facts: Mapped[str] = mapped_column(Text, default="{}")
    waited: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(10), default="")


def open_estimates(session: Session, case_id: str) -> list[WaitEstimate]:
    """What was said in this wait, oldest first."""
    return list(
        session.scalars(
            select(WaitEstimate)
            .where(WaitEstimate.case_id == case_id, WaitEstimate.outcome == "")
            .order_by(WaitEstimate.at, WaitEstimate.id)
            .execution_options(populate_existing=True)
        )
    )


def end_wait(session: Session, case_id: str, outcome: str, *, now: datetime) -> None:
    """The wait is over: how long it became is written down, and nothing more is said about it."""
    session.flush()
    for row in open_estimates(session, case_id):
        row.waited, row.outcome = int((now - row.at).total_seconds()), outcome
    outbox.withdraw(session, f"case:{case_id}:place", now=now)
    session.flush()
