"""Care on the desk: how somebody is after a heavy conversation, and proposing a rescue call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import access, cases
from helpline.cases import Debrief, Risk
from helpline.db import read, transaction
from helpline.errors import NotYours
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.csrf import keeps_typed
from helpline.web.desk.frame import bp
from helpline.web.desk.talk import Talk
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.errors import Refused

LONGEST_WORDS = 4000


def facts(session: Session, shown: Talk) -> Mapping[str, Any]:
    """What a conversation shows about a rescue call and about lowering the risk: how it stands,
    and the number of their place.

    Nothing, unless somebody is in imminent danger.
    """
    if shown.case.risk_level is not Risk.IMMINENT:
        return {}
    found = cases.rescue_of(session, shown.case.id)
    why, word = cases.words_of(session, found) if found else ("", "")
    lowering = cases.lowering_of(session, shown.case.id)
    return {
        "lowering": lowering,
        "lowering_by": cases.names_of(session, [lowering.by_id]) if lowering else {},
        "rescue": found,
        "rescue_why": why,
        "rescue_word": word,
        "rescue_names": cases.names_of(session, [found.by_id, found.decided_by]) if found else {},
        "emergency": cases.emergency_words(session, shown.case.seeker),
    }


@bp.get("/desk/debriefs/<debrief_id>")
def debrief(debrief_id: str) -> ResponseReturnValue:
    """Asks what one's lead should know, if anything."""
    return _ask(debrief_id)


def _ask(debrief_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    row = _mine(read(), debrief_id, now)
    names = cases.names_of(read(), cases.leads_of(read(), who.person_id))
    page = render_template(
        "desk/debrief.html",
        row=row,
        leads=", ".join(sorted(filter(None, names.values()))),
        typed=request.form,
        problem=problem,
    )
    return page, status


@bp.post("/desk/debriefs/<debrief_id>")
@keeps_typed(_ask)
def answer_debrief(debrief_id: str) -> ResponseReturnValue:
    """I am fine, a longer break, or a word with my lead."""
    who, now = auth.current(), runtime().now()
    answer = request.form.get("answer", "")[:10]
    word = request.form.get("word", "").strip()[:LONGEST_WORDS]
    try:
        with transaction() as session:
            cases.answer_debrief(session, debrief_id, who.person_id, answer, word=word, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask(debrief_id, problem=sentence, status=status)
    flash(
        {
            "rest": _("Take your time. Nobody is offered to you until your break is over."),
            "talk": _("They were told that you would like to talk."
                      " What you wrote is for them only."),
        }.get(answer, _("Good. Thank you for telling."))
    )  # fmt: skip
    return redirect(url_for("desk.mine"), code=303)


@bp.get("/desk/cases/<case_id>/rescue")
def ask_rescue(case_id: str) -> ResponseReturnValue:
    """Asks why nothing else is left; a second person reads it and decides."""
    return _ask_rescue(case_id)


def _ask_rescue(case_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    case = access.access_case_to_write(read(), who, case_id, now=now)
    page = render_template(
        "desk/rescue.html",
        case=case,
        codename=case.seeker.codename,
        emergency=cases.emergency_words(read(), case.seeker),
        typed=request.form,
        problem=problem,
    )
    return page, status


@bp.post("/desk/cases/<case_id>/rescue")
@keeps_typed(_ask_rescue)
def rescue(case_id: str) -> ResponseReturnValue:
    """Propose it; the lead is told at once."""
    who, now = auth.current(), runtime().now()
    why = request.form.get("why", "").strip()[:LONGEST_WORDS]
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            cases.propose_rescue(session, case, who.person_id, why, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask_rescue(case_id, problem=sentence, status=status)
    flash(_("It is proposed, and was told on at once. Stay with them until somebody decides."))
    return redirect(url_for("desk.case", case_id=case_id), code=303)


def _mine(session: Session, debrief_id: str, now: datetime) -> Debrief:
    who = auth.current()
    row = cases.open_debrief(session, who.person_id, now)
    if row is None or row.id != debrief_id:
        raise NotYours
    return row
