"""What was said about a wait, and how long it became: so that the error is known and shown."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.base import Base, Id


class WaitEstimate(Base):
    """One range that somebody was told, or that we could have told (`told`), and the truth.

    low, high: seconds still to wait; None when too little was known, and so no number was said.
    waited: seconds from `at` until somebody took the case; None as long as nobody has.
    outcome: "", "claimed", or "left". facts: JSON, what the model was given.
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
