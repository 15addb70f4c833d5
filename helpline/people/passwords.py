"""Passwords: which are good enough, and how they are kept and checked.

Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage; ASVS 5.0 11.4.2), 22 ms here.
Hashing is rationed: one at a time in a process, few waiting, so that a flood of sign-ins leaves
the processor and the threads to people who text (ASVS 15.2.2). Hash outside of transactions.
"""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from scheduling.errors import Refused

SHORTEST = 12
LONGEST = 200  # far above what is needed, and still quick to hash (ASVS 6.2.9 asks for 64)
CONTEXT = ("warmline", "helpline", "password", "hotline", "counsellor", "support")
WAITING_AT_MOST = 4
PATIENCE = 2.0  # seconds

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_hashing = threading.Semaphore(1)
_places = threading.BoundedSemaphore(1 + WAITING_AT_MOST)


class WeakPassword(Refused):
    """The password is not good enough; `why` is short, long, common or context."""

    code = "weak_password"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooBusy(Refused):
    """More people sign in at this moment than we check at a time."""

    code = "too_busy"


def hashed(password: str) -> str:
    """The argon2id hash of `password`, with its parameters.

    Raises:
        TooBusy: too many are waiting already.
    """
    with _turn():
        return _hasher.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one; None (nobody of that name) takes just as long (ASVS 6.3.8).

    Raises:
        TooBusy: too many are waiting already.
    """
    known = password_hash is not None and password_hash.startswith("$argon2")
    with _turn():
        try:
            _hasher.verify((password_hash if known else None) or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return known


def is_dated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's, and should be made anew."""
    return _hasher.check_needs_rehash(password_hash)


def check(password: str, about: Iterable[str] = ()) -> None:
    """Refuse what guessers try first; `about` are words that belong to the person.

    No rule about kinds of characters, and pasting is fine (ASVS 6.2.5, 6.2.7).

    Raises:
        WeakPassword: too short, too long, common, or made of the house's or the person's words.
    """
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    plain = _normal(password).casefold()
    if is_common(plain):
        raise WeakPassword("common")
    if _is_made_of(plain, [*CONTEXT, *about]):
        raise WeakPassword("context")


def is_common(plain: str) -> bool:
    """Whether it is a well-known password, or two of them, or one with digits around it.

    >>> is_common("qwerty123456"), is_common("dragondragon"), is_common("wooden kettle sings")
    (True, True, False)
    """
    common = _common()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return (
        plain in common
        or core in common
        or len(set(plain)) <= SHORTEST // 3
        or any(plain[:cut] in common and plain[cut:] in common for cut in range(3, len(plain) - 2))
    )


def _is_made_of(plain: str, words: Iterable[str]) -> bool:
    """Whether fewer than eight characters remain without the given words."""
    for word in sorted({w.casefold() for w in words if len(w) >= 3}, key=len, reverse=True):
        plain = plain.replace(word, "")
    return len(plain) < 8


def _normal(password: str) -> str:
    """The same characters however a keyboard composed them (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


@cache
def _common() -> frozenset[str]:
    text = files("helpline.people").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


@cache
def _nobodys() -> str:
    """A hash that nothing matches."""
    return _hasher.hash(secrets.token_urlsafe(32))


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise TooBusy
    try:
        if not _hashing.acquire(timeout=PATIENCE):
            raise TooBusy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _places.release()
