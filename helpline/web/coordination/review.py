"""What reviewers read first: a list, one case with its messages, yes with a risk level or no."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpline import access, cases, conversation
from helpline.cases import Case, CaseState, Risk
from helpline.db import read, transaction
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.coordination.frame import bp
from helpline.web.desk.words import RISK
from helpline.web.language import gettext as _

ACCEPT, DECLINE = "accept", "decline"


@bp.get("/coordination/review")
def reviews() -> ResponseReturnValue:
    """Every case that waits to be read, the most urgent first."""
    rows = (
        select(Case)
        .where(Case.state == CaseState.IN_REVIEW)
        .options(selectinload(Case.seeker))
        .order_by(Case.urgency, Case.waiting_since, Case.id)
    )
    found = read().scalars(rows).all()
    return render_template(
        "coordination/reviews.html", who=auth.current(), now=runtime().now(), cases=found
    )


@bp.get("/coordination/review/<case_id>")
def review(case_id: str) -> ResponseReturnValue:
    """One case with everything that was written so far; that it was read is written down."""
    return _page(case_id)


@bp.post("/coordination/review/<case_id>")
def decide(case_id: str) -> ResponseReturnValue:
    """Into the line with a risk level, or declined with resources."""
    answer, level = request.form.get("answer", ""), request.form.get("risk", "")
    if answer not in (ACCEPT, DECLINE):
        return _page(case_id, {"answer": _("Choose what is to happen.")}, 400)
    if answer == ACCEPT and level not in list(Risk):
        return _page(case_id, {"risk": _("Choose a level; “None seen” is one too.")}, 400)
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = access.access_review(session, who, case_id, now=now)
        risk = Risk(level) if answer == ACCEPT else Risk.NONE
        accept = answer == ACCEPT
        cases.review(session, found, who.person_id, accept=accept, risk=risk, now=now)
    flash(_("It is in the line now.") if accept else _("It was declined, and told where else."))
    return redirect(url_for("coordination.reviews"), code=303)


def _page(
    case_id: str, errors: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = access.access_review(session, who, case_id, now=now)
        page = render_template(
            "coordination/review.html",
            who=who,
            now=now,
            case=found,
            messages=conversation.thread(session, found),
            errors=errors or {},
            typed=request.form,
            risks=[(level.value, str(word), str(means)) for level, (word, means) in RISK.items()],
        )
    return page, status
