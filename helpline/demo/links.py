"""Ways in as each demonstration person, for programs that try it: addresses that sign in once, and
their calendars."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.db import transaction
from helpline.feeds import FeedScope, FeedToken
from helpline.people import Account, Invitation, sessions
from helpline.people.tokens import token_hash
from helpline.runtime import runtime
from scheduling import promises
from scheduling.base import new_id

VALID_FOR = timedelta(days=1)


def make_links(base_url: str) -> dict[str, Any]:
    """A fresh one-time address for everybody with an account."""
    now = runtime().now()
    with transaction() as session:
        accounts = session.scalars(select(Account).order_by(Account.created_at)).all()
        people = [_entry(session, account, base_url, now) for account in accounts]
        feeds = [each for account in accounts for each in _feeds(session, account, base_url, now)]
    return {
        "people": sorted(people, key=lambda entry: str(entry["alias"])),
        "phones": f"{base_url}/demo/phones",
        "feeds": sorted(feeds, key=lambda entry: (str(entry["alias"]), str(entry["scope"]))),
        "groups": [],
    }


def _entry(session: Session, account: Account, base_url: str, now: datetime) -> dict[str, Any]:
    token = secrets.token_urlsafe(24)
    session.add(
        Invitation(
            id=new_id(),
            token_hash=_hash(token),
            roles="",
            for_person_id=account.person_id,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
    )
    person = account.person
    return {
        "alias": person.alias,
        "roles": sorted(held.role.value for held in account.roles),
        "languages": [spoken.tag for spoken in person.languages],
        "zone": person.zone,
        "sign_in": f"{base_url}/demo/in/{token}",
    }


def _feeds(
    session: Session, account: Account, base_url: str, now: datetime
) -> Iterator[dict[str, Any]]:
    """The calendars of somebody with hours: their own, and of who leads a team, the team's."""
    who = account.person_id
    if not promises.promises_of(session, who, day=now.date()):
        return
    for team_id in (None, *sorted(sessions.teams_led_by(session, who))):
        token = _feed_token(session, who, team_id, now)
        yield {
            "alias": account.person.alias,
            "scope": "team" if team_id else "mine",
            "address": f"{base_url}/feeds/{token}.ics",
        }


def _feed_token(session: Session, who: str, team_id: str | None, now: datetime) -> str:
    """The same one at each call, so that no links pile up; another once it was withdrawn."""
    for number in count():
        mark = session.info["keyring"].blind(f"{who}|{team_id}|{number}", purpose="demo feed")
        token = urlsafe_b64encode(mark).decode().rstrip("=")
        known = select(FeedToken).where(FeedToken.token_hash == token_hash(token))
        found = session.scalar(known)
        if found is None:
            session.add(
                FeedToken(
                    id=new_id(),
                    person_id=who,
                    scope=FeedScope.TEAM if team_id else FeedScope.MINE,
                    team_id=team_id,
                    token_hash=token_hash(token),
                    label="Demonstration",
                    summary="Duty",
                    shows_busy=team_id is None,
                    created_at=now,
                )
            )
            break
        if found.revoked_at is None:
            break
    return token


def in_by_link(session: Session, token: str, *, now: datetime) -> str | None:
    """Use an address up: whose it is, or None when it was used, is too old or never was."""
    person_id: str | None = session.scalar(
        update(Invitation)
        .where(
            Invitation.token_hash == _hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.for_person_id)
    )
    return person_id


def _hash(token: str) -> bytes:
    """Marked, so that no door for real invitations takes one of these."""
    return hashlib.sha256(f"demonstration|{token}".encode()).digest()
