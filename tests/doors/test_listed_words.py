"""Coordinators change the words that raise attention; texts and the web both follow at once."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases import Case
from helpline.people import Person, Role
from helpline.privacy.audit import AuditEntry
from tests.conftest import RecordingGateway
from tests.doors.seeking import asked, send
from tests.doors.texting import LINE, Phone
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
AT = "/coordination/settings"
OURS = "the bridge again"  # stands on no shipped list
SHIPPED = "want to die"


@pytest.fixture
def coordinator(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    make.line(number=LINE)
    person = make.counsellor(alias="Noor", roles=(Role.COORDINATOR,))
    session.commit()
    return sign_in(app.test_client(), person)


@pytest.fixture
def phone(app: Flask, gateway: RecordingGateway, work: Callable[[], int]) -> Phone:
    return Phone(app, gateway, work)


def keep(client: FlaskClient, added: str = "", left_out: str = "", tag: str = "en") -> int:
    typed = {"words_language": tag, "added": added, "left_out": left_out}
    return client.post(f"{AT}/words", data=typed).status_code


def has_attention(session: Session) -> bool:
    """Whether the only case there is was raised."""
    session.rollback()
    return session.scalars(select(Case.attention_at)).one() is not None


def test_a_word_that_was_added_raises_a_text(
    coordinator: FlaskClient, phone: Phone, session: Session
) -> None:
    phone.text(f"I stand at {OURS}")
    assert not has_attention(session)

    assert keep(coordinator, added=f"{OURS}\n\n") == 303
    phone.text(f"I stand at {OURS}")
    assert has_attention(session)


def test_a_word_that_was_added_raises_what_is_asked_on_the_web_and_shows_the_numbers(
    coordinator: FlaskClient, app: Flask, session: Session
) -> None:
    keep(coordinator, added=OURS)
    browser = app.test_client()
    asked(browser, language="en", words=f"I stand at {OURS}", safe="1")

    assert has_attention(session)
    assert "You matter." in browser.get("/talk").text


def test_a_word_that_was_added_raises_a_message_on_the_page(
    coordinator: FlaskClient, app: Flask, session: Session
) -> None:
    keep(coordinator, added=OURS)
    browser = app.test_client()
    asked(browser, language="en", words="Hello", safe="1")
    assert not has_attention(session)

    send(browser, browser.get("/talk"), "/talk", text=f"I stand at {OURS}")
    assert has_attention(session)


def test_a_shipped_entry_that_is_left_out_raises_nothing_until_it_is_taken_back_in(
    coordinator: FlaskClient, phone: Phone, session: Session
) -> None:
    keep(coordinator, left_out=SHIPPED.upper())
    phone.text(f"I {SHIPPED}")
    assert not has_attention(session)

    keep(coordinator)
    phone.text(f"I {SHIPPED}")
    assert has_attention(session)


def test_the_page_says_how_far_each_list_is_to_be_trusted_and_what_was_changed(
    coordinator: FlaskClient, session: Session
) -> None:
    keep(coordinator, added=OURS)
    page = coordinator.get(AT).text

    assert "The shipped list is written, awaiting a native reviewer." in page
    assert f"{OURS}</textarea>" in page
    changed = session.scalars(select(AuditEntry.object_id).where(AuditEntry.act == "changed"))
    assert changed.all() == ["attention_words"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"left_out": "not there at all"}, "is not on the shipped list"),
        ({"added": "ab"}, "is too short or too long"),
        ({"added": "x" * 61}, "is too short or too long"),
    ],
)
def test_what_cannot_be_kept_is_told_and_given_back(
    coordinator: FlaskClient, typed: dict[str, str], told: str
) -> None:
    answer = coordinator.post(f"{AT}/words", data={"words_language": "en", **typed})

    assert answer.status_code == 400
    assert told in answer.text
    assert f"{next(iter(typed.values()))}</textarea>" in answer.text
    assert told not in coordinator.get(AT).text


def test_a_language_that_has_no_list_changes_nothing(coordinator: FlaskClient) -> None:
    assert keep(coordinator, added=OURS, tag="xx") == 400
