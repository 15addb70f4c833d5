"""Coming to an end: wrapping up, closing in one tap, ending abuse safely, opening again."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import access, cases
from helpline.cases.closing import LONGEST_FLAG
from helpline.db import read, transaction
from helpline.errors import NotYours
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.csrf import keeps_typed
from helpline.web.desk.frame import bp, hour
from helpline.web.desk.page import tell
from helpline.web.desk.taking import to_case
from helpline.web.errors import told
from helpline.web.language import gettext as _
from helpline.web.language import ngettext as n_
from scheduling.errors import Refused

DAYS = (1, 3, 7, 14, LONGEST_FLAG)
LONGEST_REASON = 500


@bp.post("/desk/cases/<case_id>/wrap-up")
def wrap_up(case_id: str) -> ResponseReturnValue:
    """The talk is over; what is left is how it ended, and a note."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            cases.begin_wrap_up(session, case, who.person_id, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        return tell(refusal, "talk", case_id)
    return redirect(url_for("desk.case", case_id=case_id), code=303)


@bp.post("/desk/cases/<case_id>/close")
def close(case_id: str) -> ResponseReturnValue:
    """How it ended, in one tap."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            how = request.form.get("disposition", "")
            cases.close(session, case, who.person_id, disposition=how, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        return tell(refusal, "talk", case_id)
    flash(_("It is closed. You can still read it for 28 days, and add to it for one."))
    return redirect(url_for("desk.mine"), code=303)


@bp.get("/desk/cases/<case_id>/end")
def ask_end(case_id: str) -> ResponseReturnValue:
    """Asks first: what ending an abusive conversation does, why, for how long."""
    return _ask(case_id)


def _ask(case_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    case = access.access_case_to_write(read(), who, case_id, now=now)
    page = render_template(
        "desk/end.html",
        case=case,
        codename=case.seeker.codename,
        day_options=[(str(n), n_("%(num)s day", "%(num)s days", n, num=n)) for n in DAYS],
        typed=request.form,
        problem=problem,
        zone=who.zone,
    )
    return page, status


@bp.post("/desk/cases/<case_id>/end")
@keeps_typed(_ask)
def end(case_id: str) -> ResponseReturnValue:
    """End it, with a dated limit. The crisis numbers still go to them."""
    who, now = auth.current(), runtime().now()
    days = request.form.get("days", "")
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            until = cases.end_abuse(
                session,
                case,
                who.person_id,
                reason=request.form.get("reason", "")[:LONGEST_REASON],
                days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
                now=now,
            )
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask(case_id, problem=sentence, status=status)
    flash(
        _(
            "It is ended, and limited until %(until)s. Take a moment for yourself, and tell your "
            "lead if you wish.",
            until=f"{until.date().isoformat()} {hour(until, who.zone)}",
        )
    )
    return redirect(url_for("desk.mine"), code=HTTPStatus.SEE_OTHER)


@bp.post("/desk/cases/<case_id>/reopen")
def reopen(case_id: str) -> ResponseReturnValue:
    """A closed case goes on: with whoever had it if they are on, else in the line."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            cases.reopen(session, case, now=now)
            mine = case.counsellor_id == who.person_id
    except NotYours:
        raise
    except Refused as refusal:
        return tell(refusal, "talk", case_id)
    if mine:
        return to_case(case_id)
    flash(_("It is open again, and waits in the line."))
    return redirect(url_for("desk.waiting"), code=303)
