"""How long somebody will wait, and whether what was said about it was true. Pure; docs/waiting.md.

`model`: a range from place, people on and the line's own past. `judging`: what became of ranges.
`moments`: when somebody who waits hears of it again.
"""

from helpline.cases.expecting.judging import (
    FLOOR,
    TARGET,
    Band,
    Judged,
    Verdict,
    bands,
    calibration,
    is_inside,
    judge,
    verdict,
)
from helpline.cases.expecting.model import (
    ENOUGH,
    LEVELS,
    Figures,
    Past,
    View,
    expected,
    fit,
    range_of,
    remaining,
    sketch,
)
from helpline.cases.expecting.moments import MOST_A_DAY, has_changed, next_moment

__all__ = [
    "ENOUGH",
    "FLOOR",
    "LEVELS",
    "MOST_A_DAY",
    "TARGET",
    "Band",
    "Figures",
    "Judged",
    "Past",
    "Verdict",
    "View",
    "bands",
    "calibration",
    "expected",
    "fit",
    "has_changed",
    "is_inside",
    "judge",
    "next_moment",
    "range_of",
    "remaining",
    "sketch",
    "verdict",
]
