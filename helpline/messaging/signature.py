"""Whether a webhook was sent by who it says: the signatures of Twilio and of the Android gateway.

Twilio: base64 of an HMAC over the address exactly as configured there and every form value, sorted
(twilio.com/docs/usage/security#validating-requests). It has no time in it: a captured request
stays valid for ever, and only the unique key on the message's id protects from a replay.
Written out here because twilio's own validator costs five times as much, mostly for taking the
address apart again each time, and raises for headers that a stranger can send.
"""

import base64
import functools
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

Pairs = Sequence[tuple[str, str]]
FRESH = timedelta(minutes=5)  # how far the phone's clock and ours may be apart
_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def addresses(base: str, path: str) -> tuple[str, ...]:
    """The ways in which one address of ours may have been signed: as it is, and with or without
    the port, about which Twilio is inconsistent (twilio-python tries both as well).

    >>> addresses("https://help.example.org", "/sms/twilio")
    ('https://help.example.org/sms/twilio', 'https://help.example.org:443/sms/twilio')
    """
    return tuple(one + path for one in _bases(base))


@functools.cache
def _bases(base: str) -> tuple[str, str]:
    parts = urlsplit(base)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = "" if parts.port else f":{443 if parts.scheme == 'https' else 80}"
    return base, f"{parts.scheme}://{name}{port}{parts.path}"


def sign(token: str, address: str, pairs: Iterable[tuple[str, str]], digest: str = "sha1") -> str:
    """The signature Twilio gives this address and form. Repeated equal values count once."""
    return _mac(token.encode(), address.encode() + _signed(pairs), digest).decode()


def is_genuine(
    signature: str | None,
    tokens: Sequence[str],
    addresses: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    settings: str = "",
) -> bool:
    """Whether one of our tokens signed this form for one of our addresses. Never raises.

    `settings` is the header X-Twilio-Webhooks-Signature-Settings, which names the algorithm.
    """
    digest = _DIGESTS.get(_algorithm(settings)) if settings else "sha1"
    if not signature or digest is None:
        return False
    given = signature.encode("utf-8", "replace")
    form = _signed(pairs)
    return any(
        hmac.compare_digest(_mac(token.encode(), address.encode() + form, digest), given)
        for token in tokens
        for address in addresses
    )


def is_from_phone(
    signature: str | None, stamp: str | None, body: bytes, key: str, *, now: datetime
) -> bool:
    """Whether our Android gateway signed this body, less than FRESH ago. Never raises.

    X-Signature is the hex HMAC-SHA256, under the signing key, of the body and X-Timestamp (Unix
    seconds) together (SMS Gateway for Android, webhooks).
    """
    if not (signature and stamp and key) or not (stamp.isascii() and stamp.isdigit()):
        return False
    if len(stamp) > 12 or abs(now.timestamp() - int(stamp)) > FRESH.total_seconds():
        return False
    expected = hmac.digest(key.encode(), body + stamp.encode(), "sha256").hex()
    return hmac.compare_digest(expected.encode(), signature.lower().encode("utf-8", "replace"))


def _signed(pairs: Iterable[tuple[str, str]]) -> bytes:
    # A text may hold half a surrogate pair; it is signed by nobody, and must not raise here.
    return "".join(name + value for name, value in sorted(set(pairs))).encode("utf-8", "replace")


def _mac(token: bytes, signed: bytes, digest: str) -> bytes:
    return base64.b64encode(hmac.digest(token, signed, digest))


def _algorithm(settings: str) -> str:
    """The name after `algorithm=`; a header without one means the older kind."""
    for part in settings.split(","):
        name, equals, value = part.partition("=")
        if equals and name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"
