"""After downtime: what the network took for us, and what became of ours, when nobody told us.

A network hands a text over once or twice and then never again, so everything it holds since the
last look is listed, with an overlap, and what is missing is stored; the unique key keeps the rest
out. Reports get lost too: a text that was taken and about which nothing is heard is asked after.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.instance import set_setting, setting
from helpline.messaging import inbound, outbox
from helpline.messaging.gateway import Found, Inbound, TextGateway, Unknown
from helpline.messaging.outbox import Begin, DeliveryEvent, OutboxMessage, OutboxState

KIND = "reconcile"
EVERY = timedelta(minutes=1)
OVERLAP = timedelta(minutes=15)  # their clock, whole seconds, and texts that surface late
QUIET_FOR = timedelta(hours=2)  # nothing heard about a text for so long: ask
ASK_UNTIL = timedelta(days=1)  # some phones never report; "sent" is then all there will be
AT_ONCE = 50
_CHUNK = 100


class NotAnswered(Exception):
    """The network could not be asked: the same stretch is looked at again later."""


def run(begin: Begin, gateway: TextGateway | None, clock: Callable[[], datetime]) -> int:
    """Fetch what we missed and ask after what fell silent; how many texts were new.

    Raises:
        NotAnswered: nothing is lost, the cursor stays where it was.
    """
    if gateway is None:
        return 0
    new = catch_up(begin, gateway, clock) if gateway.capabilities.list_inbound else 0
    ask_after(begin, gateway, clock)
    return new


def catch_up(begin: Begin, gateway: TextGateway, clock: Callable[[], datetime]) -> int:
    """Store what came in since the last look; how many texts were new."""
    now, name = clock(), f"reconciled:{gateway.name}"
    with begin() as session:
        kept = setting(session, name, default=None)
    since = datetime.fromisoformat(kept) if kept else now
    listed = gateway.list_inbound(since - OVERLAP)
    if isinstance(listed, Unknown):
        raise NotAnswered
    new = 0
    for chunk in _chunks(listed):
        with begin() as session:
            new += _store(session, chunk, gateway.name, now)
    with begin() as session:
        set_setting(session, name, now.isoformat())
    return new


def _chunks(listed: Sequence[Inbound]) -> Iterator[Sequence[Inbound]]:
    """Small transactions: a webhook may be waiting behind each."""
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))


def _store(session: Session, listed: Sequence[Inbound], gateway: str, now: datetime) -> int:
    """Store in order. Their times are whole seconds, so the order is kept by microseconds."""
    connection, keyring = session.connection(), session.info["keyring"]
    new = 0
    for number, text in enumerate(listed):
        at = min(text.at or now, now) + timedelta(microseconds=number)
        new += inbound.store(connection, keyring, text, gateway, at)
    return new


def ask_after(begin: Begin, gateway: TextGateway, clock: Callable[[], datetime]) -> int:
    """Ask what became of texts that fell silent; how many were asked after."""
    with begin() as session:
        silent = _silent(session, gateway.name, clock())
    for outbox_id, provider_id in silent:
        found = gateway.fetch(provider_id)
        if found is not None and not isinstance(found, Found):
            break  # they want to be left alone; the rest has time
        with begin() as session:
            outbox.report(
                session,
                outbox_id=outbox_id,
                provider_id=provider_id,
                state=found.state if found else "",  # noted too, so that it is not asked again now
                code=found.code if found else "",
                now=clock(),
            )
    return len(silent)


def _silent(session: Session, gateway: str, now: datetime) -> Sequence[tuple[str, str]]:
    row, last = OutboxMessage, func.max(DeliveryEvent.at)
    found = session.execute(
        select(row.id, row.provider_id)
        .outerjoin(DeliveryEvent, DeliveryEvent.outbox_id == row.id)
        .where(
            row.state.in_((OutboxState.ACCEPTED, OutboxState.SENT)),
            row.gateway == gateway,
            row.provider_id.is_not(None),
            row.tried_at <= now - QUIET_FOR,
            row.tried_at >= now - ASK_UNTIL,
        )
        .group_by(row.id, row.provider_id, row.tried_at)
        .having(func.coalesce(last, row.tried_at) <= now - QUIET_FOR)
        .order_by(row.tried_at)
        .limit(AT_ONCE)
    )
    return [(outbox_id, provider_id or "") for outbox_id, provider_id in found]
