"""The tables."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class FeedScope(enum.StrEnum):
    """Whose shifts a link shows. `open` is for shifts that nobody has taken, once there are any."""

    MINE = "mine"
    TEAM = "team"
    OPEN = "open"


class FeedToken(Base):
    """A link. Its token stands here only as a hash; withdrawn, it is worth nothing at once.

    summary: what every event is called, chosen by the person; others may see it over a shoulder.
    shows_busy: whether those who see the person's calendar see that time as taken.
    basis: a fingerprint of all that the last answer was made from; etag: of that answer;
    changed_at: since when the answer is the same.
    last_client: which kind of program read it; never more of what it said about itself.
    """

    __tablename__ = "feed_token"
    __table_args__ = (
        CheckConstraint("(scope = 'team') = (team_id IS NOT NULL)", name="team_of_team"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    scope: Mapped[FeedScope] = mapped_column(default=FeedScope.MINE)
    team_id: Mapped[Id | None] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    label_sealed: Mapped[bytes | None]
    summary: Mapped[str] = mapped_column(String(40))
    shows_busy: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
    last_client: Mapped[str] = mapped_column(String(20), default="")
    basis: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    etag: Mapped[str] = mapped_column(String(40), default="")
    changed_at: Mapped[datetime | None]

    label = Sealed()


class PublishedShift(Base):
    """One event as calendars were shown it: `id` is its UID.

    person_id: who is on. team_id: shown to this team; None: to the person themselves, with all
    their teams in one.
    """

    __tablename__ = "published_shift"
    __table_args__ = (
        Index("ix_published_shift_person_id_end_at", "person_id", "end_at"),
        CheckConstraint("end_at > start_at", name="in_order"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    team_id: Mapped[Id | None] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
