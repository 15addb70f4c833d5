"""A sender is never asked for more parts a second than its line allows, and what matters goes
first."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.people import Person
from tests.conftest import Clock, RecordingGateway, RecordingMail
from tests.make import NOON, Make
from tests.operations.test_outbox import _mail_address

Work = Callable[[], int]
LONG = "We can talk at three in the afternoon, if that suits you. " * 6  # three parts


def ask(
    session: Session,
    person: Person,
    body: str,
    *,
    automatic: bool = False,
    urgency: int = 4,
    due: datetime = NOON,
) -> None:
    notice = Notice(
        person.id, "reply", {"body": body}, automatic=automatic, answers=True, urgency=urgency
    )
    outbox.post(session, notice, now=due)
    session.commit()


def left(gateway: RecordingGateway) -> list[str]:
    return [body for _, body in gateway.sent]


def over_time(
    clock: Clock, work: Work, gateway: RecordingGateway, seconds: float, step: float = 0.5
) -> list[tuple[float, str]]:
    """What left, with how many seconds after the beginning."""
    found: list[tuple[float, str]] = []
    for _ in range(int(seconds / step) + 1):
        work()
        at = (clock.moment - NOON).total_seconds()
        found += [(at, body) for body in left(gateway)[len(found) :]]
        clock.forward(timedelta(seconds=step))
    return found


def test_a_long_code_sends_one_part_a_second_the_earliest_due_first(
    session: Session, make: Make, gateway: RecordingGateway, clock: Clock, work: Work
) -> None:
    make.line(parts_per_second=1)
    for number in (2, 0, 1):
        due = NOON - timedelta(minutes=3 - number)
        ask(session, make.seeker(), f"text {number}", due=due)

    found = over_time(clock, work, gateway, 4)
    assert found == [(0.0, "text 0"), (1.0, "text 1"), (2.0, "text 2")]


def test_a_long_text_takes_the_time_of_all_its_parts(
    session: Session, make: Make, gateway: RecordingGateway, clock: Clock, work: Work
) -> None:
    make.line(parts_per_second=1)
    for number, body in enumerate((LONG, "short", "shorter")):
        ask(session, make.seeker(), body, due=NOON - timedelta(minutes=3 - number))

    found = over_time(clock, work, gateway, 6)
    assert [at for at, _ in found] == [0.0, 3.0, 4.0]


@pytest.mark.parametrize(("rate", "in_two_seconds"), [(1, 2), (3, 6), (100, 200)])
def test_a_line_says_how_many(
    session: Session,
    make: Make,
    gateway: RecordingGateway,
    clock: Clock,
    work: Work,
    rate: int,
    in_two_seconds: int,
) -> None:
    make.line(parts_per_second=rate)
    for number in range(in_two_seconds + 20):
        ask(session, make.seeker(), f"text {number}")

    found = over_time(clock, work, gateway, 1.95, step=0.05)
    assert len(found) == pytest.approx(in_two_seconds, abs=in_two_seconds / 10)
    for begin in (0.0, 0.5, 0.95):
        within = [at for at, _ in found if begin <= at < begin + 1]
        assert len(within) <= rate + rate // 10, "in no second more, but for a handful"


def test_what_matters_overtakes_and_people_go_before_machines(
    session: Session, make: Make, gateway: RecordingGateway, clock: Clock, work: Work
) -> None:
    make.line(parts_per_second=1)
    for number in range(3):
        early = NOON - timedelta(hours=1)
        ask(session, make.seeker(), f"reminder {number}", automatic=True, due=early)
    ask(session, make.seeker(), "answer")
    ask(session, make.seeker(), "urgent answer", urgency=1)
    ask(session, make.seeker(), "urgent word of ours", automatic=True, urgency=1)

    found = [body for _, body in over_time(clock, work, gateway, 8)]
    assert found[:3] == ["urgent answer", "urgent word of ours", "answer"]
    assert len(found) == 6


def test_mails_do_not_wait_for_the_sender_of_texts(
    session: Session,
    make: Make,
    gateway: RecordingGateway,
    mail: RecordingMail,
    work: Work,
) -> None:
    make.line(parts_per_second=1)
    for number in range(3):
        ask(session, make.seeker(), f"text {number}")
    somebody = make.counsellor(notice_by="mail")
    _mail_address(session, somebody)
    outbox.post(session, Notice(somebody.id, "offer_waiting", {"until": "20:15"}), now=NOON)
    session.commit()
    work()

    assert len(gateway.sent) == 1
    assert len(mail.sent) == 1


def test_what_waits_for_its_sender_keeps_no_worker_busy(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    make.line(parts_per_second=1)
    for number in range(40):
        ask(session, make.seeker(), f"text {number}")

    work()
    assert len(gateway.sent) == 1
    assert work() == 0
    assert {row["state"] for row in outbox.listing(session)} == {"accepted", "queued"}
