"""`/account`: what matching may know of somebody; and for what others say they are cleared."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import cases
from helpline.db import read, transaction
from helpline.intake.topics import TOPICS
from helpline.people import powers, suiting
from helpline.people.staff import Colleague
from helpline.people.suiting import Suiting
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import bp
from helpline.web.language import gettext as _
from helpline.web.language import lazy_gettext as _l

GENDER = {"": _l("I do not say"), "woman": _l("A woman"), "man": _l("A man"),
          "other": _l("Neither, or both")}  # fmt: skip
AGE = {"": _l("I do not say"), "under30": _l("Under 30"), "30to59": _l("30 to 59"),
       "60plus": _l("60 or older")}  # fmt: skip
CLEARED = {
    "youth": (_l("Young people"), _l("May be given those who say that they are under 18.")),
    "crisis": (_l("Crises"), _l("Is asked first when somebody is in imminent danger.")),
}


def facts_of(session: Session, one: Colleague) -> Mapping[str, Any]:
    """What the part of a colleague's page shows."""
    teams = [team.id for team, _place in one.teams]
    return {
        "cleared": suiting.cleared(session, one.person_id),
        "clearances": [(code, str(name), str(means)) for code, (name, means) in CLEARED.items()],
        "may_clear": powers.may_clear(auth.current(), one.person_id, teams),
    }


@bp.get("/account/matching")
def whom() -> ResponseReturnValue:
    """What somebody has told of themselves, for matching alone."""
    return render_template(
        "account/matching.html",
        suits=suiting.suiting(read(), auth.current().person_id),
        genders=[(code, str(words)) for code, words in GENDER.items()],
        ages=[(code, str(words)) for code, words in AGE.items()],
        topics=[(code, _(words).capitalize()) for code, words in TOPICS.items()],
    )


@bp.post("/account/matching")
def matching() -> ResponseReturnValue:
    """Gender, age and topics, each as one likes; the line is looked at again."""
    told = Suiting(
        gender=request.form.get("gender", ""),
        age_band=request.form.get("age_band", ""),
        topics_off=frozenset(request.form.getlist("topics_off")).intersection(TOPICS),
    )
    now = runtime().now()
    with transaction() as session:
        suiting.set_suiting(session, auth.current(), told, now=now)
        cases.ask_to_route(session, now=now)
    flash(_("Your changes are kept."))
    return redirect(url_for("account.whom"), code=303)


@bp.post("/account/staff/<person_id>/clearances")
def clearances(person_id: str) -> ResponseReturnValue:
    """For what a colleague is cleared; with who said so and when."""
    now = runtime().now()
    with transaction() as session:
        chosen = request.form.getlist("clearances")
        suiting.set_clearances(session, auth.current(), person_id, chosen, now=now)
        cases.ask_to_route(session, now=now)
    flash(_("Kept, with your name and today's date."))
    return redirect(url_for("account.member", person_id=person_id), code=303)
