"""Any number of workers together give a sender no more than its line allows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from helpline.messaging.outbox import bucket
from tests.faults.test_races import CALLERS, ROUNDS, at_once
from tests.make import NOON, Make

RATE = 30  # so that a look finds room for three
pytestmark = pytest.mark.drill


def taking(second: int) -> Callable[[Session], int]:
    now = NOON + timedelta(seconds=second)
    return lambda session: bucket.take(session, "recording", [1, 1], now=now)


def test_of_sixteen_who_take_at_once_no_more_is_taken_than_there_is(
    app: Flask, session: Session, make: Make
) -> None:
    make.line(parts_per_second=RATE)
    for second in range(ROUNDS):
        answers = at_once(app, session, [taking(second)] * CALLERS)
        taken = sum(answer for answer in answers if isinstance(answer, int))

        assert 2 <= taken <= 3, "there is room for three"
