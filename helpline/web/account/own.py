"""`/account`: one's own page."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import cases, i18n
from helpline.db import read, transaction
from helpline.messaging import own_phone
from helpline.people import passwords, profile, sessions
from helpline.people.account import Account
from helpline.people.profile import CannotBeUsed, Wishes
from helpline.runtime import runtime
from helpline.throttle import hit
from helpline.web import auth
from helpline.web.account import bp, fields
from helpline.web.account.words import NOTICE
from helpline.web.language import gettext as _
from helpline.web.language import language
from scheduling import zones

CONTACT_TRIES = 5  # a day: whether a number is refused must not become a way of asking about it


@bp.get("/account")
def own() -> ResponseReturnValue:
    """What we know about the signed-in person, as they may change it."""
    return page({})


@bp.post("/account")
def change() -> ResponseReturnValue:
    """Names, languages, zone, notices, load."""
    errors: dict[str, str] = {}
    wishes = _wishes(errors)
    if errors:
        return page(errors, 400)
    with transaction() as session:
        profile.change(session, auth.current(), wishes)
        cases.ask_to_route(session, now=runtime().now())
    return _done(_("Your changes are kept."))


@bp.post("/account/mail")
def mail() -> ResponseReturnValue:
    """One's own address, for notices; empty takes it out."""
    errors: dict[str, str] = {}
    address = fields.mail_address(errors) if fields.line("mail", 200) else ""
    if errors:
        return page(errors, 400)
    if changed_too_often():
        return page({"mail": _("You changed this often today. Try again tomorrow.")}, 429)
    try:
        with transaction() as session:
            profile.set_mail(session, auth.current(), address, now=runtime().now())
    except CannotBeUsed:
        return page({"mail": _no_mail()}, 400)
    return _done(_("Your changes are kept."))


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
        return page(errors, 400)
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
        languages=fields.spoken(profile.own(read(), auth.current()).languages),
        notice_by=request.form.get("notice_by", "")[:12],
        notice_sound=request.form.get("notice_sound") == "1",
        load_cap=int(cap) if cap in {str(n) for n in range(1, profile.MOST_AT_A_TIME + 1)} else 3,
    )


def changed_too_often() -> bool:
    """Whether this person changed their number or address too often today; counts this time."""
    now, bucket = runtime().now(), f"own contact|{auth.current().person_id}"
    with transaction() as session:
        wait = hit(session, bucket, limit=CONTACT_TRIES, window=sessions.LONGEST * 2, now=now)
    return wait is not None


def _no_mail() -> str:
    return _("This address cannot be used for notices. Check it, or take another.")


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


def _called(tag: str) -> tuple[str, str, bool]:
    """A language, its own name, and that it is; what none of our pages speak, as the page names
    it."""
    known = i18n.LANGUAGES.get(tag)
    return (tag, known.name, True) if known else (tag, i18n.language_name(tag, language()), False)


def page(errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    """One's own page; after an error with everything as it was typed."""
    from helpline.web.account.leave import running

    now, who = runtime().now(), auth.current()
    known = profile.own(read(), who)
    shown = render_template(
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
        spoken=[_called(tag) for tag in fields.helped_in(known.languages)],
        notices=[(key, str(words), str(means)) for key, (words, means) in NOTICE.items()],
        most=profile.MOST_AT_A_TIME,
        waiting=own_phone.waiting(read(), who.person_id, now=now) is not None,
        leaves=running(read(), who, now),
        today=zones.local_date(now, zones.zone(who.zone)),
    )
    return shown, status
