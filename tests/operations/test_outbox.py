"""What is asked of the outbox is said: once, in order, in the reader's language, and noted."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxState
from tests.conftest import RecordingGateway
from tests.make import NOON, Make


def test_a_text_is_sent_once(
    session: Session, make: Make, gateway: RecordingGateway, work: Callable[[], int]
) -> None:
    seeker = make.seeker(phone="+60120000001")
    outbox.post(session, Notice(seeker.id, "received"), now=NOON)
    session.commit()

    work()
    work()

    assert gateway.bodies("+60120000001") == ["We have your message. A human will read it."]
    session.expire_all()
    assert [row["state"] for row in outbox.listing(session)] == [OutboxState.ACCEPTED]
