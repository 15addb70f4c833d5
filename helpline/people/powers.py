"""Who may do what to whom among staff. Questions only; the operations ask them.

| | invites and gives | changes, vouches for |
|---|---|---|
| admin | every role | everybody |
| coordinator | counsellor, reviewer | whoever has no other role than these |
| lead, stand-in | counsellor, into their own team | vouches for counsellors of their team |

All three say for what a colleague is cleared, a lead of their own team only.

Nobody vouches for themselves, changes their own roles, or reaches above themselves: a link that
sets an admin's password would make its giver an admin.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.people.account import Role
from helpline.people.sessions import SignedIn
from helpline.people.team import Place, TeamMember
from scheduling.errors import Refused

COORDINATED = frozenset({Role.COUNSELLOR, Role.REVIEWER})


class BeyondPowers(Refused):
    """A role or team that the person may not give."""

    code = "beyond_powers"


def may_give(who: SignedIn) -> frozenset[Role]:
    """The roles that somebody may give to others."""
    if who.has(Role.ADMIN):
        return frozenset(Role)
    if who.has(Role.COORDINATOR):
        return COORDINATED
    return frozenset({Role.COUNSELLOR}) if who.leads else frozenset()


def check_may_invite(
    who: SignedIn, roles: Collection[Role], team_id: str | None, place: Place
) -> None:
    """Raises BeyondPowers unless `who` may invite somebody with these roles into this team."""
    if not roles or not may_give(who).issuperset(roles):
        raise BeyondPowers
    if who.has(Role.ADMIN, Role.COORDINATOR):
        return
    if team_id not in who.leads or place is not Place.MEMBER:
        raise BeyondPowers


def may_change(who: SignedIn, person_id: str, roles: Collection[Role]) -> bool:
    """Whether `who` may change roles and state of a colleague who has `roles` now."""
    if person_id == who.person_id:
        return False
    if who.has(Role.ADMIN):
        return True
    return who.has(Role.COORDINATOR) and COORDINATED.issuperset(roles)


def may_vouch(
    who: SignedIn, person_id: str, roles: Collection[Role], teams: Collection[str]
) -> bool:
    """Whether `who` may vouch for a colleague of these roles and teams who forgot a password."""
    if may_change(who, person_id, roles):
        return True
    only_counsellor = frozenset({Role.COUNSELLOR}).issuperset(roles)
    return person_id != who.person_id and only_counsellor and bool(who.leads.intersection(teams))


def may_clear(who: SignedIn, person_id: str, teams: Collection[str]) -> bool:
    """Whether `who` may say for what a colleague of these teams is cleared; never of themselves."""
    if person_id == who.person_id:
        return False
    return who.has(Role.ADMIN, Role.COORDINATOR) or bool(who.leads.intersection(teams))


def teams_of(session: Session, person_id: str) -> frozenset[str]:
    return frozenset(
        session.scalars(select(TeamMember.team_id).where(TeamMember.person_id == person_id))
    )
