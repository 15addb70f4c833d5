"""Numbers and addresses that somebody typed on a page: kept, replaced, taken away.

A number or address that is another person's already is left alone, and nobody is told: whoever
types it learns nothing about who talks with us.
"""

from datetime import datetime

import phonenumbers
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpline.people.contact import UNCONFIRMED, ContactKind, ContactPoint
from helpline.privacy.sealing import Keyring
from scheduling.base import new_id


def add_phone(session: Session, person_id: str, number: str, *, now: datetime) -> bool:
    """Keep a number (E.164) that was typed; False when it is somebody else's."""
    country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    return _add(session, person_id, ContactKind.PHONE, number, now, country=country[:2])


def add_mail(session: Session, person_id: str, address: str, *, now: datetime) -> bool:
    """Keep a mail address that was typed; False when it is somebody else's."""
    return _add(session, person_id, ContactKind.EMAIL, address, now)


def of(session: Session, person_id: str, kind: ContactKind) -> ContactPoint | None:
    """A person's number or address; the one we last heard from, where they have several."""
    return session.scalar(
        select(ContactPoint)
        .where(ContactPoint.person_id == person_id, ContactPoint.kind == kind)
        .order_by(ContactPoint.heard_at.is_(None), ContactPoint.heard_at.desc())
        .limit(1)
    )


def forget(session: Session, person_id: str, kind: ContactKind, *, but: str = "") -> None:
    """Take a person's numbers or addresses away; `but` is one that may stay, as it is."""
    session.execute(
        delete(ContactPoint).where(
            ContactPoint.person_id == person_id,
            ContactPoint.kind == kind,
            ContactPoint.address_index != index_of(session, kind, but),
        )
    )
    session.expire_all()


def _add(
    session: Session,
    person_id: str,
    kind: ContactKind,
    address: str,
    now: datetime,
    *,
    country: str = "",
) -> bool:
    index = index_of(session, kind, address)
    owner = session.scalar(
        select(ContactPoint).where(ContactPoint.kind == kind, ContactPoint.address_index == index)
    )
    if owner is not None and owner.unusable == UNCONFIRMED:  # a colleague only typed it
        session.delete(owner)
        session.flush()
    elif owner is not None:
        return owner.person_id == person_id
    point = ContactPoint(
        id=new_id(),
        person_id=person_id,
        kind=kind,
        address_index=index,
        country=country,
        created_at=now,
    )
    session.add(point)
    point.address = address
    session.flush()
    return True


def index_of(session: Session, kind: ContactKind, address: str) -> bytes:
    """The keyed hash by which a number or address is found."""
    keyring: Keyring = session.info["keyring"]
    if kind is ContactKind.PHONE:
        return keyring.blind(address, purpose="phone")
    return keyring.blind(address.lower(), purpose="email")
