"""Texts that reached us. Stored by two plain statements before anything else happens."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class InboundText(Base):
    """A text that reached us, once: the provider may hand it over any number of times."""

    __tablename__ = "inbound_text"
    __table_args__ = (
        UniqueConstraint("gateway", "provider_id"),
        Index("ix_inbound_text_sender", "sender_index", "received_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str] = mapped_column(String(64))
    sender_sealed: Mapped[bytes | None]
    sender_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    to_sealed: Mapped[bytes | None]
    body_sealed: Mapped[bytes | None]
    media: Mapped[int] = mapped_column(default=0)
    opt_hint: Mapped[str] = mapped_column(String(8), default="")
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None] = mapped_column(index=True)

    sender = Sealed()
    to = Sealed()
    body = Sealed()
