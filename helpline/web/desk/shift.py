"""Stepping away and coming back: pause, break, end of shift."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import access, cases
from helpline.cases import CaseState
from helpline.db import read, transaction
from helpline.errors import NotYours
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.csrf import keeps_typed
from helpline.web.desk.frame import bp, hour
from helpline.web.desk.lists import duty, lists
from helpline.web.desk.page import tell
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.errors import Refused

BREAKS = (15, 30, 60)  # minutes
_IN_TALK = (CaseState.ACTIVE, CaseState.WAITING_SEEKER)
LONGEST_NOTE = 8000


@bp.post("/desk/pause")
def pause() -> ResponseReturnValue:
    """Offers stop at once: for some minutes, or until one comes back."""
    who, now = auth.current(), runtime().now()
    minutes = request.form.get("minutes", "")
    length = timedelta(minutes=int(minutes)) if minutes in map(str, BREAKS) else None
    try:
        with transaction() as session:
            until = now + length if length else None
            cases.pause(session, who.person_id, now=now, until=until)
    except Refused as refusal:
        return tell(refusal, "mine")
    return redirect(url_for("desk.mine"), code=303)


@bp.post("/desk/resume")
def resume() -> ResponseReturnValue:
    """Back."""
    with transaction() as session:
        cases.resume(session, auth.current().person_id, now=runtime().now())
    return redirect(url_for("desk.mine"), code=303)


@bp.get("/desk/end-shift")
def ask_end_shift() -> ResponseReturnValue:
    """What is to happen with everybody one still talks with."""
    return _ask()


def _ask(*, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    found = lists(read(), who, now)
    page = render_template(
        "desk/end_shift.html",
        rows=found.open,
        in_talk=_IN_TALK,
        duty=found.duty,
        problem=problem,
        typed=request.form,
        zone=who.zone,
        now=now,
        hour=hour,
    )
    return page, status


@bp.post("/desk/end-shift")
@keeps_typed(_ask)
def end_shift() -> ResponseReturnValue:
    """Gone for the rest of this shift; each conversation kept, or given back with a note."""
    who, now = auth.current(), runtime().now()
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    back = [key.removeprefix("case-") for key in request.form if _goes_back(key)]
    if back and not note:
        return _ask(problem=_("Write a note for whoever answers next."), status=400)
    try:
        with transaction() as session:
            given = [access.access_case_to_write(session, who, each, now=now) for each in back]
            cases.end_shift(session, who.person_id, now=now, back=given, note=note)
            next_on = duty(session, who.person_id, now).next_on
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask(problem=sentence, status=status)
    words = _("Your shift is over. Thank you for being there.")
    flash(words if next_on is None else _next(words))
    return redirect(url_for("desk.mine"), code=303)


def _next(words: str) -> str:
    return words + " " + _("The desk says when you are on next.")


def _goes_back(key: str) -> bool:
    return key.startswith("case-") and request.form[key] == "line"
