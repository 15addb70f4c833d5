"""A form's token: proof that a form came from a page of ours, in the same browser.

The token is an HMAC over a random cookie of this browser and, for staff, the session it is signed
in to; it differs on every page. It needs no sign-in, stores nothing, and says nothing about
anybody. Only webhooks marked `signed` in roles.csv do without. Every other unsafe request that has
none, or one that no longer fits, changes nothing and **loses nothing**:

- A view decorated with `@keeps_typed(show)` has `show(**view_args)` answer instead: it shows the
  same form again, filled from `request.form`, which then carries a fresh token.
- Any other view's form comes back on a page that shows what was typed, with one button to send it.
- What came from another site is refused outright (the browser tells: Sec-Fetch-Site).

Templates: `{{ csrf() }}` of macros/forms.html in every form, or `csrf_token()` for the bare value.
Scripts send it in the header X-CSRF-Token.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from helpline.web import cookies, matrix

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
COOKIE = "form"
STAFF_COOKIE = "staff"
SAFE = ("GET", "HEAD", "OPTIONS")
_NONCE = 8
_MAC = 16

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def csrf_token() -> str:
    """A fresh token for a form on this page."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _mac(nonce, browser())).decode()


def keeps_typed(show: Callable[..., ResponseReturnValue]) -> Callable[[View], View]:
    """Let `show` answer for the decorated view when the form's token no longer fits.

    Put it below the route: `@bp.post("/ask")`, then `@keeps_typed(show_form)`.
    """

    def mark(view: View) -> View:
        view.when_expired = show  # type: ignore[attr-defined]  # read by `_guard` below
        return view

    return mark


def fits(token: str | None) -> bool:
    """Whether a token was made for this browser, as it is signed in now."""
    cookie = cookies.read(COOKIE)
    if not token or cookie is None:
        return False
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(raw[_NONCE:], _mac(raw[:_NONCE], cookie))


def typed() -> Sequence[tuple[str, str]]:
    """The fields of this request's form, without its token and passwords."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != FIELD and "password" not in name
    ]


def guard() -> ResponseReturnValue | None:
    """Before the view: None to go on."""
    if request.method in SAFE or request.endpoint is None:
        return None
    if matrix.is_signed(matrix.row(request.endpoint, request.method)):
        return None
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        abort(403)
    if fits(request.form.get(FIELD) or request.headers.get(HEADER)):
        return None
    return _expired()


def _expired() -> ResponseReturnValue:
    view = current_app.view_functions[request.endpoint or ""]
    show: Callable[..., ResponseReturnValue] | None = getattr(view, "when_expired", None)
    if show is not None:
        return show(**(request.view_args or {}))
    if request.headers.get("HX-Request") or request.is_json:
        abort(403)  # a script keeps what was typed where it is
    return ask_again(request.full_path.rstrip("?"), typed(), status=400)


def ask_again(
    action: str, fields: Sequence[tuple[str, str]], *, status: int = 200
) -> ResponseReturnValue:
    """Show what was typed, with a button that sends it."""
    return render_template("account/again.html", action=action, fields=fields), status


def browser() -> str:
    """This browser's random value, made now if it has none."""
    value = cookies.read(COOKIE) or g.get("new_form_cookie")
    if value is None:
        value = g.new_form_cookie = secrets.token_urlsafe(16)
    return str(value)


def _mac(nonce: bytes, browser: str) -> bytes:
    signed_in = cookies.read(STAFF_COOKIE) or ""
    key = hmac.digest(str(current_app.secret_key).encode(), b"form token", "sha256")
    return hmac.digest(key, nonce + f"|{browser}|{signed_in}".encode(), "sha256")[:_MAC]


def _set_cookie(response: Response) -> Response:
    if value := g.get("new_form_cookie"):
        cookies.put(response, COOKIE, value)
    return response


def init_app(app: Flask) -> None:
    app.before_request(guard)
    app.after_request(_set_cookie)
    app.jinja_env.globals["csrf_token"] = csrf_token
