"""Every table of the house, so that the metadata is whole: for migrations and the first query."""

from sqlalchemy import Table

from helpline import alerts, cases, conversation, feeds, instance, jobs, people, pulse, throttle
from helpline.messaging import inbound, phones
from helpline.messaging.outbox import row
from helpline.privacy import audit
from scheduling import promises
from scheduling.base import Base

_ROOMS = (
    alerts,
    audit,
    cases,
    conversation,
    feeds,
    inbound,
    instance,
    jobs,
    people,
    phones,
    promises,
    pulse,
    row,
    throttle,
)

ALL_TABLES: list[Table] = list(Base.metadata.sorted_tables)
