"""The tables. Wall times are kept with their zone; moments are made when somebody asks."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduling import zones
from scheduling.availability import DayAway, DutyRole, ExtraHours, Promise
from scheduling.base import Base, Id

ZONE_LENGTH = 40  # the longest IANA name has 32 letters


class ChangeKind(StrEnum):
    AWAY = "away"
    EXTRA = "extra"


class PauseKind(StrEnum):
    BREAK = "break"  # for a set time
    PAUSED = "paused"  # until they come back, at the latest when the shift ends
    END_OF_SHIFT = "end_of_shift"  # gone for the rest of this shift


class WeeklyPromise(Base):
    """A standing promise; see `scheduling.availability.Promise` for what it means.

    first_on, last_on: days in `zone` on which a shift may start, both included.
    """

    __tablename__ = "weekly_promise"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("start_wall <> end_wall", name="not_empty"),
        CheckConstraint("last_on >= first_on", name="in_order"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[Id | None] = mapped_column(
        ForeignKey("team.id", ondelete="SET NULL"), index=True
    )
    role: Mapped[DutyRole] = mapped_column(default=DutyRole.MEMBER)
    weekday: Mapped[int]
    start_wall: Mapped[time]
    end_wall: Mapped[time]
    zone: Mapped[str] = mapped_column(String(ZONE_LENGTH))
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    stated_at: Mapped[datetime]

    def terms(self) -> Promise:
        """The same, for the pure functions."""
        return Promise(
            self.person_id,
            self.weekday,
            self.start_wall,
            self.end_wall,
            zones.zone(self.zone),
            self.role,
            self.team_id,
            self.first_on,
            self.last_on,
        )


class DatedChange(Base):
    """A word about single days: away (whole days or some hours of them), or extra hours."""

    __tablename__ = "dated_change"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="in_order"),
        CheckConstraint("start_wall <> end_wall", name="not_empty"),
        CheckConstraint("(start_wall IS NULL) = (end_wall IS NULL)", name="both_hours_or_none"),
        CheckConstraint("kind = 'away' OR start_wall IS NOT NULL", name="extra_has_hours"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ChangeKind]
    first_on: Mapped[date]
    last_on: Mapped[date] = mapped_column(index=True)
    start_wall: Mapped[time | None]
    end_wall: Mapped[time | None]
    zone: Mapped[str] = mapped_column(String(ZONE_LENGTH))
    role: Mapped[DutyRole] = mapped_column(default=DutyRole.MEMBER)
    team_id: Mapped[Id | None] = mapped_column(
        ForeignKey("team.id", ondelete="SET NULL"), index=True
    )
    said_at: Mapped[datetime]

    def terms(self) -> DayAway | ExtraHours:
        """The same, for the pure functions."""
        days = (self.person_id, self.first_on, self.last_on, zones.zone(self.zone), self.said_at)
        hours = (self.start_wall, self.end_wall)
        if self.kind is ChangeKind.AWAY or hours[0] is None or hours[1] is None:
            return DayAway(*days, *hours)
        return ExtraHours(*days, hours[0], hours[1], self.role, self.team_id)


class Pause(Base):
    """Somebody who is on steps out. It always ends: nobody is left paused by forgetting it."""

    __tablename__ = "pause"
    __table_args__ = (CheckConstraint("until_at >= since_at", name="in_order"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PauseKind]
    since_at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(index=True)
