"""`/invitation/<token>`: make an account, or choose a new password after a colleague vouched."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline.db import read, transaction
from helpline.people import invitations, passwords
from helpline.people.account import Invitation, Role
from helpline.people.invitations import Joining, NameTaken
from helpline.people.sign_in import normal_name
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.account import bp, fields
from helpline.web.account.words import ROLE
from helpline.web.language import gettext as _
from helpline.web.language import language


@bp.get("/invitation/<token>")
def invitation(token: str) -> ResponseReturnValue:
    """The form behind a link that still works. Looking at it does not use it up."""
    return _page(token, {})


def _typed_again(token: str) -> ResponseReturnValue:
    return _page(token, {"password": _("This page was open too long. Send it once more.")}, 400)


@bp.post("/invitation/<token>")
@csrf.keeps_typed(_typed_again)
def accept(token: str) -> ResponseReturnValue:
    """Use the link up: whoever comes first has it."""
    found = invitations.standing(read(), token, now=runtime().now())
    errors: dict[str, str] = {}
    finish = _join if found.for_person_id is None else _choose_password
    if not finish(token, errors):
        return _page(token, errors, 400)
    flash(_("That is done. Sign in now."))
    return redirect(url_for("account.sign_in"), code=303)


def _join(token: str, errors: dict[str, str]) -> bool:
    name = _name(errors)
    alias, zone = fields.alias(errors), fields.zone(errors)
    password = fields.new_password(errors, name, alias)
    if errors:
        return False
    joining = Joining(
        name=name,
        alias=alias,
        language=fields.page_language(),
        zone=zone,
        password_hash=passwords.hashed(password),
    )
    try:
        with transaction() as session:
            invitations.accept(session, token, joining, now=runtime().now())
    except NameTaken:
        errors["name"] = _("Somebody signs in with this name already. Choose another.")
    return not errors


def _choose_password(token: str, errors: dict[str, str]) -> bool:
    password = fields.new_password(errors)
    if errors:
        return False
    new_hash = passwords.hashed(password)
    with transaction() as session:
        invitations.choose_password(session, token, new_hash, now=runtime().now())
    return True


def _name(errors: dict[str, str]) -> str:
    name = normal_name(fields.line("name", 60))
    if len(name) < 2:
        errors["name"] = _("Choose a name to sign in with, at least two characters long.")
    return name


def _page(token: str, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    now = runtime().now()
    found = invitations.standing(read(), token, now=now)
    page = render_template(
        "account/invitation.html",
        token=token,
        errors=errors,
        typed=request.form,
        for_password=found.for_person_id is not None,
        roles=_roles(found),
        zones=fields.zone_options(now),
        languages=fields.language_options(),
        page_language=request.form.get("language") or language(),
    )
    return page, status


def _roles(found: Invitation) -> list[str]:
    return [str(ROLE[Role(role)]) for role in found.roles.split(",") if role]
