"""Hours that people stated, kept: weekly promises, words about single days, breaks.

Stating: `promise`, `withdraw`, `away`, `extra_hours`, `take_back`; while on: `pause`, `resume`,
`end_shift`. Asking: `on_shift`, `next_on_shift`, `coming`, `timetable`.
"""

from scheduling.promises.asking import (
    OnDuty,
    changes_of,
    coming,
    next_on_shift,
    on_shift,
    promises_of,
    timetable,
)
from scheduling.promises.digest import digest
from scheduling.promises.pausing import (
    NotOnShift,
    PauseIsOver,
    end_shift,
    pause,
    pause_of,
    resume,
)
from scheduling.promises.rows import ChangeKind, DatedChange, Pause, PauseKind, WeeklyPromise
from scheduling.promises.stating import (
    DayOutOfReach,
    EmptyShift,
    EndsBeforeItBegins,
    HoursIncomplete,
    NoSuchPromise,
    UnknownWeekday,
    WallTimeSkipped,
    away,
    extra_hours,
    promise,
    take_back,
    withdraw,
)

__all__ = [
    "ChangeKind",
    "DatedChange",
    "DayOutOfReach",
    "EmptyShift",
    "EndsBeforeItBegins",
    "HoursIncomplete",
    "NoSuchPromise",
    "NotOnShift",
    "OnDuty",
    "Pause",
    "PauseIsOver",
    "PauseKind",
    "UnknownWeekday",
    "WallTimeSkipped",
    "WeeklyPromise",
    "away",
    "changes_of",
    "coming",
    "digest",
    "end_shift",
    "extra_hours",
    "next_on_shift",
    "on_shift",
    "pause",
    "pause_of",
    "promise",
    "promises_of",
    "resume",
    "take_back",
    "timetable",
    "withdraw",
]
