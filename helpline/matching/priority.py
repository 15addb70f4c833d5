"""Who comes first: by how fast the help they wait for loses its worth.

Help for somebody of urgency u is worth `worth_u` at once and fades in `fades_u` minutes, so each
minute of waiting costs worth / fades. That rate is raised by the time already waited, in the same
unit: waiting more never lowers a place, and everybody comes first at some time, however many more
urgent people keep coming.
"""

from datetime import datetime
from math import exp

from helpline.matching.facts import Waiting
from helpline.matching.parameters import Parameters

Order = tuple[float, datetime, str]


def priority(case: Waiting, now: datetime, parameters: Parameters) -> float:
    """Worth lost per minute, raised by waiting; more comes first."""
    at_once, fades = _rate(case.urgency, parameters)
    waited = max((now - case.since).total_seconds(), 0.0) / 60
    return at_once / fades * (1 + waited / fades)


def missed(urgency: int, parameters: Parameters) -> float:
    """How much of its worth help loses when it comes as late as a conversation is long."""
    at_once, fades = _rate(urgency, parameters)
    return at_once * (1 - exp(-parameters.missed_for / fades))


def order(case: Waiting, now: datetime, parameters: Parameters) -> Order:
    """A key to sort by. Time and id only make the order the same every time."""
    return -priority(case, now, parameters), case.since, case.case_id


def _rate(urgency: int, of: Parameters) -> tuple[float, float]:
    return (
        (of.worth_1, of.fades_1),
        (of.worth_2, of.fades_2),
        (of.worth_3, of.fades_3),
        (of.worth_4, of.fades_4),
    )[urgency - 1]
