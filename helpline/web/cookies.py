"""Cookies as this house sets them: for the browser only, for this host only, never readable.

Where the instance is reached by https they are `__Host-` cookies, which no neighbour host can
plant (ASVS 5.0 3.3.1 to 3.3.4). On http, which is a laptop's loopback, the bare name is used.
"""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from helpline.runtime import runtime


def name(base: str) -> str:
    """The name under which a cookie travels."""
    return f"__Host-{base}" if _secure() else base


def read(base: str) -> str | None:
    """What the browser sent; None when it sent nothing, or nothing we could have set."""
    value = request.cookies.get(name(base))
    return value if value and len(value) <= 200 and value.isascii() else None


def put(response: Response, base: str, value: str, *, lasts: timedelta | None = None) -> None:
    """Set a cookie; without `lasts` it goes when the browser is closed."""
    response.set_cookie(
        name(base),
        value,
        max_age=lasts,
        path="/",
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response, base: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(name(base), path="/", secure=_secure(), httponly=True, samesite="Lax")


def _secure() -> bool:
    return runtime().config.public_base_url.startswith("https:")
