"""The colleagues: who they are, which roles they hold, leave, deactivation and coming back.

A change of roles or a deactivation signs the person out everywhere. Open cases of somebody who
leaves are given back by `helpline.cases.return_cases_of`, in the same transaction, by the door.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from helpline.errors import NotYours
from helpline.people import invitations, powers, sessions
from helpline.people.account import Account, AccountRole, AccountState, Role
from helpline.people.invitations import first_invitation
from helpline.people.sessions import SignedIn
from helpline.people.team import Place, Team, TeamMember
from helpline.people.teams import members_of, settle
from helpline.privacy import audit
from scheduling.errors import Refused

__all__ = [
    "Colleague",
    "LastAdmin",
    "change_roles",
    "change_state",
    "colleague",
    "colleagues",
    "empty_place",
    "first_invitation",
    "has_admin",
    "join_team",
]


class LastAdmin(Refused):
    """Somebody must stay who can let others in."""

    code = "last_admin"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line of the list of staff, and what the one who looks may do about them."""

    person_id: str
    alias: str
    name: str
    roles: frozenset[Role]
    state: AccountState
    teams: Sequence[tuple[Team, Place]]
    endorser: str  # alias, "" when the machine's command let them in
    since: datetime
    may_change: bool
    may_vouch: bool


def colleagues(session: Session, by: SignedIn) -> list[Colleague]:
    """Everybody with an account whom `by` may see: a lead sees their own teams."""
    accounts = session.scalars(
        select(Account).options(selectinload(Account.roles), selectinload(Account.person))
    ).all()
    places = _places(session)
    names = {account.person_id: account.person.alias for account in accounts}
    seen = [_colleague(account, by, places, names) for account in accounts]
    if not by.has(Role.ADMIN, Role.COORDINATOR, Role.AUDITOR):
        seen = [one for one in seen if by.leads.intersection(team.id for team, _ in one.teams)]
    order = list(AccountState)
    return sorted(seen, key=lambda one: (order.index(one.state), one.alias.casefold()))


def colleague(session: Session, by: SignedIn, person_id: str) -> Colleague:
    """One of those whom `by` may see.

    Raises:
        NotYours: nobody of that id among them.
    """
    for one in colleagues(session, by):
        if one.person_id == person_id:
            return one
    exists = session.get(Account, person_id) is not None
    raise NotYours(
        who=by.person_id if exists else None, kind="account", object_id=person_id if exists else ""
    )


def change_roles(
    session: Session, by: SignedIn, person_id: str, roles: Collection[Role], *, now: datetime
) -> None:
    """Give and take roles; the person is signed out everywhere, and finds them at the next sign-in.

    Raises:
        NotYours: no such colleague, or one whom `by` may not change.
        BeyondPowers: a role that `by` may not give.
        LastAdmin: nobody would be left who can let others in.
    """
    account = _to_change(session, by, person_id)
    before = {held.role for held in account.roles}
    if not roles or not powers.may_give(by).issuperset(before.symmetric_difference(roles)):
        raise powers.BeyondPowers
    account.roles[:] = [held for held in account.roles if held.role in roles]
    account.roles.extend(AccountRole(role=role) for role in set(roles) - before)
    session.flush()
    _keep_an_admin(session)
    sessions.end_all(session, person_id, now=now)
    _note(session, by, person_id, "changed_roles", ",".join(sorted(roles)), now)


def change_state(
    session: Session, by: SignedIn, person_id: str, state: AccountState, *, now: datetime
) -> None:
    """Send a colleague on leave, deactivate their account, or take them back.

    Raises:
        NotYours, LastAdmin: as in `change_roles`.
    """
    account = _to_change(session, by, person_id)
    account.state = state
    session.flush()
    _keep_an_admin(session)
    if state is AccountState.DEACTIVATED:
        sessions.end_all(session, person_id, now=now)
        invitations.forget_devices(session, person_id)
        invitations.void_of(session, person_id, now=now)
    _note(session, by, person_id, f"state_{state}", "", now)


def join_team(
    session: Session,
    by: SignedIn,
    person_id: str,
    team_id: str,
    place: Place,
    *,
    now: datetime,
) -> None:
    """Put a colleague into a team as member, lead or stand-in. They are signed out: this is power.

    Raises:
        NotYours: no such colleague or team, or one whom `by` may not change.
    """
    if session.get(Team, team_id) is None:
        raise NotYours
    _to_change(session, by, person_id)
    settle(session, person_id, team_id, place)
    sessions.end_all(session, person_id, now=now)
    _note(session, by, person_id, "joined_team", f"{team_id} {place}", now)


def empty_place(
    session: Session, by: SignedIn, team_id: str, place: Place, *, now: datetime
) -> None:
    """Nobody is lead, or stand-in: whoever was becomes a member, and is signed out.

    Raises:
        NotYours: one whom `by` may not change.
    """
    for member in members_of(session, team_id):
        if member.place is place:
            join_team(session, by, member.person_id, team_id, Place.MEMBER, now=now)


def is_at(session: Session, person_id: str, team_id: str, place: Place) -> bool:
    """Whether somebody has this place in a team already."""
    member = session.get(TeamMember, (person_id, team_id))
    return member is not None and member.place is place


def has_admin(session: Session) -> bool:
    """Whether anybody can let others in yet."""
    return bool(session.scalar(_admins()))


def _to_change(session: Session, by: SignedIn, person_id: str) -> Account:
    # All admins' rows are locked, so that two who demote each other do it one after the other.
    session.execute(
        select(AccountRole.person_id)
        .where(AccountRole.role == Role.ADMIN)
        .order_by(AccountRole.person_id)
        .with_for_update()
    )
    account = session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise NotYours
    if not powers.may_change(by, person_id, {held.role for held in account.roles}):
        raise NotYours(who=by.person_id, kind="account", object_id=person_id)
    return account


def _keep_an_admin(session: Session) -> None:
    if not has_admin(session):
        raise LastAdmin


def _admins() -> Select[int]:
    return (
        select(func.count())
        .select_from(AccountRole)
        .join(Account, Account.person_id == AccountRole.person_id)
        .where(AccountRole.role == Role.ADMIN, Account.state != AccountState.DEACTIVATED)
    )


def _places(session: Session) -> dict[str, list[tuple[Team, Place]]]:
    found: dict[str, list[tuple[Team, Place]]] = {}
    rows = session.execute(
        select(TeamMember, Team).join(Team, Team.id == TeamMember.team_id).order_by(Team.name)
    )
    for member, team in rows:
        found.setdefault(member.person_id, []).append((team, member.place))
    return found


def _colleague(
    account: Account,
    by: SignedIn,
    places: dict[str, list[tuple[Team, Place]]],
    names: dict[str, str],
) -> Colleague:
    person_id = account.person_id
    roles = frozenset(held.role for held in account.roles)
    teams = places.get(person_id, [])
    return Colleague(
        person_id=person_id,
        alias=names[person_id],
        name=account.name,
        roles=roles,
        state=account.state,
        teams=teams,
        endorser=names.get(account.endorser_id or "", ""),
        since=account.created_at,
        may_change=powers.may_change(by, person_id, roles),
        may_vouch=account.state is not AccountState.DEACTIVATED
        and powers.may_vouch(by, person_id, roles, [team.id for team, _ in teams]),
    )


def _note(
    session: Session, by: SignedIn, person_id: str, act: str, what: str, now: datetime
) -> None:
    audit.note(
        session,
        act=act,
        kind="account",
        object_id=person_id,
        actor_id=by.person_id,
        facts={"what": what},
        now=now,
    )
