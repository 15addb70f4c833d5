"""What an answer of the network means for a text, and what follows from it.

Answers come from three sides: what `send` returned, what a look-up found, and status reports, in
any order and any number. They all end in `settle` or `refuse`, and no state ever moves back.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline import jobs
from helpline.alerts import raise_alert
from helpline.messaging import states
from helpline.messaging.gateway import RefusalKind, Refused
from helpline.messaging.outbox import budget
from helpline.messaging.outbox.row import FINAL, GatewayPause, OutboxMessage, OutboxState, rank
from helpline.messaging.refusals import kind_of
from helpline.people import ContactPoint
from helpline.pulse import beat
from scheduling.base import new_id

LANE_FREED_AFTER = timedelta(seconds=15)  # of silence, once the network took a text
LONGEST_WAIT = 300.0  # seconds between two tries
_ACCOUNT_REFUSED = frozenset({"20003", "401"})  # Twilio's "authenticate", and plain HTTP's
_HOURS_LATER = ((1, 1), (6, 4), (24, 12))  # tried for less than so many hours: again in so many
AGAIN = "again"  # held: the phone was off, and it is tried once more later
chance: Callable[[], float] = SystemRandom().random


def backoff(attempts: int, base: float) -> timedelta:
    """How long to wait after so many tries: doubling to five minutes, up to a quarter longer."""
    wait = min(base * 2 ** min(attempts - 1, 16), LONGEST_WAIT)
    return timedelta(seconds=wait * (1 + chance() / 4))


def again_in(tried_for: timedelta) -> timedelta | None:
    """When to try a phone that is switched off again; None: tried for a day, that is enough.

    >>> again_in(timedelta()), again_in(timedelta(days=1))
    (datetime.timedelta(seconds=3600), None)
    """
    for less_than, hours in _HOURS_LATER:
        if tried_for < timedelta(hours=less_than):
            return timedelta(hours=hours)
    return None


def state_of(word: str) -> OutboxState | None:
    """The state a network's word stands for; None for one that does not say how far it came."""
    ours = states.state_of(word)
    return OutboxState(ours) if ours else None


def settle(
    session: Session, row: OutboxMessage, state: OutboxState, code: str, *, now: datetime
) -> None:
    """Note how far a text has come, unless it is further along already."""
    row.error_code = row.error_code or code[:40]
    if rank(state) <= rank(row.state):
        return
    row.state, row.held_for = state, ""
    row.due_at = now + LANE_FREED_AFTER
    row.in_flight = row.in_flight and state not in FINAL
    row.settled_at = now if state in FINAL else None
    if state in (OutboxState.UNDELIVERED, OutboxState.FAILED):
        _lost(session, row, code, now)
    tell_case(session, row)


def refuse(
    session: Session, row: OutboxMessage, refused: Refused, base: float, *, now: datetime
) -> None:
    """The network did not take a text: again later, another day, or never."""
    row.error_code = refused.code[:40] or row.error_code
    row.lease = None
    if refused.kind is RefusalKind.LATER:
        _later(session, row, refused, base, now)
    elif refused.code in _ACCOUNT_REFUSED:
        _until_mended(session, row, refused, base, now)
    elif not (refused.kind is RefusalKind.UNREACHABLE and _hours_later(row, now)):
        _never(session, row, refused, now)
    tell_case(session, row)


def tell_case(session: Session, row: OutboxMessage) -> None:
    """Whoever looks at the conversation sees what became of the message."""
    if row.case_id:
        beat(session, f"case:{row.case_id}")


def _later(
    session: Session, row: OutboxMessage, refused: Refused, base: float, now: datetime
) -> None:
    """Again soon, before anything younger for that person; and nobody calls while it is asked."""
    wait = backoff(row.attempts, base)
    if refused.retry_after is not None:
        asked = timedelta(seconds=refused.retry_after)
        wait = max(wait, asked * (1 + chance() / 10))
        if row.channel == "text":
            _pause(session, row.gateway, now + asked)
    row.state, row.due_at = OutboxState.QUEUED, now + wait


def _until_mended(
    session: Session, row: OutboxMessage, refused: Refused, base: float, now: datetime
) -> None:
    """The account's own credentials are refused: no text is at fault, so none may be lost by it.

    Asked again soon at first, for a provider may err once; ever more rarely, up to five minutes.
    """
    raise_alert(session, "text_refused", refused.code, now=now)
    until = now + backoff(row.attempts, base)
    if row.channel == "text":
        _pause(session, row.gateway, until)
    row.state, row.due_at = OutboxState.QUEUED, until


def _pause(session: Session, gateway: str, until: datetime) -> None:
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        insert(GatewayPause)
        .values(gateway=gateway, until=until)
        .on_conflict_do_update(
            index_elements=[GatewayPause.gateway],
            set_={"until": until},
            where=GatewayPause.until < until,
        )
    )


def _hours_later(row: OutboxMessage, now: datetime) -> bool:
    """Queue it for an hour later, without keeping others waiting; False when it was enough."""
    wait = again_in(now - (row.tried_at or now))
    if wait is None:
        return False
    row.state, row.due_at, row.in_flight = OutboxState.QUEUED, now + wait, False
    row.held_for = AGAIN
    return True


def _never(session: Session, row: OutboxMessage, refused: Refused, now: datetime) -> None:
    opted_out = refused.kind is RefusalKind.OPTED_OUT
    row.state = OutboxState.SUPPRESSED if opted_out else OutboxState.FAILED
    row.held_for = refused.kind.value if opted_out else ""
    row.in_flight, row.settled_at = False, now
    budget.refund(session, [row])
    _follow(session, row, refused.kind, refused.code, now)


def _lost(session: Session, row: OutboxMessage, code: str, now: datetime) -> None:
    """The network took it and could not deliver it."""
    kind = kind_of(int(code), 0) if code.isdecimal() else None
    if kind is RefusalKind.UNREACHABLE or kind is None or kind is RefusalKind.LATER:
        _once_more(session, row, now)
    else:
        _follow(session, row, kind, code, now)


def _follow(
    session: Session, row: OutboxMessage, kind: RefusalKind, code: str, now: datetime
) -> None:
    """What a refusal says about the number, or about us."""
    point = session.get(ContactPoint, row.contact_point_id) if row.contact_point_id else None
    if kind is RefusalKind.OPTED_OUT and point is not None:
        point.opted_out_at = point.opted_out_at or now
    elif kind is RefusalKind.BAD_NUMBER and point is not None:
        point.unusable = kind.value
    elif kind in (RefusalKind.BLOCKED, RefusalKind.REGION, RefusalKind.CONFIG):
        raise_alert(session, "text_refused", code or kind.value, now=now)
    if row.case_id:
        lost = {"outbox": row.id, "case": row.case_id, "why": kind.value}
        jobs.enqueue(session, "not_reached", lost, run_at=now, dedupe_key=f"not_reached:{row.id}")


def _once_more(session: Session, row: OutboxMessage, now: datetime) -> None:
    """The same text as a new row, hours later: the phone was off. Never a stale direct answer."""
    first = row.first_tried_at or row.tried_at or now
    wait = again_in(now - first)
    if wait is None or (row.answers and row.automatic):
        return
    if row.expires_at is not None and row.expires_at <= now + wait:
        return
    copy = _copy(row)
    copy.dedupe_key = f"{(row.dedupe_key or '')[:80]}|again:{row.id}"
    copy.created_at, copy.due_at, copy.first_tried_at = now, now + wait, first
    copy.held_for = AGAIN
    session.add(copy)


def _copy(row: OutboxMessage) -> OutboxMessage:
    return OutboxMessage(
        id=new_id(),
        to_id=row.to_id,
        contact_point_id=row.contact_point_id,
        case_id=row.case_id,
        channel=row.channel,
        lane=row.lane,
        kind=row.kind,
        facts=row.facts,
        language=row.language,
        automatic=row.automatic,
        answers=False,
        urgency=row.urgency,
        not_before=row.not_before,
        expires_at=row.expires_at,
        parts=row.parts,
    )
