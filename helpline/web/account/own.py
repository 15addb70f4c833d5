"""`/account`: one's own page."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import i18n
from helpline.db import read, transaction
from helpline.instance import text_rules
from helpline.intake import numbers
from helpline.people import passwords, profile, sessions
from helpline.people.account import Account
from helpline.people.profile import CannotBeUsed, Wishes
from helpline.runtime import runtime
from helpline.throttle import hit
from helpline.web import auth
from helpline.web.account import bp, fields
from helpline.web.account.words import NOTICE
from helpline.web.language import gettext as _

CONTACT_TRIES = 5  # a day: whether a number is refused must not become a way of asking about it


@bp.get("/account")
def own() -> ResponseReturnValue:
    """What we know about the signed-in person, as they may change it."""
    return _page({})


@bp.post("/account")
def change() -> ResponseReturnValue:
    """Names, languages, zone, notices, load."""
    errors: dict[str, str] = {}
    wishes = _wishes(errors)
    if errors:
        return _page(errors, 400)
    with transaction() as session:
        profile.change(session, auth.current(), wishes)
    return _done(_("Your changes are kept."))


@bp.post("/account/phone")
def phone() -> ResponseReturnValue:
    """One's own number, for notices; empty takes it out."""
    typed = fields.line("phone", 40)
    number = numbers.read_number(typed) if typed else None
    if typed and (number is None or not _may_be_texted(number)):
        return _page({"phone": _no_number()}, 400)
    country = (numbers.region(number) or "") if number else ""
    return _keep_contact("phone", number.e164 if number else "", country)


@bp.post("/account/mail")
def mail() -> ResponseReturnValue:
    """One's own address, for notices; empty takes it out."""
    errors: dict[str, str] = {}
    address = fields.mail_address(errors) if fields.line("mail", 200) else ""
    return _page(errors, 400) if errors else _keep_contact("mail", address)


@bp.post("/account/password")
def password() -> ResponseReturnValue:
    """A new password, with the old one; every other browser is signed out."""
    errors: dict[str, str] = {}
    who = auth.current()
    about = profile.own(read(), who)
    new = fields.new_password(errors, about.alias, about.name)
    if not errors and not _knows_password():
        errors["password_now"] = _("This is not your password of today. Try again.")
    if errors:
        return _page(errors, 400)
    new_hash = passwords.hashed(new)
    with transaction() as session:
        token = profile.change_password(session, who, new_hash, now=runtime().now())
    answer = make_response(_done(_("Your password is changed. Other browsers are signed out.")))
    auth.stay(answer, token)
    return answer


@bp.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> ResponseReturnValue:
    """Sign one of one's own browsers out."""
    with transaction() as session:
        sessions.end_own(session, auth.current(), session_id, now=runtime().now())
    return _done(_("That browser is signed out."))


def _wishes(errors: dict[str, str]) -> Wishes:
    cap = request.form.get("load_cap", "")
    return Wishes(
        alias=fields.alias(errors),
        language=fields.page_language(),
        zone=fields.zone(errors),
        languages=fields.spoken(),
        notice_by=request.form.get("notice_by", "")[:12],
        notice_sound=request.form.get("notice_sound") == "1",
        load_cap=int(cap) if cap in {str(n) for n in range(1, profile.MOST_AT_A_TIME + 1)} else 3,
    )


def _keep_contact(kind: str, address: str, country: str = "") -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        bucket = f"own contact|{who.person_id}"
        wait = hit(session, bucket, limit=CONTACT_TRIES, window=sessions.LONGEST * 2, now=now)
    if wait is not None:
        return _page({kind: _("You changed this often today. Try again tomorrow.")}, 429)
    try:
        with transaction() as session:
            if kind == "phone":
                profile.set_phone(session, who, address, country, now=now)
            else:
                profile.set_mail(session, who, address, now=now)
    except CannotBeUsed:
        return _page({kind: _no_number() if kind == "phone" else _no_mail()}, 400)
    return _done(_("Your changes are kept."))


def _no_number() -> str:
    return _("This number cannot be used for notices. Check it, with its country code, as +60 …")


def _no_mail() -> str:
    return _("This address cannot be used for notices. Check it, or take another.")


def _may_be_texted(number: numbers.Number) -> bool:
    return numbers.may_be_texted(number, text_rules(read()).countries) is None


def _knows_password() -> bool:
    """Whether the password of today was typed; guessing it is as slow as at the sign-in."""
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        bucket = f"password now|{who.person_id}"
        if hit(session, bucket, limit=10, window=sessions.IDLE, now=now) is not None:
            return False
        known = session.get_one(Account, who.person_id).password_hash
    return passwords.matches(known, request.form.get("password_now", "")[: passwords.LONGEST])


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("account.own"), code=303)


def _page(errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    now, who = runtime().now(), auth.current()
    known = profile.own(read(), who)
    page = render_template(
        "account/own.html",
        errors=errors,
        own=known,
        typed=request.form,
        who=who,
        now=now,
        sessions=sessions.open_sessions(read(), who.person_id, now=now),
        zones=fields.zone_options(now),
        languages=fields.language_options(),
        levels=fields.level_options(),
        spoken={tag: i18n.LANGUAGES[tag].name for tag in i18n.LANGUAGES},
        notices=[(key, str(words), str(means)) for key, (words, means) in NOTICE.items()],
        most=profile.MOST_AT_A_TIME,
    )
    return page, status
