"""What was said in a case, both ways; drafts; and where a texting person is in our questions."""

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id, next_tick


class Direction(enum.StrEnum):
    FROM_SEEKER = "from_seeker"
    TO_SEEKER = "to_seeker"


class Message(Base):
    """One message of a conversation. What the script says is not one; it stands in the outbox.

    `outbox_id`: the text that carries it, whose state is the message's delivery state; None when
    it is only on their page, and `seen_at` tells whether they opened it.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_case", "case_id", "at", "tick"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("support_case.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    tick: Mapped[int] = mapped_column(BigInteger, default=next_tick)
    direction: Mapped[Direction]
    author_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(8))  # web, text
    body_sealed: Mapped[bytes | None]
    inbound_id: Mapped[Id | None] = mapped_column(
        ForeignKey("inbound_text.id", ondelete="SET NULL"), unique=True
    )
    outbox_id: Mapped[Id | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), unique=True
    )
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # a form sent twice
    seen_at: Mapped[datetime | None]  # by the other side

    body = Sealed()


def text_key(message_id: str) -> str:
    """The dedupe key of the text that carries a message; a repetition's begins with it and "|"."""
    return f"reply:{message_id}"


class Draft(Base):
    """What a counsellor has typed and not sent; it survives a sign-out."""

    __tablename__ = "draft"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("support_case.id", ondelete="CASCADE"))
    author_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    body_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    __table_args__ = (Index("uq_draft_author", "case_id", "author_id", unique=True),)

    body = Sealed()


class Dialog(Base):
    """Where a texting person is in our first questions. One per contact point.

    `step` is a name of `helpline.intake.script`; "" when nothing is being asked.
    """

    __tablename__ = "dialog"

    contact_point_id: Mapped[Id] = mapped_column(
        ForeignKey("contact_point.id", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[Id | None] = mapped_column(
        ForeignKey("support_case.id", ondelete="SET NULL"), index=True
    )
    step: Mapped[str] = mapped_column(String(20), default="")
    asked_at: Mapped[datetime]
    misses: Mapped[int] = mapped_column(default=0)  # unknown answers to this question
    questions: Mapped[int] = mapped_column(default=0)  # asked in all; five at most
    reminded_at: Mapped[datetime | None]
    parked: Mapped[bool] = mapped_column(default=False)
    remembered: Mapped[str] = mapped_column(String(400), default="")  # codes chosen so far, JSON
    held_text_id: Mapped[Id | None] = mapped_column(
        ForeignKey("inbound_text.id", ondelete="SET NULL")
    )  # waits until the person's own word was said
