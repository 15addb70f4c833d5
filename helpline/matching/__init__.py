"""Who is asked to help whom, and why. Pure: no database, no clock.

Everybody who waits is looked at together (`assign`), the most pressing first (`priority`). First
come hard rules, each with a code (`rules`); then a cost in points, each part named (`costs`), and
the cheapest are asked. What was decided explains itself: it is kept beside the case to be read.

Only facts come in, so the same decision can be made again for yesterday, or tried for next week.
`Pool` keeps people ordered between decisions, so that one event touches few of them; it answers
exactly what a look at everybody would. docs/matching.md tells the whole, with what was measured.
"""

from helpline.matching.assigning import assign
from helpline.matching.decisions import Decision, decide
from helpline.matching.facts import (
    TEXT,
    VOICE,
    Candidate,
    Chosen,
    Excluded,
    Rung,
    SafeHours,
    Speaks,
    Waiting,
)
from helpline.matching.languages import (
    CLOSE,
    SAME_LANGUAGE_ONLY,
    Close,
    Closeness,
    can_help_in,
    speaks,
)
from helpline.matching.parameters import PARAMETERS, BadParameter, Parameter, Parameters
from helpline.matching.pool import Pool
from helpline.matching.prices import Asked, Demand, Prices, learn
from helpline.matching.priority import order, priority
from helpline.matching.rules import away_until

__all__ = [
    "CLOSE",
    "PARAMETERS",
    "SAME_LANGUAGE_ONLY",
    "TEXT",
    "VOICE",
    "Asked",
    "BadParameter",
    "Candidate",
    "Chosen",
    "Close",
    "Closeness",
    "Decision",
    "Demand",
    "Excluded",
    "Parameter",
    "Parameters",
    "Pool",
    "Prices",
    "Rung",
    "SafeHours",
    "Speaks",
    "Waiting",
    "assign",
    "away_until",
    "can_help_in",
    "decide",
    "learn",
    "order",
    "priority",
    "speaks",
]
