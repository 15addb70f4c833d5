"""One case without its messages: why it went where it went, and giving it to somebody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import access, cases
from helpline.cases import Askable, Case, CaseEvent, RoutingDecision
from helpline.db import read, transaction
from helpline.errors import AtCapacity
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.coordination import told_event
from helpline.web.coordination.explaining import Told, names_in, told
from helpline.web.coordination.frame import bp, scope
from helpline.web.coordination.why import why
from helpline.web.coordination.words import STATE, URGENCY
from helpline.web.language import gettext as _
from scheduling.errors import Refused

LATEST = 12  # decisions shown; the line is looked at often


class NotAskable(Refused):
    """Not among those to whom this case may be given (any more)."""

    code = "not_askable"


@bp.get("/coordination/case/<case_id>")
def case(case_id: str) -> ResponseReturnValue:
    """What happened to a case, and to whom it may be given."""
    return _page(case_id)


@bp.post("/coordination/case/<case_id>/assign")
def assign(case_id: str) -> ResponseReturnValue:
    """Give it to a named counsellor; asks before going beyond what they may carry."""
    who, now, to_id = auth.current(), runtime().now(), request.form.get("to", "")
    if not to_id:
        return _page(case_id, {"to": _("Choose who is to have it.")}, 400)
    try:
        with transaction() as session:
            found = access.access_team_case(session, who, case_id, now=now)
            chosen = _chosen(session, found, to_id, now)
            beyond = request.form.get("beyond") == "1"
            cases.assign(session, case_id, to_id, who.person_id, now=now, beyond_cap=beyond)
    except AtCapacity:
        return _ask_beyond(case_id, chosen)
    flash(_("%(name)s has it now, and was told.", name=chosen.alias))
    return redirect(url_for("coordination.board"), code=303)


@bp.post("/coordination/case/<case_id>/back")
def back(case_id: str) -> ResponseReturnValue:
    """Take it back into the line."""
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = access.access_team_case(session, who, case_id, now=now)
        cases.take_back(session, found, who.person_id, now=now)
    flash(_("It is in the line again. The person was told."))
    return redirect(url_for("coordination.board"), code=303)


def _chosen(session: Session, found: Case, to_id: str, now: datetime) -> Askable:
    teams = scope(session, auth.current(), now).teams
    for one in cases.askable(session, found, now, teams):
        if one.person_id == to_id:
            return one
    raise NotAskable


def _ask_beyond(case_id: str, chosen: Askable) -> ResponseReturnValue:
    found = access.access_outline(read(), auth.current(), case_id, now=runtime().now())
    return render_template("coordination/beyond.html", case=found, one=chosen), 409


def _page(
    case_id: str, errors: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    session, who, now = read(), auth.current(), runtime().now()
    found = access.access_outline(session, who, case_id, now=now)
    may_give = access.may_assign(session, who, found, now=now)
    teams = scope(session, who, now).teams
    givable = may_give and found.state in (*cases.IN_LINE, *cases.WITH_COUNSELLOR)
    page = render_template(
        "coordination/case.html",
        who=who,
        now=now,
        case=found,
        errors=errors or {},
        holder=cases.names_of(session, [found.counsellor_id or ""]).get(found.counsellor_id or ""),
        askable=cases.askable(session, found, now, teams) if givable else [],
        givable=givable,
        why=why(session, found, now),
        decisions=_decisions(session, found),
        events=_events(session, found),
        urgency=URGENCY[found.urgency],
        state=STATE[found.state],
    )
    return page, status


def _decisions(session: Session, found: Case) -> list[Told]:
    """The latest decisions first, those that said the same again left out."""
    rows = session.scalars(
        select(RoutingDecision)
        .where(RoutingDecision.case_id == found.id)
        .order_by(RoutingDecision.at.desc(), RoutingDecision.id)
        .limit(LATEST)
    ).all()
    explained: list[dict[str, Any]] = [row.explained for row in rows]
    names = cases.names_of(session, sorted(set().union(*map(names_in, explained))))
    return [told(row.at, each, names) for row, each in zip(rows, explained, strict=True)]


def _events(session: Session, found: Case) -> list[tuple[str, str, datetime]]:
    events: list[CaseEvent] = cases.events_of(session, found.id)
    mentioned = [told_event.mentioned(event) for event in events]
    names = cases.names_of(session, sorted(set().union(*mentioned)))
    lines = [(told_event.sentence(event, names), "", event.at) for event in events]
    return [line for line in lines if line[0]]
