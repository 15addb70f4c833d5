"""What is sent again is seen as it stands; what never leaves costs nothing; a pause is quiet."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.conversation import say, thread
from helpline.messaging import outbox
from helpline.messaging.gateway import RefusalKind, Refused
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxMessage, PartsSpent, claiming
from helpline.messaging.outbox.row import GatewayPause
from helpline.people import ContactPoint
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make
from tests.operations.on_the_line import HOUR, MINUTE

Work = Callable[[], int]


def test_an_answer_whose_phone_was_off_is_seen_as_its_newest_try_stands(
    session: Session, make: Make, work: Work, clock: Clock
) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = cases.claim(session, make.case(seeker=seeker).id, mei.id, now=NOON)
    say(session, case, mei.id, "I am here", now=NOON, form_key="one")
    session.commit()
    seen = []
    for state in ("undelivered", "undelivered", "delivered"):
        for _ in range(3):
            clock.forward(MINUTE)
            work()
        session.rollback()
        newest = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.kind == "reply")
            .order_by(OutboxMessage.created_at.desc(), OutboxMessage.tick.desc())
        ).first()
        assert newest is not None
        outbox.report(session, outbox_id=newest.id, state=state, code="30003", now=clock())
        session.commit()
        (said,) = thread(session, case)
        seen.append((said.state, said.held_until is not None))
        clock.forward(4 * HOUR)
    assert seen == [("again", True), ("again", True), ("delivered", False)]


def _refused(session: Session, make: Make, gateway: RecordingGateway, work: Work) -> ContactPoint:
    """A text that the network puts off, charged already."""
    seeker = make.seeker()
    outbox.post(session, Notice(seeker.id, "received", dedupe_key="mine"), now=NOON)
    session.commit()
    gateway.answer = Refused(RefusalKind.LATER, "20429")
    work()
    session.rollback()
    assert session.scalar(select(func.sum(PartsSpent.parts))) != 0
    return session.scalars(select(ContactPoint)).one()


def test_a_text_that_may_not_leave_any_more_gives_its_parts_back(
    session: Session, make: Make, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    _refused(session, make, gateway, work).opted_out_at = NOON
    session.commit()
    clock.forward(timedelta(hours=1))
    work()
    session.rollback()
    assert session.scalars(select(OutboxMessage.state)).one() == "suppressed"
    assert session.scalar(select(func.sum(PartsSpent.parts))) == 0


def test_a_text_that_is_taken_back_gives_its_parts_back(
    session: Session, make: Make, gateway: RecordingGateway, work: Work
) -> None:
    _refused(session, make, gateway, work)
    assert outbox.withdraw(session, "mine", now=NOON) == 1
    session.commit()
    assert session.scalar(select(func.sum(PartsSpent.parts))) == 0


def test_nothing_is_due_while_the_network_is_left_alone_or_there_is_none(
    session: Session, make: Make, gateway: RecordingGateway, work: Work, clock: Clock
) -> None:
    _refused(session, make, gateway, work)
    later = clock() + HOUR
    assert claiming.is_due(session, gateway="recording", now=later)
    assert not claiming.is_due(session, gateway=None, now=later)
    session.add(GatewayPause(gateway="recording", until=later + HOUR))
    session.flush()
    assert not claiming.is_due(session, gateway="recording", now=later)
