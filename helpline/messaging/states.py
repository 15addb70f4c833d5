"""The networks' words for how far a text has come, in ours. Pure."""

# Twilio's `sending` is not ours: ours means that we are handing it over.
_STATES = {
    "queued": "accepted",
    "accepted": "accepted",
    "scheduled": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
    # SMS Gateway for Android
    "pending": "accepted",
    "processed": "accepted",
    "cancelled": "failed",
}


def state_of(word: str) -> str:
    """Our state for a network's word; "" for one we do not know, which moves nothing.

    >>> state_of("Delivered"), state_of("received")
    ('delivered', '')
    """
    return _STATES.get(word.lower(), "")
