"""Taking what is due: the next text of each free lane, decided, priced and written down as tried.

One short transaction, before the network is called. At most sixteen lanes a time: the most urgent
first, then people's own words, then what was due first; in a lane the oldest, never two at once.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    exists,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from helpline.alerts import raise_alert
from helpline.instance import TextRules, text_rules
from helpline.messaging import texts
from helpline.messaging.outbox import bucket, budget, gate
from helpline.messaging.outbox.row import GatewayPause, OutboxMessage, OutboxState
from helpline.messaging.segments import cost
from helpline.people import ContactFlag, ContactPoint, Person, SafeContact
from scheduling.base import UtcDateTime, new_id

GIVE_UP_AFTER = timedelta(hours=24)  # of trying, for a text without an expiry of its own
Fresh = Callable[[Session, OutboxMessage, datetime], Mapping[str, str] | None]
FRESH: dict[str, Fresh] = {}


def fresh_facts(kind: str) -> Callable[[Fresh], Fresh]:
    """Register what gives a text of this kind its facts when it leaves, not when it was asked for.

    It may give None: there is nothing to say any more, and the text is withdrawn.
    """

    def register(give: Fresh) -> Fresh:
        FRESH[kind] = give
        return give

    return register


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient we are with gateways, in seconds; see the settings of the same names."""

    timeout: float = 10.0
    retry_base: float = 5.0
    unknown_wait: float = 30.0

    @property
    def lease(self) -> timedelta:
        """How long a try may take before its worker counts as dead: ten time-outs."""
        return timedelta(seconds=max(10 * self.timeout, self.unknown_wait))


USUAL = Pace()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to make: a send, or the look-up of one whose outcome nobody knows.

    `lease` proves that the row is still ours when the outcome is noted.
    """

    id: str
    lease: str
    channel: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    subject: str
    expires_at: datetime | None
    since: datetime
    look_up: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What to call now; `seen` counts also what was held, expired or suppressed meanwhile."""

    attempts: Sequence[Attempt] = ()
    seen: int = 0


@dataclass(slots=True)
class _Desk:
    """What one claim needs to know, loaded once."""

    session: Session
    rules: TextRules
    pace: Pace
    now: datetime
    gateway: str
    flagged: Collection[str] = ()
    kept: list[object] = field(default_factory=list)  # or the session forgets them again


@dataclass(frozen=True, slots=True)
class _Ready:
    """One that may leave. Its words stand in the row only when it does: one UPDATE, not two."""

    row: OutboxMessage
    point: ContactPoint
    words: str = field(repr=False)

    @property
    def parts(self) -> int:
        return cost(self.words).segments


def claim(session: Session, *, gateway: str | None, pace: Pace, limit: int, now: datetime) -> Batch:
    """Take up to `limit` texts and mails that may leave now.

    gateway: the name of the one for texts; None: there is none, and texts wait.
    """
    _tidy(session, now)
    rows = _next(session, _channels(session, gateway, now), limit, now)
    if not rows:
        return Batch()
    desk = _Desk(session, text_rules(session), pace, now, gateway or "")
    _load(desk, rows)
    ready = [found for row in rows if (found := _try(desk, row)) is not None]
    now_leaving = _in_time(desk, ready)
    attempts = [_begin(desk, one) for one in _paid(desk, now_leaving)]
    session.flush()
    return Batch(attempts, len(rows) - len(ready) + len(now_leaving))


def is_due(session: Session, *, gateway: str | None, now: datetime) -> bool:
    """Whether `claim` or `claim_look_ups` would find something to do: a cheap look, no lock."""
    row = OutboxMessage  # one that is to be tried again is in flight too, but `_next` knows when
    open_ends = exists().where(in_flight(), row.due_at <= now, row.state != OutboxState.QUEUED)
    return bool(session.scalar(select(open_ends))) or bool(
        _next(session, _channels(session, gateway, now), 1, now, lock=False)
    )


def _tidy(session: Session, now: datetime) -> None:
    """A try whose lease ran out has an unknown outcome; what was taken long ago frees its lane."""
    row = OutboxMessage
    late = (in_flight(), row.due_at <= now)
    session.execute(
        update(row)
        .where(*late, row.state == OutboxState.SENDING)
        .values(state=OutboxState.UNKNOWN, lease=None)
    )
    session.execute(
        update(row)
        .where(*late, row.state.in_((OutboxState.ACCEPTED, OutboxState.SENT)))
        .values(in_flight=False)
    )


def _channels(session: Session, gateway: str | None, now: datetime) -> Sequence[str]:
    """Which channels may be used: texts not while their gateway wants to be left alone."""
    if gateway is None:
        return ("mail",)
    until = session.scalar(select(GatewayPause.until).where(GatewayPause.gateway == gateway))
    waits = (until and until > now) or not bucket.has_room(session, gateway, now=now)
    return ("mail",) if waits else ("text", "mail")


def _queued(row: Any) -> ColumnElement[bool]:
    """Written out and not as a parameter, or the planner cannot use the index made for it."""
    state = literal(OutboxState.QUEUED, type_=OutboxMessage.state.type, literal_execute=True)
    return row.state == state  # type: ignore[no-any-return]  # an aliased class is Any to mypy


def in_flight(table: str = OutboxMessage.__tablename__) -> TextClause:
    """As it stands in the index: SQLite would not know `in_flight = 1` for the same."""
    return text(f"{table}.in_flight")


def _due_next() -> Select[OutboxMessage]:
    """The rows that are due, of lanes with nothing else in flight and nothing older that is due."""
    row, now = OutboxMessage, bindparam("now", type_=UtcDateTime)
    older, busy = (aliased(OutboxMessage, name=name) for name in ("older", "busy"))
    first = tuple_(older.created_at, older.tick) < tuple_(row.created_at, row.tick)
    waits_behind = exists().where(
        older.lane == row.lane, _queued(older), older.due_at <= now, first
    )
    lane_taken = exists().where(busy.lane == row.lane, busy.id != row.id, in_flight("busy"))
    return (
        select(row)
        .where(_queued(row), row.due_at <= now)
        .where(row.channel.in_(bindparam("channels", expanding=True)))
        .where(~waits_behind, ~lane_taken)
        .order_by(row.urgency, row.automatic, row.due_at)
        .limit(bindparam("limit"))
    )


_DUE_NEXT = _due_next()  # built once: it is asked many times a second while texts leave
_TAKE_NEXT = _DUE_NEXT.with_for_update(skip_locked=True)


def _next(
    session: Session, channels: Sequence[str], limit: int, now: datetime, *, lock: bool = True
) -> Sequence[OutboxMessage]:
    """Up to `limit` rows to try now; none of them is another worker's when they are locked."""
    asked = {"channels": channels, "limit": limit, "now": now}
    return session.scalars(_TAKE_NEXT if lock else _DUE_NEXT, asked).all()


def _load(desk: _Desk, rows: Sequence[OutboxMessage]) -> None:
    """Fetch what the rows need in two queries; `session.get` then finds it at hand."""
    people = {row.to_id for row in rows}
    desk.kept += desk.session.execute(
        select(Person, SafeContact, ContactPoint)
        .join(OutboxMessage, OutboxMessage.to_id == Person.id)
        .outerjoin(SafeContact, SafeContact.person_id == Person.id)
        .outerjoin(ContactPoint, ContactPoint.id == OutboxMessage.contact_point_id)
        .where(OutboxMessage.id.in_([row.id for row in rows]))
    ).all()
    flags = select(ContactFlag.person_id).where(
        ContactFlag.person_id.in_(people), ContactFlag.until > desk.now
    )
    desk.flagged = set(desk.session.scalars(flags))


def _try(desk: _Desk, row: OutboxMessage) -> _Ready | None:
    """Decide about one row and find its words; None when it is held or will never leave."""
    point = row.contact_point_id and desk.session.get(ContactPoint, row.contact_point_id)
    if _too_late(desk, row):
        return None
    if not point:
        _suppress(desk, row, "no_address")
        return None
    facts = _facts(desk, row)
    if facts is None:
        _suppress(desk, row, "withdrawn")
        return None
    return _through_the_gate(desk, row, point, facts)


def _through_the_gate(
    desk: _Desk, row: OutboxMessage, point: ContactPoint, facts: Mapping[str, str]
) -> _Ready | None:
    verdict = gate.decide(_said(row), _reach(desk, row, point), _bounds(desk.rules), desk.now)
    if isinstance(verdict, gate.Suppress):
        _suppress(desk, row, verdict.why)
    elif isinstance(verdict, gate.Hold):
        _hold(row, verdict.until, verdict.why)
    else:
        row.language = texts.written_in(desk.session.get_one(Person, row.to_id).language)
        return _Ready(row, point, texts.render(row.kind, row.language, facts))
    return None


def _too_late(desk: _Desk, row: OutboxMessage) -> bool:
    """Whether its time is over: expired, or tried in vain for too long."""
    if row.expires_at is not None and row.expires_at <= desk.now:
        _settle(row, OutboxState.EXPIRED, desk.now)
    elif row.tried_at is not None and desk.now - row.tried_at > GIVE_UP_AFTER:
        _settle(row, OutboxState.FAILED, desk.now)
        row.held_for = "gave_up"
        raise_alert(desk.session, "text_lost", row.id, now=desk.now)
    else:
        return False
    budget.refund(desk.session, [row])
    return True


def _facts(desk: _Desk, row: OutboxMessage) -> Mapping[str, str] | None:
    kept: dict[str, str] = json.loads(row.facts)
    if row.kind not in FRESH:
        return kept
    found = FRESH[row.kind](desk.session, row, desk.now)
    return None if found is None else kept | dict(found)


def _said(row: OutboxMessage) -> gate.Said:
    wording = texts.TEXTS[row.kind]
    return gate.Said(
        channel=row.channel,
        automatic=row.automatic,
        answers=row.answers,
        any_hour=wording.any_hour,
        despite_stop=wording.despite_stop,
        despite_flag=wording.despite_flag,
        proves=wording.proves,
    )


def _reach(desk: _Desk, row: OutboxMessage, point: ContactPoint) -> gate.Reach:
    person = desk.session.get_one(Person, row.to_id)
    safe = desk.session.get(SafeContact, row.to_id)
    return gate.Reach(
        address=point.address,
        zone=person.zone,
        is_seeker=person.is_seeker,
        country=point.country,
        heard_at=point.heard_at,
        opted_out=point.opted_out_at is not None,
        unusable=point.unusable,
        unproven=point.is_unproven,
        flagged=row.to_id in desk.flagged,
        safe_from=safe.safe_from if safe else None,
        safe_until=safe.safe_until if safe else None,
        last_automatic_at=None if point.heard_at else _last_automatic(desk.session, row),
    )


def _last_automatic(session: Session, row: OutboxMessage) -> datetime | None:
    """When something automatic last went to this number, this same text's earlier tries aside."""
    return session.scalar(
        select(func.max(OutboxMessage.tried_at)).where(
            OutboxMessage.lane == row.lane, OutboxMessage.automatic, OutboxMessage.id != row.id
        )
    )


def _bounds(rules: TextRules) -> gate.Bounds:
    return gate.Bounds(rules.quiet_from, rules.quiet_until, rules.countries)


def _begin(desk: _Desk, one: _Ready) -> Attempt:
    """Write down that it is being tried."""
    row, row.words = one.row, one.words
    row.state, row.lease, row.in_flight = OutboxState.SENDING, new_id(), True
    row.held_for, row.attempts = "", row.attempts + 1
    row.due_at, row.tried_at = desk.now + desk.pace.lease, row.tried_at or desk.now
    row.gateway = desk.gateway if row.channel == "text" else "mail"
    return attempt(row, one.point.address)


def attempt(row: OutboxMessage, address: str, *, look_up: bool = False) -> Attempt:
    return Attempt(
        id=row.id,
        lease=row.lease or "",
        channel=row.channel,
        to=address,
        body=row.words,
        subject=texts.subject(row.kind, row.language) if row.channel == "mail" else "",
        expires_at=row.expires_at,
        since=row.tried_at or row.created_at,
        look_up=look_up,
    )


def _in_time(desk: _Desk, ready: Sequence[_Ready]) -> list[_Ready]:
    """Without the texts for which their sender has no time yet: they stay as they are, due."""
    texts_ready = [one for one in ready if one.row.channel == "text"]
    parts = [one.parts for one in texts_ready]
    fit = bucket.take(desk.session, desk.gateway, parts, now=desk.now) if parts else 0
    late = {one.row.id for one in texts_ready[fit:]}
    return [one for one in ready if one.row.id not in late]


def _paid(desk: _Desk, ready: Sequence[_Ready]) -> list[_Ready]:
    """Those that the budget allows; the others are held. Each is charged once, however often
    it is tried; a batch is charged whole where that fits, for it is the usual case."""
    unpaid = [one for one in ready if one.row.channel == "text" and not one.row.charged_on]
    for automatic in (False, True):
        due = [one for one in unpaid if one.row.automatic is automatic]
        if not _charge(desk, due, automatic=automatic):
            for one in due:
                if not _charge(desk, [one], automatic=automatic):
                    _hold(one.row, budget.next_day(desk.now), "budget")
    return [one for one in ready if one.row.charged_on or one.row.channel != "text"]


def _charge(desk: _Desk, due: Sequence[_Ready], *, automatic: bool) -> bool:
    if not due:
        return True
    total = sum(one.parts for one in due)
    day = budget.take(desk.session, desk.rules, total, automatic=automatic, now=desk.now)
    for one in due:
        one.row.parts, one.row.charged_on = one.parts, day or ""
    return day is not None


def _hold(row: OutboxMessage, until: datetime, why: str) -> None:
    row.due_at, row.held_for, row.in_flight = until, why, False


def _suppress(desk: _Desk, row: OutboxMessage, why: str) -> None:
    """For good; what an earlier try that nobody took was charged is given back."""
    budget.refund(desk.session, [row])
    row.held_for = why
    _settle(row, OutboxState.SUPPRESSED, desk.now)


def _settle(row: OutboxMessage, state: OutboxState, now: datetime) -> None:
    row.state, row.in_flight, row.settled_at, row.lease = state, False, now, None
