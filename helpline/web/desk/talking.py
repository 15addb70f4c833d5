"""Writing: answers, drafts, the count of parts, notes, the level of risk."""

from http import HTTPStatus

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import access, cases, conversation
from helpline.cases import Risk
from helpline.conversation import Message
from helpline.db import transaction
from helpline.errors import NotYours
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.csrf import keeps_typed
from helpline.web.desk.frame import bp
from helpline.web.desk.page import show, tell
from helpline.web.desk.taking import to_case
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.base import new_id
from scheduling.errors import Refused

LONGEST_NOTE = 8000


def _again(case_id: str) -> ResponseReturnValue:
    """The form's token was too old: the same page, with what was typed and a fresh token."""
    words = _("This page was open for long. Look at your words once more, then send them.")
    return show("talk", case_id, status=400, answer=_typed(), answer_error=words)


@bp.post("/desk/cases/<case_id>/say")
@keeps_typed(_again)
def say(case_id: str) -> ResponseReturnValue:
    """Send an answer. The same form twice is one answer; what is refused is kept as the draft."""
    who, now, words = auth.current(), runtime().now(), _typed()
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            conversation.say(
                session, case, who.person_id, words, now=now, form_key=_form_key(case_id)
            )
    except NotYours as refusal:
        auth.tell_not_yours(refusal)  # for the audit
        return _give_back(words)
    except Refused as refusal:
        _keep(case_id, words)
        status, sentence = told(refusal)
        return show("talk", case_id, status=status, answer=words, answer_error=sentence)
    return to_case(case_id)


@bp.post("/desk/cases/<case_id>/draft")
@keeps_typed(_again)
def draft(case_id: str) -> ResponseReturnValue:
    """Keep what was typed so far: by the page itself, or by a button where no script runs."""
    _keep(case_id, _typed())
    if request.form.get("by") != "hand":
        return Response(status=204)
    flash(_("Kept. Only you see it."))
    return to_case(case_id)


@bp.post("/desk/cases/<case_id>/count")
@keeps_typed(_again)
def count(case_id: str) -> ResponseReturnValue:
    """What it would cost as a text, and where it is cut, before it is sent."""
    _keep(case_id, _typed())
    return show("talk", case_id, answer=_typed(), counted=True)


@bp.post("/desk/cases/<case_id>/notes")
def note(case_id: str) -> ResponseReturnValue:
    """A private note: for oneself, or for whoever takes over."""
    who, now = auth.current(), runtime().now()
    words = request.form.get("note", "").strip()[:LONGEST_NOTE]
    if not words:
        return show(
            "talk",
            case_id,
            problem=_("Write the note first, then keep it."),
            status=HTTPStatus.BAD_REQUEST,
        )
    with transaction() as session:
        case = access.access_case_to_write(session, who, case_id, now=now)
        cases.note(session, case, who.person_id, words, now=now)
    flash(_("The note is kept. The person asking never sees it."))
    return to_case(case_id)


@bp.post("/desk/cases/<case_id>/risk")
def risk(case_id: str) -> ResponseReturnValue:
    """How great the risk is, as the one who talks with them sees it."""
    who, now, level = auth.current(), runtime().now(), request.form.get("risk", "")
    if level not in list(Risk):
        words = _("Choose one of the levels.")
        return show("talk", case_id, problem=words, status=HTTPStatus.BAD_REQUEST)
    why = request.form.get("why", "").strip()[:LONGEST_NOTE]
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            holds = cases.set_risk(
                session, case, Risk(level), by_id=who.person_id, now=now, why=why
            )
    except NotYours:
        raise
    except Refused as refusal:
        return tell(refusal, "talk", case_id, risk_typed=level)
    if not holds:
        flash(_("It stays imminent until a lead or coordinator confirms. They were told."))
    # To the top, not to where one writes: what to do first stands there.
    return redirect(url_for("desk.case", case_id=case_id), code=HTTPStatus.SEE_OTHER)


def _give_back(words: str) -> ResponseReturnValue:
    """The conversation went to somebody else while this was being typed."""
    problem = _("This conversation is not yours any more, so nothing was sent.")
    return show("mine", problem=problem, status=HTTPStatus.NOT_FOUND, given_back=words)


def _keep(case_id: str, words: str) -> None:
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        case = access.access_case_to_write(session, who, case_id, now=now)
        if not _was_said(session, case_id):  # a late autosave does not bring back what was sent
            conversation.keep_draft(session, case, who.person_id, words, now=now)


def _was_said(session: Session, case_id: str) -> bool:
    if not request.form.get("form_key"):
        return False
    said = select(Message.id).where(Message.form_key == _form_key(case_id))
    return session.scalar(said) is not None


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _form_key(case_id: str) -> str:
    """The form's own key, bound to its case; a form without one is always a new message."""
    return f"{case_id}:{request.form.get('form_key', '')[:26] or new_id()}"
