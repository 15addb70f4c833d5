"""What matching may know of those who answer: theirs to tell, and who clears whom."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.people import Account, Level, Person, PersonLanguage, Place, Role
from helpline.privacy.audit import AuditEntry
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def mei(make: Make) -> Person:
    return make.counsellor(alias="Mei", team=make.team())


def account(session: Session, who: Person) -> Account:
    session.rollback()
    return session.get_one(Account, who.id, populate_existing=True)


def changes(session: Session) -> list[tuple[str, str, str | None]]:
    rows = session.scalars(select(AuditEntry).where(AuditEntry.act.startswith("changed")))
    return [(row.act, json.loads(row.facts)["what"], row.actor_id) for row in rows]


def test_somebody_tells_gender_age_and_topics_without_a_reason(
    app: Flask, session: Session, sign_in: SignIn, mei: Person
) -> None:
    session.commit()
    client = sign_in(app.test_client(), mei)
    told = {"gender": "woman", "age_band": "30to59", "topics_off": ["loss", "home"]}
    assert client.post("/account/matching", data=told).status_code == 303
    now = account(session, mei)
    assert (now.gender, now.age_band, now.topics_off) == ("woman", "30to59", "home,loss")
    assert changes(session) == [("changed_own", "gender,age_band,topics_off", mei.id)]

    page = client.get("/account/matching").text
    assert "You need no reason" in page
    assert 'id="topics_off-loss" value="loss" checked' in page
    client.post("/account/matching", data={})
    now = account(session, mei)
    assert (now.gender, now.age_band, now.topics_off) == ("", "", "")


def test_what_is_no_known_word_is_untold(
    app: Flask, session: Session, sign_in: SignIn, mei: Person
) -> None:
    session.commit()
    client = sign_in(app.test_client(), mei)
    client.post("/account/matching", data={"gender": "x" * 99, "age_band": "7", "topics_off": "x"})
    now = account(session, mei)
    assert (now.gender, now.age_band, now.topics_off) == ("", "", "")


def test_no_colleague_reads_what_somebody_told(
    app: Flask, session: Session, make: Make, sign_in: SignIn, mei: Person
) -> None:
    admin = make.counsellor(roles=(Role.ADMIN,))
    session.get_one(Account, mei.id).gender = "woman"
    session.commit()
    page = sign_in(app.test_client(), admin).get(f"/account/staff/{mei.id}").text
    assert "woman" not in page.lower()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_a_colleague_is_cleared_with_name_and_date(
    app: Flask, session: Session, make: Make, sign_in: SignIn, mei: Person, role: Role
) -> None:
    chief = make.counsellor(alias="Noor", roles=(role,))
    session.commit()
    client = sign_in(app.test_client(), chief)
    sent = client.post(
        f"/account/staff/{mei.id}/clearances", data={"clearances": ["youth", "crisis", "x"]}
    )
    assert sent.status_code == 303
    assert account(session, mei).clearances == "crisis,youth"
    assert changes(session) == [("changed_clearances", "crisis,youth", chief.id)]
    page = client.get(f"/account/staff/{mei.id}").text
    assert "Last said by Noor," in page
    assert 'datetime="2026-04-06T12:00' in page


def test_a_lead_clears_their_own_team_only_and_nobody_themselves(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    team = make.team("Ours")
    lead = make.counsellor(team=team, place=Place.LEAD)
    ours, theirs = make.counsellor(team=team), make.counsellor(team=make.team("Theirs"))
    session.commit()
    client = sign_in(app.test_client(), lead)
    answers = [
        client.post(f"/account/staff/{who}/clearances", data={"clearances": "youth"}).status_code
        for who in (ours.id, theirs.id, lead.id)
    ]
    assert answers == [303, 404, 404]
    assert [account(session, who).clearances for who in (ours, theirs, lead)] == ["youth", "", ""]


def test_a_language_of_no_page_of_ours_is_kept_and_can_be_said(
    app: Flask, session: Session, sign_in: SignIn, mei: Person
) -> None:
    mei.languages.append(PersonLanguage(tag="yue", level=Level.FLUENT))
    session.commit()
    client, who = sign_in(app.test_client(), mei), mei.id
    page = client.get("/account").text
    assert 'name="speaks-yue"' in page
    assert "Chinese (Traditional)" in page
    told = {"alias": "Mei", "language": "en", "zone": "Asia/Taipei", "speaks-en": "fluent"}
    sent = {**told, "speaks-zh-Hant": "native", "speaks-yue": "fluent"}
    assert client.post("/account", data=sent).status_code == 303
    session.rollback()
    held = select(PersonLanguage.tag).where(PersonLanguage.person_id == who)
    assert set(session.scalars(held)) == {"en", "zh-Hant", "yue"}
    client.post("/account", data=told)
    session.rollback()
    assert set(session.scalars(held)) == {"en"}
