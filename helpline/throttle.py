"""Counting tries, so that guessing and flooding are slow; the counters live in the database."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.base import Base


class Throttle(Base):
    """How often something happened in a window. `bucket` is a keyed hash; it names nobody."""

    __tablename__ = "throttle"

    bucket: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime]
