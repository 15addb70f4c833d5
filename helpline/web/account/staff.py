"""`/account/staff`: colleagues, their invitations, roles, leave, and forgotten passwords."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import cases
from helpline.db import read, transaction
from helpline.people import invitations, powers
from helpline.people import staff as people
from helpline.people.account import AccountState, Role
from helpline.people.staff import Colleague
from helpline.people.team import Place
from helpline.people.teams import all_teams
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import bp, fields, suiting
from helpline.web.account.words import PLACE, ROLE, ROLE_MEANS, STATE
from helpline.web.language import gettext as _


@bp.get("/account/staff")
def staff() -> ResponseReturnValue:
    """Everybody the signed-in person may see, and the invitations still open."""
    return _list({})


@bp.get("/account/staff/<person_id>")
def member(person_id: str) -> ResponseReturnValue:
    """One colleague, and what may be done about them."""
    return _member(people.colleague(read(), auth.current(), person_id))


@bp.post("/account/staff/invite")
def invite() -> ResponseReturnValue:
    """Make a link for somebody new. It is shown on the answer and nowhere else."""
    errors: dict[str, str] = {}
    whom, roles = fields.line("for_whom"), _roles()
    if not whom:
        errors["for_whom"] = _("Write the name by which you know this person.")
    if not roles:
        errors["roles"] = _("Choose at least one role.")
    if errors:
        return _list(errors, 400)
    with transaction() as session:
        token = invitations.invite(
            session,
            auth.current(),
            roles=roles,
            for_whom=whom,
            team_id=request.form.get("team") or None,
            place=_place(),
            now=runtime().now(),
        )
    return _show_link(token, whom, for_password=False)


@bp.post("/account/staff/invitations/<invitation_id>/withdraw")
def withdraw(invitation_id: str) -> ResponseReturnValue:
    """Make a link worthless."""
    with transaction() as session:
        invitations.withdraw(session, auth.current(), invitation_id, now=runtime().now())
    return _done(_("That invitation does not work any more."))


@bp.post("/account/staff/<person_id>/vouch")
def vouch(person_id: str) -> ResponseReturnValue:
    """A link for a colleague who forgot their password."""
    with transaction() as session:
        found = people.colleague(session, auth.current(), person_id)
        token = invitations.vouch(session, auth.current(), person_id, now=runtime().now())
    return _show_link(token, found.alias, for_password=True)


@bp.post("/account/staff/<person_id>/roles")
def roles(person_id: str) -> ResponseReturnValue:
    """Give and take roles. Who stops being a counsellor gives their open cases back."""
    chosen, now = _roles(), runtime().now()
    if not chosen:
        found = people.colleague(read(), auth.current(), person_id)
        return _member(found, {"roles": _("Choose at least one role.")}, 400)
    with transaction() as session:
        people.change_roles(session, auth.current(), person_id, chosen, now=now)
        if Role.COUNSELLOR not in chosen:
            cases.return_cases_of(session, person_id, now=now, reason="role_taken")
    return _done(_("The roles are changed. The person signs in again."))


@bp.post("/account/staff/<person_id>/state")
def state(person_id: str) -> ResponseReturnValue:
    """Leave, deactivation, coming back. Open cases of who goes are given back at once."""
    to = request.form.get("state", "")
    if to not in list(AccountState):
        return redirect(url_for("account.member", person_id=person_id), code=303)
    now = runtime().now()
    with transaction() as session:
        people.change_state(session, auth.current(), person_id, AccountState(to), now=now)
        if to != AccountState.ACTIVE:
            cases.return_cases_of(session, person_id, now=now, reason=to)
    return _done(_("Done. Open cases of somebody who is away went to the stand-in or the line."))


@bp.get("/account/staff/<person_id>/deactivate")
def deactivate(person_id: str) -> ResponseReturnValue:
    """Ask before an account is closed."""
    found = people.colleague(read(), auth.current(), person_id)
    return render_template("account/deactivate.html", one=found)


@bp.post("/account/staff/<person_id>/team")
def team(person_id: str) -> ResponseReturnValue:
    """Put a colleague into a team as member, lead or stand-in."""
    with transaction() as session:
        people.join_team(
            session,
            auth.current(),
            person_id,
            request.form.get("team", ""),
            _place(),
            now=runtime().now(),
        )
    return _done(_("The team is changed. The person signs in again."))


def _roles() -> list[Role]:
    return [Role(role) for role in request.form.getlist("roles") if role in list(Role)]


def _place() -> Place:
    place = request.form.get("place", "")
    return Place(place) if place in list(Place) else Place.MEMBER


def _show_link(token: str, whom: str, *, for_password: bool) -> ResponseReturnValue:
    return render_template(
        "account/link.html",
        address=f"{runtime().config.public_base_url}/invitation/{token}",
        whom=whom,
        for_password=for_password,
    )


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("account.staff"), code=303)


def _role_options() -> list[tuple[str, str, str]]:
    given = powers.may_give(auth.current())
    return [(role.value, str(ROLE[role]), str(ROLE_MEANS[role])) for role in Role if role in given]


def _list(errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    teams = all_teams(read())
    if not who.has(Role.ADMIN, Role.COORDINATOR):
        teams = [one for one in teams if one.id in who.leads]
    page = render_template(
        "account/staff.html",
        who=who,
        now=now,
        errors=errors,
        typed=request.form,
        chosen=request.form.getlist("roles"),
        colleagues=people.colleagues(read(), who),
        invitations=invitations.open_invitations(read(), who, now=now),
        roles=_role_options(),
        role_words=ROLE,
        place_words=PLACE,
        state_words=STATE,
        teams=[(one.id, one.name) for one in teams],
        may_place=who.has(Role.ADMIN, Role.COORDINATOR),
    )
    return page, status


def _member(
    found: Colleague, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "account/member.html",
        one=found,
        errors=errors or {},
        who=auth.current(),
        roles=_role_options(),
        role_words=ROLE,
        place_words=PLACE,
        state_words=STATE,
        teams=[(team.id, team.name) for team in all_teams(read())],
        **suiting.facts_of(read(), found),
    )
    return page, status
