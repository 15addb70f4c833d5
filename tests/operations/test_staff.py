"""Who may do what to whom among staff."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.people import AccountRole, AccountState, Place, Role, TeamMember, invitations
from helpline.people.powers import BeyondPowers
from helpline.people.sessions import SignedIn, open_session, who_is
from helpline.people.staff import LastAdmin, change_roles, change_state, colleagues
from helpline.people.teams import settle
from tests.make import NOON, Make


def signed_in(session: Session, make: Make, *roles: Role, **more: object) -> SignedIn:
    person = make.counsellor(roles=roles, **more)  # type: ignore[arg-type]  # passed through
    token = open_session(session, person.id, device="", now=NOON)
    session.flush()
    who = who_is(session, token, now=NOON)
    assert who is not None
    return who


def roles_of(session: Session, person_id: str) -> set[Role]:
    found = session.scalars(select(AccountRole.role).where(AccountRole.person_id == person_id))
    return set(found)


def test_an_admin_gives_and_takes_roles(session: Session, make: Make) -> None:
    admin, mei = signed_in(session, make, Role.ADMIN), make.counsellor()

    change_roles(session, admin, mei.id, [Role.REVIEWER, Role.AUDITOR], now=NOON)

    assert roles_of(session, mei.id) == {Role.REVIEWER, Role.AUDITOR}


def test_a_coordinator_gives_no_admin_role(session: Session, make: Make) -> None:
    coordinator, mei = signed_in(session, make, Role.COORDINATOR), make.counsellor()

    with pytest.raises(BeyondPowers):
        change_roles(session, coordinator, mei.id, [Role.COUNSELLOR, Role.ADMIN], now=NOON)


@pytest.mark.parametrize("above", [Role.ADMIN, Role.COORDINATOR, Role.AUDITOR])
def test_a_coordinator_reaches_nobody_above(session: Session, make: Make, above: Role) -> None:
    coordinator = signed_in(session, make, Role.COORDINATOR)
    boss = make.counsellor(roles=(Role.COUNSELLOR, above))

    with pytest.raises(NotYours):
        change_state(session, coordinator, boss.id, AccountState.DEACTIVATED, now=NOON)
    with pytest.raises(NotYours):
        invitations.vouch(session, coordinator, boss.id, now=NOON)


def test_nobody_changes_or_vouches_for_themselves(session: Session, make: Make) -> None:
    admin = signed_in(session, make, Role.ADMIN)

    with pytest.raises(NotYours):
        change_roles(session, admin, admin.person_id, list(Role), now=NOON)
    with pytest.raises(NotYours):
        invitations.vouch(session, admin, admin.person_id, now=NOON)


def test_a_lead_vouches_for_counsellors_of_their_own_team_only(
    session: Session, make: Make
) -> None:
    ours, theirs = make.team("Ours"), make.team("Theirs")
    lead = signed_in(session, make, Role.COUNSELLOR, team=ours, place=Place.STAND_IN)
    near, far = make.counsellor(team=ours), make.counsellor(team=theirs)
    above = make.counsellor(team=ours, roles=(Role.COUNSELLOR, Role.ADMIN))

    assert invitations.vouch(session, lead, near.id, now=NOON)
    for person in (far, above):
        with pytest.raises(NotYours):
            invitations.vouch(session, lead, person.id, now=NOON)


def test_a_lead_invites_counsellors_into_their_own_team_only(session: Session, make: Make) -> None:
    ours, theirs = make.team("Ours"), make.team("Theirs")
    lead = signed_in(session, make, Role.COUNSELLOR, team=ours, place=Place.LEAD)

    def invite(role: Role, team_id: str | None, place: Place = Place.MEMBER) -> str:
        return invitations.invite(
            session, lead, roles=[role], for_whom="Bo", team_id=team_id, place=place, now=NOON
        )

    assert invite(Role.COUNSELLOR, ours.id)
    for refused in (
        (Role.REVIEWER, ours.id, Place.MEMBER),
        (Role.COUNSELLOR, theirs.id, Place.MEMBER),
        (Role.COUNSELLOR, None, Place.MEMBER),
        (Role.COUNSELLOR, ours.id, Place.LEAD),
    ):
        with pytest.raises(BeyondPowers):
            invite(*refused)


def test_a_plain_counsellor_invites_nobody(session: Session, make: Make) -> None:
    mei = signed_in(session, make, Role.COUNSELLOR)

    with pytest.raises(BeyondPowers):
        invitations.invite(session, mei, roles=[Role.COUNSELLOR], for_whom="Bo", now=NOON)


def test_a_lead_sees_their_own_team_only(session: Session, make: Make) -> None:
    ours, theirs = make.team("Ours"), make.team("Theirs")
    lead = signed_in(session, make, Role.COUNSELLOR, team=ours, place=Place.LEAD)
    near = make.counsellor(team=ours)
    make.counsellor(team=theirs)

    assert {one.person_id for one in colleagues(session, lead)} == {lead.person_id, near.id}


def test_the_last_admin_stays(session: Session, make: Make) -> None:
    """Two admins' sessions, one of which demotes the other's owner and is then deactivated."""
    first, second = signed_in(session, make, Role.ADMIN), signed_in(session, make, Role.ADMIN)
    change_roles(session, first, second.person_id, [Role.COUNSELLOR], now=NOON)

    with pytest.raises(LastAdmin):  # `second` still believes to be an admin: it was read before
        change_state(session, second, first.person_id, AccountState.DEACTIVATED, now=NOON)


def test_a_team_has_one_lead(session: Session, make: Make) -> None:
    team = make.team()
    old = make.counsellor(team=team, place=Place.LEAD)
    new = make.counsellor(team=team)

    settle(session, new.id, team.id, Place.LEAD)
    session.expire_all()

    rows = session.execute(select(TeamMember.person_id, TeamMember.place)).all()
    places = {row.person_id: row.place for row in rows}
    assert places == {old.id: Place.MEMBER, new.id: Place.LEAD}
