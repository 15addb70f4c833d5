"""Staff accounts: roles, invitations by endorsement, sessions that live on the server."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpline.people.person import Person
from helpline.privacy.sealing import Sealed
from scheduling.base import Base, Id


class Role(enum.StrEnum):
    """What an account may do; DESIGN, settled 8. Lead and stand-in are places in a team."""

    COUNSELLOR = "counsellor"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    AUDITOR = "auditor"


class AccountState(enum.StrEnum):
    ACTIVE = "active"
    AWAY = "away"  # on leave: signs in, gets nothing
    DEACTIVATED = "deactivated"


class Account(Base):
    """A staff member's sign-in. `name` is what they type, found by its keyed hash."""

    __tablename__ = "account"
    sealed_by = "person_id"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    name_sealed: Mapped[bytes | None]
    name_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id with its parameters
    state: Mapped[AccountState] = mapped_column(default=AccountState.ACTIVE)
    endorser_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    load_cap: Mapped[int] = mapped_column(default=3)  # open text conversations at a time
    notice_by: Mapped[str] = mapped_column(
        String(12), default="browser"
    )  # text, mail, browser, none
    notice_sound: Mapped[bool] = mapped_column(default=True)
    # What matching may go by; each is theirs to say or to leave out, comma-separated where several.
    gender: Mapped[str] = mapped_column(String(10), default="")  # "", "woman", "man", "other"
    age_band: Mapped[str] = mapped_column(String(10), default="")  # "under30", "30to59", "60plus"
    topics_off: Mapped[str] = mapped_column(String(120), default="")  # no reason is asked
    clearances: Mapped[str] = mapped_column(String(80), default="")  # "youth,crisis": set by others
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    roles: Mapped[list["AccountRole"]] = relationship(cascade="all, delete-orphan")

    name = Sealed()

    def has(self, *roles: Role) -> bool:
        """Whether the account holds any of `roles`."""
        return any(held.role in roles for held in self.roles)


class AccountRole(Base):
    __tablename__ = "account_role"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("account.person_id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[Role] = mapped_column(primary_key=True)


class Invitation(Base):
    """A link that lets one person in, once: bound to roles and endorser, gone after 72 hours.

    `for_person_id` set: a second person vouches that this staff member may choose a new password.
    """

    __tablename__ = "invitation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    roles: Mapped[str] = mapped_column(String(80))  # comma-separated
    team_id: Mapped[Id | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    place: Mapped[str] = mapped_column(String(10), default="member")
    for_whom_sealed: Mapped[bytes | None]  # a name the endorser knows them by
    for_person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    endorser_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    for_whom = Sealed()


class LoginSession(Base):
    """A signed-in browser. The cookie holds a token; here stands only its hash."""

    __tablename__ = "login_session"

    id: Mapped[Id] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[Id] = mapped_column(
        ForeignKey("account.person_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]  # last act of the person; polling does not count
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(60), default="")  # "Firefox on Android"


class KnownDevice(Base):
    """A browser from which this account signed in before: strangers' wrong tries never stop it."""

    __tablename__ = "known_device"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[Id] = mapped_column(
        ForeignKey("account.person_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
