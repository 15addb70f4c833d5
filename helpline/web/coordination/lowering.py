"""Whether imminent danger is over: one person says so with a reason, a second one decides here."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import access, cases
from helpline.db import transaction
from helpline.errors import NotYours
from helpline.privacy import audit
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.coordination.care import LONGEST_WORDS
from helpline.web.coordination.frame import bp
from helpline.web.csrf import keeps_typed
from helpline.web.desk.words import RISK
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.errors import Refused


@bp.get("/coordination/case/<case_id>/lower")
def lower(case_id: str) -> ResponseReturnValue:
    """What is proposed, for the second of two people. That they read it is written down."""
    return _ask(case_id)


def _ask(case_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = access.access_team_case(session, who, case_id, now=now)
        there = cases.lowering_of(session, found.id)
        page = render_template(
            "coordination/lowering.html",
            who=who,
            now=now,
            case=found,
            lowering=there,
            why=cases.reason_of(session, there) if there else "",
            by=cases.names_of(session, [there.by_id]).get(there.by_id) if there else "",
            risk_words=RISK,
            typed=request.form,
            problem=problem,
        )
        if there is not None:
            audit.note_read(
                session, actor_id=who.person_id, kind="lowering", object_id=case_id, now=now
            )
    return page, status


@bp.post("/coordination/case/<case_id>/lower")
@keeps_typed(_ask)
def decide_to_lower(case_id: str) -> ResponseReturnValue:
    """Yes, or no with a reason; whoever proposed it is told at once."""
    who, now = auth.current(), runtime().now()
    answer = request.form.get("answer", "")
    why = request.form.get("why", "").strip()[:LONGEST_WORDS]
    if answer not in ("yes", "no"):
        return _ask(case_id, problem=_("Choose yes or no."), status=400)
    try:
        with transaction() as session:
            found = access.access_team_case(session, who, case_id, now=now)
            yes = answer == "yes"
            cases.decide_to_lower(session, found, who.person_id, confirm=yes, why=why, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask(case_id, problem=sentence, status=status)
    flash(_("It is decided, and your colleague was told."))
    return redirect(url_for("coordination.board"), code=303)
