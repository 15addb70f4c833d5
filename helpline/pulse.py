"""A number that grows whenever what somebody watches has changed: what makes a poll cost nothing.

Topics: `desk:<person id>`, `case:<case id>`, `phone:<...>`. Pages carry the number as their ETag.
"""

from sqlalchemy import String, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base


class Pulse(Base):
    __tablename__ = "pulse"

    topic: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)


def beat(session: Session, *topics: str) -> None:
    """Say that what `topics` show has changed, in the transaction that changed it.

    Sorted, so that two transactions that touch the same topics never wait for each other crosswise.
    """
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    for topic in sorted(set(topics)):
        session.execute(
            insert(Pulse)
            .values(topic=topic, version=1)
            .on_conflict_do_update(
                index_elements=[Pulse.topic], set_={"version": Pulse.version + 1}
            )
        )


def version(session: Session, topic: str) -> int:
    return session.scalar(select(Pulse.version).where(Pulse.topic == topic)) or 0
