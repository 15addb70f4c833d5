"""Calling the gateways: claim in one transaction, call in none, note the outcome in another.

Any number of workers may do this at once. A worker killed between the call and the note leaves a
lease that runs out; the text's outcome is then unknown, and it is looked up at the provider before
anything is sent again. A gateway that knows our ids is simply told once more.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpline.alerts import raise_alert
from helpline.messaging.gateway import (
    Accepted,
    Capabilities,
    Found,
    Letter,
    MailGateway,
    Outcome,
    Refused,
    TextGateway,
    Unknown,
)
from helpline.messaging.outbox import claiming, outcome
from helpline.messaging.outbox.claiming import USUAL, Attempt, Batch, Pace, attempt, in_flight
from helpline.messaging.outbox.reporting import apply, early
from helpline.messaging.outbox.row import OutboxMessage, OutboxState
from helpline.people import ContactPoint
from scheduling.base import new_id

Begin = Callable[[], AbstractContextManager[Session]]
AT_ONCE = 16  # calls in flight, one per recipient
_MAIL = Capabilities(delivery_reports=False, client_ids=True, list_inbound=False)
_TELL_AFTER = timedelta(hours=1)  # of not knowing, an operator is told
_log = logging.getLogger("helpline.outbox")


@dataclass(frozen=True, slots=True)
class Sender:
    """What sends: a way to open transactions, the two gateways, a clock, and how patient to be.

    Shared by all sending threads. `texts` None: this instance has no way to send texts.
    """

    begin: Begin
    texts: TextGateway | None
    mail: MailGateway
    clock: Callable[[], datetime]
    pace: Pace = USUAL

    @property
    def gateway(self) -> str | None:
        return self.texts.name if self.texts else None

    def is_due(self, session: Session) -> bool:
        """Whether `claim` would find something: a cheap look that keeps no writer waiting."""
        return claiming.is_due(session, gateway=self.gateway, now=self.clock())

    def claim(self, limit: int = AT_ONCE) -> Batch:
        """Take what may be called now: look-ups first, for they hold their lanes."""
        now = self.clock()
        try:
            with self.begin() as session:
                found = self._look_ups(session, limit, now)
                more = claiming.claim(
                    session,
                    gateway=self.gateway,
                    pace=self.pace,
                    limit=limit - len(found.attempts),
                    now=now,
                )
        except IntegrityError:  # another worker took the same lane in this very moment
            return Batch(seen=1)
        return Batch([*found.attempts, *more.attempts], found.seen + more.seen)

    def carry(self, task: Attempt) -> None:
        """Make one call and note what came of it."""
        answer = self._look_up(task) if task.look_up else self._send(task)
        with self.begin() as session:
            row = _still_ours(session, task)
            if row is None:
                return
            if task.look_up:
                self._found(session, row, answer)
            else:
                self._sent(session, row, answer)

    def _capabilities(self, row: OutboxMessage) -> Capabilities:
        return self.texts.capabilities if row.channel == "text" and self.texts else _MAIL

    def _look_ups(self, session: Session, limit: int, now: datetime) -> Batch:
        rows = _unknown(session, limit, now)
        tasks = [self._question(session, row, now) for row in rows]
        return Batch([task for task in tasks if task is not None], len(rows))

    def _question(self, session: Session, row: OutboxMessage, now: datetime) -> Attempt | None:
        if row.channel == "text" and self.texts is None:
            row.due_at = now + self.pace.lease  # nobody to ask
            return None
        if self._capabilities(row).client_ids:
            row.state, row.due_at, row.lease = OutboxState.QUEUED, now, None
            return None
        point = session.get(ContactPoint, row.contact_point_id) if row.contact_point_id else None
        if point is None:
            row.state, row.in_flight, row.settled_at = OutboxState.FAILED, False, now
            return None
        row.lease, row.due_at = new_id(), now + self.pace.lease
        return attempt(row, point.address, look_up=True)

    def _send(self, task: Attempt) -> Outcome:
        try:
            if task.channel == "mail" or self.texts is None:
                return self.mail.send(Letter(task.id, task.to, task.subject, task.body))
            return self.texts.send(
                own_id=task.id, to=task.to, body=task.body, expires_at=task.expires_at
            )
        except Exception as error:  # an adapter's mistake must not stop the others
            return _unexpected(task, error)

    def _look_up(self, task: Attempt) -> Found | Refused | Unknown | None:
        try:
            if self.texts is None:
                return Unknown("no gateway")
            return self.texts.find(to=task.to, body=task.body, since=task.since)
        except Exception as error:  # as above
            return _unexpected(task, error)

    def _sent(self, session: Session, row: OutboxMessage, answer: Outcome | Found | None) -> None:
        """Note what `send` answered, unless a status report was quicker."""
        now = self.clock()
        if isinstance(answer, Accepted):
            self._accepted(session, row, answer, now)
        elif row.state is not OutboxState.SENDING:
            return
        elif isinstance(answer, Refused):
            outcome.refuse(session, row, answer, self.pace.retry_base, now=now)
        else:
            row.state, row.lease = OutboxState.UNKNOWN, None
            row.due_at = now + timedelta(seconds=self.pace.unknown_wait)

    def _accepted(
        self, session: Session, row: OutboxMessage, answer: Accepted, now: datetime
    ) -> None:
        row.provider_id = answer.provider_id or row.provider_id
        state = outcome.state_of(answer.state) or OutboxState.ACCEPTED
        if row.channel == "mail":
            state = OutboxState.SENT
        outcome.settle(session, row, state, "", now=now)
        if not self._capabilities(row).delivery_reports and row.channel == "mail":
            row.in_flight = False  # nothing more will be heard
        for event in early(session, row):
            apply(session, row, event.state, event.code, now=now)

    def _found(self, session: Session, row: OutboxMessage, answer: Outcome | Found | None) -> None:
        """Note what the look-up found, unless a status report was quicker."""
        now = self.clock()
        if row.state is not OutboxState.UNKNOWN:
            return
        if isinstance(answer, Found) and not _belongs_to_another(session, row, answer):
            row.provider_id = answer.provider_id
            state = outcome.state_of(answer.state) or OutboxState.ACCEPTED
            outcome.settle(session, row, state, answer.code, now=now)
        elif answer is None or isinstance(answer, Found):
            row.state, row.lease = OutboxState.QUEUED, None
            row.due_at = now + outcome.backoff(row.attempts, self.pace.retry_base)
        else:
            self._ask_again(session, row, answer, now)

    def _ask_again(
        self, session: Session, row: OutboxMessage, answer: Outcome, now: datetime
    ) -> None:
        """Nobody could tell: nothing is sent until somebody can."""
        asked = answer.retry_after if isinstance(answer, Refused) else None
        wait = outcome.backoff(row.attempts, self.pace.unknown_wait)
        row.due_at = now + max(wait, timedelta(seconds=asked or 0))
        row.lease = None
        if now - (row.tried_at or now) > _TELL_AFTER:
            raise_alert(session, "outcome_unknown", row.gateway, now=now)


def deliver(
    begin: Begin,
    texts: TextGateway | None,
    mail: MailGateway,
    clock: Callable[[], datetime],
    pace: Pace = USUAL,
) -> int:
    """One pass in this thread: everything that may leave now. How many calls were made."""
    sender, calls = Sender(begin, texts, mail, clock, pace), 0
    while (batch := sender.claim()).seen:
        for task in batch.attempts:
            sender.carry(task)
        calls += len(batch.attempts)
    return calls


def _unknown(session: Session, limit: int, now: datetime) -> Sequence[OutboxMessage]:
    row = OutboxMessage
    return session.scalars(
        select(row)
        .where(in_flight(), row.state == OutboxState.UNKNOWN, row.due_at <= now)
        .order_by(row.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def _still_ours(session: Session, task: Attempt) -> OutboxMessage | None:
    """The row, locked; None when the lease ran out and somebody else is on it, or it is gone."""
    found: OutboxMessage | None = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == task.id, OutboxMessage.lease == task.lease)
        .with_for_update()
    )
    return found


def _belongs_to_another(session: Session, row: OutboxMessage, found: Found) -> bool:
    """Whether what the provider holds is another text of ours with the same words."""
    other = session.scalar(
        select(OutboxMessage.id).where(
            OutboxMessage.provider_id == found.provider_id, OutboxMessage.id != row.id
        )
    )
    return other is not None


def _unexpected(task: Attempt, error: Exception) -> Unknown:
    """Only the class is logged: the text of an error may carry a number or a message."""
    _log.error("outbox %s: %s in the gateway", task.id, type(error).__name__)
    return Unknown(type(error).__name__)
