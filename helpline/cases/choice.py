"""What somebody in line chose when nobody fitted: it is kept, can be changed, and is honoured."""

import enum
from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.base import Base, Id


class ChoiceKind(enum.StrEnum):
    """The ways on. None of them is ever taken for somebody who did not choose it."""

    LANGUAGE = "language"  # in another language, now
    WAIT = "wait"  # wait for their own language, until a named hour
    TEXT = "text"  # the answer by text, not on this page
    GROUP = "group"  # a support group; offered only where there is one
    LATER = "later"  # inside hours they name: a talk when both can
    MESSAGE = "message"  # an answer whenever somebody can; no need to wait for it


class ChoiceState(enum.StrEnum):
    OPEN = "open"
    KEPT = "kept"  # somebody answered, as was chosen
    BROKEN = "broken"  # the promised moment passed with nobody; they were told and asked again
    REPLACED = "replaced"  # they chose anew
    WITHDRAWN = "withdrawn"  # the case ended otherwise


class WaitChoice(Base):
    """One choice. At most one is open for a case.

    language: the one accepted besides their own. promised_at: the moment that was named to them.
    from_wall, until_wall, zone: the hours they named, at their place.
    """

    __tablename__ = "wait_choice"
    __table_args__ = (
        CheckConstraint("(from_wall IS NULL) = (until_wall IS NULL)", name="both_hours_or_none"),
        Index(
            "uq_wait_choice_open",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_wait_choice_promised", "state", "promised_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[ChoiceKind]
    state: Mapped[ChoiceState] = mapped_column(default=ChoiceState.OPEN)
    by: Mapped[str] = mapped_column(String(8))  # "web" or "text": where they chose
    language: Mapped[str] = mapped_column(String(12), default="")
    promised_at: Mapped[datetime | None]
    from_wall: Mapped[time | None]
    until_wall: Mapped[time | None]
    zone: Mapped[str] = mapped_column(String(40), default="")
    chosen_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
