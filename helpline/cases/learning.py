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

from helpline.cases.case import Case, CaseState
from helpline.cases.in_line import channel_of
from helpline.cases.offer import Offer, OfferState
from helpline.cases.standing import LEARNED, Standing, standing
from helpline.instance import set_setting
from helpline.matching import Asked, Demand, Prices
from helpline.matching import learn as learn_prices
from helpline.people import Person

LEARN_EVERY = timedelta(hours=1)
KIND = "learn_matching"
LATELY = timedelta(days=28)
# A text conversation may stay open for days; more than this of it nobody worked.
LONGEST = timedelta(hours=2)
# Everybody begins as if they had reacted to nine offers, so that one that ran out weighs little.
BEGINS_WITH = 9
_NEVER_ASKED = (CaseState.INTAKE, CaseState.EXPIRED, CaseState.ERASED)


def learn(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Keep what the last four weeks teach."""
    by = standing(session)
    found = {
        "at": now.isoformat(),
        "prices": prices(session, by, now).to_data(),
        "hours": hours_helped(session, now),
        "answers": answered_offers(session, now),
    }
    set_setting(session, LEARNED, found)


def prices(session: Session, by: Standing, now: datetime) -> Prices:
    """What was asked for at which hour, in whatever way it ended.

    A line that is younger than four weeks is not taken for one that was silent before.
    """
    rows = (
        select(Case.opened_at, Case.urgency, Case.language, Case.how, Person.age_band)
        .join(Person, Person.id == Case.seeker_id)
        .where(Case.opened_at > now - LATELY, Case.opened_at <= now)
        .where(Case.state.not_in(_NEVER_ASKED))
        .order_by(Case.opened_at, Case.id)
    )
    log = [
        Asked(at, urgency, Demand(language, _needs(urgency, age_band, by), channel_of(how, by)))
        for at, urgency, language, how, age_band in session.execute(rows)
    ]
    if not log:
        return Prices()
    days = (now - log[0].at) / timedelta(days=1)
    return learn_prices(log, max(days, 1.0), by.parameters)


def _needs(urgency: int, age_band: str, by: Standing) -> frozenset[str]:
    if not by.by_clearance:
        return frozenset()
    asked_for = (("youth", age_band == "under18"), ("crisis", urgency == 1))
    return frozenset(clearance for clearance, is_needed in asked_for if is_needed)


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
