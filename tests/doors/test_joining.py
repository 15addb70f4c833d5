"""Web and phone become one: what was safe for the phone stays so, and nobody loses sight."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.conversation import Message
from helpline.intake.texting.silence import word_hash
from helpline.messaging.outbox import OutboxMessage
from helpline.people import ContactPoint, Person, SafeContact
from scheduling import promises
from tests.conftest import KEYRING, Clock
from tests.doors.seeking import asked
from tests.doors.test_return import PHONE, _number, _text, browser
from tests.make import NOON, Make

__all__ = ["browser"]


@pytest.fixture
def texter(session: Session, make: Make) -> Person:
    """Somebody who may be texted from 18 to 21 only, and chose the word "pisang"."""
    person = make.seeker(phone=PHONE)
    point = session.scalars(select(ContactPoint)).one()
    safe = session.get_one(SafeContact, person.id)
    safe.safe_from, safe.safe_until = time(18), time(21)
    safe.safe_word_hash = word_hash(session, point, "pisang")
    make.case(seeker=person)
    session.commit()
    return person


def join(browser: FlaskClient, session: Session, work: Callable[[], int], clock: Clock) -> Person:
    """The web's person, after the page's number was texted."""
    _text(session, _number(browser), "SMjoin", clock())
    work()
    session.commit()
    index = KEYRING.blind(PHONE, purpose="phone")
    mine = select(ContactPoint.person_id).where(ContactPoint.address_index == index)
    person_id = session.scalars(mine).one()
    return session.get_one(Person, person_id, populate_existing=True)


def test_the_narrower_hours_and_the_word_live_on(
    browser: FlaskClient,
    session: Session,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    zone, gone = texter.zone, texter.id
    session.commit()
    asked(browser, words="Hello by web.")
    web = join(browser, session, work, clock)
    safe = session.get_one(SafeContact, web.id, populate_existing=True)
    assert web.id != gone
    assert (safe.safe_from, safe.safe_until) == (time(18), time(21)) or web.zone != zone

    clock.forward(timedelta(days=20))
    _text(session, "It is me again today", "SM2", clock())
    work()
    session.commit()
    bodies = [message.body for message in session.scalars(select(Message))]
    assert "It is me again today" not in bodies, "the word is asked for first"
    _text(session, "Pisang", "SM3", clock())
    work()
    session.commit()
    bodies = [message.body for message in session.scalars(select(Message))]
    assert "It is me again today" in bodies


def test_a_number_that_comes_along_brings_its_hours(
    browser: FlaskClient,
    session: Session,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    _text(session, "hello", "SM0", NOON)
    work()
    clock.forward(timedelta(days=30))
    gone = texter.id
    session.commit()
    asked(browser, words="Hello by web.")
    web = join(browser, session, work, clock)
    safe = session.get_one(SafeContact, web.id, populate_existing=True)

    assert web.id != gone
    assert safe.safe_from is not None
    assert safe.safe_word_hash is not None


def test_the_counsellor_whose_case_went_into_another_hears_so(
    browser: FlaskClient,
    session: Session,
    make: Make,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    mei, siti = make.counsellor(alias="Mei"), make.counsellor(alias="Siti", notice_by="text")
    make.phone(siti, "+60198765432")
    promises.promise(
        session,
        siti.id,
        weekday=NOON.weekday(),
        start=time(0),
        end=time(23, 59),
        zone=siti.zone,
        now=NOON - timedelta(days=3),
    )
    cases.claim(session, session.scalars(select(Case.id)).one(), mei.id, now=NOON)
    session.commit()
    asked(browser, words="Hello by web.")
    newer = session.scalars(select(Case).where(Case.counsellor_id.is_(None))).one()
    newer.opened_at += timedelta(minutes=1)
    cases.claim(session, newer.id, siti.id, now=NOON)
    session.commit()
    join(browser, session, work, clock)

    told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "joined_elsewhere"))
    assert [row.to_id for row in told] == [siti.id]
    assert "joined_with" in [event.kind for event in cases.events_of(session, newer.id)]
