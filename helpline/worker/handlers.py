"""Which operation does a job of which kind. Each room adds its lines; kinds are never renamed.

A handler is called inside a transaction, with the session, the job's payload and the moment.
An errand is called outside of any, because it asks the world; it opens its own transactions.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import learning, wait_fit
from helpline.intake import texting
from helpline.messaging import reconcile
from helpline.messaging.inbound import RECEIVE
from helpline.messaging.outbox import Begin
from helpline.runtime import Runtime
from helpline.worker import tidying

Payload = Mapping[str, Any]
Handler = Callable[[Session, Payload, datetime], None]
Errand = Callable[[Runtime, Begin, Payload], None]


def _reconcile(runtime: Runtime, begin: Begin, payload: Payload) -> None:
    reconcile.run(begin, runtime.texts, runtime.now)


def _receive(session: Session, payload: Payload, now: datetime) -> None:
    texting.receive(session, bytes.fromhex(payload["sender"]), now=now)


HANDLERS: dict[str, Handler] = {
    **cases.HANDLERS,
    RECEIVE: _receive,
    "dialog_silence": texting.look_after,
    "not_reached": tidying.not_reached,
    "tidy": tidying.tidy,
}

ERRANDS: dict[str, Errand] = {
    reconcile.KIND: _reconcile,
}

# What repeats, and how often. The first run is asked for when a worker starts.
EVERY: dict[str, timedelta] = {
    "case_watch": cases.WATCH_EVERY,
    learning.KIND: learning.LEARN_EVERY,
    wait_fit.FIT: wait_fit.FIT_EVERY,
    reconcile.KIND: reconcile.EVERY,
    "tidy": timedelta(hours=1),
}
