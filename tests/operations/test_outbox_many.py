"""Many texts at once: each is asked for once, and none waits because there are many."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxMessage, claiming
from helpline.people import Person
from tests.make import NOON, Make


def notices(people: Sequence[Person], about: str) -> list[Notice]:
    return [Notice(one.id, "received", dedupe_key=f"{about}:{one.id}") for one in people]


@pytest.fixture
def people(make: Make) -> list[Person]:
    return [make.seeker() for _ in range(8)]


def test_of_many_the_ids_of_all_are_told_in_their_order(
    session: Session, people: list[Person]
) -> None:
    made = outbox.post_many(session, notices(people, "a"), now=NOON)

    found = {one: session.get_one(OutboxMessage, one).to_id for one in made}
    assert list(found.values()) == [person.id for person in people]


def test_what_was_asked_for_already_is_left_out_and_the_rest_is_said(
    session: Session, people: list[Person]
) -> None:
    outbox.post_many(session, notices(people[2:5], "a"), now=NOON)

    made = outbox.post_many(session, notices(people, "a"), now=NOON)

    new = [session.get_one(OutboxMessage, one).to_id for one in made]
    assert new == [person.id for person in [*people[:2], *people[5:]]]
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == len(people)


def test_asked_for_twice_at_once_it_is_said_once(session: Session, people: list[Person]) -> None:
    made = outbox.post_many(session, notices([*people, *people], "a"), now=NOON)

    assert len(made) == len(set(made)) == len(people)


def test_nobody_to_write_to_is_no_mistake(session: Session) -> None:
    assert outbox.post_many(session, [], now=NOON) == []


@pytest.mark.postgres
def test_the_next_of_many_is_found_without_sorting_them(session: Session, make: Make) -> None:
    """The server knows at once how many wait, not when it looks by itself within a minute."""
    people = [make.seeker() for _ in range(20)]
    many = [one for number in range(150) for one in notices(people, str(number))]
    outbox.post_many(session, many, now=NOON)
    session.commit()

    asked: list[tuple[str, dict[str, object]]] = []

    def note(_c: object, _d: object, statement: str, facts: dict[str, object], *_: object) -> None:
        asked.append((statement, facts))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    later = NOON + timedelta(seconds=1)
    assert claiming.is_due(session, gateway="recording", now=later)
    event.remove(session.get_bind(), "before_cursor_execute", note)

    statement, facts = asked[-1]
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", facts).scalars().all()
    assert "outbox_message.urgency" in statement
    assert not [line for line in plan if "Sort" in line], plan
    assert session.scalar(_SHARE_OF_QUEUED) == pytest.approx(1)


_SHARE_OF_QUEUED = text(
    "SELECT most_common_freqs[1] FROM pg_stats WHERE tablename = 'outbox_message'"
    " AND schemaname = current_schema() AND attname = 'state'"
)
