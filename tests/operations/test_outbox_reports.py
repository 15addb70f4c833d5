"""What the network refuses or reports: what follows from it, and what is tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import alerts
from helpline.cases import CaseEvent
from helpline.messaging import outbox
from helpline.messaging.gateway import RefusalKind, Refused
from helpline.messaging.outbox import DeliveryEvent
from helpline.people import (
    ContactPoint,
    Person,
)
from scheduling.base import new_id
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make
from tests.operations.test_outbox import PHONE, Work, _reply, _report, _row, _states, seeker

__all__ = ["seeker"]


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
