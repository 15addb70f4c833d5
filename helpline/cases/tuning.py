"""The figures of matching: what is in force, who changed it last, and changing it.

Two settings hold them, each as `to_data` gives it: "matching" (`helpline.matching.Parameters`) and
"offers" (`helpline.cases.offer_rules`). Who changed which figure when stands beside them, and every
change in the audit.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.cases.offer_rules import OFFER_FIGURES, OfferRules
from helpline.cases.offer_rules import SETTING as OFFERS
from helpline.cases.pipeline import ask_to_route
from helpline.cases.standing import MATCHING, standing
from helpline.instance import Setting, set_setting, setting
from helpline.matching import PARAMETERS, BadParameter, Parameter, Parameters
from helpline.privacy import audit
from scheduling.errors import Refused

CHANGES = "matching_changes"
FIGURES: tuple[Parameter, ...] = (*PARAMETERS, *OFFER_FIGURES)
_OF_OFFERS = {each.name for each in OFFER_FIGURES}
_KNOWN = {each.name for each in FIGURES}


class ChangedMeanwhile(Refused):
    """Somebody else changed the figures since they were looked at."""

    code = "parameters_changed"


@dataclass(frozen=True, slots=True)
class Tuned:
    """All figures together, as one page shows and one preview tries them."""

    parameters: Parameters
    offers: OfferRules

    def to_data(self) -> dict[str, float]:
        return self.parameters.to_data() | self.offers.to_data()

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Tuned":
        """What is left out has its default.

        Raises:
            BadParameter: a name nobody knows, or a figure that is none or out of range.
        """
        for name in data.keys() - _KNOWN:
            raise BadParameter(name, "unknown")
        offers = {name: figure for name, figure in data.items() if name in _OF_OFFERS}
        others = {name: figure for name, figure in data.items() if name not in _OF_OFFERS}
        return cls(Parameters.from_data(others), OfferRules.from_data(offers))

    @property
    def mark(self) -> str:
        """A short name of just these figures, to see whether they are still in force."""
        plain = json.dumps(self.to_data(), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a figure last, when, and what it was before."""

    by_id: str
    at: datetime
    was: float


def tuned(session: Session) -> Tuned:
    """Every figure in force."""
    by = standing(session)
    return Tuned(by.parameters, by.offers)


def changes(session: Session) -> dict[str, Change]:
    """The last change of each figure that was ever changed."""
    kept: dict[str, dict[str, Any]] = setting(session, CHANGES, default={})
    return {
        name: Change(each["by"], datetime.fromisoformat(each["at"]), each["was"])
        for name, each in kept.items()
        if name in _KNOWN
    }


def set_parameters(
    session: Session,
    data: Mapping[str, object],
    by_id: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> dict[str, tuple[float, float]]:
    """From the next look at the line on these figures; what is left out of `data` stays as it is.

    seen: the `mark` of the figures that whoever decides was looking at. Gives what changed, as
    (before, after) by name.

    Raises:
        BadParameter: a name nobody knows, or a figure that is none or out of range.
        ChangedMeanwhile: others are in force by now.
    """
    _lock(session)
    before = tuned(session)
    if seen is not None and seen != before.mark:
        raise ChangedMeanwhile
    after = Tuned.from_data(before.to_data() | dict(data))
    old, new = before.to_data(), after.to_data()
    changed = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
    if not changed:
        return {}
    set_setting(session, MATCHING, after.parameters.to_data())
    set_setting(session, OFFERS, after.offers.to_data())
    _note(session, changed, by_id, now)
    ask_to_route(session, now=now)
    return changed


def _note(
    session: Session, changed: Mapping[str, tuple[float, float]], by_id: str, now: datetime
) -> None:
    kept: dict[str, object] = setting(session, CHANGES, default={})
    latest = {
        name: {"by": by_id, "at": now.isoformat(), "was": was} for name, (was, _) in changed.items()
    }
    set_setting(session, CHANGES, kept | latest)
    for name, (was, is_now) in changed.items():
        audit.note(
            session,
            act="changed",
            kind="matching_parameter",
            object_id=name,
            actor_id=by_id,
            now=now,
            facts={"was": f"{was:g}", "now": f"{is_now:g}"},
        )


def _lock(session: Session) -> None:
    """Of two who change figures at once the second reads what the first has set."""
    names = (MATCHING, OFFERS, CHANGES)
    for name in names:
        _make_sure(session, name)
    session.scalars(
        select(Setting)
        .where(Setting.name.in_(names))
        .order_by(Setting.name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _make_sure(session: Session, name: str) -> None:
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(insert(Setting).values(name=name, value="{}").on_conflict_do_nothing())
