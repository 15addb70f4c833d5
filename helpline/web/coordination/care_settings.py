"""The figures of care on the settings page: who is told when, who rests how long, clearances."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Escalation, Respite, Risk
from helpline.cases.care_rules import LONGEST, MOST_RESPITES, STEPS
from helpline.db import transaction
from helpline.privacy import audit
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import fields
from helpline.web.coordination.frame import bp
from helpline.web.coordination.settings import page
from helpline.web.language import gettext as _

MOST_HOURS = 7 * 24
RISKS = (Risk.IMMINENT, Risk.HIGH, Risk.CONCERN)


@bp.post("/coordination/settings/care")
def care() -> ResponseReturnValue:
    """All of them together; what makes no sense is given back as typed."""
    errors: dict[str, str] = {}
    told = Escalation(
        urgent=_minutes("urgent", errors),
        high=_minutes("high", errors, may_be_empty=True),
        check_in={risk: _whole(f"check_in-{risk}", errors, MOST_HOURS) for risk in RISKS},
    )
    rest = Respite(
        minutes=_whole("rest_minutes", errors, LONGEST),
        longer=_whole("rest_longer", errors, LONGEST),
        long_talk=_whole("rest_long_talk", errors, LONGEST),
        most=_whole("rest_most", errors, MOST_RESPITES),
    )
    if errors:
        return page(errors, 400)
    with transaction() as session:
        cases.set_escalation(session, told)
        cases.set_respite(session, rest)
        cases.set_by_clearance(session, is_on=request.form.get("by_clearance") == "1")
        cases.ask_to_route(session, now=runtime().now())
        _note(session)
    flash(_("Kept. It holds from now on."))
    return redirect(url_for("coordination.settings", _anchor="care"), code=303)


def _minutes(name: str, errors: dict[str, str], *, may_be_empty: bool = False) -> tuple[int, ...]:
    """For lead, stand-in and coordinators, each later than the one before; none: nobody is told."""
    names = [f"{name}-{step}" for step in STEPS]
    if may_be_empty and not any(fields.line(each, 6) for each in names):
        return ()
    found = tuple(_whole(each, errors, LONGEST) for each in names)
    wrong = [each for each in names if each in errors]
    if not wrong and list(found) != sorted(set(found)):
        errors[names[0]] = _("Each must come later than the one before.")
    return found


def _whole(name: str, errors: dict[str, str], most: int) -> int:
    typed = fields.line(name, 6)
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most:
        return int(typed)
    errors[name] = _("Write a whole number from %(least)s to %(most)s.", least=1, most=most)
    return 1


def _note(session: Session) -> None:
    audit.note(
        session,
        act="changed",
        kind="setting",
        object_id="care",
        actor_id=auth.current().person_id,
        now=runtime().now(),
    )
