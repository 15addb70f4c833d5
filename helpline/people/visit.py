"""A seeker's browser: the return code that opens their conversation, and the open visit."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.base import Base, Id


class ReturnCode(Base):
    """What opens a seeker's conversation from any device. Shown once; kept only as hashes.

    `locator` is the public part (the first word's number). `secret_hash` is argon2id.
    `code_index` is a keyed hash of the whole, by which a message that contains the code is
    recognised and refused. `form_index` is the keyed hash of the form that made it, by which a
    form that is sent twice makes one request.
    """

    __tablename__ = "return_code"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    locator: Mapped[int] = mapped_column(index=True)
    secret_hash: Mapped[str] = mapped_column(String(200))
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    form_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]


class Visit(Base):
    """A seeker's open browser; the cookie's token stands here only as a hash."""

    __tablename__ = "visit"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class JoiningNumber(Base):
    """Six digits, shown on somebody's page, that they text us to make one case of two.

    Kept as a keyed hash; asked for again, the earlier one is worth nothing.
    """

    __tablename__ = "joining_number"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    number_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]
