"""A case: one request for support, from the first word to the closing, and what happened to it."""

import enum
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpline.people.contact import HowToReach
from helpline.people.person import Person
from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id, next_tick


class CaseState(enum.StrEnum):
    """Where a case stands; DESIGN, "Words". `MOVES` tells what may follow what."""

    INTAKE = "intake"  # still answering our first questions
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    WAITING_SEEKER = "waiting_seeker"  # answered; their turn
    HANDOVER = "handover"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    EXPIRED = "expired"  # never finished its first questions
    DECLINED = "declined"  # left the line, or turned away by review with resources
    ERASED = "erased"


_S = CaseState
MOVES: dict[CaseState, frozenset[CaseState]] = {
    _S.INTAKE: frozenset({_S.IN_REVIEW, _S.WAITING, _S.EXPIRED, _S.DECLINED, _S.CLOSED, _S.ERASED}),
    _S.IN_REVIEW: frozenset({_S.WAITING, _S.DECLINED, _S.CLOSED, _S.ERASED}),
    _S.WAITING: frozenset({_S.OFFERED, _S.ACTIVE, _S.DECLINED, _S.CLOSED, _S.ERASED}),
    _S.OFFERED: frozenset({_S.ACTIVE, _S.WAITING, _S.DECLINED, _S.CLOSED, _S.ERASED}),
    _S.ACTIVE: frozenset(
        {_S.WAITING_SEEKER, _S.HANDOVER, _S.WRAP_UP, _S.WAITING, _S.CLOSED, _S.ERASED}
    ),
    _S.WAITING_SEEKER: frozenset(
        {_S.ACTIVE, _S.HANDOVER, _S.WRAP_UP, _S.WAITING, _S.CLOSED, _S.ERASED}
    ),
    _S.HANDOVER: frozenset({_S.ACTIVE, _S.WAITING, _S.WRAP_UP, _S.CLOSED, _S.ERASED}),
    _S.WRAP_UP: frozenset({_S.CLOSED, _S.ACTIVE, _S.ERASED}),
    _S.CLOSED: frozenset({_S.WAITING, _S.ACTIVE, _S.ERASED}),
    _S.EXPIRED: frozenset({_S.INTAKE, _S.WAITING, _S.ERASED}),
    _S.DECLINED: frozenset({_S.WAITING, _S.ERASED}),
    _S.ERASED: frozenset(),
}
IN_LINE = (_S.WAITING, _S.OFFERED)
WITH_COUNSELLOR = (_S.ACTIVE, _S.WAITING_SEEKER, _S.HANDOVER, _S.WRAP_UP)
OPEN = (_S.INTAKE, _S.IN_REVIEW, *IN_LINE, *WITH_COUNSELLOR)


class Risk(enum.StrEnum):
    """Set by a human only. Listed words raise attention, never this."""

    NONE = "none"
    CONCERN = "concern"
    HIGH = "high"
    IMMINENT = "imminent"


ABUSIVE = "abusive"  # how a case closed that somebody ended for abuse
URGENCY = {Risk.IMMINENT: 1, Risk.HIGH: 2, Risk.CONCERN: 3, Risk.NONE: 4}


class Case(Base):
    """A request for support; once claimed, it carries the id of the one who answers.

    `attention_at`: when a listed risk word was last seen; it moves the case up and alerts the
    lead, and says nothing about the person.
    """

    # "case" is a reserved word in SQL, hence the longer table name.
    __tablename__ = "support_case"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('active', 'waiting_seeker', 'handover', 'wrap_up')"
            " OR counsellor_id IS NOT NULL",
            name="held_by_somebody",
        ),
        Index("ix_support_case_line", "state", "urgency", "waiting_since"),
        # A person has one open case at a time: two first texts at once make one.
        Index(
            "uq_support_case_open",
            "seeker_id",
            unique=True,
            sqlite_where=text("state NOT IN ('closed', 'expired', 'declined', 'erased')"),
            postgresql_where=text("state NOT IN ('closed', 'expired', 'declined', 'erased')"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    seeker_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    line_id: Mapped[Id | None] = mapped_column(ForeignKey("line.id", ondelete="SET NULL"))
    team_id: Mapped[Id | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    counsellor_id: Mapped[Id | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    # Whom they talked with before, asked first when on.
    prefers_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    state: Mapped[CaseState] = mapped_column(default=CaseState.INTAKE)
    how: Mapped[HowToReach] = mapped_column(default=HowToReach.TEXT)
    language: Mapped[str] = mapped_column(String(12))  # BCP 47: what they want to be helped in
    topic: Mapped[str] = mapped_column(String(20), default="")
    urgency: Mapped[int] = mapped_column(default=4)  # 1 imminent .. 4 none
    risk_level: Mapped[Risk] = mapped_column(default=Risk.NONE)
    attention_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]  # of the last change of state
    disposition: Mapped[str] = mapped_column(String(24), default="")
    is_substantive: Mapped[bool] = mapped_column(default=True)
    consent_version: Mapped[str] = mapped_column(String(12), default="")
    consent_at: Mapped[datetime | None]
    nobody_told_at: Mapped[datetime | None]  # when we last said honestly that nobody is on
    # What they wish: other languages they accepted (comma-separated), by whom to be helped, and
    # not before when.
    accepts: Mapped[str] = mapped_column(String(60), default="")
    gender_wish: Mapped[str] = mapped_column(String(10), default="")  # "", "woman", "man"
    age_wish: Mapped[str] = mapped_column(String(10), default="")  # "", "under30", "30to59", ...
    not_before: Mapped[datetime | None]
    seeker: Mapped[Person] = relationship(foreign_keys=[seeker_id])


class CaseEvent(Base):
    """One move or act in a case's life, with its reason. Nothing personal stands in it."""

    __tablename__ = "case_event"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    tick: Mapped[int] = mapped_column(BigInteger, default=next_tick)  # order within a moment
    kind: Mapped[str] = mapped_column(String(30))  # "moved", "attention", "reassigned", ...
    from_state: Mapped[str] = mapped_column(String(20), default="")
    to_state: Mapped[str] = mapped_column(String(20), default="")
    actor_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(60), default="")  # a stable code
    facts: Mapped[str] = mapped_column(Text, default="{}")  # JSON: ids, numbers, codes


class Note(Base):
    """What a counsellor writes about a case for themselves, or for whoever takes over."""

    __tablename__ = "note"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(
        ForeignKey("support_case.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(12), default="private")  # private, handover
    body_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    body = Sealed()
