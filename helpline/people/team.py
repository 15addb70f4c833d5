"""Teams: a group or partner organisation with a lead and a stand-in; it sees what it is given."""

import enum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.base import Base, Id


class Place(enum.StrEnum):
    LEAD = "lead"
    STAND_IN = "stand_in"
    MEMBER = "member"


class Team(Base):
    __tablename__ = "team"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class TeamMember(Base):
    """Whose team somebody is in. One lead and one stand-in each: an operation sees to it."""

    __tablename__ = "team_member"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    team_id: Mapped[Id] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    place: Mapped[Place] = mapped_column(default=Place.MEMBER)
