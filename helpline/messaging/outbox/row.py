"""The outbox's row: one text or mail to one person, from the moment it must be said."""

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id, next_tick


class OutboxState(enum.StrEnum):
    """How far a text has come. The rank only grows: a late report never moves it back."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


FINAL = (
    OutboxState.DELIVERED,
    OutboxState.UNDELIVERED,
    OutboxState.FAILED,
    OutboxState.EXPIRED,
    OutboxState.SUPPRESSED,
)
_ORDER = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.UNKNOWN,
    OutboxState.ACCEPTED,
    OutboxState.SENT,
)


def rank(state: OutboxState) -> int:
    """How far along a state is; all final states are equally far, so none replaces another."""
    return len(_ORDER) if state in FINAL else _ORDER.index(state)


class OutboxMessage(Base):
    """One thing to say to one person.

    `due_at` is when something happens next: while QUEUED, when to try; while SENDING or UNKNOWN,
    when the lease runs out or the look-up is due; while ACCEPTED or SENT, when its lane is freed.
    `lane` is the keyed hash of the address: one row per lane may be in flight at a time.
    `words` is what was really sent, kept for the look-up of an unknown outcome.
    `held_for` is why the gate holds a queued row, or why a suppressed one is not said.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        # What to send next, and, in a lane, what was asked for before it.
        Index(
            "ix_outbox_queue",
            "urgency",
            "automatic",
            "due_at",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_outbox_lane",
            "lane",
            "created_at",
            "tick",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        # What went out to a number lately.
        Index("ix_outbox_sent", "lane", "tried_at"),
        # One in flight per recipient, whatever any number of workers do.
        Index(
            "uq_outbox_in_flight",
            "lane",
            unique=True,
            sqlite_where=text("in_flight"),
            postgresql_where=text("in_flight"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    to_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    contact_point_id: Mapped[Id | None] = mapped_column(
        ForeignKey("contact_point.id", ondelete="SET NULL")
    )
    case_id: Mapped[Id | None] = mapped_column(
        ForeignKey("support_case.id", ondelete="SET NULL"), index=True
    )
    channel: Mapped[str] = mapped_column(String(8))  # text, mail
    lane: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(40))  # which text of helpline.messaging.texts
    facts_sealed: Mapped[bytes | None]  # JSON: what goes in its blanks
    words_sealed: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(String(12))
    automatic: Mapped[bool] = mapped_column(default=True)  # False: a human's own words
    answers: Mapped[bool] = mapped_column(default=False)  # replies to a text they just sent
    urgency: Mapped[int] = mapped_column(default=4)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.QUEUED)
    in_flight: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    tick: Mapped[int] = mapped_column(BigInteger, default=next_tick)
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    held_for: Mapped[str] = mapped_column(String(20), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(26))
    tried_at: Mapped[datetime | None]  # when the first attempt began
    first_tried_at: Mapped[datetime | None]  # of the undelivered text that this one repeats
    settled_at: Mapped[datetime | None]  # when it reached a final state
    gateway: Mapped[str] = mapped_column(String(12), default="")
    provider_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str] = mapped_column(String(40), default="")
    parts: Mapped[int] = mapped_column(default=0)
    charged_on: Mapped[str] = mapped_column(String(10), default="")  # whose day's budget it took

    facts = Sealed()
    words = Sealed()


class DeliveryEvent(Base):
    """Every status report that came, in the order it came; also those that changed nothing."""

    __tablename__ = "delivery_event"

    id: Mapped[Id] = mapped_column(primary_key=True)
    outbox_id: Mapped[Id | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="CASCADE"), index=True
    )
    provider_id: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]


class PartsSpent(Base):
    """How many parts left in a day or month, for the budget; added to by conditional UPDATE."""

    __tablename__ = "parts_spent"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # UTC, 2026-11-23 or 2026-11
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # automatic, all
    parts: Mapped[int] = mapped_column(default=0)


class GatewayPause(Base):
    """Until when a gateway asked to be left alone (Retry-After); told to every worker."""

    __tablename__ = "gateway_pause"

    gateway: Mapped[str] = mapped_column(String(12), primary_key=True)
    until: Mapped[datetime]


class SenderBucket(Base):
    """Until when a gateway's sender is busy with the parts it was given; see `bucket`."""

    __tablename__ = "sender_bucket"

    sender: Mapped[str] = mapped_column(String(12), primary_key=True)  # the gateway's name
    busy_until: Mapped[int] = mapped_column(BigInteger, default=0)  # microseconds since 1970, UTC
