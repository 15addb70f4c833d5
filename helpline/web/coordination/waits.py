"""`/coordination/waiting`: whether what we told those who wait was true."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from helpline.cases.wait_report import SETTING
from helpline.db import read
from helpline.instance import setting
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.coordination.frame import bp
from helpline.web.language import LazyText
from helpline.web.language import lazy_gettext as _l

LEFT, TOP, SIDE = 56, 8, 236  # of the square that both plots are drawn in
MINUTES = (1, 5, 15, 60, 240, 720)
WHY: Mapping[str, LazyText] = {
    "nobody": _l("Nobody who could help them was on"),
    "few": _l("Too few waits were observed yet"),
    "rota": _l("The rota does not reach far enough, or the end lies too far ahead"),
    "check": _l("Our ranges were not true lately, so they are held back"),
}
METHOD: Mapping[str, LazyText] = {
    "queue": _l("place in line and rota"),
    "last": _l("how long the last one waited"),
    "typical": _l("the usual wait"),
    "": _l("earlier waits alone"),
}


@bp.get("/coordination/waiting")
def waits() -> ResponseReturnValue:
    """Made each hour by the worker; nothing is counted here."""
    found = setting(read(), SETTING, {})
    return render_template(
        "coordination/waiting.html",
        who=auth.current(),
        now=runtime().now(),
        report=found,
        made_at=datetime.fromisoformat(found["at"]) if found else None,
        levels=[(level, real, *_at(level, real)) for level, real in found.get("calibration", ())],
        dots=[(_log(middle), _log(real), held) for middle, real, held in found.get("dots", ())],
        ticks=[(minutes, _log(60 * minutes)) for minutes in MINUTES],
        side=SIDE,
        left=LEFT,
        top=TOP,
        why=WHY,
        method=METHOD,
        percent=percent,
        minutes=_minutes,
    )


def percent(inside_of: Sequence[int]) -> str:
    r"""A share of so many, in a line.

    >>> percent((16, 20)), percent((0, 0))
    ('80\xa0%', '–')
    """
    inside, of = inside_of
    return f"{round(100 * inside / of)}\u00a0%" if of else "–"


def _minutes(seconds: float) -> timedelta:
    return timedelta(minutes=round(seconds / 60))


def _at(across: float, up: float) -> tuple[int, int]:
    """Where a pair of shares lies in the square."""
    return LEFT + round(SIDE * across), TOP + round(SIDE * (1 - up))


def _log(seconds: Any) -> int:
    """How far along an axis from one minute to twelve hours."""
    share = math.log(max(seconds / 60, 1)) / math.log(MINUTES[-1])
    return round(SIDE * min(share, 1))
