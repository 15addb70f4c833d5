"""What nobody knows the outcome of is looked up, and never sent twice."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpline import alerts
from helpline.messaging import outbox
from helpline.messaging.gateway import Accepted, RefusalKind, Refused, Unknown
from helpline.messaging.outbox import claiming
from helpline.people import (
    Person,
)
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make
from tests.operations.test_outbox import PHONE, Work, _reply, _report, _row, _states, seeker

__all__ = ["seeker"]


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
