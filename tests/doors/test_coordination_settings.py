"""Settings: kept when they make sense, told and given back as typed when they do not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.instance import Review, crisis_lines, first_line, text_rules
from helpline.people import Person, Place, Role, Team, TeamMember
from helpline.privacy.audit import AuditEntry
from tests.conftest import Clock
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
AT = "/coordination/settings"
LINE = {
    "line_name": "Night line",
    "number": "+60 15 5550 0100",
    "languages": ["en", "ms"],
    "review": "all",
    "zone": "Asia/Kuala_Lumpur",
    "parts_per_second": "3",
}
TEXTS = {
    "daily_parts": "500",
    "monthly_parts": "9000",
    "reserve": "25",
    "quiet_from": "22:30",
    "quiet_until": "07:00",
    "countries": "my, ph",
}
CRISIS = {
    "crisis_name": "Talian Kasih",
    "crisis_number": "15999",
    "crisis_country": "my",
    "crisis_languages": ["ms", "en"],
    "crisis_hours": "day and night",
    "crisis_source": "their own site",
}


@pytest.fixture
def admin(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    make.line()
    person = make.counsellor(alias="Ilse", roles=(Role.ADMIN,))
    session.commit()
    return sign_in(app.test_client(), person)


def fresh(session: Session) -> Session:
    """To see what a door did."""
    session.rollback()
    session.expire_all()
    return session


def test_the_line_is_changed(admin: FlaskClient, session: Session) -> None:
    assert admin.post(f"{AT}/line", data=LINE).status_code == 303
    line = first_line(fresh(session))

    assert line
    assert (line.name, line.number, line.languages) == ("Night line", "+601555500100", "en,ms")
    assert (line.review, line.zone) == (Review.ALL, "Asia/Kuala_Lumpur")
    assert line.parts_per_second == 3
    assert "Night line" in admin.get(AT).text
    noted = session.scalars(select(AuditEntry.object_id).where(AuditEntry.act == "changed")).all()
    assert noted == ["line"]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("line_name", " ", "Write the name of the line."),
        ("number", "call me", "Write a number such as"),
        ("languages", [], "Choose at least one language."),
        ("review", "perhaps", "Choose what is read first."),
        ("zone", "Atlantis", "Choose the place"),
        ("parts_per_second", "0", "Write a whole number from 1 to 1000."),
        ("parts_per_second", "fast", "Write a whole number from 1 to 1000."),
    ],
)
def test_a_line_that_makes_no_sense_is_given_back_as_typed(
    admin: FlaskClient, session: Session, field: str, typed: object, told: str
) -> None:
    answer = admin.post(f"{AT}/line", data={**LINE, field: typed})

    assert answer.status_code == 400
    assert told in answer.text
    if field != "line_name":
        assert "Night line" in answer.text
    line = first_line(fresh(session))
    assert line
    assert line.name == "Test line"


def test_the_rules_for_texts_are_changed(admin: FlaskClient, session: Session) -> None:
    assert admin.post(f"{AT}/texts", data=TEXTS).status_code == 303
    rules = text_rules(fresh(session))

    assert (rules.daily_parts, rules.monthly_parts, rules.reserve) == (500, 9000, 0.25)
    assert (f"{rules.quiet_from:%H:%M}", f"{rules.quiet_until:%H:%M}") == ("22:30", "07:00")
    assert list(rules.countries) == ["MY", "PH"]
    assert 'value="MY PH"' in admin.get(AT).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("daily_parts", "many"),
        ("daily_parts", "-1"),
        ("monthly_parts", "99999999999"),
        ("reserve", "95"),
        ("quiet_from", "25:00"),
        ("quiet_until", ""),
        ("countries", "Malaysia"),
        ("countries", ""),
    ],
)
def test_rules_that_make_no_sense_are_given_back_as_typed(
    admin: FlaskClient, session: Session, field: str, typed: str
) -> None:
    before = text_rules(fresh(session))
    answer = admin.post(f"{AT}/texts", data={**TEXTS, field: typed})

    assert answer.status_code == 400
    assert f'id="{field}-e"' in answer.text
    assert 'value="22:30"' in answer.text or field == "quiet_from"
    assert text_rules(fresh(session)) == before


def test_a_crisis_line_is_shown_only_once_somebody_verified_it(
    admin: FlaskClient, session: Session, clock: Clock
) -> None:
    seen = admin.application.test_client()
    admin.post(f"{AT}/crisis", data=CRISIS)
    (line,) = crisis_lines(fresh(session))
    assert (line.name, line.country, line.languages) == ("Talian Kasih", "MY", ("ms", "en"))
    assert "Not shown: verify it" in admin.get(AT).text

    assert "15999" not in seen.get("/crisis?country=MY").text
    admin.post(f"{AT}/crisis/verify", data={"number": "15999"})
    (line,) = crisis_lines(fresh(session))
    assert (line.verified_on, line.verified_by) == (clock().date(), "Ilse")
    clock.forward(timedelta(minutes=1))
    seen.get("/")  # public pages look into the settings now and then
    assert "15999" in seen.get("/crisis?country=MY").text

    clock.forward(timedelta(minutes=1))
    admin.post(f"{AT}/crisis/remove", data={"number": "15999"})
    assert crisis_lines(fresh(session)) == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("crisis_name", ""),
        ("crisis_number", "ask them"),
        ("crisis_source", ""),
        ("crisis_country", "1x"),
    ],
)
def test_a_crisis_line_without_what_it_needs_is_not_kept(
    admin: FlaskClient, session: Session, field: str, typed: str
) -> None:
    answer = admin.post(f"{AT}/crisis", data={**CRISIS, field: typed})

    assert answer.status_code == 400
    assert f'id="{field}-e"' in answer.text
    assert "day and night" in answer.text
    assert crisis_lines(fresh(session)) == []


def test_a_team_is_made_and_gets_lead_and_stand_in(
    admin: FlaskClient, session: Session, make: Make
) -> None:
    lin, mei = make.counsellor(alias="Lin"), make.counsellor(alias="Mei")
    session.commit()
    admin.post(f"{AT}/teams", data={"team_name": "Lantern"})
    team = fresh(session).scalars(select(Team)).one()

    admin.post(f"{AT}/teams/{team.id}", data={"lead": lin.id, "stand_in": mei.id})
    assert places(session, team) == {lin.id: Place.LEAD, mei.id: Place.STAND_IN}
    admin.post(f"{AT}/teams/{team.id}", data={"lead": mei.id, "stand_in": lin.id})
    assert places(session, team) == {mei.id: Place.LEAD, lin.id: Place.STAND_IN}
    same = admin.post(f"{AT}/teams/{team.id}", data={"lead": mei.id, "stand_in": mei.id})
    assert same.status_code == 400
    assert "Choose two different people." in same.text
    assert admin.post(f"{AT}/teams", data={"team_name": " "}).status_code == 400


def test_nobody_empties_a_place_and_whoever_had_it_stays_a_member(
    app: Flask, admin: FlaskClient, session: Session, make: Make, sign_in: SignIn
) -> None:
    team = make.team("Lantern")
    lin = make.counsellor(alias="Lin", team=team, place=Place.LEAD)
    mei = make.counsellor(alias="Mei", team=team, place=Place.STAND_IN)
    session.commit()
    hers = sign_in(app.test_client(), lin)
    admin.post(f"{AT}/teams/{team.id}", data={"lead": "", "stand_in": mei.id})

    assert places(session, team) == {lin.id: Place.MEMBER, mei.id: Place.STAND_IN}
    assert hers.get("/account").status_code == 302, "power that is taken signs out"
    admin.post(f"{AT}/teams/{team.id}", data={"lead": mei.id, "stand_in": ""})
    assert places(session, team) == {lin.id: Place.MEMBER, mei.id: Place.LEAD}


def places(session: Session, team: Team) -> dict[str, Place]:
    members = fresh(session).scalars(select(TeamMember).where(TeamMember.team_id == team.id))
    return {member.person_id: member.place for member in members}


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.REVIEWER, Role.AUDITOR])
def test_settings_are_for_coordinators_and_admins(
    app: Flask, session: Session, make: Make, sign_in: SignIn, role: Role
) -> None:
    person = make.counsellor(roles=(role,))
    session.commit()
    browser = sign_in(app.test_client(), person)

    assert browser.get(AT).status_code == 403
    assert browser.post(f"{AT}/line", data=LINE).status_code == 403
