"""Erasing by the person who asked: nothing of theirs is left, and nothing brings it back."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, Note
from helpline.conversation import Dialog, Message, say
from helpline.db import begin_in
from helpline.messaging import reconcile
from helpline.messaging.gateway import Inbound
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import OutboxMessage
from helpline.people import ContactPoint, Person, ReturnCode, SafeContact, Visit
from scheduling.base import new_id
from tests.conftest import Clock, RecordingGateway
from tests.doors.seeking import asked, code, send
from tests.doors.test_return import PHONE, _back, _count, _text, browser
from tests.make import NOON, Make

__all__ = ["browser"]


def test_erasing_leaves_nothing_of_what_was_said(
    browser: FlaskClient,
    session: Session,
    make: Make,
    work: Callable[[], int],
    gateway: RecordingGateway,
) -> None:
    words = code(asked(browser, words="Kept words.", how="text", phone=PHONE, alias="Kite"))
    _text(session, "Texted words.", "SM1")
    work()
    case = session.scalars(select(Case).where(Case.closed_at.is_(None))).one()
    counsellor = make.counsellor(alias="Aisyah")
    session.commit()
    cases.claim(session, case.id, counsellor.id, now=NOON)
    session.refresh(case)
    say(session, case, counsellor.id, "Said words.", now=NOON, form_key="k")
    session.add(note := Note(id=new_id(), case_id=case.id, author_id=counsellor.id, at=NOON))
    note.body = "Noted words."
    session.commit()
    page = browser.get("/talk/erase")
    assert "Nobody can bring them back" in page.text
    done = send(browser, page, "/talk/erase")
    assert "Everything is erased" in done.text
    session.commit()
    case = session.get_one(Case, case.id)
    assert (case.state, case.counsellor_id, case.topic) == (CaseState.ERASED, None, "")
    for model in (Message, Note, ContactPoint, SafeContact, ReturnCode, Visit):
        assert _count(session, model) == 0, model
    bare = session.scalars(select(InboundText)).one()
    assert (bare.provider_id, bare.sender_index) == ("SM1", bytes(32))
    assert (bare.sender_sealed, bare.to_sealed, bare.body_sealed) == (None, None, None)
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.to_id == case.seeker_id))
    assert {(row.facts_sealed, row.words_sealed, row.contact_point_id) for row in rows} == {
        (None, None, None)
    }
    person = session.get_one(Person, case.seeker_id)
    assert (person.alias, person.codename, person.age_band) == ("", "", "")
    sent = len(gateway.sent)
    work()
    assert len(gateway.sent) == sent
    assert browser.get("/talk").status_code == 303
    assert _back(browser, words) == 400


def test_catching_up_brings_no_erased_text_back(
    app: Flask,
    browser: FlaskClient,
    session: Session,
    work: Callable[[], int],
    gateway: RecordingGateway,
    clock: Clock,
) -> None:
    asked(browser, how="text", phone=PHONE)
    _text(session, "Texted words.", "SM1")
    work()
    send(browser, browser.get("/talk/erase"), "/talk/erase")
    gateway.received = [Inbound("SM1", PHONE, "+60320000000", "Texted words.", at=NOON)]
    assert reconcile.catch_up(begin_in(app), gateway, clock) == 0
    work()
    assert (_count(session, Message), _count(session, ContactPoint)) == (0, 0)
    assert session.scalars(select(InboundText)).one().body_sealed is None


def test_a_stop_outlives_erasing_and_start_begins_afresh(
    browser: FlaskClient,
    session: Session,
    work: Callable[[], int],
    gateway: RecordingGateway,
) -> None:
    asked(browser, how="text", phone=PHONE)
    _text(session, "STOP", "SM1")
    work()
    send(browser, browser.get("/talk/erase"), "/talk/erase")
    point = session.scalars(select(ContactPoint)).one()
    assert (point.address_sealed, point.line_number_sealed, point.country) == (None, None, "")
    assert point.opted_out_at
    assert _count(session, Dialog) == 0
    erased, sent = point.person_id, len(gateway.sent)
    _text(session, "Hello again", "SM2")
    work()
    assert len(gateway.sent) == sent
    _text(session, "START", "SM3")
    work()
    assert len(gateway.sent) > sent
    session.expire_all()
    point = session.scalars(select(ContactPoint)).one()
    assert (point.opted_out_at, point.address) == (None, PHONE)
    assert point.person_id != erased
    assert session.get_one(Person, point.person_id).codename


@pytest.mark.sqlite
def test_erased_bytes_are_in_no_file(browser: FlaskClient, session: Session, app: Flask) -> None:
    asked(browser, words="Kept words.")
    sealed = session.scalars(select(Message.body_sealed)).one()
    assert sealed
    session.rollback()
    folder = app.extensions["helpline"].config.data_folder
    assert any(sealed in file.read_bytes() for file in folder.glob("*sqlite*"))
    send(browser, browser.get("/talk/erase"), "/talk/erase")
    assert not any(sealed in file.read_bytes() for file in folder.glob("*sqlite*"))
