"""`/return`: back to one's conversation with the six words, or their digits, from any device."""

import base64
import binascii
from datetime import timedelta

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from helpline.db import read, transaction
from helpline.people import Person, codes, visits
from helpline.people.passwords import TooBusy
from helpline.privacy import return_code
from helpline.privacy.sealing import CannotOpen
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.language import gettext as _
from helpline.web.public import bp, visiting, words

LONGEST = 200  # six words of the list have 60 letters at most; nobody types more by accident
_KEPT = {"table": "kept_message", "column": "text"}


@bp.get("/return")
def come_back() -> ResponseReturnValue:
    """Asks for the code; whose visit is open goes on."""
    if visiting.visitor() is not None:
        return redirect(url_for("public.talk"), code=303)
    return _show()


def _expired() -> ResponseReturnValue:
    return _show(error=str(words.EXPIRED), status=400)


@bp.post("/return")
@csrf.keeps_typed(_expired)
def open_again() -> ResponseReturnValue:
    """Check a code; every wrong one, whatever is wrong with it, gets the same answer."""
    if "lang" in request.form:
        return _show()
    code = return_code.parse(_typed())
    try:
        with transaction() as session:
            tried = codes.attempt(session, code, client=visiting.client(), now=runtime().now())
        if tried.wait is not None:
            return _show(error=_too_many(tried.wait), status=429)
        right = codes.is_right(tried, code)
    except TooBusy:
        return _show(error=str(words.BUSY), status=503)
    except SQLAlchemyError:
        return _show(error=str(words.BROKEN), status=503)
    if not right or tried.person_id is None:
        return _show(
            error=_("This code opens nothing. Look at it again: all six words, or all 24 digits."),
            status=400,
        )
    return _open(tried.person_id)


def show_kept(text: str) -> ResponseReturnValue:
    """The page was closed while somebody wrote: their words wait, sealed, for their own code."""
    sent = visiting.token()
    owner = visits.owner_of_ended(read(), sent) if sent else None
    error = _("This page had closed by itself. Type your code to open it again.")
    if owner is None or not text:
        return _show(error=error, status=401)
    sealed = runtime().keyring.seal(text, row=owner, **_KEPT)
    error = _("This page had closed by itself. Type your code: what you wrote is kept for you.")
    return _show(error=error, kept=base64.urlsafe_b64encode(sealed).decode(), status=401)


def _open(person_id: str) -> ResponseReturnValue:
    from helpline.web.public import talk

    with transaction() as session:
        token = visits.begin(session, person_id, now=runtime().now())
    text = _unkept(request.form.get("kept", ""), person_id)
    if text:
        person = read().get_one(Person, person_id)
        answer = make_response(talk.show(person, typed=text))
    else:
        answer = make_response(redirect(url_for("public.talk"), code=303))
    visiting.keep(answer, token)
    return answer


def _unkept(sealed: str, person_id: str) -> str:
    """The kept words, for their owner only."""
    if not sealed:
        return ""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        return runtime().keyring.open(raw, row=person_id, **_KEPT)
    except (CannotOpen, binascii.Error, ValueError):
        return ""


def _typed() -> str:
    return request.form.get("code", "")[:LONGEST]


def _show(*, error: str = "", kept: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "public/return.html",
        error=error,
        code=_typed(),
        kept=kept or request.form.get("kept", ""),
    )
    return page, status


def _too_many(wait: timedelta) -> str:
    return _(
        "There were many tries. Wait %(wait)s, then type your code again.",
        wait=words.minutes(wait),
    )
