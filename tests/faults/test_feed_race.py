"""Many programs look at one calendar for the first time at once: every shift is there once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import feeds
from helpline.feeds import PublishedShift, Wish
from scheduling import promises
from tests.make import NOON, Make

ROUNDS, AT_ONCE = 12, 4


def test_two_links_that_are_read_at_once_publish_each_shift_once(
    app: Flask, session: Session, make: Make
) -> None:
    tokens = []
    for number in range(ROUNDS):
        who = make.counsellor(alias=f"Mei {number}")
        stated = {"start": time(18), "end": time(22), "zone": "UTC", "now": NOON}
        promises.promise(session, who.id, weekday=2, **stated)  # type: ignore[arg-type]  # of one kind each
        tokens.append([feeds.make(session, who.id, Wish("Duty"), now=NOON) for _ in range(AT_ONCE)])
    session.commit()

    def read(token: str) -> int:
        return app.test_client().get(f"/feeds/{token}.ics").status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = {answer for each in tokens for answer in pool.map(read, each)}

    assert answers == {200}
    each_once = select(func.count(PublishedShift.id))
    once = each_once.group_by(PublishedShift.person_id, PublishedShift.start_at)
    assert set(session.scalars(once)) == {1}
    assert session.scalar(select(func.count()).select_from(PublishedShift)) == 13 * ROUNDS
