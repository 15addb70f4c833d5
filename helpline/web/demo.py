"""`/demo`: pretend phones, and signing in as anybody. Only in a demonstration, else not there."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from itertools import groupby

from flask import (
    Blueprint,
    Flask,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from helpline import demo, pulse
from helpline.db import read, transaction
from helpline.demo import PHONES, Phone
from helpline.demo.crew import Member, crew
from helpline.instance import first_line
from helpline.messaging import phones
from helpline.messaging.phones import PretendText
from helpline.people import sessions
from helpline.runtime import runtime
from helpline.web import auth, live
from helpline.web.account.sign_in import device_name
from helpline.web.account.words import PLACE, ROLE
from helpline.web.language import gettext as _

LONGEST = 1600

bp = Blueprint("demo", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A phone as the page shows it. `topic` grows with what is on its screen."""

    phone: Phone
    texts: list[PretendText]
    tag: str
    typed: str = ""
    error: str = ""


@bp.get("/demo")
def page() -> ResponseReturnValue:
    """What to try first, and everybody one may be."""
    now = runtime().now()
    everybody = crew(read(), now)
    return render_template(
        "demo/page.html",
        now=now,
        teams=[(name, list(members)) for name, members in groupby(everybody, lambda m: m.team)],
        first=_first_to_be(everybody),
        speaks=PHONES[0].language,
        has_phones=_has_phones(),
        role_words=ROLE,
        place_words=PLACE,
    )


@bp.post("/demo/in")
def enter() -> ResponseReturnValue:
    """Be one of the demonstration people."""
    return _in(demo.known(read(), request.form.get("person", "")))


@bp.get("/demo/in/<token>")
def link(token: str) -> ResponseReturnValue:
    """The same by an address that works once (`helpline demo links`)."""
    with transaction() as session:
        person_id = demo.in_by_link(session, token, now=runtime().now())
    return _in(person_id)


@bp.get("/demo/phones")
def pretend_phones() -> ResponseReturnValue:
    """Every pretend phone, side by side."""
    return _phones()


@bp.get("/demo/phones/<key>")
def screen(key: str) -> ResponseReturnValue:
    """One phone's screen, for the page that fetches it by itself."""
    phone = _phone(key)
    tag = live.tag(_version(phone))
    return live.answer(tag, lambda: render_template("demo/screen.html", one=_shown(phone, tag)))


@bp.post("/demo/phones/<key>")
def text(key: str) -> ResponseReturnValue:
    """Somebody texts the line from a pretend phone; it goes the way of every inbound text."""
    phone = _phone(key)
    body = request.form.get("text", "").replace("\0", "").strip()
    error = _problem(body)
    if not error:
        with transaction() as session:
            line = first_line(session)
            phones.text_us(
                session,
                number=phone.number,
                line_number=line.number if line else "",
                body=body,
                now=runtime().now(),
            )
    if request.headers.get("HX-Request"):
        shown = _shown(phone, typed=body if error else "", error=error)
        return render_template("demo/phone.html", one=shown)
    if error:
        return _phones(_shown(phone, typed=body, error=error), status=400)
    return redirect(url_for("demo.pretend_phones", _anchor=f"phone-{key}"), code=303)


def _problem(body: str) -> str:
    if not body:
        return _("Write a few words, then send them.")
    if len(body) > LONGEST:
        return _("A text holds 1,600 characters at most. Make it shorter, then send it.")
    return ""


def _in(person_id: str | None) -> ResponseReturnValue:
    if person_id is None:
        words = _("This way in was used already or is too old. Choose somebody below.")
        return render_template("demo/gone.html", words=words), 404
    before, now = auth.signed_in(), runtime().now()
    with transaction() as session:
        if before is not None:
            sessions.end(session, before.session_id, now=now)
        token = sessions.open_session(session, person_id, device=device_name(), now=now)
    answer = make_response(redirect(url_for("account.start"), code=303))
    auth.stay(answer, token)
    return answer


def _phones(wrong: Shown | None = None, status: int = 200) -> ResponseReturnValue:
    shown = [
        wrong if wrong and wrong.phone == phone else _shown(phone)
        for phone in (PHONES if _has_phones() else ())
    ]
    config = runtime().config
    elsewhere = config.twilio_api_base if config.has_twilio else config.android_gateway_url
    line = first_line(read())
    page = render_template(
        "demo/phones.html",
        shown=shown,
        elsewhere=elsewhere,
        number=line.number if line else "",
    )
    return page, status


def _phone(key: str) -> Phone:
    found = next((phone for phone in PHONES if phone.key == key), None)
    if found is None or not _has_phones():
        abort(404)
    return found


def _has_phones() -> bool:
    """Whether texts go to our own pretend phones, and not to a network pretended elsewhere."""
    texts = runtime().texts
    return texts is not None and texts.name == phones.NAME


def _shown(phone: Phone, tag: str = "", *, typed: str = "", error: str = "") -> Shown:
    tag = tag or live.tag(_version(phone))  # read before the texts: at worst they are newer
    return Shown(phone, phones.screen(read(), phone.number), tag, typed, error)


def _version(phone: Phone) -> int:
    index = runtime().keyring.blind(phone.number, purpose="phone")
    return pulse.version(read(), phones.topic(index))


def _first_to_be(everybody: list[Member]) -> Member | None:
    """Somebody on who speaks the first phone's language, to be tried first."""
    on = [one for one in everybody if one.until and PHONES[0].language in one.languages]
    return max(on, key=_time_left) if on else None


def _time_left(one: Member) -> datetime:
    if one.until is None:
        raise ValueError("not on")
    return one.until


def _only_in_a_demonstration() -> None:
    if request.blueprint != "demo":
        return
    here = ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104  nobody's address
    if not runtime().demonstration or not here:
        abort(404)


def init_app(app: Flask) -> None:
    """Before anybody asks who is there or for a form's token: outside, nothing is here at all."""
    app.register_blueprint(bp)
    app.before_request_funcs.setdefault(None, []).insert(0, _only_in_a_demonstration)
