"""Sealing: what is written about people is encrypted before it reaches the database.

AES-256-GCM with a random nonce; the associated data is `table|column|row id`, so that a value
copied to another row, column or table no longer opens (ASVS 5.0 11.3.2, 11.3.3). Looking up a
number needs no opening: a keyed hash (HMAC-SHA-256 under a key of its own) stands beside it.

A sealed value is `version (1 byte) | key id (4) | nonce (12) | ciphertext and tag`. The key id
lets several keys be valid while one replaces another.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event
from sqlalchemy.orm import Mapper, object_session
from sqlalchemy.orm.attributes import flag_modified

from scheduling.base import Base

VERSION = b"\x01"
KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER = 1 + _KEY_ID_BYTES


class CannotOpen(Exception):
    """A sealed value does not fit its place, was altered, or its key is not among ours."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one instance. `data` seals (the first is current), `index` looks up.

    Every key is 32 random bytes. `repr` tells nothing.
    """

    data: Sequence[bytes] = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.data or any(len(k) != KEY_BYTES for k in (*self.data, self.index, self.audit)):
            raise ValueError(f"every key must be {KEY_BYTES} bytes")
        object.__setattr__(self, "_ciphers", {_key_id(k): AESGCM(k) for k in self.data})
        object.__setattr__(self, "_current", _key_id(self.data[0]))

    _ciphers: Mapping[bytes, AESGCM] = field(init=False, repr=False, compare=False)
    _current: bytes = field(init=False, repr=False, compare=False)

    def seal(self, text: str, *, table: str, column: str, row: str) -> bytes:
        """Encrypt `text` for one place in the database."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(
            nonce, text.encode(), _place(table, column, row)
        )
        return VERSION + self._current + nonce + sealed

    def open(self, sealed: bytes, *, table: str, column: str, row: str) -> str:
        """Decrypt what `seal` made for the same place.

        Raises:
            CannotOpen: wrong place, altered bytes, or a key that is not on this ring.
        """
        cipher = self._ciphers.get(sealed[1:_HEADER])
        if sealed[:1] != VERSION or cipher is None:
            raise CannotOpen(f"{table}.{column}: sealed with a key this instance does not have")
        nonce, body = sealed[_HEADER : _HEADER + _NONCE_BYTES], sealed[_HEADER + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _place(table, column, row)).decode()
        except InvalidTag:
            raise CannotOpen(f"{table}.{column}: altered, or moved from another row") from None

    def blind(self, value: str, *, purpose: str) -> bytes:
        """The keyed hash under which `value` can be found again; `purpose` keeps uses apart."""
        return hmac.digest(self.index, f"{purpose}|{value}".encode(), hashlib.sha256)


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"warmline key id|" + key).digest()[:_KEY_ID_BYTES]


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()


def keyring_of(row: Base) -> Keyring:
    """The keys of the session that `row` belongs to (put there by whoever opened it).

    Raises:
        RuntimeError: the row is in no session, or the session was opened without keys.
    """
    session = object_session(row)
    if session is None or "keyring" not in session.info:
        raise RuntimeError("sealed text can only be read through a session that has the keys")
    keyring: Keyring = session.info["keyring"]
    return keyring


class Sealed:
    """A text attribute whose column, `<name>_sealed`, holds the encrypted form.

    Reading opens it with the session's keys and remembers; writing marks the column, and the
    mapper seals it when the row is flushed. The row needs its `id` by then, which `new_id` gives.
    A row read with `session.execute(select(column))` gives the sealed bytes, never the text.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name, self._column, self._plain = name, f"{name}_sealed", f"_plain_{name}"

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed": ...
    @overload
    def __get__(self, row: Base, owner: type) -> str: ...
    def __get__(self, row: Base | None, owner: type) -> "Sealed | str":
        if row is None:
            return self
        sealed = getattr(row, self._column)  # loads the row when it has expired
        if sealed is None:
            return ""
        plain = row.__dict__.get(self._plain)
        if plain is not None and plain[0] == sealed:
            return str(plain[1])
        text = keyring_of(row).open(
            sealed, table=row.__tablename__, column=self._column, row=_row_id(row)
        )
        row.__dict__[self._plain] = (sealed, text)
        return text

    def __set__(self, row: Base, text: str | None) -> None:
        if text is None or text == "":
            setattr(row, self._column, None)
            row.__dict__.pop(self._plain, None)
            return
        setattr(row, self._column, _PENDING)
        row.__dict__[self._plain] = (_PENDING, text)

    def flush(self, row: Base) -> None:
        """Seal what was written, on the way to the database."""
        if getattr(row, self._column) != _PENDING:
            return
        text = row.__dict__[self._plain][1]
        sealed = keyring_of(row).seal(
            text, table=row.__tablename__, column=self._column, row=_row_id(row)
        )
        setattr(row, self._column, sealed)
        flag_modified(row, self._column)
        row.__dict__[self._plain] = (sealed, text)


_PENDING = b"\x00to be sealed"


def _row_id(row: Any) -> str:
    """What a row's seal is bound to: its `id`, or whatever its class calls `sealed_by`."""
    return str(getattr(row, getattr(type(row), "sealed_by", "id")))


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _seal(mapper: Mapper[Any], connection: object, row: Base) -> None:
    for name in _sealed_names(mapper.class_):
        mapper.class_.__dict__[name].flush(row)


def _sealed_names(owner: type) -> list[str]:
    return [name for name, value in vars(owner).items() if isinstance(value, Sealed)]
