"""`/account/leave`: going away for some days or for good, and coming back, said by oneself."""

from datetime import date, datetime, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import cases
from helpline.db import transaction
from helpline.people.sessions import SignedIn
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import bp
from helpline.web.account.own import page
from helpline.web.language import gettext as _
from scheduling import promises, zones
from scheduling.errors import Refused
from scheduling.promises import ChangeKind, DatedChange

FOR_NOW = timedelta(days=730)  # "until I am back": as far as days can be said


@bp.post("/account/leave")
def leave() -> ResponseReturnValue:
    """Away from now on, until a day or until further notice; open cases go to the stand-in."""
    who, now = auth.current(), runtime().now()
    today = _today(who, now)
    typed = request.form.get("leave_until", "").strip()
    try:
        last_on = date.fromisoformat(typed[:10]) if typed else today + FOR_NOW
        with transaction() as session:
            promises.away(
                session, who.person_id, first_on=today, last_on=last_on, zone=who.zone, now=now
            )
            cases.hours_changed(session, now=now)
            cases.return_cases_of(session, who.person_id, now=now, reason="away")
    except (Refused, ValueError):
        return page({"leave_until": _("Choose a day from today on, at most two years ahead.")}, 400)
    return _done(_("You are away. What you had in hand went to the stand-in or to the line."))


@bp.post("/account/back")
def back() -> ResponseReturnValue:
    """Back from leave: the usual hours hold again from now on."""
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        for change in running(session, who, now):
            promises.take_back(session, change.id, person_id=who.person_id)
        cases.hours_changed(session, now=now)
    return _done(_("Welcome back. Your usual hours hold again."))


def running(session: Session, who: SignedIn, now: datetime) -> list[DatedChange]:
    """The leaves of whole days that hold today."""
    today = _today(who, now)
    found = promises.changes_of(session, who.person_id, day=today)
    return [
        each
        for each in found
        if each.kind is ChangeKind.AWAY and each.start_wall is None and each.first_on <= today
    ]


def _today(who: SignedIn, now: datetime) -> date:
    return zones.local_date(now, zones.zone(who.zone))


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("account.own", _anchor="leave"), code=303)
