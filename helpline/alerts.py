"""What an operator or coordinator should look at: shown on the coordination board until seen.

Nothing personal stands here: `about` is an id, a day, a code or the name of a gateway.
"""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base, Id, new_id


class Alert(Base):
    """Something that needs a person. The same thing is told once until somebody has seen it.

    Kinds: "budget_80" and "budget_100" (about a day or month), "text_refused" (about a code of the
    provider), "text_lost" (about an outbox row), "outcome_unknown" (about a gateway),
    "job_failed" (about a kind of job).
    """

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("kind", "about"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    about: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=1)
    seen_at: Mapped[datetime | None] = mapped_column(index=True)


def raise_alert(session: Session, kind: str, about: str, *, now: datetime) -> None:
    """Say that somebody must look. Told again, it is counted and unseen again."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = insert(Alert).values(id=new_id(), kind=kind, about=about[:60], at=now, count=1)
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=[Alert.kind, Alert.about],
            set_={"count": Alert.count + 1, "at": now, "seen_at": None},
        )
    )


def unseen(session: Session) -> list[Alert]:
    """What nobody has looked at yet, the newest first."""
    return list(
        session.scalars(select(Alert).where(Alert.seen_at.is_(None)).order_by(Alert.at.desc()))
    )


def see(session: Session, alert_id: str, *, now: datetime) -> None:
    """Somebody has looked at it."""
    session.execute(update(Alert).where(Alert.id == alert_id).values(seen_at=now))
