"""What may be asked of the outbox: one frozen notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say to one person (DESIGN, settled 6).

    to: the person's id. text: which of `helpline.messaging.texts`. facts: what goes in its blanks
    (strings; sealed in the row). channel: "text", "mail", or "any" for the way they chose.
    dedupe_key: the same key is said once. not_before, expires_at: aware moments. cancels: a prefix
    of dedupe keys whose queued notices this one replaces. answers: a direct reply to a text they
    just sent, so no quiet hour holds it. automatic False: a human's own words.
    case_id: whose conversation it belongs to. contact_point_id: an exact address of that person.
    """

    to: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    channel: str = "any"
    dedupe_key: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    cancels: str | None = None
    answers: bool = False
    automatic: bool = True
    urgency: int = 4
    case_id: str | None = None
    contact_point_id: str | None = None
