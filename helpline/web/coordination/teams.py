"""Teams, and who is their lead and stand-in."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpline.db import transaction
from helpline.people import Place, staff
from helpline.people.teams import add_team
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import fields
from helpline.web.coordination.frame import bp
from helpline.web.coordination.settings import page
from helpline.web.language import gettext as _

PLACES = (Place.LEAD, Place.STAND_IN)


@bp.post("/coordination/settings/teams")
def team() -> ResponseReturnValue:
    """A new team."""
    name = fields.line("team_name", 60)
    if not name:
        return page({"team_name": _("Write the name of the team.")}, 400)
    with transaction() as session:
        add_team(session, name)
    flash(_("The team is there. Choose its lead and stand-in."))
    return redirect(url_for("coordination.settings", _anchor="teams"), code=303)


@bp.post("/coordination/settings/teams/<team_id>")
def leaders(team_id: str) -> ResponseReturnValue:
    """Who leads a team, and who stands in. Whoever was it before becomes a member."""
    chosen = {place: request.form.get(place.value, "") for place in PLACES}
    if chosen[Place.LEAD] and chosen[Place.LEAD] == chosen[Place.STAND_IN]:
        wrong = {f"{Place.STAND_IN}-{team_id}": _("Choose two different people.")}
        return page(wrong, 400)
    now = runtime().now()
    with transaction() as session:
        for place, person_id in chosen.items():
            if not person_id:
                staff.empty_place(session, auth.current(), team_id, place, now=now)
            elif not staff.is_at(session, person_id, team_id, place):
                staff.join_team(session, auth.current(), person_id, team_id, place, now=now)
    flash(_("Kept. Whoever was changed signs in again."))
    return redirect(url_for("coordination.settings", _anchor="teams"), code=303)
