"""Offers: a case shown to one counsellor until a moment; and why it was shown to them."""

import enum
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class OfferState(enum.StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # somebody else took it, or the case went away


class Offer(Base):
    __tablename__ = "offer"
    __table_args__ = (
        Index(
            "uq_offer_open",
            # Somebody looks at one offer at a time, whatever any number of workers decide.
            "counsellor_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_offer_expiry", "state", "expires_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    counsellor_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN)
    rung: Mapped[str] = mapped_column(
        String(12), default="match"
    )  # match, lead, stand_in, coordinator
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class RoutingPass(Base):
    """What was known at one look at the line: JSON of ids, codes and numbers, kept for a while.

    With it the same decision can be made again, with other parameters (`helpline.matching`).
    """

    __tablename__ = "routing_pass"

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    facts: Mapped[str] = mapped_column(Text)


class RoutingDecision(Base):
    """Who was considered for a case, who was left out and why: JSON of ids and codes."""

    __tablename__ = "routing_decision"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    pass_id: Mapped[Id | None] = mapped_column(
        ForeignKey("routing_pass.id", ondelete="SET NULL"), index=True
    )
    chosen_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    explanation: Mapped[str] = mapped_column(Text)

    @property
    def explained(self) -> dict[str, Any]:
        """As `helpline.matching.Decision.explanation` gave it."""
        found: dict[str, Any] = json.loads(self.explanation)
        return found


class HandoverState(enum.StrEnum):
    PROPOSED = "proposed"  # warm: the other one has not said yes
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Handover(Base):
    """A case passed on with a note, so that nobody tells the story twice.

    Warm: both are there, and it moves when the other one takes it. Cold: it goes back to the line
    (to_id None) or to a named colleague, and the note waits with it.
    """

    __tablename__ = "handover"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    from_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    to_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    is_warm: Mapped[bool]
    state: Mapped[HandoverState] = mapped_column(default=HandoverState.PROPOSED)
    note_sealed: Mapped[bytes | None]
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    note = Sealed()
