"""Signed-in browsers. Everything about them is on the server; the cookie is only a token.

A session ends after 15 idle minutes, after 12 hours, at sign-out, and when the person's roles,
password or state change (ASVS 5.0 7.3, 7.4). What a page fetches by itself is no activity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.people.account import Account, AccountRole, AccountState, LoginSession, Role
from helpline.people.person import Person
from helpline.people.team import Place, TeamMember
from helpline.people.tokens import new_token, token_hash
from helpline.privacy import audit
from scheduling.base import new_id

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
TOUCH_AFTER = timedelta(seconds=30)  # how exactly idleness is known; spares a write per page


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a browser, as of this request. Words about them are read where needed."""

    session_id: str
    person_id: str
    roles: frozenset[Role]
    leads: frozenset[str]  # ids of teams where they are lead or stand-in
    zone: str
    language: str
    active_at: datetime

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))


def open_session(session: Session, person_id: str, *, device: str, now: datetime) -> str:
    """A new session for a person who has just proven who they are; returns its token."""
    token = new_token()
    session.add(
        LoginSession(
            id=new_id(),
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            active_at=now,
            expires_at=now + LONGEST,
            device=device[:60],
        )
    )
    return token


def who_is(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who the token's browser belongs to; None when it is unknown, ended, idle or too old."""
    return told(session.connection().execute(WHO, asked(token, now)).first())


def asked(token: str, now: datetime) -> Mapping[str, object]:
    """What `WHO` is asked with."""
    return {"token": token_hash(token), "now": now, "idle_since": now - IDLE}


def told(found: Row[*tuple[Any, ...]] | None) -> SignedIn | None:
    """What `WHO` answered."""
    if found is None or found.state is AccountState.DEACTIVATED:
        return None
    return SignedIn(
        session_id=found.id,
        person_id=found.person_id,
        roles=frozenset(map(Role, _each(found.roles))),
        leads=frozenset(_each(found.leads)),
        zone=found.zone,
        language=found.language,
        active_at=found.active_at,
    )


def _each(joined: str | None) -> Sequence[str]:
    """What one statement brought as one text: "counsellor,reviewer"; None for nothing."""
    return joined.split(",") if joined else ()


def owner_of_ended(session: Session, token: str) -> str | None:
    """Whose browser this was, when its session is over: to keep what they typed for them."""
    return session.scalar(
        select(LoginSession.person_id).where(LoginSession.token_hash == token_hash(token))
    )


def roles_of(session: Session, person_id: str) -> frozenset[Role]:
    return frozenset(
        session.scalars(select(AccountRole.role).where(AccountRole.person_id == person_id))
    )


def teams_led_by(session: Session, person_id: str) -> frozenset[str]:
    """The teams where somebody is lead or stand-in."""
    return frozenset(
        session.scalars(
            select(TeamMember.team_id).where(
                TeamMember.person_id == person_id,
                TeamMember.place.in_([Place.LEAD, Place.STAND_IN]),
            )
        )
    )


def is_stale(who: SignedIn, *, now: datetime) -> bool:
    """Whether this act should be written down as activity."""
    return now - who.active_at >= TOUCH_AFTER


def touch(session: Session, who: SignedIn, *, now: datetime) -> None:
    """The person did something; whoever comes late does not turn the clock back."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == who.session_id, LoginSession.active_at < now)
        .values(active_at=now)
    )


def end(session: Session, session_id: str, *, now: datetime) -> None:
    """Sign one browser out."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_own(session: Session, who: SignedIn, session_id: str, *, now: datetime) -> None:
    """Sign one of one's own browsers out.

    Raises:
        NotYours: there is no such session, or it is somebody else's.
    """
    found = session.get(LoginSession, session_id)
    if found is None:
        raise NotYours
    if found.person_id != who.person_id:
        raise NotYours(who=who.person_id, kind="login_session", object_id=found.id)
    end(session, session_id, now=now)


def end_all(session: Session, person_id: str, *, now: datetime, but: str | None = None) -> None:
    """Sign somebody out everywhere; `but` is the id of a session that may stay."""
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
            LoginSession.id != (but or ""),
        )
        .values(ended_at=now)
    )


def open_sessions(session: Session, person_id: str, *, now: datetime) -> Sequence[LoginSession]:
    """Where somebody is signed in, last used first."""
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.person_id == person_id, *_alive(now))
        .order_by(LoginSession.active_at.desc(), LoginSession.id)
    ).all()


def sign_out(session: Session, who: SignedIn, *, now: datetime) -> None:
    end(session, who.session_id, now=now)
    audit.note(
        session,
        act="signed_out",
        kind="account",
        object_id=who.person_id,
        actor_id=who.person_id,
        now=now,
    )


# Read for every request, and by every open desk each few seconds: one statement, built once, over
# the bare tables. Asked with `asked`, understood by `told`; more columns may be added to it.
_login, _account, _person = (model.__table__.c for model in (LoginSession, Account, Person))
_role, _member = AccountRole.__table__.c, TeamMember.__table__.c
WHO = select(
    _login.id,
    _login.person_id,
    _login.active_at,
    _account.state,
    _person.zone,
    _person.language,
    select(func.aggregate_strings(type_coerce(_role.role, String), ","))
    .where(_role.person_id == _login.person_id)
    .scalar_subquery()
    .label("roles"),
    select(func.aggregate_strings(_member.team_id, ","))
    .where(
        _member.person_id == _login.person_id,
        or_(_member.place == Place.LEAD, _member.place == Place.STAND_IN),
    )
    .scalar_subquery()
    .label("leads"),
).where(
    _account.person_id == _login.person_id,
    _person.id == _login.person_id,
    _login.token_hash == bindparam("token"),
    _login.ended_at.is_(None),
    _login.expires_at > bindparam("now"),
    _login.active_at > bindparam("idle_since"),
)


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > now,
        LoginSession.active_at > now - IDLE,
    )
