"""Counting tries."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import throttle
from helpline.throttle import Throttle
from tests.make import NOON

HOUR = timedelta(hours=1)


def hit(session: Session, bucket: str = "door|mei", minutes: int = 0) -> timedelta | None:
    now = NOON + timedelta(minutes=minutes)
    return throttle.hit(session, bucket, limit=3, window=HOUR, now=now)


def test_tries_beyond_the_limit_wait_until_the_window_ends(session: Session) -> None:
    assert [hit(session, minutes=m) for m in (0, 1, 2)] == [None] * 3
    assert hit(session, minutes=10) == timedelta(minutes=50)


def test_a_new_window_begins_from_nothing(session: Session) -> None:
    for _ in range(9):
        hit(session)

    assert hit(session, minutes=60) is None


def test_buckets_do_not_touch_each_other_and_name_nobody(session: Session) -> None:
    for _ in range(9):
        hit(session, "door|mei")

    assert hit(session, "door|jun") is None
    assert all(b"mei" not in bucket for bucket in session.scalars(select(Throttle.bucket)))


def test_a_try_that_was_taken_back_counts_no_more(session: Session) -> None:
    for _ in range(9):
        hit(session)
        throttle.take_back(session, "door|mei")

    assert hit(session) is None


def test_old_counters_are_swept(session: Session) -> None:
    hit(session)

    throttle.sweep(session, now=NOON + HOUR)

    assert session.scalars(select(Throttle.bucket)).all() == []
