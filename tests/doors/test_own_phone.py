"""One's own phone for notices: it is used once the code sent to it was typed, and not before."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.people import ContactKind, ContactPoint, Person
from tests.conftest import Clock, RecordingGateway
from tests.doors.seeking import asked
from tests.doors.texting import Phone
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
Work = Callable[[], int]
OWN, OTHER = "+60123450001", "+60123450002"


@pytest.fixture
def mei(make: Make, session: Session) -> Person:
    make.line(number="+15005550006")
    person = make.counsellor(alias="Mei", notice_by="text")
    session.commit()
    return person


@pytest.fixture
def account(app: Flask, sign_in: SignIn, mei: Person) -> FlaskClient:
    return sign_in(app.test_client(), mei)


def code_sent(gateway: RecordingGateway, number: str = OWN) -> str:
    found = re.search(r"\b\d{6}\b", gateway.bodies(number)[-1])
    assert found
    return found[0]


def type_number(account: FlaskClient, number: str = OWN) -> None:
    assert account.post("/account/phone", data={"phone": number}).status_code == 303


def confirm(account: FlaskClient, code: str) -> int:
    return account.post("/account/phone/confirm", data={"code": code}).status_code


def notify(session: Session, person: Person, work: Work, clock: Clock) -> None:
    outbox.post(session, Notice(person.id, "offer_waiting", {"until": "20:15"}), now=clock())
    session.commit()
    work()


def phones(session: Session) -> list[str]:
    session.rollback()
    points = session.scalars(select(ContactPoint).where(ContactPoint.kind == ContactKind.PHONE))
    return [point.address for point in points]


def test_notices_go_to_a_phone_once_its_code_was_typed(
    account: FlaskClient,
    mei: Person,
    session: Session,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    type_number(account)
    work()
    assert len(gateway.bodies(OWN)) == 1, "the code and nothing else"
    assert "ends in" not in account.get("/account").text
    notify(session, mei, work, clock)
    assert len(gateway.bodies(OWN)) == 1

    code = code_sent(gateway)
    assert confirm(account, f" {code[:3]} {code[3:]}") == 303
    assert "a number that ends in 01" in account.get("/account").text
    for _ in range(2):  # it has answered: not one a day, as to a number that was only typed
        clock.forward(timedelta(minutes=1))
        notify(session, mei, work, clock)
    assert gateway.bodies(OWN)[1:] == ["Something is waiting for you until 20:15."] * 2


def test_the_code_tells_nothing_to_whoever_reads_it(
    account: FlaskClient, gateway: RecordingGateway, work: Work
) -> None:
    type_number(account)
    work()
    words = gateway.bodies(OWN)[0].casefold()
    assert not re.search("help|line|crisis|counsel|support|http", words)


@pytest.mark.parametrize("code", ["", "000000", "12345", "x" * 20, "１２３４５６"])
def test_a_wrong_code_is_told_and_changes_nothing(
    account: FlaskClient, gateway: RecordingGateway, work: Work, session: Session, code: str
) -> None:
    type_number(account)
    work()
    assert code != code_sent(gateway)
    answer = account.post("/account/phone/confirm", data={"code": code})
    assert answer.status_code == 400
    assert "not the code we sent last" in answer.text
    assert session.scalars(select(ContactPoint.unusable)).one() == "unconfirmed"


def test_a_code_is_good_for_half_an_hour_and_only_the_last_one(
    account: FlaskClient, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    type_number(account)
    work()
    first = code_sent(gateway)
    clock.forward(timedelta(minutes=1))
    type_number(account)
    work()
    second = code_sent(gateway)
    assert first != second
    assert confirm(account, first) == 400
    for _ in range(3):
        clock.forward(timedelta(minutes=10))
        account.get("/account")  # stay signed in
    assert confirm(account, second) == 400


def test_guessing_ends_after_a_few_tries(
    account: FlaskClient, gateway: RecordingGateway, work: Work
) -> None:
    type_number(account)
    work()
    assert [confirm(account, f"{n:06d}") for n in range(6)] == [400] * 5 + [429]
    assert confirm(account, code_sent(gateway)) == 429


def test_the_phone_in_use_goes_on_until_the_new_one_is_confirmed(
    account: FlaskClient,
    mei: Person,
    session: Session,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    type_number(account)
    work()
    confirm(account, code_sent(gateway))
    clock.forward(timedelta(minutes=1))
    type_number(account, OTHER)
    notify(session, mei, work, clock)
    assert "Something is waiting" in gateway.bodies(OWN)[-1]
    assert len(gateway.bodies(OTHER)) == 1
    assert confirm(account, code_sent(gateway, OTHER)) == 303
    assert phones(session) == [OTHER]

    assert account.post("/account/phone", data={"phone": ""}).status_code == 303
    assert phones(session) == []


def test_a_number_that_a_colleague_only_typed_is_nobodys_yet(
    app: Flask,
    account: FlaskClient,
    mei: Person,
    session: Session,
    gateway: RecordingGateway,
    work: Work,
) -> None:
    """Whoever really has it texts us as anybody else, and hears nothing of the colleague."""
    type_number(account)
    work()
    code = code_sent(gateway)
    heard = Phone(app, gateway, work, number=OWN).text("I cannot sleep at night any more")
    assert len(heard) >= 2, "the code, and our first question"
    session.rollback()
    point = session.scalars(select(ContactPoint)).one()
    assert point.person_id != mei.id
    assert session.get_one(Person, point.person_id).is_seeker
    assert confirm(account, code) == 400
    assert account.post("/account/phone", data={"phone": OWN}).status_code == 400


def test_somebody_who_asks_on_the_web_may_name_a_number_that_a_colleague_only_typed(
    app: Flask, account: FlaskClient, mei: Person, session: Session
) -> None:
    type_number(account)
    asked(app.test_client(), words="I cannot sleep.", how="text", phone=OWN)
    session.rollback()
    point = session.scalars(select(ContactPoint)).one()
    assert (point.address, point.unusable) == (OWN, "")
    assert point.person_id != mei.id


def test_a_colleague_who_only_typed_it_keeps_no_other_from_their_own_phone(
    app: Flask,
    account: FlaskClient,
    make: Make,
    session: Session,
    sign_in: SignIn,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    type_number(account)
    lin = make.counsellor(alias="Lin", notice_by="text")
    session.commit()
    hers = sign_in(app.test_client(), lin)
    type_number(hers)
    work()
    assert confirm(hers, code_sent(gateway)) == 303
    assert phones(session) == [OWN]
