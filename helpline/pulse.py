"""A number that grows whenever what somebody watches has changed: what makes a poll cost nothing.

Topics, and what changes under them:
`case:<case id>`: one conversation, for whoever has it open, on the desk or as the person asking.
`desk:<person id>`: what is that person's own: their cases, offers, handovers, breaks.
`desk:waiting`: the line: who waits, is in review or is being offered; desks and boards watch it.
`desk:alerts`: what coordinators and leads must look at.
`phone:<...>`: a pretend phone of the demonstration.
A desk polls `versions(session, "desk:<me>", "desk:waiting")`: one read of two rows.
Pages carry the number as their ETag.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, ScalarSelect, String, bindparam, event, or_, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base

_BEATEN = "pulses"  # in `session.info`: the topics of the running transaction


class Pulse(Base):
    __tablename__ = "pulse"

    topic: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)


# Every open page asks every few seconds: a statement that is built once, over the bare table.
_AT_ONCE = 4
_table = Pulse.__table__.c
_VERSIONS = select(_table.topic, _table.version).where(
    or_(*(_table.topic == bindparam(f"topic_{number}") for number in range(_AT_ONCE)))
)


def beat(session: Session, *topics: str) -> None:
    """Say that what `topics` show has changed, in the transaction that changed it.

    Written just before the commit, each topic once and in order: everybody who moves a case
    touches `desk:waiting`, and must neither hold its row for long nor wait for it crosswise.
    """
    session.info.setdefault(_BEATEN, set()).update(topics)


def version(session: Session, topic: str) -> int:
    """How often a topic has changed, with what this transaction is about to say."""
    return versions(session, topic)[topic]


def versions(session: Session, *topics: str) -> Mapping[str, int]:
    """The same of several topics; of up to four in one read."""
    found: dict[str, int] = {}
    for start in range(0, len(topics), _AT_ONCE):
        asked = [*topics[start : start + _AT_ONCE], *[""] * _AT_ONCE][:_AT_ONCE]
        named = {f"topic_{number}": topic for number, topic in enumerate(asked)}
        found.update(session.connection().execute(_VERSIONS, named).all())
    beaten = session.info.get(_BEATEN, ())
    return {topic: found.get(topic, 0) + (topic in beaten) for topic in topics}


def counted(topic: ColumnElement[str]) -> ScalarSelect[int]:
    """A topic's number as a column of another statement; NULL where it never changed."""
    return select(_table.version).where(_table.topic == topic).scalar_subquery()


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    topics = sorted(session.info.pop(_BEATEN, ()))
    if not topics:
        return
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    for topic in topics:
        session.execute(
            insert(Pulse)
            .values(topic=topic, version=1)
            .on_conflict_do_update(
                index_elements=[Pulse.topic], set_={"version": Pulse.version + 1}
            )
        )


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_BEATEN, None)
