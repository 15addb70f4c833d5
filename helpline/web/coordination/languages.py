"""How complete each language is, what its texts cost, and which native reader has signed it."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import i18n, sign_offs
from helpline.db import read, transaction
from helpline.i18n import Language
from helpline.i18n.completeness import (
    ENGLISH,
    Completeness,
    completeness,
    for_people_asking,
    marks,
    version,
)
from helpline.intake.prices import prices
from helpline.privacy import audit
from helpline.runtime import runtime
from helpline.sign_offs import ReadAnother, Standing
from helpline.web import auth
from helpline.web.account import fields
from helpline.web.coordination.frame import bp
from helpline.web.language import gettext as _
from helpline.web.language import ngettext

LONGEST_NAME = 60


class Shown(NamedTuple):
    """One language as it stands. dear: how many texts cost more parts than they may."""

    language: Language
    complete: Completeness
    standing: Standing
    state: tuple[str, str]
    dear: int


@bp.get("/coordination/languages")
def languages() -> ResponseReturnValue:
    """Each language, how complete, and whether somebody has signed it."""
    session = read()
    shown = [_shown(session, one) for one in i18n.LANGUAGES.values()]
    return render_template("coordination/languages.html", shown=shown, **_who())


@bp.get("/coordination/languages/<tag>")
def one_language(tag: str) -> ResponseReturnValue:
    """One language: its sign-off, what changed since, what its texts cost, and all it says."""
    return _page(_known(tag))


@bp.post("/coordination/languages/<tag>")
def sign_language(tag: str) -> ResponseReturnValue:
    """A native reader is content with the version that this page showed."""
    one, reader = _known(tag), fields.line("reader", LONGEST_NAME)
    if one.tag == ENGLISH:
        abort(404)
    if not reader:
        return _page(one, {"reader": _("Write who has read it.")}, 400)
    now, seen = runtime().now(), request.form.get("version", "")
    try:
        with transaction() as session:
            sign_offs.sign(session, one.tag, reader=reader, read=seen, now=now)
            _note(session, "signed_off", one, seen)
    except ReadAnother:
        wrong = _("The sentences were changed meanwhile. Let them be read once more.")
        return _page(one, {"reader": wrong}, 409)
    flash(_("Kept. It holds until one of these sentences changes."))
    return redirect(url_for("coordination.one_language", tag=one.tag), code=303)


@bp.post("/coordination/languages/<tag>/withdraw")
def withdraw_sign_off(tag: str) -> ResponseReturnValue:
    """It was recorded by mistake, or the reader has had second thoughts."""
    one = _known(tag)
    if one.tag == ENGLISH:
        abort(404)
    with transaction() as session:
        sign_offs.withdraw(session, one.tag)
        _note(session, "sign_off_withdrawn", one, "")
    flash(_("Taken back. It awaits a native reader again."))
    return redirect(url_for("coordination.one_language", tag=one.tag), code=303)


def _page(
    one: Language, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "coordination/language.html",
        one=_shown(read(), one),
        prices=prices(one.tag),
        sentences=for_people_asking(one.tag),
        version=version(marks(one.tag)),
        is_source=one.tag == ENGLISH,
        errors=errors or {},
        typed=request.form,
        **_who(),
    )
    return page, status


def _who() -> dict[str, object]:
    return {"who": auth.current(), "now": runtime().now()}


def _known(tag: str) -> Language:
    if tag not in i18n.LANGUAGES:
        abort(404)
    return i18n.LANGUAGES[tag]


def _shown(session: Session, one: Language) -> Shown:
    complete, standing = completeness(one.tag), sign_offs.standing(session, one.tag)
    dear = sum(each.is_dear for each in prices(one.tag))
    return Shown(one, complete, standing, _state(one, complete, standing), dear)


def _state(one: Language, complete: Completeness, standing: Standing) -> tuple[str, str]:
    """In words, and as a badge."""
    if one.tag == ENGLISH:
        return _("Written in it"), "on"
    if complete.asking_ready < complete.asking or one.status == "partial":
        return _("Not complete"), "bad"
    if standing.holds:
        return _("Signed by a native reader"), "on"
    if standing.signed is None:
        return _("Awaits a native reader"), "warn"
    changed = len(standing.changed)
    said = ngettext("%(num)s sentence changed since", "%(num)s sentences changed since", changed)
    return said, "warn"


def _note(session: Session, act: str, one: Language, seen: str) -> None:
    audit.note(
        session,
        act=act,
        kind="language",
        object_id=one.tag,
        actor_id=auth.current().person_id,
        now=runtime().now(),
        facts={"version": seen} if seen else {},
    )
