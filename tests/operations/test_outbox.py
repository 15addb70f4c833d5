"""What is asked of the outbox is said: once, in order, in the reader's language, and noted."""

import json
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.gateway import RefusalKind, Refused
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxMessage
from helpline.people import (
    ContactFlag,
    ContactKind,
    ContactPoint,
    HowToReach,
    Person,
    SafeContact,
)
from scheduling.base import new_id
from tests.conftest import Clock, RecordingGateway, RecordingMail
from tests.make import NOON, Make

Work = Callable[[], int]
PHONE = "+60120000001"
RECEIVED = "We have your message. A human will read it."


@pytest.fixture
def seeker(make: Make) -> Person:
    return make.seeker(phone=PHONE)


def _say(session: Session, person: Person, text: str = "received", **more: Any) -> str:
    """Ask for a text, committed; the id of its row."""
    row = outbox.post(session, Notice(person.id, text, **more), now=more.pop("now", NOON))
    assert row is not None
    row_id = row.id
    session.commit()
    return row_id


def _reply(session: Session, person: Person, body: str, **more: Any) -> str:
    return _say(session, person, "reply", facts={"body": body}, automatic=False, **more)


def _row(session: Session, row_id: str) -> OutboxMessage:
    session.rollback()  # a fresh look
    return session.get_one(OutboxMessage, row_id)


def _states(session: Session) -> list[str]:
    session.rollback()  # a fresh look
    return [str(row["state"]) for row in outbox.listing(session)]


def _report(session: Session, row_id: str, state: str, code: str = "") -> None:
    outbox.report(session, outbox_id=row_id, state=state, code=code, now=NOON)
    session.commit()


# --- asking ---


def test_a_text_is_sent_once(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    _say(session, seeker)
    work()
    work()
    assert gateway.bodies(PHONE) == [RECEIVED]
    assert _states(session) == ["accepted"]


def test_what_is_rolled_back_is_never_said(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    session.commit()
    outbox.post(session, Notice(seeker.id, "received"), now=NOON)
    session.rollback()
    work()
    assert gateway.sent == []


def test_the_same_key_is_said_once(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    _say(session, seeker, dedupe_key="receipt:1")
    assert (
        outbox.post(session, Notice(seeker.id, "received", dedupe_key="receipt:1"), now=NOON)
        is None
    )
    session.commit()
    work()
    assert len(gateway.sent) == 1


def test_a_text_is_in_the_readers_language(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _say(session, make.seeker(phone=PHONE, language="zh-Hans"))
    work()
    (body,) = gateway.bodies(PHONE)
    assert not body.isascii()


def test_a_missing_fact_is_found_when_asking(session: Session, seeker: Person) -> None:
    with pytest.raises(KeyError):
        outbox.post(session, Notice(seeker.id, "place"), now=NOON)


def test_a_newer_notice_takes_the_place_of_an_older_one(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    first = _say(session, seeker, "place", facts={"place": "3"}, dedupe_key="place:c:3")
    _say(session, seeker, "place", facts={"place": "2"}, dedupe_key="place:c:2", cancels="place:c:")
    work()
    assert [body[:20] for body in gateway.bodies(PHONE)] == ["You are number 2 in "]
    assert (_row(session, first).state, _row(session, first).held_for) == (
        "suppressed",
        "withdrawn",
    )


def test_nothing_personal_stands_open_in_the_row(session: Session, seeker: Person) -> None:
    row_id = _reply(session, seeker, "my secret words")
    table = OutboxMessage.__table__
    (row,) = session.execute(select(table).where(table.c.id == row_id)).all()
    assert "secret" not in repr(tuple(row))
    assert PHONE not in repr(tuple(row))
    shown = json.dumps(outbox.listing(session))
    assert "secret" not in shown
    assert PHONE not in shown


# --- whom, and by which way ---


def test_somebody_on_the_web_only_is_not_texted(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    seeker = make.seeker(phone=PHONE, how=HowToReach.WEB)
    row_id = _say(session, seeker)
    work()
    assert gateway.sent == []
    assert _row(session, row_id).held_for == "web_only"


def test_somebody_on_the_web_who_asked_for_it_gets_a_neutral_mail(
    session: Session, make: Make, mail: RecordingMail, work: Work
) -> None:
    seeker = make.seeker(phone=None, how=HowToReach.WEB)
    session.get_one(SafeContact, seeker.id).notify_when_answered = "mail"
    _mail_address(session, seeker)
    row_id = _say(session, seeker, "answer_waiting")
    work()
    (letter,) = mail.sent
    assert (letter.to, letter.subject) == ("a@example.org", "A message for you")
    assert letter.body == "There is an answer for you."
    assert _row(session, row_id).state == "sent"


def test_staff_hear_in_the_way_they_chose(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    by_text, by_browser = make.counsellor(notice_by="text"), make.counsellor(notice_by="browser")
    for number, person in enumerate((by_text, by_browser)):
        make.phone(person, f"+6012000000{number}")
        _say(session, person, "offer_waiting", facts={"until": "20:15"})
    work()
    assert gateway.sent == [("+60120000000", "Something is waiting for you until 20:15.")]


def _mail_address(session: Session, person: Person) -> None:
    session.add(
        ContactPoint(
            id=new_id(),
            person_id=person.id,
            kind=ContactKind.EMAIL,
            address="a@example.org",
            address_index=session.info["keyring"].blind("a@example.org", purpose="email"),
            created_at=NOON,
        )
    )


# --- one at a time, in order ---


def test_texts_to_one_person_keep_their_order_one_in_flight(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    ids = [_reply(session, seeker, word) for word in ("one", "two", "three")]
    for sent, row_id in enumerate(ids, start=1):
        work()
        assert gateway.bodies(PHONE) == ["one", "two", "three"][:sent]
        _report(session, row_id, "delivered")


def test_a_silent_network_frees_the_lane_after_a_while(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    _reply(session, seeker, "one")
    _reply(session, seeker, "two")
    work()
    clock.forward(timedelta(seconds=14))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    clock.forward(timedelta(seconds=2))
    work()
    assert gateway.bodies(PHONE) == ["one", "two"]


def test_a_text_that_must_be_tried_again_keeps_its_place(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    first = _reply(session, seeker, "one")
    gateway.answer = Refused(RefusalKind.LATER, "20429", retry_after=7)
    work()
    gateway.answer = None
    _reply(session, seeker, "two")
    clock.forward(timedelta(seconds=6))
    work()
    assert gateway.sent == []
    clock.forward(timedelta(seconds=3))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    assert _row(session, first).attempts == 2


def test_nobody_is_texted_before_retry_after_has_passed(
    session: Session,
    seeker: Person,
    make: Make,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    _reply(session, seeker, "one")
    gateway.answer = Refused(RefusalKind.LATER, "20429", retry_after=60)
    work()
    gateway.answer = None
    other = make.seeker(phone="+60120000002")
    _reply(session, other, "hello")
    clock.forward(timedelta(seconds=59))
    work()
    assert gateway.sent == []
    clock.forward(timedelta(seconds=10))
    work()
    assert {number for number, _ in gateway.sent} == {PHONE, "+60120000002"}


def test_the_most_urgent_goes_first(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _say(session, make.seeker(phone="+60120000003"), urgency=4)
    _say(session, make.seeker(phone="+60120000002"), urgency=1)
    work()
    assert [number for number, _ in gateway.sent] == ["+60120000002", "+60120000003"]


# --- held, never dropped ---


def test_quiet_hours_hold_a_text_until_the_morning(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    clock.forward(timedelta(hours=3))  # 23:00 in Kuala Lumpur
    row_id = _say(session, seeker)
    work()
    assert gateway.sent == []
    assert _row(session, row_id).held_for == "quiet_hours"
    clock.forward(timedelta(hours=9))
    work()
    assert gateway.bodies(PHONE) == [RECEIVED]


def test_a_held_text_does_not_keep_a_humans_reply_waiting(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    clock.forward(timedelta(hours=3))
    _say(session, seeker)
    work()
    _reply(session, seeker, "I am here")
    work()
    assert gateway.bodies(PHONE) == ["I am here"]


def test_a_held_text_is_written_anew_when_it_goes(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    safe = session.get_one(SafeContact, seeker.id)
    safe.safe_from, safe.safe_until = time(9), time(10)
    _say(session, seeker)
    work()
    seeker.language = "ms"
    session.commit()
    clock.forward(timedelta(hours=13))
    work()
    (body,) = gateway.bodies(PHONE)
    assert body != RECEIVED


def test_a_text_whose_time_is_over_expires(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _say(session, seeker, expires_at=NOON + timedelta(minutes=5))
    clock.forward(timedelta(minutes=5))
    work()
    assert gateway.sent == []
    assert _row(session, row_id).state == "expired"


def test_a_text_waits_for_its_moment(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    _reply(session, seeker, "later", not_before=NOON + timedelta(hours=1))
    work()
    assert gateway.sent == []
    clock.forward(timedelta(hours=1))
    work()
    assert gateway.bodies(PHONE) == ["later"]


def test_stop_while_a_text_waits_and_start_for_later_ones(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    waiting = _reply(session, seeker, "before")
    point = session.scalars(select(ContactPoint)).one()
    point.opted_out_at = NOON
    session.commit()
    work()
    assert _row(session, waiting).state == "suppressed"
    session.scalars(select(ContactPoint)).one().opted_out_at = None
    session.commit()
    _reply(session, seeker, "after")
    work()
    assert gateway.bodies(PHONE) == ["after"]


def test_a_limited_number_still_gets_the_resources(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    session.add(
        ContactFlag(
            id=new_id(),
            person_id=seeker.id,
            kind="abusive",
            set_at=NOON,
            until=NOON + timedelta(days=1),
        )
    )
    _reply(session, seeker, "no")
    _say(session, seeker, "resources", facts={"emergency": "999"})
    work()
    assert [body[:10] for body in gateway.bodies(PHONE)] == ["You matter"]


def test_a_number_typed_on_the_web_gets_one_automatic_text_a_day(
    session: Session, make: Make, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    seeker = make.seeker(phone=None)
    make.phone(seeker, PHONE, heard_at=None, country="MY")
    first = _say(session, seeker)
    work()
    _report(session, first, "delivered")
    second = _say(session, seeker)
    work()
    assert len(gateway.sent) == 1
    assert _row(session, second).held_for == "one_a_day"
    clock.forward(timedelta(hours=24))
    work()
    assert len(gateway.sent) == 2
