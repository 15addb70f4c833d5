"""How somebody is reached: numbers and addresses (sealed), and what is safe for them."""

import enum
from datetime import datetime, time

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id

UNCONFIRMED = "unconfirmed"  # a colleague typed it; the code sent to it was not typed yet


class ContactKind(enum.StrEnum):
    PHONE = "phone"
    EMAIL = "email"


class ContactPoint(Base):
    """A number or address of a person: sealed, found by its keyed hash, read only to send.

    A number texts us before it may be texted freely: `heard_at` is when it last did. Until it has,
    it was typed on the web and gets at most one automatic text a day (DESIGN, settled 13).
    """

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("kind", "address_index"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ContactKind]
    address_sealed: Mapped[bytes | None]
    address_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    country: Mapped[str] = mapped_column(String(2), default="")  # ISO 3166 of the number
    created_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]  # last text from it
    opted_out_at: Mapped[datetime | None]  # said STOP; nothing is sent until START
    unusable: Mapped[str] = mapped_column(String(20), default="")  # bad_number, unconfirmed, ...
    line_number_sealed: Mapped[bytes | None]  # which of our numbers they know us by

    address = Sealed()
    line_number = Sealed()

    @property
    def is_unproven(self) -> bool:
        """A colleague typed it, and nobody has typed its code yet."""
        return self.unusable == UNCONFIRMED


class HowToReach(enum.StrEnum):
    WEB = "web"
    TEXT = "text"
    CALL = "call"


class SafeContact(Base):
    """When, how and with what words a person may be reached. Enforced at the outbound gate.

    `safe_from`/`safe_until` are wall times in the person's zone; both None: any hour is safe for
    what a human writes, and quiet hours hold what is automatic. Until after `safe_from` wraps
    over midnight.
    """

    __tablename__ = "safe_contact"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    how: Mapped[HowToReach] = mapped_column(default=HowToReach.TEXT)
    safe_from: Mapped[time | None]
    safe_until: Mapped[time | None]
    may_read_here: Mapped[bool] = mapped_column(default=True)
    notify_when_answered: Mapped[str] = mapped_column(String(8), default="")  # "", "text", "mail"
    safe_word_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # keyed hash


class ContactFlag(Base):
    """A dated limit on a contact point, with its reason and who set it; never without an end.

    Whoever is flagged still gets the crisis resources.
    """

    __tablename__ = "contact_flag"

    id: Mapped[Id] = mapped_column(primary_key=True)
    contact_point_id: Mapped[Id | None] = mapped_column(
        ForeignKey("contact_point.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # "abusive"
    reason_sealed: Mapped[bytes | None]
    set_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    set_at: Mapped[datetime]
    until: Mapped[datetime]

    reason = Sealed()
