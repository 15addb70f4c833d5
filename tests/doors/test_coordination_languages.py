"""The languages of the service: counted, read by somebody who grew up with them, signed."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import sign_offs
from helpline.i18n.completeness import completeness, for_people_asking, marks, version
from helpline.i18n.languages import LANGUAGES
from helpline.instance import set_setting, setting
from helpline.intake.prices import prices
from helpline.people import Person, Role
from helpline.privacy.audit import AuditEntry
from tests.conftest import Clock
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
AT = "/coordination/languages"


@pytest.fixture
def coordinator(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    make.line()
    person = make.counsellor(alias="Ilse", roles=(Role.COORDINATOR,))
    session.commit()
    return sign_in(app.test_client(), person)


def fresh(session: Session) -> Session:
    """To see what a door did."""
    session.rollback()
    session.expire_all()
    return session


def _sign(client: FlaskClient, tag: str = "ta", **typed: str) -> int:
    form = {"reader": "Meena, Madurai", "version": version(marks(tag)), **typed}
    return client.post(f"{AT}/{tag}", data=form).status_code


def test_each_language_is_shown_with_what_is_ready(coordinator: FlaskClient) -> None:
    page = coordinator.get(AT).text

    for tag, language in LANGUAGES.items():
        assert f'href="{AT}/{tag}"' in page
        assert language.name in page
    found = completeness("ta")
    assert f"{found.asking_ready} of {found.asking}" in page
    assert f"{found.staff_ready} of {found.staff}" in page
    assert page.count("Awaits a native reader") == len(LANGUAGES) - 1
    assert AT in coordinator.get("/coordination/settings").text


def test_a_sign_off_is_kept_with_name_version_and_day_and_written_down(
    coordinator: FlaskClient, session: Session, clock: Clock
) -> None:
    assert _sign(coordinator) == 303
    found = sign_offs.standing(fresh(session), "ta")

    assert found.holds
    assert found.signed
    assert (found.signed.reader, found.signed.signed_on) == ("Meena, Madurai", clock().date())
    assert found.signed.version == version(marks("ta"))
    page = coordinator.get(f"{AT}/ta").text
    assert "Meena, Madurai has read version" in page
    assert "Signed by a native reader" in page
    line = session.scalars(select(AuditEntry).where(AuditEntry.act == "signed_off")).one()
    assert (line.object_kind, line.object_id) == ("language", "ta")
    assert "Meena" not in line.facts


def test_it_lapses_by_itself_when_sentences_change(
    coordinator: FlaskClient, session: Session
) -> None:
    """As if three of today's sentences had been different, or absent, when they were read."""
    _sign(coordinator)
    changed = for_people_asking("ta")[:3]
    kept = setting(fresh(session), "signed_off.ta", default={})
    kept["marks"] = sorted(set(kept["marks"]) - {one.mark for one in changed})
    set_setting(session, "signed_off.ta", kept)
    session.commit()

    assert not sign_offs.standing(fresh(session), "ta").holds
    assert "3 sentences changed since" in coordinator.get(AT).text
    page = coordinator.get(f"{AT}/ta").text
    assert "New or changed since" in page
    assert page.count(changed[0].said[0].split("%")[0].split("<")[0]) >= 2
    assert _sign(coordinator) == 303, "and is read once more"
    assert sign_offs.standing(fresh(session), "ta").holds


def test_what_was_changed_while_it_was_read_is_not_signed(
    coordinator: FlaskClient, session: Session
) -> None:
    answer = coordinator.post(f"{AT}/ta", data={"reader": "Meena", "version": "01234567"})

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert 'value="Meena"' in answer.text
    assert sign_offs.standing(fresh(session), "ta").signed is None


def test_nobody_signs_without_a_name_or_for_english_or_for_no_language(
    coordinator: FlaskClient, session: Session
) -> None:
    assert _sign(coordinator, reader=" ") == 400
    assert coordinator.post(f"{AT}/en", data={"reader": "Me"}).status_code == 404
    assert coordinator.post(f"{AT}/en/withdraw").status_code == 404
    assert coordinator.get(f"{AT}/tlh").status_code == 404
    assert (
        fresh(session).scalars(select(AuditEntry).where(AuditEntry.act == "signed_off")).all() == []
    )


def test_a_sign_off_can_be_taken_back(coordinator: FlaskClient, session: Session) -> None:
    _sign(coordinator)
    assert coordinator.post(f"{AT}/ta/withdraw").status_code == 303

    assert sign_offs.standing(fresh(session), "ta").signed is None
    assert "Nobody who grew up with this language" in coordinator.get(f"{AT}/ta").text
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.object_kind == "language"))
    assert list(acts.all()) == ["signed_off", "sign_off_withdrawn"]


def test_two_languages_are_signed_apart(coordinator: FlaskClient, session: Session) -> None:
    _sign(coordinator, "ta")
    _sign(coordinator, "my", reader="Khin")

    assert sign_offs.standing(fresh(session), "my").holds
    assert sign_offs.standing(session, "ta").holds
    assert not sign_offs.standing(session, "hi").holds


@pytest.mark.parametrize("tag", ["en", "my", "ar"])
def test_the_parts_of_each_text_are_shown_longest_first(coordinator: FlaskClient, tag: str) -> None:
    page, found = coordinator.get(f"{AT}/{tag}").text, prices(tag)
    units = [one.longest.units for one in found]

    assert page.count('<th scope="row">') == len(found)
    assert f"<td>{found[0].longest.segments}</td><td>{units[0]}</td>" in page
    assert [one.longest.segments for one in found] == sorted(
        (one.longest.segments for one in found), reverse=True
    )


def test_a_mark_changes_with_the_english_and_with_what_is_said_for_it() -> None:
    from dataclasses import replace

    one = for_people_asking("ms")[0]

    assert replace(one, said=("lain",)).mark != one.mark
    assert replace(one, forms=("Other",)).mark != one.mark
    assert replace(one, files=("elsewhere.py",)).mark == one.mark


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.REVIEWER, Role.AUDITOR])
def test_languages_are_for_coordinators_and_admins(
    app: Flask, session: Session, make: Make, sign_in: SignIn, role: Role
) -> None:
    person = make.counsellor(roles=(role,))
    session.commit()
    browser = sign_in(app.test_client(), person)

    assert browser.get(AT).status_code == 403
    assert _sign(browser) == 403
