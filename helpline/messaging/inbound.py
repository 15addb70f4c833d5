"""Texts that reached us. Stored by two plain statements before anything else happens."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Executable, Index, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from helpline.jobs import Job, JobState
from helpline.messaging.gateway import Inbound
from helpline.privacy.sealing import Keyring, Sealed
from scheduling.base import Base, Id, new_id

RECEIVE = "receive"  # the job that reads a sender's texts


class InboundText(Base):
    """A text that reached us, once: the provider may hand it over any number of times."""

    __tablename__ = "inbound_text"
    __table_args__ = (
        UniqueConstraint("gateway", "provider_id"),
        Index("ix_inbound_text_sender", "sender_index", "received_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str] = mapped_column(String(64))
    sender_sealed: Mapped[bytes | None]
    sender_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    to_sealed: Mapped[bytes | None]
    body_sealed: Mapped[bytes | None]
    media: Mapped[int] = mapped_column(default=0)
    opt_hint: Mapped[str] = mapped_column(String(8), default="")
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None] = mapped_column(index=True)

    sender = Sealed()
    to = Sealed()
    body = Sealed()


def store(
    connection: Connection, keyring: Keyring, inbound: Inbound, gateway: str, now: datetime
) -> bool:
    """Keep a text and leave a job to read it; False when it was here already.

    Two plain statements, because a provider waits for the answer. `gateway` names who handed it
    over; with the provider's id it makes the text unique, however often and at however many doors
    it arrives at once. `now` becomes `received_at`, by which a person's texts are ordered.

    The caller holds a transaction: an acknowledged text is one that was committed.
    """
    row = _sealed(keyring, inbound) | {"gateway": gateway[:12], "received_at": now}
    if connection.execute(_texts(connection), row).rowcount != 1:
        return False
    connection.execute(
        _jobs(connection),
        {
            "id": new_id(),
            "kind": RECEIVE,
            "payload": f'{{"sender": "{row["sender_index"].hex()}"}}',
            "dedupe_key": f"{RECEIVE}:{row['id']}",
            "state": JobState.READY,
            "run_at": now,
            "attempts": 0,
        },
    )
    return True


def _sealed(keyring: Keyring, inbound: Inbound) -> dict[str, Any]:
    """The row, with everything personal sealed to its place. The mapper would do the same."""
    row, sender = new_id(), readable(inbound.sender)

    def seal(column: str, text: str) -> bytes | None:
        return keyring.seal(text, table=_TABLE, column=column, row=row) if text else None

    return {
        "id": row,
        "provider_id": inbound.provider_id,
        "sender_sealed": seal("sender_sealed", sender),
        "sender_index": keyring.blind(sender, purpose="phone"),
        "to_sealed": seal("to_sealed", readable(inbound.to)),
        "body_sealed": seal("body_sealed", readable(inbound.body)),
        "media": inbound.media,
        "opt_hint": inbound.opt_hint[:8],
    }


def readable(text: str) -> str:
    """The text as it can be kept: half a surrogate pair, which is no character, becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _texts(connection: Connection) -> Executable:
    return _INSERTS[connection.dialect.name][0]


def _jobs(connection: Connection) -> Executable:
    return _INSERTS[connection.dialect.name][1]


# Made once: building a statement costs more than running it.
_TABLE = InboundText.__tablename__
_INSERTS: dict[str, tuple[Executable, Executable]] = {
    name: (
        # psycopg forgets how many rows there were unless it is asked to remember.
        insert(cast(Table, InboundText.__table__))
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True),
        insert(cast(Table, Job.__table__)),
    )
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}
