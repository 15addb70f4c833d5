"""What coordinators see of our ranges: how often they held, how far off, and who got none; JSON.

Made each hour beside the figures (`wait_fit`) and kept in a setting, so that no page reads a month.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from helpline.cases.expecting import LEVELS, Judged, bands, calibration
from helpline.cases.wait_rows import Logged

SETTING = "wait_report"
WEEK = timedelta(days=7)
MOST_DOTS = 150


def report(
    newest_first: Sequence[Logged], fitted: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """Of the last four weeks. fitted: as in the setting of the figures."""
    pairs = [(row, one) for row in newest_first if (one := row.judged()) is not None]
    judged = [one for _, one in pairs]
    languages = sorted({row.language for row in newest_first})
    return {
        "at": now.isoformat(),
        "count": len(newest_first),
        "judged": len(judged),
        "languages": [
            _of_language(tag, newest_first, pairs, fitted.get(tag, {}), now) for tag in languages
        ],
        "why": Counter(row.facts["why"] for row in newest_first if row.facts.get("why")),
        "calibration": calibration(judged, LEVELS),
        "bands": [asdict(each) for each in bands(judged)],
        "dots": [
            (round(one.quantiles[len(LEVELS) // 2]), one.real, one.came == "inside")
            for one in judged
            if one.real is not None and len(one.quantiles) == len(LEVELS)
        ][:MOST_DOTS],
    }


def _of_language(
    tag: str,
    rows: Sequence[Logged],
    pairs: Sequence[tuple[Logged, Judged]],
    figures: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    month = [one for row, one in pairs if row.language == tag]
    week = [one for row, one in pairs if row.language == tag and row.at > now - WEEK]
    errors = [
        abs(one.real - one.quantiles[len(one.quantiles) // 2])
        for one in month
        if one.real is not None and one.quantiles
    ]
    here = [row for row in rows if row.language == tag]
    return {
        "language": tag,
        "week": _inside(week),
        "month": _inside(month),
        "error": round(median(errors)) if errors else None,
        "told": sum(row.told for row in here),
        "untold": sum(not row.told for row in here),
        "method": (figures.get("entry") or {}).get("method", ""),
        "holds": figures.get("holds", True),
    }


def _inside(judged: Sequence[Judged]) -> tuple[int, int]:
    return sum(one.came == "inside" for one in judged), len(judged)
