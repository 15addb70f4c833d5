"""Texts have a budget by day and month, and a share of it is for what humans write."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpline import alerts
from helpline.instance import set_setting
from helpline.messaging.gateway import RefusalKind, Refused
from tests.conftest import Clock, RecordingGateway
from tests.make import Make
from tests.operations.test_outbox import Work, _reply, _row, _say


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
