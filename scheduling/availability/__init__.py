"""Who has promised to be there, and when. Pure: no database, no clock, no Flask.

People promise wall times in a zone of their own choosing; `intervals` turns promises and what was
said later about single days into moments, and a `Timetable` answers who is on and who comes next.
"""

from scheduling.availability.expansion import ClockChange, clock_changes, intervals
from scheduling.availability.terms import (
    DayAway,
    DutyRole,
    ExtraHours,
    Interval,
    Promise,
    shift_window,
)
from scheduling.availability.timetable import Timetable, timetable, without

__all__ = [
    "ClockChange",
    "DayAway",
    "DutyRole",
    "ExtraHours",
    "Interval",
    "Promise",
    "Timetable",
    "clock_changes",
    "intervals",
    "shift_window",
    "timetable",
    "without",
]
