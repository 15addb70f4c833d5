"""Where the keys come from: the settings, or a file this instance made for itself once.

Lose the keys and the content is lost: the start-up text says so. They are never in the database
and never in a backup of it.
"""

import base64
import binascii
import json
import os
from pathlib import Path

from helpline.privacy.sealing import KEY_BYTES, Keyring, new_key

FILE_NAME = "warmline-keys.json"
_NAMES = ("secret_key", "data_keys", "index_key", "audit_key")


class BadKeys(Exception):
    """A key is missing, too short, or cannot be read; the process must not start."""


def encode(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def decode(text: str, *, name: str) -> bytes:
    """Read one key: 32 bytes in base64, with or without padding.

    Raises:
        BadKeys: anything else, naming the setting and never the value.
    """
    text = text.strip().rstrip("=")
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise BadKeys(
            f"{name} must be {KEY_BYTES} random bytes in base64: `openssl rand -base64 32`"
        )
    return key


def keyring(data_keys: str, index_key: str, audit_key: str) -> Keyring:
    """The ring from the settings' texts; several data keys are separated by commas."""
    data = [decode(part, name="DATA_KEYS") for part in data_keys.split(",") if part.strip()]
    if not data:
        raise BadKeys("DATA_KEYS is not set")
    return Keyring(
        data=data,
        index=decode(index_key, name="INDEX_KEY"),
        audit=decode(audit_key, name="AUDIT_KEY"),
    )


def read_or_make(folder: Path) -> tuple[dict[str, str], Path, bool]:
    """The keys kept in `folder`, made now if there are none: (settings, file, whether new).

    Two processes that start at once agree: the file is written aside and linked into place, and
    whoever comes second reads the first one's.

    Raises:
        BadKeys: the file is readable by others, or is not ours.
    """
    path = folder / FILE_NAME
    made = False
    if not path.exists():
        made = _make(path)
    if path.stat().st_mode & 0o077:
        raise BadKeys(f"{path} can be read by others: chmod 600 it, then start again")
    try:
        found = json.loads(path.read_text())
        return {name: str(found[name]) for name in _NAMES}, path, made
    except (ValueError, KeyError, TypeError) as error:
        raise BadKeys(f"{path} is not a key file of ours") from error


def _make(path: Path) -> bool:
    """Write fresh keys to `path` unless somebody else just did; whether it was us."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({name: encode(new_key()) for name in _NAMES}, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    finally:
        aside.unlink()
    return True
