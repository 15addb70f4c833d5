"""What one look at the line goes by besides people: figures, and what was learned."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.offer_rules import OFFER_FIGURES, OfferRules, readable
from helpline.cases.offer_rules import SETTING as OFFERS
from helpline.instance import Setting
from helpline.matching import PARAMETERS, Parameters, Prices
from helpline.matching.prices import HOURS

MATCHING = "matching"  # `Parameters.to_data`
LEARNED = "matching_learned"  # see `helpline.cases.learning`
CLEARANCES = "clearances"  # whether a coordinator asks for them
VOICE_IS_OPEN = "voice"  # whether calls are taken; else who wants one is answered by text
_NAMES = (MATCHING, OFFERS, LEARNED, CLEARANCES, VOICE_IS_OPEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """hours: of helping lately, by person; answers: the share of offers each reacts to."""

    parameters: Parameters = field(default_factory=Parameters)
    offers: OfferRules = field(default_factory=OfferRules)
    prices: Prices = field(default_factory=Prices)
    hours: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    by_clearance: bool = False
    has_voice: bool = False


def standing(session: Session) -> Standing:
    """What is in force now, in one statement."""
    rows = select(Setting.name, Setting.value).where(Setting.name.in_(_NAMES))
    kept: dict[str, Any] = {name: json.loads(value) for name, value in session.execute(rows)}
    learned = kept.get(LEARNED, {})
    return Standing(
        parameters=Parameters.from_data(readable(kept.get(MATCHING, {}), PARAMETERS)),
        offers=OfferRules.from_data(readable(kept.get(OFFERS, {}), OFFER_FIGURES)),
        prices=_prices(learned.get("prices")),
        hours=learned.get("hours", {}),
        answers=learned.get("answers", {}),
        by_clearance=bool(kept.get(CLEARANCES)),
        has_voice=bool(kept.get(VOICE_IS_OPEN)),
    )


def _prices(kept: object) -> Prices:
    """What another version of the program kept counts as nothing learned yet."""
    return Prices.from_data(kept) if isinstance(kept, list) and len(kept) == HOURS else Prices()
