"""What tests of choices say often: who waits in Burmese, who speaks it, what was chosen."""

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.alerts import Alert
from helpline.cases import (
    Case,
    Option,
    WaitChoice,
)
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.texts import render
from helpline.people import ContactPoint, HowToReach, Person
from tests.make import Make
from tests.operations.on_the_line import (
    shift,
)

TUESDAY = 1
EVENING = (time(20), time(21))
SHIFT_BEGINS = datetime(2026, 4, 6, 13, 30, tzinfo=UTC)  # 21:30 in Kuala Lumpur, 20:00 in Yangon


@pytest.fixture
def line(make: Make) -> None:
    make.line(languages="en,ms,my,zh-Hans", number="+15005550006")


@pytest.fixture
def burmese(make: Make, line: None) -> Case:
    """Somebody in Yangon who texts in Burmese at 18:30, when nobody who speaks it is on."""
    return waiting(make)


def waiting(make: Make, how: HowToReach = HowToReach.TEXT, **more: Any) -> Case:
    seeker = make.seeker(language="my", how=how)
    seeker.zone = "Asia/Yangon"
    session = make.session
    point = session.scalars(select(ContactPoint).where(ContactPoint.person_id == seeker.id)).one()
    point.country = "MM"
    return make.case(seeker=seeker, language="my", how=how, **more)


def burmese_speaker(
    session: Session, make: Make, hours: str = "21:30-23:30", weekday: int = 0, **more: str
) -> Person:
    who = make.counsellor(alias="Thiri", languages=("my",), **more)  # type: ignore[arg-type]  # as given
    return shift(session, who, hours, weekday=weekday)


def english_speaker(session: Session, make: Make) -> Person:
    return shift(session, make.counsellor(alias="Mei", languages=("en",)))


def kinds(found: tuple[Option, ...]) -> list[str]:
    return [each.kind.value for each in found]


def choices(session: Session, case: Case) -> list[tuple[str, str]]:
    rows = select(WaitChoice).where(WaitChoice.case_id == case.id).order_by(WaitChoice.chosen_at)
    return [(each.kind.value, each.state.value) for each in session.scalars(rows)]


def alerts(session: Session) -> list[str]:
    return [each.kind for each in session.scalars(select(Alert).order_by(Alert.at, Alert.id))]


def menu(session: Session) -> str:
    """What the menu says that would leave now."""
    wanted = select(OutboxMessage).where(
        OutboxMessage.kind.like("choose%"), OutboxMessage.held_for != "withdrawn"
    )
    row = session.scalars(wanted).all()[-1]
    return render(row.kind, "en", json.loads(row.facts))
