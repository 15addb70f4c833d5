"""The outbox: what must be said is written beside the change that makes it true, and sent later.

`post` asks for it, the gate decides when, a `Sender` calls the gateways, `report` takes what the
network tells later. Nothing is said but through here.
"""

from helpline.messaging.outbox.claiming import Pace, fresh_facts
from helpline.messaging.outbox.delivery import AT_ONCE, Begin, Sender, deliver
from helpline.messaging.outbox.listing import counts, listing
from helpline.messaging.outbox.posting import post, post_many, withdraw, withdraw_to
from helpline.messaging.outbox.reporting import report
from helpline.messaging.outbox.row import (
    FINAL,
    DeliveryEvent,
    OutboxMessage,
    OutboxState,
    PartsSpent,
)

__all__ = [
    "AT_ONCE",
    "FINAL",
    "Begin",
    "DeliveryEvent",
    "OutboxMessage",
    "OutboxState",
    "Pace",
    "PartsSpent",
    "Sender",
    "counts",
    "deliver",
    "fresh_facts",
    "listing",
    "post",
    "post_many",
    "report",
    "withdraw",
    "withdraw_to",
]
