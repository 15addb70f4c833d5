"""Who is behind this request, and whether this door is open to them.

Flask-Login knows the person for one request, from the session token in our own cookie; its
remember cookie and Flask's session are not used for it. Every door is closed unless roles.csv
opens it (`helpline.web.matrix`). `current()` in a view is the signed-in person.

A page that fetches by itself says so with the header `X-Poll: 1` (or `?poll=1`): that is no
activity, and who is signed out gets a bare 401 instead of the sign-in page.
"""

from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as BareResponse

from helpline.db import read, transaction
from helpline.errors import NotYours
from helpline.people import sessions
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from helpline.runtime import Runtime, runtime
from helpline.web import cookies, csrf, errors, kept, matrix
from helpline.web.language import listen_to_staff
from helpline.web.matrix import Verdict

COOKIE = csrf.STAFF_COOKIE
POLL = "X-Poll"
_FILES = ("assets.file", "static")

__all__ = ["SignedIn", "current", "is_poll", "local", "out", "signed_in", "stay"]


class _Browser(UserMixin):
    """The signed-in browser, as Flask-Login wants it: its id is the session's."""

    def __init__(self, who: SignedIn) -> None:
        self.who = who

    def get_id(self) -> str:
        return self.who.session_id


def current() -> SignedIn:
    """The signed-in person. On a door that roles.csv opens to anyone, use `signed_in`."""
    who = signed_in()
    if who is None:
        abort(401)
    return who


def signed_in() -> SignedIn | None:
    """The signed-in person, or None."""
    user = current_user._get_current_object()  # once: each look through the proxy costs
    return user.who if isinstance(user, _Browser) else None


def stay(response: BareResponse, token: str) -> None:
    """Keep this browser signed in under a session's token."""
    cookies.put(response, COOKIE, token)


def out(response: BareResponse) -> None:
    """Leave nothing of the session in this browser; that it is a known device stays."""
    cookies.drop(response, COOKIE)
    cookies.drop(response, csrf.COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def is_poll() -> bool:
    """Whether a page fetches by itself, without anybody doing anything."""
    return request.headers.get(POLL) == "1" or request.args.get("poll") == "1"


def local(target: str | None) -> str | None:
    """An address within this house to go on to; None for anything else (ASVS 5.0 3.7.2).

    >>> local("/desk?case=1"), local("//evil.example"), local("https://evil.example/desk")
    ('/desk?case=1', None, None)
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(char) < 33 for char in target) or len(target) > 500:
        return None
    return target if not urlsplit(target).netloc else None


def _load(incoming: Request) -> _Browser | None:
    token = cookies.read(COOKIE)
    if token is None:
        return None
    who = sessions.who_is(read(), token, now=runtime().now())
    return _Browser(who) if who else None


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: the routing tells
    if request.method == "OPTIONS":
        abort(405)
    row = matrix.row(request.endpoint, request.method)
    who = None if row is None or matrix.is_public(row) else signed_in()
    match matrix.verdict(row, who):
        case Verdict.SIGN_IN:
            return _ask_to_sign_in()
        case Verdict.DENIED:
            abort(403)
        case Verdict.HIDDEN:
            abort(404)
    if who is not None and not is_poll() and sessions.is_stale(who, now=runtime().now()):
        with transaction() as session:
            sessions.touch(session, who, now=runtime().now())
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page and back; what was being sent is kept, sealed, on the way."""
    if is_poll() or request.is_json or _wants_json():
        abort(401)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": _sign_in_address()})
    if request.method not in csrf.SAFE:
        return kept.show_sign_in(cookies.read(COOKIE))
    return redirect(_sign_in_address(request.full_path.rstrip("?")))


def _sign_in_address(target: str = "") -> str:
    address = url_for("account.sign_in")
    return f"{address}?{urlencode({'next': target})}" if local(target) else address


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _own_language() -> str | None:
    """The signed-in person's language, for pages; a broken database takes no page's words away."""
    if request.endpoint in _FILES or cookies.read(COOKIE) is None:
        return None
    try:
        who = signed_in()
    except DBAPIError:
        return None
    return who.language if who else None


def tell_not_yours(refusal: NotYours) -> ResponseReturnValue:
    """The 404 for somebody else's object, and the line in the audit about who reached for it."""
    if refusal.who is not None:
        with transaction() as session:
            audit.note(
                session,
                act="refused",
                kind=refusal.kind,
                object_id=refusal.object_id,
                actor_id=refusal.who,
                now=runtime().now(),
            )
    return errors.tell_refusal(refusal)


def init_app(app: Flask) -> None:
    """Sign-in for this application, and the matrix before every view."""
    found: Runtime = app.extensions["helpline"]
    https = found.config.public_base_url.startswith("https:")
    app.config.update(
        REMEMBER_COOKIE_NAME="",  # never looked for
        SESSION_COOKIE_NAME="__Host-said" if https else "said",  # flashed words, nothing else
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    manager = LoginManager(app)
    manager.session_protection = None  # it would write into Flask's session
    manager.request_loader(_load)
    app.before_request(_guard)
    app.register_error_handler(NotYours, tell_not_yours)
    listen_to_staff(app, _own_language)
    csrf.init_app(app)
