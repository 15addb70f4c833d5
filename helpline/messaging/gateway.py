"""The port to the telephone network and to mail: what an adapter must do, and what it may answer.

Adapters hold no state of ours and never touch the database (the built-in phones are the exception
that proves it: their network *is* a table). Every answer is one of three: it was accepted, it was
refused for a reason, or nobody knows, and then it is looked up before anything is tried again.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class RefusalKind(enum.StrEnum):
    """Why the network said no; what to do about each stands in `outbox.outcome`."""

    LATER = "later"  # busy, rate limit: again after `retry_after`
    OPTED_OUT = "opted_out"  # the person said STOP at the provider
    BAD_NUMBER = "bad_number"  # not a number, or a landline
    UNREACHABLE = "unreachable"  # switched off, out of reach
    BLOCKED = "blocked"  # filtered by a carrier
    REGION = "region"  # not allowed to that country
    CONFIG = "config"  # our account or settings are wrong: an operator must act


@dataclass(frozen=True, slots=True)
class Accepted:
    """The network took it. `provider_id` names it there; `parts` is 0 when it did not say."""

    provider_id: str
    parts: int = 0
    state: str = "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """The network did not take it. `code` is the provider's; `retry_after` in seconds."""

    kind: RefusalKind
    code: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been taken: a time-out, a reset, a 5xx, an unreadable answer."""

    reason: str = ""


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that reached us, as a webhook or a listing tells it."""

    provider_id: str
    sender: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    at: datetime | None = None
    media: int = 0
    opt_hint: str = ""  # STOP, START, HELP when the provider already acted on it


@dataclass(frozen=True, slots=True)
class Found:
    """What the provider holds about a text of ours."""

    provider_id: str
    state: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do. client_ids: sending the same id twice sends once."""

    delivery_reports: bool = True
    client_ids: bool = False
    list_inbound: bool = True


class TextGateway(Protocol):
    """One way of sending texts."""

    name: str
    capabilities: Capabilities

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        """Hand one text to the network. `to` is E.164. Never raises for what the network does."""
        ...

    def find(self, *, to: str, body: str, since: datetime) -> Found | Refused | Unknown | None:
        """Whether a text like this was taken since then; None only when it surely was not."""
        ...

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        """What became of a text of ours, by the provider's id."""
        ...

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        """The texts the provider received for us since then, for catching up after downtime."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: plain words, neutral subject."""

    own_id: str
    to: str = field(repr=False)
    subject: str
    body: str = field(repr=False)


class MailGateway(Protocol):
    def send(self, letter: Letter) -> Outcome:
        """Hand one mail over. Never raises for what the network does."""
        ...
