"""`/desk/calendars`: one's hours in the calendar of one's phone, and when it last looked.

The address of a link is shown once, when it is made. A calendar asks for news when it likes (Google
every 8 to 24 hours): the page says when it did, so that nobody trusts it with tonight.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import feeds
from helpline.db import read, transaction
from helpline.feeds import Wish
from helpline.people.teams import teams_of
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.desk.frame import bp
from helpline.web.errors import tells, told
from helpline.web.language import LazyText
from helpline.web.language import gettext as _
from helpline.web.language import lazy_gettext as _l
from scheduling.errors import Refused

MINE = "mine"
QUIET_FOR = timedelta(days=3)  # longer than any calendar that still works
# What an event may be called. Others may read it over a shoulder or in a shared calendar, so it
# says nothing of what the time is for.
CALLED: Mapping[str, LazyText] = {
    "busy": _l("Busy"),
    "duty": _l("Duty"),
    "appointment": _l("Appointment"),
}

tells("too_many_links", HTTPStatus.CONFLICT, _l("You have ten links. Withdraw one first."))
tells("not_in_that_team", HTTPStatus.FORBIDDEN, _l("You are not in that team (any more)."))


@bp.get("/desk/calendars")
def calendars() -> ResponseReturnValue:
    """My links, when each was last read, and a form for another."""
    return _page()


@bp.post("/desk/calendars")
def make_calendar() -> ResponseReturnValue:
    """A new link, shown here and now and never again."""
    now, team_id = runtime().now(), request.form.get("whose", MINE)[:40]
    wish = Wish(
        summary=str(CALLED.get(request.form.get("called", ""), CALLED["busy"])),
        label=" ".join(request.form.get("label", "").split())[:60],
        team_id=None if team_id == MINE else team_id,
        shows_busy=request.form.get("shows_busy") == "1",
    )
    try:
        with transaction() as session:
            token = feeds.make(session, auth.current().person_id, wish, now=now)
    except Refused as refusal:
        status, sentence = told(refusal)
        return _page(problem=sentence, status=status)
    address = f"{runtime().config.public_base_url}/feeds/{token}.ics"
    return render_template(
        "desk/calendar_link.html",
        address=address,
        subscribe=f"webcal:{address.partition(':')[2]}",
    )


@bp.post("/desk/calendars/<link_id>/withdraw")
def withdraw_calendar(link_id: str) -> ResponseReturnValue:
    """The address finds nothing any more, from this moment."""
    with transaction() as session:
        feeds.revoke(session, auth.current(), link_id, now=runtime().now())
    flash(_("That link finds nothing any more. Remove it from your calendar, too."))
    return redirect(url_for("desk.calendars"), code=HTTPStatus.SEE_OTHER)


def _page(*, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    session = read()
    teams = {team.id: team.name for team in teams_of(session, who.person_id)}
    page = render_template(
        "desk/calendars.html",
        links=feeds.links_of(session, who.person_id),
        quiet_since=now - QUIET_FOR,
        teams=teams,
        whose=list(_whose(teams)),
        called=[(key, str(words)) for key, words in CALLED.items()],
        typed=request.form,
        zone=who.zone,
        now=now,
        problem=problem,
    )
    return page, status


def _whose(teams: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Whose hours a link may show, as tiles."""
    yield MINE, _("My own hours"), ""
    for team_id, name in teams.items():
        yield team_id, _("The hours of %(team)s", team=name), _("With first names, nothing else.")
