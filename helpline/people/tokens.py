"""Random tokens that open something: handed out once, kept only as a hash.

A token has 256 random bits, so a plain hash of it tells nothing and needs no salt (ASVS 11.5.1).
"""

import hashlib
import secrets


def new_token() -> str:
    """A token of 43 characters that are safe in an address and in a cookie.

    >>> len(new_token())
    43
    """
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What stands in the database for `token`."""
    return hashlib.sha256(token.encode()).digest()
