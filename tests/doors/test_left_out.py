"""What counsellors told of themselves, gender and age, is for matching alone: no page tells it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.people import Account, Person, PersonLanguage, Role
from tests.make import NOON, Make
from tests.operations.on_the_line import after, shift

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def wishing(session: Session, make: Make) -> Case:
    """They wish for a woman under 30. Of those on, Jun is a man, Bea is 60 or older, and Kai
    is a man who speaks no word of it."""
    for alias, gender, band in (
        ("Jun", "man", "under30"),
        ("Bea", "woman", "60plus"),
        ("Kai", "man", "60plus"),
    ):
        who = shift(session, make.counsellor(alias=alias))
        account = session.get_one(Account, who.id)
        account.gender, account.age_band = gender, band
        if alias == "Kai":
            session.get_one(PersonLanguage, (who.id, "en")).tag = "ja"
    case = make.case()
    case.gender_wish, case.age_wish = "woman", "under30"
    cases.route(session, now=NOON)
    session.commit()
    return case


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_who_does_not_suit_a_wish_is_counted_and_never_named(
    app: Flask, session: Session, make: Make, sign_in: SignIn, wishing: Case
) -> None:
    noor = make.counsellor(alias="Noor", roles=(Role.COORDINATOR,), languages=("ms",))
    session.commit()
    page = sign_in(app.test_client(), noor).get(f"/coordination/case/{wishing.id}").text
    why = re.search(r'<section[^>]*id="why".*?</section>', page, re.DOTALL)
    decided = re.search(r"Why it went where it went.*", page, re.DOTALL)
    assert why
    assert decided
    assert "2 people on shift: not what they wished for" in words_of(why[0])
    assert "2 people do not suit what they wished." in words_of(decided[0])
    assert "Kai does not speak it well enough." in words_of(decided[0])
    for told in (why[0], decided[0].partition("<h2>")[0]):
        assert "Jun" not in told
        assert "Bea" not in told


def test_what_is_stuck_says_only_that_they_do_not_suit(session: Session, wishing: Case) -> None:
    (found,) = cases.overdue(session, after(90))
    assert found.case_id == wishing.id
    assert found.reasons == (("language", 1), ("wished", 2))
    assert "do not suit what they wished (2)" in found.why
