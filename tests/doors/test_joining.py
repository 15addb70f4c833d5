"""Web and phone become one: what was safe for the phone stays so, and nobody loses sight."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, ChoiceKind, WaitChoice
from helpline.conversation import Message
from helpline.intake.texting.silence import word_hash
from helpline.messaging.outbox import OutboxMessage
from helpline.people import Account, ContactPoint, Person, SafeContact
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


# --- what they chose goes on ---


def choices(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(WaitChoice).order_by(WaitChoice.chosen_at, WaitChoice.id))
    return [(each.case_id, f"{each.kind}:{each.state}") for each in rows]


def chosen(session: Session, case: Case, kind: ChoiceKind, minute: int, **more: Any) -> None:
    at = NOON + timedelta(minutes=minute)
    cases.choose(session, case, kind, by="text", now=at, **more)
    session.commit()


def the_open_case(session: Session) -> Case:
    session.rollback()
    return session.scalars(select(Case).where(Case.closed_at.is_(None))).one()


@pytest.mark.parametrize("web_is_newer", [True, False])
def test_of_two_choices_the_newer_one_stands_after_joining(
    browser: FlaskClient,
    session: Session,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
    web_is_newer: bool,
) -> None:
    by_text = session.scalars(select(Case)).one()
    hours = (time(18), time(20))
    asked(browser, words="Hello by web.")
    session.rollback()
    web = session.scalars(select(Case).where(Case.id != by_text.id)).one()
    chosen(session, by_text, ChoiceKind.LATER, 5, hours=hours)
    chosen(session, web, ChoiceKind.MESSAGE, 6 if web_is_newer else 4)
    join(browser, session, work, clock)

    kept = the_open_case(session)
    stands = cases.open_choice(session, kept.id)
    assert stands is not None
    assert stands.kind is (ChoiceKind.MESSAGE if web_is_newer else ChoiceKind.LATER)
    assert [state for _, state in choices(session)].count(f"{stands.kind}:open") == 1
    assert (kept.not_before is None) == web_is_newer, "the hours they named, where those stand"


def test_an_accepted_language_the_wishes_and_the_longer_wait_go_along(
    browser: FlaskClient,
    session: Session,
    make: Make,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    siti = make.counsellor(alias="Siti", languages=("ms",))
    promises.promise(
        session,
        siti.id,
        weekday=NOON.weekday(),
        start=time(0),
        end=time(23, 59),
        zone=siti.zone,
        now=NOON - timedelta(days=3),
    )
    older = session.scalars(select(Case)).one()
    older.opened_at -= timedelta(hours=1)
    session.commit()
    asked(browser, words="Hello by web.")
    session.rollback()
    web = session.scalars(select(Case).where(Case.id != older.id)).one()
    waited = web.waiting_since
    safe = session.get_one(SafeContact, texter.id)
    safe.safe_from = safe.safe_until = None
    older.waiting_since = NOON + timedelta(hours=1)
    web.gender_wish = "woman"
    siti_account = session.get_one(Account, siti.id)
    siti_account.gender = "woman"
    session.commit()
    chosen(session, web, ChoiceKind.LANGUAGE, 3, language="ms")
    join(browser, session, work, clock)

    kept = the_open_case(session)
    assert kept.id == older.id
    assert (kept.accepts, kept.gender_wish, kept.waiting_since) == ("ms", "woman", waited)


def test_the_digits_of_the_menu_that_the_phone_read_still_mean_the_same(
    browser: FlaskClient,
    session: Session,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    by_text = session.scalars(select(Case)).one()
    by_text.opened_at += timedelta(hours=1)
    safe = session.get_one(SafeContact, texter.id)
    safe.safe_from = safe.safe_until = None
    session.commit()
    asked(browser, words="Hello by web.")
    session.rollback()
    work()
    assert cases.asked_ways(session, session.get_one(Case, by_text.id))
    session.rollback()
    join(browser, session, work, clock)
    kept = the_open_case(session)
    assert kept.id != by_text.id
    meant = cases.asked_ways(session, kept)
    assert [each.kind for each in meant] == [ChoiceKind.LATER, ChoiceKind.MESSAGE]
    session.rollback()
    _text(session, "2", "SMdigit", clock())
    work()
    stands = cases.open_choice(session, kept.id)
    assert stands is not None
    assert stands.kind is ChoiceKind.MESSAGE


def test_a_risk_that_a_human_saw_goes_along_with_its_urgency(
    browser: FlaskClient,
    session: Session,
    make: Make,
    texter: Person,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    mei = make.counsellor(alias="Mei")
    older = session.scalars(select(Case)).one()
    older.opened_at -= timedelta(hours=1)
    session.commit()
    asked(browser, words="Hello by web.")
    session.rollback()
    web = session.scalars(select(Case).where(Case.id != older.id)).one()
    cases.set_risk(session, web, cases.Risk.HIGH, by_id=mei.id, now=NOON)
    session.commit()
    join(browser, session, work, clock)
    kept = the_open_case(session)
    assert (kept.id, kept.urgency, kept.risk_level) == (older.id, 2, cases.Risk.HIGH)
