"""What is asked of the outbox is said: once, in order, in the reader's language, and noted."""

import json
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import alerts
from helpline.cases import CaseEvent
from helpline.instance import set_setting
from helpline.messaging import outbox
from helpline.messaging.gateway import Accepted, RefusalKind, Refused, Unknown
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import DeliveryEvent, OutboxMessage, claiming
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


# --- the budget ---


def _budget(session: Session, **rules: object) -> None:
    set_setting(session, "text_rules", rules)


def test_the_reserve_is_for_humans_and_the_rest_waits_for_the_next_day(
    session: Session, make: Make, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    _budget(session, daily_parts=10)
    automatic = [_say(session, make.seeker()) for _ in range(9)]
    work()
    assert len(gateway.sent) == 8
    assert sorted(_row(session, row).held_for for row in automatic)[-1] == "budget"
    _reply(session, make.seeker(phone="+60129999999"), "a human's words")
    work()
    assert gateway.bodies("+60129999999") == ["a human's words"]
    clock.forward(timedelta(hours=24))
    work()
    assert len(gateway.sent) == 10


def test_somebody_is_told_when_the_budget_runs_out(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _budget(session, daily_parts=10)
    for _ in range(8):
        _say(session, make.seeker())
    work()
    assert [alert.kind for alert in alerts.unseen(session)] == ["budget_80"]
    for _ in range(3):
        _reply(session, make.seeker(), "hello")
    work()
    assert len(gateway.sent) == 10
    assert {alert.kind for alert in alerts.unseen(session)} == {"budget_80", "budget_100"}


def test_the_month_has_a_budget_too(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _budget(session, monthly_parts=2, reserve=0)
    for _ in range(3):
        _say(session, make.seeker())
    work()
    assert len(gateway.sent) == 2


def test_what_the_network_refused_costs_nothing(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _budget(session, daily_parts=1, reserve=0)
    gateway.answer = Refused(RefusalKind.BAD_NUMBER, "21211")
    _say(session, make.seeker())
    work()
    gateway.answer = None
    _say(session, make.seeker())
    work()
    assert len(gateway.sent) == 1


# --- refusals ---


def test_stop_at_the_provider_is_kept(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work
) -> None:
    gateway.answer = Refused(RefusalKind.OPTED_OUT, "21610")
    first = _reply(session, seeker, "one")
    second = _reply(session, seeker, "two")
    work()
    gateway.answer = None
    work()
    assert gateway.sent == []
    assert (_row(session, first).error_code, _row(session, first).state) == ("21610", "suppressed")
    assert _row(session, second).held_for == "opted_out"
    assert session.scalars(select(ContactPoint)).one().opted_out_at is not None


def test_a_number_that_is_none_is_not_tried_again_and_the_case_says_so(
    session: Session, seeker: Person, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    case = make.case(seeker=seeker)
    gateway.answer = Refused(RefusalKind.BAD_NUMBER, "21614")
    row_id = _reply(session, seeker, "one", case_id=case.id)
    work()
    assert _row(session, row_id).state == "failed"
    assert session.scalars(select(ContactPoint)).one().unusable == "bad_number"
    events = session.scalars(select(CaseEvent).where(CaseEvent.kind == "not_reached")).all()
    assert [event.reason for event in events] == ["bad_number"]


def test_a_phone_that_is_off_is_tried_a_few_times_over_hours(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    gateway.answer = Refused(RefusalKind.UNREACHABLE, "30003")
    row_id = _reply(session, seeker, "one")
    for _ in range(40):
        work()
        clock.forward(timedelta(hours=1))
    assert _row(session, row_id).state == "failed"
    assert 3 <= _row(session, row_id).attempts <= 6


def test_an_undelivered_reply_is_sent_again_an_hour_later(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    work()
    _report(session, row_id, "undelivered", "30003")
    clock.forward(timedelta(minutes=59))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    clock.forward(timedelta(minutes=2))
    work()
    assert gateway.bodies(PHONE) == ["one", "one"]
    assert _row(session, row_id).state == "undelivered"


@pytest.mark.parametrize("kind", [RefusalKind.BLOCKED, RefusalKind.REGION, RefusalKind.CONFIG])
def test_what_an_operator_must_mend_is_told_and_not_repeated(
    kind: RefusalKind,
    session: Session,
    seeker: Person,
    gateway: RecordingGateway,
    work: Work,
    clock: Clock,
) -> None:
    gateway.answer = Refused(kind, "30007")
    _reply(session, seeker, "one")
    work()
    gateway.answer = None
    clock.forward(timedelta(days=2))
    work()
    assert gateway.sent == []
    assert [(a.kind, a.about) for a in alerts.unseen(session)] == [("text_refused", "30007")]


def test_refused_credentials_lose_no_text(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    gateway.answer = Refused(RefusalKind.CONFIG, "20003")
    _reply(session, seeker, "one")
    work()
    assert [(a.kind, a.about) for a in alerts.unseen(session)] == [("text_refused", "20003")]
    gateway.answer = None
    work()
    assert gateway.sent == [], "the account is left alone for a while"
    clock.forward(timedelta(minutes=6))
    work()

    assert gateway.bodies(PHONE) == ["one"]


# --- reports ---


def test_reports_in_any_order_never_move_a_text_back(
    session: Session, seeker: Person, work: Work
) -> None:
    row_id = _reply(session, seeker, "one")
    work()
    for word in ("delivered", "sent", "queued", "failed", "undelivered", "accepted"):
        _report(session, row_id, word)
        assert _row(session, row_id).state == "delivered"
    assert len(session.scalars(select(DeliveryEvent)).all()) == 6


def test_a_failure_stays_a_failure_and_keeps_its_code(
    session: Session, seeker: Person, work: Work
) -> None:
    row_id = _reply(session, seeker, "one")
    work()
    _report(session, row_id, "undelivered", "30005")
    _report(session, row_id, "sent")
    assert (_row(session, row_id).state, _row(session, row_id).error_code) == (
        "undelivered",
        "30005",
    )


def test_a_report_about_an_unknown_text_is_kept(session: Session) -> None:
    known = outbox.report(session, outbox_id=new_id(), provider_id="SM1", state="sent", now=NOON)
    session.commit()
    assert not known
    assert [event.provider_id for event in session.scalars(select(DeliveryEvent))] == ["SM1"]


def test_a_report_that_came_before_the_answer_counts(
    session: Session, seeker: Person, work: Work
) -> None:
    outbox.report(session, provider_id="ref-1", state="delivered", now=NOON)
    _reply(session, seeker, "one")
    work()
    assert _states(session) == ["delivered"]


# --- unknown outcomes ---


def test_a_lost_answer_is_looked_up_and_not_sent_again(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    gateway.answer = Unknown("timeout")
    work()
    gateway.answer = None
    gateway.sent.append((PHONE, "one"))  # it had arrived all the same
    work()
    assert _row(session, row_id).state == "unknown"
    clock.forward(timedelta(seconds=31))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    assert (_row(session, row_id).state, _row(session, row_id).provider_id) == ("sent", "ref-1")


def test_what_surely_did_not_arrive_is_sent_again(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    gateway.answer = Unknown("reset")
    work()
    gateway.answer = None
    clock.forward(timedelta(seconds=31))
    work()
    clock.forward(timedelta(seconds=10))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    assert _row(session, row_id).attempts == 2


def test_an_earlier_text_with_the_same_words_is_not_taken_for_it(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    first = _reply(session, seeker, "yes")
    work()
    _report(session, first, "delivered")
    _reply(session, seeker, "yes")
    gateway.answer = Unknown("reset")
    work()
    gateway.answer = None
    clock.forward(timedelta(seconds=31))
    work()
    clock.forward(timedelta(seconds=10))
    work()
    assert gateway.bodies(PHONE) == ["yes", "yes"]


def test_a_report_settles_what_nobody_knew(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    gateway.answer = Unknown("timeout")
    work()
    _report(session, row_id, "delivered")
    gateway.answer = None
    clock.forward(timedelta(hours=1))
    work()
    assert gateway.sent == []
    assert _row(session, row_id).state == "delivered"


def test_a_worker_killed_in_the_middle_leaves_a_text_that_is_looked_up(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    claiming.claim(session, gateway="recording", pace=outbox.Pace(), limit=1, now=NOON)
    session.commit()
    gateway.send(own_id=row_id, to=PHONE, body="one", expires_at=None)  # and here it was killed
    work()
    assert _row(session, row_id).state == "sending"
    clock.forward(timedelta(seconds=101))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    assert _row(session, row_id).state == "sent"


def test_a_slow_worker_whose_lease_ran_out_changes_nothing_any_more(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    claiming.claim(session, gateway="recording", pace=outbox.Pace(), limit=1, now=NOON)
    session.commit()
    lease = _row(session, row_id).lease
    clock.forward(timedelta(seconds=101))
    work()
    clock.forward(timedelta(seconds=10))
    work()
    assert gateway.bodies(PHONE) == ["one"]
    assert _row(session, row_id).lease != lease


def test_after_a_day_in_vain_a_person_must_look(
    session: Session, seeker: Person, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    row_id = _reply(session, seeker, "one")
    gateway.answer = Refused(RefusalKind.LATER, "20429")
    for _ in range(26):
        work()
        clock.forward(timedelta(hours=1))
    assert _row(session, row_id).state == "failed"
    assert [(a.kind, a.about) for a in alerts.unseen(session)] == [("text_lost", row_id)]


def test_an_adapter_that_breaks_stops_nobody_else(
    session: Session,
    seeker: Person,
    make: Make,
    gateway: RecordingGateway,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def send(*, to: str, **rest: object) -> Accepted:
        if to == PHONE:
            raise ValueError(f"cannot text {to}")
        return Accepted("ref-9")

    monkeypatch.setattr(gateway, "send", send)
    _reply(session, seeker, "one")
    _reply(session, make.seeker(), "two")
    work()
    assert sorted(_states(session)) == ["accepted", "unknown"]
    assert PHONE not in caplog.text
