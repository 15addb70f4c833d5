"""Signing in: a name and a password become a session, and guessing is slow for strangers only.

Three steps, because the hash is checked outside of any transaction (it takes 20 ms, and a writer
would keep everybody waiting): `attempt` counts the try, `passwords.matches` checks it, `succeed`
opens.
Tries are counted per account and unknown device. A device that signed in before counts for itself:
500 wrong tries from elsewhere never stop its owner (ASVS 5.0 6.3.1).
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import throttle
from helpline.people import passwords, sessions
from helpline.people.account import Account, AccountState, KnownDevice
from helpline.people.tokens import new_token, token_hash
from helpline.privacy import audit
from scheduling.errors import Refused

TRIES = 10
PLACE_TRIES = 100  # from one network address, whatever the names
WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=180)
AT_ONCE = 2  # strangers in a process, which has four threads: the others are for people who text
_strangers = threading.BoundedSemaphore(AT_ONCE)
_known = threading.BoundedSemaphore(1)


class BadSignIn(Refused):
    """No such name, or not its password, or it is deactivated: told the same way."""

    code = "bad_sign_in"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, counted. `password_hash` is None for a name nobody has."""

    person_id: str | None
    password_hash: str | None
    buckets: tuple[str, ...]
    is_known: bool
    wait: timedelta | None  # not None: too many tries, check nothing


@dataclass(frozen=True, slots=True)
class Opened:
    """A session token, and a device token when this browser was new to the account."""

    person_id: str
    token: str
    device_token: str | None


@contextmanager
def turn(*, known: bool) -> Iterator[None]:
    """Hold this around one whole try: in a flood the others are turned away before they cost much.

    known: this browser signed in here before (`knows`), so it waits beside the flood, not in it.

    Raises:
        TooBusy: so many try at this moment already. Nothing was checked or counted.
    """
    turns, patience = (_known, passwords.PATIENCE) if known else (_strangers, 0)
    if not turns.acquire(timeout=patience):
        raise passwords.TooBusy
    try:
        yield
    finally:
        turns.release()


def knows(session: Session, device_token: str | None, *, now: datetime) -> bool:
    """Whether anybody signed in from this browser lately."""
    found = session.get(KnownDevice, token_hash(device_token)) if device_token else None
    return found is not None and found.expires_at > now


def normal_name(name: str) -> str:
    """A sign-in name however it was typed.

    >>> normal_name("  Mei.Ling ")
    'mei.ling'
    """
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def find(session: Session, name: str) -> Account | None:
    """The account of that sign-in name."""
    index = session.info["keyring"].blind(normal_name(name), purpose="account")
    return session.scalar(select(Account).where(Account.name_index == index))


def attempt(
    session: Session, name: str, *, device_token: str | None, address: str, now: datetime
) -> Attempt:
    """Count one try; `address` is where it came from (only a keyed hash of the day's is kept)."""
    account = find(session, name)
    person_id = account.person_id if account else None
    known = _is_known(session, person_id, device_token, now=now)
    buckets = _buckets(normal_name(name), device_token if known else None, address, now)
    limits = (TRIES,) if known else (TRIES, PLACE_TRIES)
    waits = [
        throttle.hit(session, bucket, limit=limit, window=WINDOW, now=now)
        for bucket, limit in zip(buckets, limits, strict=True)
    ]
    wait = max((wait for wait in waits if wait is not None), default=None)
    return Attempt(person_id, account.password_hash if account else None, buckets, known, wait)


def succeed(
    session: Session,
    tried: Attempt,
    *,
    fresh_hash: str | None,
    device: str,
    ends: sessions.SignedIn | None,
    now: datetime,
) -> Opened:
    """Open a session under a new token, after the password was found to be right.

    fresh_hash: the same password hashed with today's parameters. ends: who this browser was
    signed in as before.

    Raises:
        BadSignIn: the account was deactivated, or its password changed meanwhile.
    """
    account = session.get(Account, tried.person_id or "", with_for_update=True)
    if account is None or account.state is AccountState.DEACTIVATED:
        raise BadSignIn
    if account.password_hash != tried.password_hash:
        raise BadSignIn
    account.password_hash = fresh_hash or account.password_hash
    if ends is not None:
        sessions.end(session, ends.session_id, now=now)
    _give_back(session, tried)
    token = sessions.open_session(session, account.person_id, device=device, now=now)
    _note(session, account.person_id, tried.is_known, now)
    known = None if tried.is_known else remember_device(session, account.person_id, now=now)
    return Opened(account.person_id, token, known)


def remember_device(session: Session, person_id: str, *, now: datetime) -> str:
    """Know this browser again from now on; returns the token for its cookie."""
    token = new_token()
    session.add(
        KnownDevice(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            expires_at=now + KNOWN_FOR,
        )
    )
    return token


def needs_rehash(tried: Attempt) -> bool:
    return tried.password_hash is not None and passwords.is_dated(tried.password_hash)


def _is_known(
    session: Session, person_id: str | None, device_token: str | None, *, now: datetime
) -> bool:
    if not device_token:
        return False
    found = session.get(KnownDevice, token_hash(device_token))
    return found is not None and found.person_id == person_id and found.expires_at > now


def _buckets(name: str, device_token: str | None, address: str, now: datetime) -> tuple[str, ...]:
    if device_token:
        return (f"sign-in|{name}|{device_token}",)
    return (f"sign-in|{name}", f"sign-in from|{now.date()}|{address}")


def _give_back(session: Session, tried: Attempt) -> None:
    """A right password was no guess: one's own slips are forgotten, what strangers tried is not."""
    give_back = throttle.forget if tried.is_known else throttle.take_back
    for bucket in tried.buckets:
        give_back(session, bucket)


def _note(session: Session, person_id: str, known: bool, now: datetime) -> None:
    audit.note(
        session,
        act="signed_in",
        kind="account",
        object_id=person_id,
        actor_id=person_id,
        facts={"known_device": known},
        now=now,
    )
