"""Coming in by invitation and a colleague's endorsement, and back in after a forgotten password.

An invitation is a link that works once, for 72 hours (30 minutes for one printed by a command). It
is bound to its roles, its team and the colleague who gives it, and worth nothing once that
colleague has left. Nobody sets or sees another's password: a second person vouches, by a link of
the same kind that is bound to the one who forgot (ASVS 5.0 6.4.6).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.people import powers, sessions
from helpline.people.account import (
    Account,
    AccountRole,
    AccountState,
    Invitation,
    KnownDevice,
    Role,
)
from helpline.people.person import Person
from helpline.people.sessions import SignedIn
from helpline.people.sign_in import find, normal_name
from helpline.people.team import Place, TeamMember
from helpline.people.teams import settle
from helpline.people.tokens import new_token, token_hash
from helpline.privacy import audit
from scheduling.base import new_id
from scheduling.errors import Refused

GOOD_FOR = timedelta(hours=72)
FIRST_GOOD_FOR = timedelta(minutes=30)


class DeadLink(Refused):
    """The link was used, is too old, was withdrawn, or never existed: told the same way."""

    code = "dead_link"


class NameTaken(Refused):
    """Somebody else signs in under this name."""

    code = "name_taken"


@dataclass(frozen=True, slots=True)
class Joining:
    """What a new colleague fills in. `password_hash` comes from `passwords.hashed`."""

    name: str
    alias: str
    language: str
    zone: str
    password_hash: str


def invite(
    session: Session,
    by: SignedIn,
    *,
    roles: Collection[Role],
    for_whom: str,
    team_id: str | None = None,
    place: Place = Place.MEMBER,
    now: datetime,
) -> str:
    """Invite somebody new; returns the token of the link, which is shown once.

    Raises:
        BeyondPowers: roles or a team that the inviting person may not give.
    """
    powers.check_may_invite(by, roles, team_id, place)
    return _new(
        session,
        now=now,
        good_for=GOOD_FOR,
        roles=",".join(sorted(roles)),
        for_whom=for_whom,
        team_id=team_id,
        place=place,
        endorser_id=by.person_id,
    )


def first_invitation(session: Session, *, for_whom: str, role: str, now: datetime) -> str:
    """A link for whoever runs the machine: the first admin's, or a way back in. Half an hour long.

    Raises:
        ValueError: there is no such role.
    """
    return _new(
        session, now=now, good_for=FIRST_GOOD_FOR, roles=Role(role).value, for_whom=for_whom
    )


def vouch(session: Session, by: SignedIn, person_id: str, *, now: datetime) -> str:
    """A link by which a colleague who forgot their password chooses a new one.

    An earlier one for the same person stops working.

    Raises:
        NotYours: no such colleague, or one whom `by` may not vouch for (themselves, say).
    """
    account = session.get(Account, person_id)
    if account is None:
        raise NotYours
    roles = sessions.roles_of(session, person_id)
    teams = powers.teams_of(session, person_id)
    if account.state is AccountState.DEACTIVATED or not powers.may_vouch(
        by, person_id, roles, teams
    ):
        raise NotYours(who=by.person_id, kind="account", object_id=person_id)
    _void(session, Invitation.for_person_id == person_id, now=now)
    return _new(
        session,
        now=now,
        good_for=GOOD_FOR,
        roles="",
        for_whom="",
        for_person_id=person_id,
        endorser_id=by.person_id,
    )


def standing(session: Session, token: str, *, now: datetime) -> Invitation:
    """The invitation behind a link that still works.

    Raises:
        DeadLink: it does not work, or never did.
    """
    found = session.scalar(select(Invitation).where(*_usable(token, now)))
    if found is None:
        raise DeadLink
    return found


def accept(session: Session, token: str, joining: Joining, *, now: datetime) -> str:
    """Make the account that a link invites to; returns the new person's id.

    Whoever uses a link first has it: one conditional UPDATE decides.

    Raises:
        DeadLink: as in `standing`, or it was used a moment ago.
        NameTaken: choose another name; the link still works.
    """
    invitation = _use(session, token, now=now)
    if invitation.for_person_id is not None:
        raise DeadLink
    if find(session, joining.name) is not None:
        raise NameTaken
    person = _new_person(session, joining, now)
    _new_account(session, person, invitation, joining, now)
    if invitation.team_id is not None:
        session.add(TeamMember(person_id=person.id, team_id=invitation.team_id))
        session.flush()
        settle(session, person.id, invitation.team_id, Place(invitation.place))
    _note(session, "joined", person.id, invitation, now)
    return person.id


def choose_password(session: Session, token: str, password_hash: str, *, now: datetime) -> str:
    """Set the password of the one vouched for, who is then signed out everywhere. Returns their id.

    Raises:
        DeadLink: as in `accept`.
    """
    invitation = _use(session, token, now=now)
    account = session.get(Account, invitation.for_person_id or "")
    if account is None or account.state is AccountState.DEACTIVATED:
        raise DeadLink
    account.password_hash = password_hash
    sessions.end_all(session, account.person_id, now=now)
    forget_devices(session, account.person_id)
    _note(session, "chose_password", account.person_id, invitation, now)
    return account.person_id


def open_invitations(session: Session, by: SignedIn, *, now: datetime) -> Sequence[Invitation]:
    """Links that still work: an admin's and coordinator's view shows all, a lead's their own."""
    query = select(Invitation).where(Invitation.used_at.is_(None), Invitation.expires_at > now)
    if not by.has(Role.ADMIN, Role.COORDINATOR):
        query = query.where(Invitation.endorser_id == by.person_id)
    return session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def withdraw(session: Session, by: SignedIn, invitation_id: str, *, now: datetime) -> None:
    """Make a link worthless.

    Raises:
        NotYours: no such invitation among those that `by` sees.
    """
    found = session.get(Invitation, invitation_id)
    if found is None:
        raise NotYours
    if found.endorser_id != by.person_id and not by.has(Role.ADMIN, Role.COORDINATOR):
        raise NotYours(who=by.person_id, kind="invitation", object_id=found.id)
    _void(session, Invitation.id == found.id, now=now)
    _note(session, "withdrew_invitation", by.person_id, found, now)


def void_of(session: Session, person_id: str, *, now: datetime) -> None:
    """Somebody leaves: what they endorsed, and what was meant for them, works no more."""
    of_them = or_(Invitation.endorser_id == person_id, Invitation.for_person_id == person_id)
    _void(session, of_them, now=now)


def forget_devices(session: Session, person_id: str) -> None:
    for device in session.scalars(select(KnownDevice).where(KnownDevice.person_id == person_id)):
        session.delete(device)


def _new(session: Session, *, now: datetime, good_for: timedelta, **values: object) -> str:
    token = new_token()
    invitation = Invitation(
        id=new_id(),
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + good_for,
        **values,
    )
    session.add(invitation)
    session.flush()
    act = "vouched" if invitation.for_person_id else "invited"
    _note(session, act, invitation.endorser_id, invitation, now)
    return token


def _use(session: Session, token: str, *, now: datetime) -> Invitation:
    used = session.scalar(
        update(Invitation)
        .where(*_usable(token, now))
        .values(used_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise DeadLink
    found = session.get_one(Invitation, used)
    session.refresh(found)
    return found


def _usable(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.token_hash == token_hash(token),
        Invitation.used_at.is_(None),
        Invitation.expires_at > now,
    )


def _void(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    session.execute(
        update(Invitation)
        .where(which, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
    )


def _new_person(session: Session, joining: Joining, now: datetime) -> Person:
    person = Person(
        id=new_id(),
        is_seeker=False,
        alias=joining.alias,
        language=joining.language,
        zone=joining.zone,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def _new_account(
    session: Session, person: Person, invitation: Invitation, joining: Joining, now: datetime
) -> None:
    name = normal_name(joining.name)
    session.add(
        Account(
            person_id=person.id,
            name=name,
            name_index=session.info["keyring"].blind(name, purpose="account"),
            password_hash=joining.password_hash,
            endorser_id=invitation.endorser_id,
            created_at=now,
            roles=[AccountRole(role=Role(role)) for role in invitation.roles.split(",")],
        )
    )
    try:
        session.flush()
    except IntegrityError as error:  # somebody took the name a moment ago
        raise NameTaken from error


def _note(
    session: Session, act: str, actor_id: str | None, invitation: Invitation, now: datetime
) -> None:
    audit.note(
        session,
        act=act,
        kind="invitation",
        object_id=invitation.id,
        actor_id=actor_id,
        facts={
            "roles": invitation.roles,
            "endorser": invitation.endorser_id or "",
            "for": invitation.for_person_id or "",
        },
        now=now,
    )
