"""A range for one case now: what is known of its place, put to the figures of its language."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases import fitting
from helpline.cases.case import Case
from helpline.cases.estimate import CLAIMED, WaitEstimate
from helpline.cases.expecting import Figures, View, range_of, remaining
from helpline.cases.expecting.model import FURTHEST
from helpline.instance import setting
from helpline.matching import Candidate
from scheduling import promises
from scheduling.zones import Window

SETTING = "wait_figures"  # by `wait_fit`: {"en": {"entry": ..., "later": ..., "waits": [...]}}
LATER = timedelta(minutes=5)  # who waited so long is compared with others who did
LATELY = timedelta(hours=3)
_MINUTE = 60


Memo = dict[Any, Any]  # the rota by wish, how long the last one waited by language


@dataclass(frozen=True, slots=True)
class Range:
    """What can be said. The ends: seconds, in whole minutes.

    method: as in the log. why: there is no number, or it is not told: "few" observed, "rota"
    (nobody in sight), "nobody" on, "check" (untrue lately).
    """

    low_seconds: int | None
    high_seconds: int | None
    method: str
    why: str = ""
    quantiles: tuple[float, ...] = ()
    view: View = field(default_factory=lambda: View(0, ()))

    @property
    def low(self) -> timedelta | None:
        """As it is said: never less than a minute."""
        return None if self.low_seconds is None else timedelta(seconds=max(self.low_seconds, 60))

    @property
    def high(self) -> timedelta | None:
        return None if self.high_seconds is None else timedelta(seconds=self.high_seconds)

    @property
    def may_be_told(self) -> bool:
        return self.high_seconds is not None and not self.why

    def facts(self) -> dict[str, Any]:
        """For the log: short, and enough to learn from."""
        found: dict[str, Any] = asdict(self.view)
        found["quantiles"] = [round(end) for end in self.quantiles]
        return found | ({"why": self.why} if self.why else {})


def reckon(
    session: Session,
    case: Case,
    number: int,
    helpers: Sequence[Candidate],
    *,
    now: datetime,
    memo: Memo | None = None,
) -> Range:
    """number: the case's place. helpers: who is on and could be asked about it. memo: what was
    looked up for others in the same moment, and is kept there for the next."""
    language = fitting.waits_for(case, helpers)[0]
    view = _view(session, case, language, number, helpers, now, {} if memo is None else memo)
    if not helpers:
        return Range(None, None, "nobody", "nobody", view=view)
    waited = now - (case.waiting_since or case.opened_at)
    known = setting(session, SETTING, {}).get(language, {})
    ends, method, why = _ends(view, known, waited)
    if ends is None:
        return Range(None, None, why, why, view=view)
    low = math.floor(ends[0] / _MINUTE) * _MINUTE
    high = max(math.ceil(ends[-1] / _MINUTE) * _MINUTE, low + _MINUTE, 2 * _MINUTE)
    return Range(low, high, method, "" if known.get("holds", True) else "check", ends, view)


def view_from(facts: dict[str, Any]) -> View:
    """As it was logged."""
    on = tuple((float(start), int(people)) for start, people in facts["on"])
    return View(int(facts["needed"]), on, facts["last"])


def _ends(
    view: View, known: dict[str, Any], waited: timedelta
) -> tuple[tuple[float, ...] | None, str, str]:
    """By the model, else by quantiles alone, else none; how, or why not."""
    fitted = known.get("later" if waited >= LATER else "entry")
    if fitted is not None:
        figures = Figures(**fitted | {"errors": tuple(fitted["errors"])})
        ends = range_of(view, figures)
        why = "few" if figures.errors[-1] is None else "rota"
        return ends, figures.method, why if ends is None else ""
    ends = remaining(known.get("waits", ()), waited.total_seconds())
    return ends, "quantiles", "few" if ends is None else ""


def _view(
    session: Session,
    case: Case,
    language: str,
    number: int,
    helpers: Sequence[Candidate],
    now: datetime,
    memo: Memo,
) -> View:
    free = sum(max(each.load_cap - each.load, 0) for each in helpers if not each.cooling)
    needed = max(number - free, 0)
    on: tuple[tuple[float, int], ...] = ((0.0, len(helpers)),)
    if needed:
        wish = (language, case.gender_wish, case.age_wish, case.topic, len(helpers))
        if wish not in memo:
            memo[wish] = _by_rota(session, case, language, len(helpers), now)
        on = memo[wish]
    if language not in memo:
        memo[language] = _last(session, language, now)
    return View(needed, on, memo[language])


def _by_rota(
    session: Session, case: Case, language: str, on_now: int, now: datetime
) -> tuple[tuple[float, int], ...]:
    """Who is on now, and how that changes by the plan of the next hours."""
    window = Window(now, now + timedelta(seconds=FURTHEST))
    able = fitting.fitting(session, case, language)
    planned = promises.coming(session, window, among=able)
    moments = sorted({each.start for each in planned} | {each.end for each in planned})
    at_first = sum(each.start <= now < each.end for each in planned)
    steps = [(0.0, on_now)]
    for moment in moments:
        if now < moment < window.end:
            people = sum(each.start <= moment < each.end for each in planned)
            steps.append(((moment - now).total_seconds(), max(on_now + people - at_first, 0)))
    return tuple(steps)


def _last(session: Session, language: str, now: datetime) -> float | None:
    """How long the last one waited who was taken lately."""
    rows = session.execute(
        select(WaitEstimate.at, WaitEstimate.waited)
        .where(
            WaitEstimate.at > now - LATELY,
            WaitEstimate.language == language,
            WaitEstimate.outcome == CLAIMED,
        )
        .order_by(WaitEstimate.at.desc())
        .limit(20)
    ).all()
    ended = [(at + timedelta(seconds=waited), waited) for at, waited in rows if waited is not None]
    return float(max(ended)[1]) if ended else None
