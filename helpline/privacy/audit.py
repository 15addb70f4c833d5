"""Who looked at what, and who did what to whom: written down, without any content.

Reads of a case's content, refused attempts at other people's objects, and every act on staff
(ASVS 5.0 16.3.2). Rows name things by id only.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base, Id, new_id, next_tick

SAME_SITTING = timedelta(minutes=15)


class AuditEntry(Base):
    """One line. No foreign keys: it outlives what it tells about.

    act: "read", "refused", "invited", "signed_in", ... facts: JSON of ids, codes and numbers.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "object_kind", "object_id", "at"),
        Index("ix_audit_entry_actor", "actor_id", "act", "at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    tick: Mapped[int] = mapped_column(BigInteger, default=next_tick)  # order within a moment
    actor_id: Mapped[Id | None]  # None: the instance itself, or somebody who is not signed in
    act: Mapped[str] = mapped_column(String(30))
    object_kind: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[Id]
    facts: Mapped[str] = mapped_column(Text, default="{}")


def note(
    session: Session,
    *,
    act: str,
    kind: str,
    object_id: str,
    now: datetime,
    actor_id: str | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Write one line, in the transaction of what it tells about. `facts`: nobody's words."""
    session.add(
        AuditEntry(
            id=new_id(),
            at=now,
            actor_id=actor_id,
            act=act,
            object_kind=kind,
            object_id=object_id,
            facts=json.dumps(facts or {}, sort_keys=True),
        )
    )


def note_read(session: Session, *, actor_id: str, kind: str, object_id: str, now: datetime) -> bool:
    """Write down that somebody reads; once per sitting of a quarter of an hour. Whether it did."""
    recent = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.object_kind == kind,
            AuditEntry.object_id == object_id,
            AuditEntry.actor_id == actor_id,
            AuditEntry.act == "read",
            AuditEntry.at > now - SAME_SITTING,
        )
        .limit(1)
    )
    if recent is None:
        note(session, act="read", kind=kind, object_id=object_id, now=now, actor_id=actor_id)
    return recent is None
