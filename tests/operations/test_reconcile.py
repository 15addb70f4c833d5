"""After downtime nothing is missed and nothing is doubled, whatever reached us meanwhile."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.db import begin_in
from helpline.jobs import Job
from helpline.messaging import inbound, reconcile
from helpline.messaging.gateway import Found, Inbound, RefusalKind, Refused, Unknown
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import DeliveryEvent, OutboxMessage, OutboxState
from scheduling.base import new_id
from tests.conftest import KEYRING, Clock, RecordingGateway
from tests.make import NOON, Make


def arrived(number: int, *, at: timedelta, sender: str = "+60123456789") -> Inbound:
    return Inbound(f"SM{number}", sender, "+15005550006", f"text {number}", at=NOON + at)


def kept(session: Session) -> list[str]:
    """The words of every text we hold, in the order in which they are read."""
    session.expire_all()
    texts = session.scalars(select(InboundText).order_by(InboundText.received_at)).all()
    return [text.body for text in texts]


def run(app: Flask, gateway: RecordingGateway, clock: Clock) -> int:
    return reconcile.run(begin_in(app), gateway, clock)


def test_texts_that_came_while_we_were_away_are_fetched_once_and_in_order(
    app: Flask, session: Session, gateway: RecordingGateway, clock: Clock
) -> None:
    run(app, gateway, clock)
    clock.forward(timedelta(hours=3))
    moment = timedelta(hours=1)
    gateway.received = [arrived(number, at=moment) for number in range(1, 6)]

    assert run(app, gateway, clock) == 5
    assert run(app, gateway, clock) == 0
    assert kept(session) == [f"text {number}" for number in range(1, 6)]
    jobs = session.scalars(select(Job).where(Job.kind == inbound.RECEIVE)).all()
    assert len(jobs) == 5


def test_a_text_that_the_webhook_took_is_not_taken_again(
    app: Flask, session: Session, gateway: RecordingGateway, clock: Clock
) -> None:
    text = arrived(1, at=timedelta())
    with begin_in(app)() as open_session:
        inbound.store(open_session.connection(), KEYRING, text, gateway.name, NOON)
    gateway.received = [text]

    assert run(app, gateway, clock) == 0
    assert kept(session) == ["text 1"]


def test_what_a_network_tells_late_is_still_found(
    app: Flask, session: Session, gateway: RecordingGateway, clock: Clock
) -> None:
    run(app, gateway, clock)
    clock.forward(timedelta(minutes=5))
    gateway.received = [arrived(1, at=timedelta(minutes=-10))]

    assert run(app, gateway, clock) == 1


def test_a_new_instance_leaves_old_texts_of_its_number_alone(
    app: Flask, gateway: RecordingGateway, clock: Clock
) -> None:
    gateway.received = [arrived(1, at=timedelta(days=-3))]

    assert run(app, gateway, clock) == 0


def test_a_network_that_does_not_answer_is_asked_for_the_same_stretch_later(
    app: Flask, session: Session, gateway: RecordingGateway, clock: Clock
) -> None:
    run(app, gateway, clock)
    clock.forward(timedelta(hours=2))
    gateway.received = [arrived(1, at=timedelta(hours=1))]
    silent = Silent()

    with pytest.raises(reconcile.NotAnswered):
        reconcile.run(begin_in(app), silent, clock)
    clock.forward(timedelta(hours=2))

    assert run(app, gateway, clock) == 1


class Silent(RecordingGateway):
    def list_inbound(self, since: object) -> Sequence[Inbound] | Unknown:
        return Unknown("no answer")


class Knowing(RecordingGateway):
    """Tells the same about every text of ours, and counts how often it was asked."""

    tells: Found | Refused | Unknown | None = None
    asked: int = 0

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        self.asked += 1
        return self.tells


def taken(make: Make, clock: Clock, *, state: OutboxState = OutboxState.SENT) -> str:
    """A text the network took just now."""
    seeker, outbox_id = make.seeker(), new_id()
    row = OutboxMessage(
        id=outbox_id,
        to_id=seeker.id,
        channel="text",
        lane=new_id().encode(),
        kind="reply",
        language="en",
        state=state,
        created_at=clock(),
        due_at=clock(),
        tried_at=clock(),
        gateway="recording",
        provider_id=f"SM{new_id()}",
    )
    make.session.add(row)
    make.session.commit()
    return outbox_id


def test_a_text_about_which_nothing_is_heard_is_asked_after(
    app: Flask, session: Session, make: Make, clock: Clock
) -> None:
    outbox_id, gateway = taken(make, clock), Knowing()
    gateway.tells = Found("SM1", "delivered")
    run(app, gateway, clock)
    assert gateway.asked == 0

    clock.forward(timedelta(hours=3))
    run(app, gateway, clock)

    session.expire_all()
    assert session.get_one(OutboxMessage, outbox_id).state == OutboxState.DELIVERED


@pytest.mark.parametrize("tells", [Found("SM1", "sent"), None])
def test_a_phone_that_never_reports_is_asked_after_seldom_and_not_for_ever(
    app: Flask, session: Session, make: Make, clock: Clock, tells: Found | None
) -> None:
    taken(make, clock)
    gateway = Knowing()
    gateway.tells = tells
    for _ in range(24 * 12 * 2):
        clock.forward(timedelta(minutes=5))
        run(app, gateway, clock)

    assert 5 < gateway.asked < 15
    assert len(session.scalars(select(DeliveryEvent)).all()) == gateway.asked


def test_a_network_that_wants_to_be_left_alone_is(app: Flask, make: Make, clock: Clock) -> None:
    for _ in range(3):
        taken(make, clock)
    gateway = Knowing()
    gateway.tells = Refused(RefusalKind.LATER, "20429", 3.0)
    clock.forward(timedelta(hours=3))
    run(app, gateway, clock)

    assert gateway.asked == 1


def test_what_is_settled_is_not_asked_after(
    app: Flask, session: Session, make: Make, clock: Clock
) -> None:
    taken(make, clock, state=OutboxState.DELIVERED)
    taken(make, clock, state=OutboxState.FAILED)
    session.execute(update(OutboxMessage).values(settled_at=clock()))
    session.commit()
    gateway = Knowing()
    clock.forward(timedelta(hours=3))
    run(app, gateway, clock)

    assert gateway.asked == 0
