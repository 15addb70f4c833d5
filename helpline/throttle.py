"""Counting tries, so that guessing and flooding are slow; the counters live in the database."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, case, delete, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base


class Throttle(Base):
    """How often something happened in a window. `bucket` is a keyed hash; it names nobody."""

    __tablename__ = "throttle"

    bucket: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime]


def hit(
    session: Session, bucket: str, *, limit: int, window: timedelta, now: datetime
) -> timedelta | None:
    """Count one try; None when it is within `limit` tries in `window`, else how long to wait.

    `bucket` names what is counted ("sign-in|name"); only its keyed hash is kept. One statement, so
    any number of callers at once count right. The count is kept only if the transaction is: do
    not raise in the transaction of a try that must count.
    """
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    over = Throttle.window_ends_at <= now
    count, ends = session.execute(
        insert(Throttle)
        .values(bucket=_key(session, bucket), count=1, window_ends_at=now + window)
        .on_conflict_do_update(
            index_elements=[Throttle.bucket],
            set_={
                "count": case((over, 1), else_=Throttle.count + 1),
                "window_ends_at": case((over, now + window), else_=Throttle.window_ends_at),
            },
        )
        .returning(Throttle.count, Throttle.window_ends_at)
    ).one()
    return None if count <= limit else ends - now


def take_back(session: Session, bucket: str) -> None:
    """A counted try was no guess after all: somebody knew the password."""
    session.execute(
        update(Throttle)
        .where(Throttle.bucket == _key(session, bucket), Throttle.count > 0)
        .values(count=Throttle.count - 1)
    )


def forget(session: Session, bucket: str) -> None:
    """Begin again with this bucket."""
    session.execute(delete(Throttle).where(Throttle.bucket == _key(session, bucket)))


def sweep(session: Session, *, now: datetime) -> None:
    """Drop the counters whose window is over; for a job that runs now and then."""
    session.execute(delete(Throttle).where(Throttle.window_ends_at <= now))


def _key(session: Session, bucket: str) -> bytes:
    key: bytes = session.info["keyring"].blind(bucket, purpose="throttle")
    return key
