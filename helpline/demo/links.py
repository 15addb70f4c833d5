"""Ways in as each demonstration person: addresses that sign in once, for programs that try it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.db import transaction
from helpline.people import Account, Invitation
from helpline.runtime import runtime
from scheduling.base import new_id

VALID_FOR = timedelta(days=1)


def make_links(base_url: str) -> dict[str, Any]:
    """A fresh one-time address for everybody with an account."""
    now = runtime().now()
    with transaction() as session:
        accounts = session.scalars(select(Account).order_by(Account.created_at)).all()
        people = [_entry(session, account, base_url, now) for account in accounts]
    return {
        "people": sorted(people, key=lambda entry: str(entry["alias"])),
        "phones": f"{base_url}/demo/phones",
        "feeds": [],
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
