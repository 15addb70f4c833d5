"""Links by which a calendar program reads somebody's hours: made, withdrawn, read, looked after.

A link is a random token, kept as a hash. What was shown under it is kept too (`PublishedShift`), so
that an event has the same UID for ever, counts its changes, and is seen cancelled for 30 days.
"""

from helpline.feeds.clients import client_of
from helpline.feeds.links import (
    MOST_LINKS,
    NotInThatTeam,
    TooManyLinks,
    Wish,
    forget,
    links_of,
    make,
    revoke,
)
from helpline.feeds.reading import Glance, Served, glance, note_read, read
from helpline.feeds.rows import FeedScope, FeedToken, PublishedShift

__all__ = [
    "MOST_LINKS",
    "FeedScope",
    "FeedToken",
    "Glance",
    "NotInThatTeam",
    "PublishedShift",
    "Served",
    "TooManyLinks",
    "Wish",
    "client_of",
    "forget",
    "glance",
    "links_of",
    "make",
    "note_read",
    "read",
    "revoke",
]
