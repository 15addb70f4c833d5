"""`/sign-in` and `/sign-out`."""

from datetime import timedelta

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import i18n
from helpline.db import read, transaction
from helpline.people import passwords, sessions
from helpline.people import sign_in as signing
from helpline.people.account import Role
from helpline.people.sign_in import Attempt, BadSignIn, Opened
from helpline.runtime import runtime
from helpline.web import auth, cookies, csrf, kept
from helpline.web.account import bp
from helpline.web.account.words import BUSY
from helpline.web.auth import SignedIn
from helpline.web.language import gettext as _
from helpline.web.language import language

DEVICE = "device"
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form; who is signed in already goes on."""
    who = auth.signed_in()
    if who is not None:
        return redirect(auth.local(request.args.get("next")) or home(who))
    return _page(next_=auth.local(request.args.get("next")) or "")


def _typed_again() -> ResponseReturnValue:
    return _page({"name": _("This page was open too long. Type your password again.")}, status=400)


@bp.post("/sign-in")
@csrf.keeps_typed(_typed_again)
def sign_in_now() -> ResponseReturnValue:
    """Check a name and a password; an unknown name and a wrong password answer the same."""
    known = signing.knows(read(), cookies.read(DEVICE), now=runtime().now())
    try:
        with signing.turn(known=known):
            return _try()
    except BadSignIn:
        return _page({"name": _("This name and password do not go together. Try again.")}, 401)
    except passwords.TooBusy:
        return _page({"name": str(BUSY)}, status=503)


def _try() -> ResponseReturnValue:
    """Count, check, open.

    Raises:
        BadSignIn: they do not go together. TooBusy: too many others try at this moment.
    """
    name, password = request.form.get("name", "")[:80], request.form.get("password", "")
    tried = _attempt(name)
    if tried.wait is not None:
        return _page({"name": _too_many(tried.wait)}, status=429)
    if not passwords.matches(tried.password_hash, password[: passwords.LONGEST]):
        raise BadSignIn
    return welcome(_open(tried, password))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's session; what was drafted, and every case, stays."""
    who = auth.signed_in()
    if who is not None:
        with transaction() as session:
            sessions.sign_out(session, who, now=runtime().now())
    answer = redirect(url_for("account.sign_in"), code=303)
    auth.out(answer)
    return answer


def welcome(opened: Opened) -> ResponseReturnValue:
    """Go on signed in: to what was kept, to where they wanted, or to their first page."""
    sealed, action = request.form.get("kept", ""), auth.local(request.form.get("kept_action"))
    fields = kept.unseal(sealed, action, opened.person_id) if sealed and action else None
    if fields is not None and action is not None:
        answer = make_response(render_template("account/back.html", action=action, fields=fields))
    else:
        target = auth.local(request.form.get("next")) or url_for("account.start")
        answer = make_response(redirect(target, code=303))
    keep(answer, opened)
    return answer


def keep(answer: Response, opened: Opened) -> None:
    """Put the cookies of a fresh session into an answer."""
    auth.stay(answer, opened.token)
    if opened.device_token:
        cookies.put(answer, DEVICE, opened.device_token, lasts=signing.KNOWN_FOR)


@bp.get("/account/start")
def start() -> ResponseReturnValue:
    """To the first page of whoever is signed in."""
    return redirect(home(auth.current()))


def home(who: SignedIn) -> str:
    """Where somebody's work is."""
    if who.has(Role.COUNSELLOR) or who.leads:
        return "/desk"
    if who.has(Role.COORDINATOR):
        return "/coordination"
    if who.has(Role.REVIEWER):
        return url_for("coordination.reviews")
    return url_for("account.staff") if who.has(Role.ADMIN) else url_for("account.own")


def device_name() -> str:
    """What to call this browser in a list: "Firefox, Android"; nothing else of it is kept."""
    agent = request.headers.get("User-Agent", "")
    found = [
        next((words for mark, words in table if mark in agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def _attempt(name: str) -> Attempt:
    with transaction() as session:
        return signing.attempt(
            session,
            name,
            device_token=cookies.read(DEVICE),
            address=request.remote_addr or "",
            now=runtime().now(),
        )


def _open(tried: Attempt, password: str) -> Opened:
    fresh = passwords.hashed(password) if signing.needs_rehash(tried) else None
    ends = auth.signed_in()
    with transaction() as session:
        return signing.succeed(
            session,
            tried,
            fresh_hash=fresh,
            device=device_name(),
            ends=ends,
            now=runtime().now(),
        )


def _too_many(wait: timedelta) -> str:
    minutes = timedelta(minutes=-(-wait.total_seconds() // 60))
    return _(
        "There were too many tries for this name. Try again in %(wait)s, or use a device on which"
        " you signed in before.",
        wait=i18n.duration(minutes, language()),
    )


def _page(
    errors: dict[str, str] | None = None, status: int = 200, next_: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "account/sign_in.html",
        errors=errors or {},
        name=request.form.get("name", "")[:80],
        next=auth.local(request.form.get("next")) or next_,
        kept=request.form.get("kept", ""),
        kept_action=auth.local(request.form.get("kept_action")) or "",
        over=False,
    )
    return page, status
