"""A colleague's own phone, for notices: used only once the code we sent to it was typed.

Until then the number proves nothing. It may be a stranger's, so nothing but the code goes there,
an earlier phone goes on being used, and whoever texts from it is met as anybody else.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.people import ContactKind, ContactPoint, contacts, profile
from helpline.people.contact import UNCONFIRMED
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from scheduling.errors import Refused

GOOD_FOR = timedelta(minutes=30)
DIGITS = 6


class WrongCode(Refused):
    """Not the code we sent last, or it is too old."""

    code = "wrong_code"


def ask(session: Session, who: SignedIn, e164: str, country: str, *, now: datetime) -> None:
    """Keep a number that was typed, and send a code to it; a number in use stays as it is.

    Raises:
        CannotBeUsed: it belongs to somebody else we know.
    """
    point = profile.propose_phone(session, who, e164, country, now=now)
    if point is None:
        return
    notice = Notice(
        to=who.person_id,
        text="phone_code",
        facts={"code": _code(session, point)},
        expires_at=now + GOOD_FOR,
        contact_point_id=point.id,
        cancels=f"phone-code:{who.person_id}:",
        dedupe_key=f"phone-code:{who.person_id}:{point.id}:{now.isoformat()}",
        urgency=3,
    )
    outbox.post(session, notice, now=now)


def waiting(session: Session, person_id: str, *, now: datetime) -> ContactPoint | None:
    """The number whose code is still good, if one waits for it."""
    return session.scalar(
        select(ContactPoint).where(
            ContactPoint.person_id == person_id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.unusable == UNCONFIRMED,
            ContactPoint.created_at > now - GOOD_FOR,
        )
    )


def confirm(session: Session, who: SignedIn, typed: str, *, now: datetime) -> None:
    """Take a number into use; the one before it is forgotten.

    Raises:
        WrongCode: not the code we sent last, or it is too old.
    """
    point = waiting(session, who.person_id, now=now)
    if point is None or not hmac.compare_digest(typed.encode(), _code(session, point).encode()):
        raise WrongCode
    point.unusable, point.heard_at = "", now
    contacts.forget(session, who.person_id, ContactKind.PHONE, but=point.address)
    audit.note(
        session,
        act="confirmed_phone",
        kind="account",
        object_id=who.person_id,
        actor_id=who.person_id,
        now=now,
    )


def _code(session: Session, point: ContactPoint) -> str:
    """Made from the number's row and when it was typed, so that nothing more is kept of it."""
    made_from = f"{point.id}|{point.created_at.isoformat()}"
    digest: bytes = session.info["keyring"].blind(made_from, purpose="own-phone")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"
