"""The line tried out: people who ask, against the coming shifts, matched by the product's own code.

Nothing here writes to the database. Who asks comes from the line's log (`history`) or from a file
(`scenario`); who is on from `scheduling.promises` (`shifts`); `world` lets it happen, and `report`
counts. Equal seeds give equal results.
"""

from helpline.rehearsal.arrivals import Arrival, imagined
from helpline.rehearsal.history import remembered, remembered_pace, weeks_of
from helpline.rehearsal.report import Report, report
from helpline.rehearsal.scenario import BadScenario, Pace, Scenario, example, read_scenario
from helpline.rehearsal.shifts import Helper, imagined_helpers, promised
from helpline.rehearsal.world import Outcome, World

__all__ = [
    "Arrival",
    "BadScenario",
    "Helper",
    "Outcome",
    "Pace",
    "Report",
    "Scenario",
    "World",
    "example",
    "imagined",
    "imagined_helpers",
    "promised",
    "read_scenario",
    "remembered",
    "remembered_pace",
    "report",
    "weeks_of",
]
