"""The pretend phones of a demonstration: a telephone network that is a table of our own.

Texts to them are delivered at once; texts from them go the way of every inbound text. Nobody can
reach them from outside, and no account is needed.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.messaging.gateway import Accepted, Capabilities, Found, Inbound, Outcome, Unknown
from helpline.messaging.inbound import store
from helpline.messaging.segments import cost
from helpline.privacy.sealing import Keyring, Sealed
from helpline.pulse import beat
from scheduling.base import Base, Id, new_id, next_tick

NAME = "phones"
TO_PHONE, FROM_PHONE = "to_phone", "from_phone"


class PretendText(Base):
    """A text on a pretend phone's screen. `index` is the keyed hash of the phone's number."""

    __tablename__ = "pretend_text"
    __table_args__ = (Index("ix_pretend_text_phone", "index", "at", "tick"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    own_id: Mapped[str] = mapped_column(String(64), unique=True)  # ours for it: an outbox row's id
    number_sealed: Mapped[bytes | None]
    index: Mapped[bytes] = mapped_column(LargeBinary(32))
    body_sealed: Mapped[bytes | None]
    direction: Mapped[str] = mapped_column(String(10))  # to_phone, from_phone
    at: Mapped[datetime]
    tick: Mapped[int] = mapped_column(BigInteger, default=next_tick)

    number = Sealed()
    body = Sealed()


def topic(index: bytes) -> str:
    """What a page that shows this phone watches (see `helpline.pulse`)."""
    return f"phone:{index.hex()[:40]}"


def text_us(session: Session, *, number: str, line_number: str, body: str, now: datetime) -> str:
    """Somebody typed on a pretend phone: it shows there, and reaches us as any text does.

    The id of the text. The caller's transaction holds both, so neither can be lost alone.
    """
    text_id = _show(session, new_id(), number, body, FROM_PHONE, now)
    inbound = Inbound(text_id, sender=number, to=line_number, body=body, at=now)
    store(session.connection(), session.info["keyring"], inbound, NAME, now)
    return text_id


def screen(session: Session, number: str, *, limit: int = 200) -> list[PretendText]:
    """What a phone shows, the oldest first."""
    index = session.info["keyring"].blind(number, purpose="phone")
    newest = (
        select(PretendText)
        .where(PretendText.index == index)
        .order_by(PretendText.at.desc(), PretendText.tick.desc())
        .limit(limit)
    )
    return list(session.scalars(newest))[::-1]


def _show(
    session: Session, own_id: str, number: str, body: str, direction: str, now: datetime
) -> str:
    """Put a text on the screen, once for each own id; the id it has there."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    keyring: Keyring = session.info["keyring"]
    row, table = new_id(), PretendText.__tablename__
    index = keyring.blind(number, purpose="phone")
    values = {
        "id": row,
        "own_id": own_id,
        "number_sealed": keyring.seal(number, table=table, column="number_sealed", row=row),
        "index": index,
        "body_sealed": keyring.seal(body, table=table, column="body_sealed", row=row),
        "direction": direction,
        "at": now,
        "tick": next_tick(),
    }
    fresh = insert(PretendText).values(values).on_conflict_do_nothing().returning(PretendText.id)
    added = session.scalar(fresh)
    if added is None:
        return session.scalars(select(PretendText.id).where(PretendText.own_id == own_id)).one()
    beat(session, topic(index))
    return added


_CAN = Capabilities(client_ids=True)


@dataclass(slots=True)
class BuiltInPhones:
    """The gateway to them. `begin` opens a transaction of its own: its network is the database."""

    begin: Callable[[], AbstractContextManager[Session]] = field(repr=False)
    now: Callable[[], datetime]
    name: str = NAME
    capabilities: Capabilities = _CAN

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        """Show a text on a phone; the same id twice shows it once."""
        with self.begin() as session:
            shown = _show(session, own_id, to, body, TO_PHONE, self.now())
        return Accepted(shown, parts=cost(body).segments, state="delivered")

    def find(self, *, to: str, body: str, since: datetime) -> Found | None:
        """The newest text like this on that phone since then."""
        with self.begin() as session:
            shown = reversed(screen(session, to))
            ours = (text for text in shown if text.direction == TO_PHONE and text.at >= since)
            found = next((text.id for text in ours if text.body == body), None)
        return None if found is None else Found(found, "delivered")

    def fetch(self, provider_id: str) -> Found | None:
        with self.begin() as session:
            known = session.get(PretendText, provider_id) is not None
        return Found(provider_id, "delivered") if known else None

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        """What the phones sent us since then."""
        with self.begin() as session:
            rows = session.scalars(
                select(PretendText)
                .where(PretendText.direction == FROM_PHONE, PretendText.at >= since)
                .order_by(PretendText.at, PretendText.tick)
            )
            return [Inbound(row.id, row.number, "", row.body, row.at) for row in rows]
