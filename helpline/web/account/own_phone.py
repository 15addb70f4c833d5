"""`/account/phone`: one's own number for notices, used once its code was typed."""

import re

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from helpline.db import read, transaction
from helpline.instance import text_rules
from helpline.intake import numbers
from helpline.messaging import own_phone
from helpline.people import profile
from helpline.people.profile import CannotBeUsed
from helpline.runtime import runtime
from helpline.throttle import hit
from helpline.web import auth
from helpline.web.account import bp, fields
from helpline.web.account.own import changed_too_often, page
from helpline.web.language import gettext as _

TRIES = 5  # at one code


@bp.post("/account/phone")
def phone() -> ResponseReturnValue:
    """One's own number, for notices; empty takes it out. A code is sent to a new one."""
    typed = fields.line("phone", 40)
    number = numbers.read_number(typed) if typed else None
    if typed and (number is None or not _may_be_texted(number)):
        return page({"phone": _no_number()}, 400)
    if changed_too_often():
        return page({"phone": _("You changed this often today. Try again tomorrow.")}, 429)
    who, now = auth.current(), runtime().now()
    if number is None:
        with transaction() as session:
            profile.forget_phone(session, who)
        return _done(_("Your changes are kept."))
    try:
        with transaction() as session:
            own_phone.ask(session, who, number.e164, numbers.region(number) or "", now=now)
    except CannotBeUsed:
        return page({"phone": _no_number()}, 400)
    return _done(_("Your changes are kept."))


@bp.post("/account/phone/confirm")
def confirm_phone() -> ResponseReturnValue:
    """The code that was sent to it; then notices go there."""
    who, now = auth.current(), runtime().now()
    typed = re.sub(r"\D", "", fields.line("code", 20))
    with transaction() as session:
        bucket = f"phone code|{who.person_id}"
        wait = hit(session, bucket, limit=TRIES, window=own_phone.GOOD_FOR, now=now)
    if wait is not None:
        return page({"code": _("That was tried too often. Wait half an hour.")}, 429)
    try:
        with transaction() as session:
            own_phone.confirm(session, who, typed, now=now)
    except own_phone.WrongCode:
        wrong = _("This is not the code we sent last, or it is too old. Look again.")
        return page({"code": wrong}, 400)
    return _done(_("Notices go to this phone from now on."))


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("account.own", _anchor="phone-part"), code=303)


def _no_number() -> str:
    return _("This number cannot be used for notices. Check it, with its country code, as +60 …")


def _may_be_texted(number: numbers.Number) -> bool:
    return numbers.may_be_texted(number, text_rules(read()).countries) is None
