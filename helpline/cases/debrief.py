"""After a heavy conversation: nothing is offered until a counsellor has said how they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class Debrief(Base):
    """One pause after a heavy conversation. At most one is open for a person.

    until_at: it ends then by itself, so that nobody is left out by forgetting it. answer: "",
    "fine", "rest" (a longer break) or "talk" (their lead is told). word: what they wrote to their
    lead, if anything; sealed.
    """

    __tablename__ = "debrief"
    __table_args__ = (
        Index(
            "uq_debrief_open",
            "person_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[Id | None] = mapped_column(ForeignKey("support_case.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(20))  # a stable code: "risk", "long", "abuse"
    at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(String(10), default="")
    answered_at: Mapped[datetime | None]
    word_sealed: Mapped[bytes | None]
    settled_at: Mapped[datetime | None]  # when the lead has talked with them

    word = Sealed()
