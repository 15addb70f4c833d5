"""Return codes: made, kept as hashes, and tried. Staff cannot reset one.

Trying one takes three steps, because the hash is checked outside of any transaction: `attempt`
counts the try and finds the only code it could be, `is_right` checks, the door opens a visit.
Tries are counted per client and per locator, in short windows. One client alone cannot use up what
a locator allows, so a stranger's guesses never keep the owner out.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import throttle
from helpline.people import passwords
from helpline.people.visit import ReturnCode
from helpline.privacy import return_code
from helpline.privacy.return_code import Code
from helpline.privacy.sealing import Keyring

CLIENT_TRIES, CLIENT_WINDOW = 10, timedelta(minutes=15)
LOCATOR_TRIES, LOCATOR_WINDOW = 40, timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code about to be given to somebody, with its slow hash, made before a transaction."""

    code: Code
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, counted. `wait` not None: too many tries, check nothing.

    person_id, secret_hash: of the code it could be; None when there is none.
    """

    person_id: str | None
    secret_hash: str | None
    wait: timedelta | None


def fresh(code: Code | None = None) -> FreshCode:
    """A new code, or `code`, ready to be kept.

    Raises:
        passwords.TooBusy: too many hashes are being made.
    """
    code = return_code.new() if code is None else code
    return FreshCode(code, passwords.hashed(return_code.secret(code)))


def keep(
    session: Session, person_id: str, made: FreshCode, *, form_key: str = "", now: datetime
) -> None:
    """Give a person this code."""
    keyring: Keyring = session.info["keyring"]
    session.add(
        ReturnCode(
            person_id=person_id,
            locator=return_code.locator(made.code),
            secret_hash=made.secret_hash,
            code_index=index(keyring, made.code),
            form_index=form_index(keyring, form_key) if form_key else None,
            created_at=now,
        )
    )


def index(keyring: Keyring, code: Code) -> bytes:
    """The keyed hash under which a code is recognised."""
    return keyring.blind(return_code.digits(code), purpose="return-code")


def form_index(keyring: Keyring, form_key: str) -> bytes:
    return keyring.blind(form_key, purpose="ask_form")


def is_known(session: Session, code: Code) -> bool:
    """Whether a code is anybody's: a message that holds it is refused."""
    wanted = index(session.info["keyring"], code)
    found = session.scalar(select(ReturnCode.person_id).where(ReturnCode.code_index == wanted))
    return found is not None


def attempt(session: Session, code: Code | None, *, client: str, now: datetime) -> Attempt:
    """Count one try of what somebody typed; `code` None: it was no code at all.

    client: where it came from; only a keyed hash of the day's is kept, for minutes.
    """
    waits = [
        throttle.hit(
            session,
            f"return|{client}|{now:%Y-%m-%d}",
            limit=CLIENT_TRIES,
            window=CLIENT_WINDOW,
            now=now,
        )
    ]
    if code is None:
        return Attempt(None, None, waits[0])
    bucket = f"return-locator|{return_code.locator(code)}"
    if waits[0] is None:
        waits.append(
            throttle.hit(session, bucket, limit=LOCATOR_TRIES, window=LOCATOR_WINDOW, now=now)
        )
    wait = max((wait for wait in waits if wait is not None), default=None)
    return _candidate(session, code, wait)


def is_right(tried: Attempt, code: Code | None) -> bool:
    """Whether the code opens; takes the same time when there is no such code.

    Raises:
        passwords.TooBusy: too many hashes are being checked.
    """
    return passwords.matches(tried.secret_hash, return_code.secret(code or Code(0)))


def _candidate(session: Session, code: Code, wait: timedelta | None) -> Attempt:
    """Locators are shared by many; the keyed hash picks the one row, the slow hash then proves."""
    wanted = index(session.info["keyring"], code)
    rows = session.scalars(
        select(ReturnCode).where(ReturnCode.locator == return_code.locator(code))
    )
    row = next((row for row in rows if hmac.compare_digest(row.code_index, wanted)), None)
    return Attempt(row.person_id if row else None, row.secret_hash if row else None, wait)
