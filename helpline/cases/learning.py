"""What the line's own log teaches matching, worked out every hour: see `standing.LEARNED`.

Hours of helping and answered offers of the last four weeks, by person, for fairness and for not
asking in vain; shadow prices of languages by hour of the week (`helpline.matching.prices`).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.offer import Offer, OfferState
from helpline.cases.standing import LEARNED
from helpline.instance import set_setting

LEARN_EVERY = timedelta(hours=1)
KIND = "learn_matching"
LATELY = timedelta(days=28)
# A text conversation may stay open for days; more than this of it nobody worked.
LONGEST = timedelta(hours=2)
# Everybody begins as if they had reacted to nine offers, so that one that ran out weighs little.
BEGINS_WITH = 9


def learn(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Keep what the last four weeks teach."""
    found = {
        "at": now.isoformat(),
        "hours": hours_helped(session, now),
        "answers": answered_offers(session, now),
    }
    set_setting(session, LEARNED, found)


def hours_helped(session: Session, now: datetime) -> dict[str, float]:
    """By person, in hours: from taking a case to its end, but of none more than `LONGEST`."""
    rows = select(Case.counsellor_id, Case.claimed_at, Case.closed_at).where(
        Case.claimed_at > now - LATELY
    )
    found = defaultdict[str, timedelta](timedelta)
    for person_id, began, ended in session.execute(rows):
        if person_id is None or began is None:
            continue
        found[person_id] += min(max((ended or now) - began, timedelta()), LONGEST)
    return {who: round(spent / timedelta(hours=1), 2) for who, spent in sorted(found.items())}


def answered_offers(session: Session, now: datetime) -> dict[str, float]:
    """By person, the share of offers to which they said yes or no, 0 to 1."""
    rows = (
        select(Offer.counsellor_id, Offer.state, func.count())
        .where(Offer.offered_at > now - LATELY)
        .where(Offer.state.in_((OfferState.TAKEN, OfferState.DECLINED, OfferState.EXPIRED)))
        .group_by(Offer.counsellor_id, Offer.state)
    )
    answered, asked = defaultdict[str, int](int), defaultdict[str, int](int)
    for person_id, state, count in session.execute(rows):
        asked[person_id] += count
        answered[person_id] += count if state is not OfferState.EXPIRED else 0
    return {
        who: round((answered[who] + BEGINS_WITH) / (count + BEGINS_WITH), 3)
        for who, count in sorted(asked.items())
    }
