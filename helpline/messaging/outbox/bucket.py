"""How fast texts may leave: so many parts a second for each sender, whatever any worker does.

A carrier takes about one part a second from a long code, three from a toll-free number, a hundred
from a short code (`Line.parts_per_second`), and throws away or delays what is above it. What does
not fit waits here and not with the provider, so that what matters more can still overtake it.

The sender's time is counted: each part takes its share of a second, and the next text leaves when
that time is over, or a tenth of a second before, so that a fast sender is fed in small handfuls.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.instance import Line
from helpline.messaging.outbox.row import SenderBucket

SECOND = 1_000_000  # microseconds, in which all times are counted here
AHEAD = SECOND // 10  # how often a worker looks, more or less


def has_room(session: Session, sender: str, *, now: datetime) -> bool:
    """Whether one more text may leave now: a look, without a lock."""
    rate, busy_until = _state(session, sender)
    return rate is None or fitting([1], busy_until, rate, _microseconds(now))[0] == 1


def take(session: Session, sender: str, parts: Sequence[int], *, now: datetime) -> int:
    """Take the sender's time for texts of so many parts each; how many of them fit, from the first.

    One conditional UPDATE on what was seen: should a colleague have taken of it meanwhile, nothing
    is taken here, and the next look sees what is left.
    """
    rate, busy_until = _state(session, sender)
    if rate is None:
        return len(parts)
    count, until = fitting(parts, busy_until, rate, _microseconds(now))
    if not count:
        return 0
    _make(session, sender)
    taken = session.scalar(
        update(SenderBucket)
        .where(SenderBucket.sender == sender, SenderBucket.busy_until == busy_until)
        .values(busy_until=until)
        .returning(SenderBucket.sender)
        .execution_options(synchronize_session=False)
    )
    return count if taken else 0


def fitting(parts: Sequence[int], busy_until: int, rate: int, now: int) -> tuple[int, int]:
    """How many texts may leave now, and until when the sender is busy then (microseconds).

    parts: of each text, in the order in which they leave. rate: parts a second.

    >>> fitting([1, 1], 0, 1, 5_000_000), fitting([3, 1], 0, 1, 5_000_000)
    ((1, 6000000), (1, 8000000))
    >>> fitting([1], 6_000_000, 1, 5_999_999), fitting([1], 6_000_000, 1, 6_000_000)
    ((0, 6000000), (1, 7000000))
    >>> fitting([1] * 16, 0, 100, 5_000_000)
    (10, 5100000)
    """
    share = SECOND // rate
    latest = now + max(AHEAD - share, 0)
    count, until = 0, max(busy_until, now)
    for each in parts:
        if until > latest:
            break
        count, until = count + 1, until + each * share
    return (count, until) if count else (0, busy_until)


def _state(session: Session, sender: str) -> tuple[int | None, int]:
    """Parts a second and until when the sender is busy; no limit where there is no line yet."""
    found = session.execute(
        select(Line.parts_per_second, SenderBucket.busy_until)
        .outerjoin(SenderBucket, SenderBucket.sender == sender)
        .order_by(Line.created_at, Line.id)
        .limit(1)
    ).first()
    return (found[0], found[1] or 0) if found else (None, 0)


def _make(session: Session, sender: str) -> None:
    """Put an empty bucket there, unless it is there already."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = insert(SenderBucket).values(sender=sender, busy_until=0)
    session.execute(fresh.on_conflict_do_nothing())


def _microseconds(now: datetime) -> int:
    return int(now.timestamp() * SECOND)
