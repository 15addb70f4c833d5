"""Who we know: those who ask, those who answer, how they are reached, and how staff sign in."""

from helpline.people.account import (
    Account,
    AccountRole,
    AccountState,
    Invitation,
    KnownDevice,
    LoginSession,
    Role,
)
from helpline.people.contact import (
    ContactFlag,
    ContactKind,
    ContactPoint,
    HowToReach,
    SafeContact,
)
from helpline.people.person import Level, Person, PersonLanguage
from helpline.people.team import Place, Team, TeamMember
from helpline.people.visit import JoiningNumber, ReturnCode, Visit

__all__ = [
    "Account",
    "AccountRole",
    "AccountState",
    "ContactFlag",
    "ContactKind",
    "ContactPoint",
    "HowToReach",
    "Invitation",
    "JoiningNumber",
    "KnownDevice",
    "Level",
    "LoginSession",
    "Person",
    "PersonLanguage",
    "Place",
    "ReturnCode",
    "Role",
    "SafeContact",
    "Team",
    "TeamMember",
    "Visit",
]
