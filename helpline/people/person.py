"""A person: somebody who asks (no account, a codename) or somebody who answers (an account)."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class Level(enum.StrEnum):
    """How well a person speaks a language. Helping somebody needs at least WORKING."""

    NATIVE = "native"
    FLUENT = "fluent"
    WORKING = "working"
    BASIC = "basic"


class Person(Base):
    """One human being. A seeker's `codename` is all that anybody but the outbox sees of them.

    `alias` is what a person calls themselves: a seeker's nickname, a counsellor's first name.
    """

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    is_seeker: Mapped[bool] = mapped_column(index=True)
    codename: Mapped[str] = mapped_column(String(60), default="")  # "Quiet Heron"; "" for staff
    alias_sealed: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(String(12))  # BCP 47: what we write to them in
    zone: Mapped[str] = mapped_column(String(40))  # IANA, canonical
    zone_is_guess: Mapped[bool] = mapped_column(default=False)
    age_band: Mapped[str] = mapped_column(String(12), default="")  # "", "under18", "18to25", ...
    created_at: Mapped[datetime]
    languages: Mapped[list["PersonLanguage"]] = relationship(
        cascade="all, delete-orphan", order_by="PersonLanguage.tag"
    )

    alias = Sealed()


class PersonLanguage(Base):
    """A language that somebody who answers can help in."""

    __tablename__ = "person_language"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(12), primary_key=True)  # BCP 47
    level: Mapped[Level] = mapped_column(default=Level.FLUENT)
