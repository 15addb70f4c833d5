"""One pass over the line: offers that ran out move on, everybody who waits is matched together.

`route` decides by `helpline.matching` alone; what it decided stands beside each case.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.candidates import candidates
from helpline.cases.case import ABUSIVE, IN_LINE, Case
from helpline.cases.escalation import nobody_took_it
from helpline.cases.nobody import tell_nobody
from helpline.cases.offer import Handover, Offer, OfferState
from helpline.cases.offers import AT_ONCE, NOT_AGAIN_FOR, expire_offers, keep_decision, offer
from helpline.jobs import enqueue
from helpline.matching import Decision, Waiting, assign
from scheduling import promises
from scheduling.zones import Window

LOOK_AHEAD = timedelta(days=2)


def route(session: Session, *, now: datetime) -> list[Decision]:
    """Match everybody in line with everybody on, ask those chosen, and tell who gets nobody."""
    expire_offers(session, now=now)
    session.flush()
    waiting = line(session, now)
    if not waiting:
        return []
    decisions = assign(waiting, candidates(session, now), now)
    for decision in decisions:
        _act(session, decision, now)
    _again_at_next_change(session, now)
    return decisions


def line(session: Session, now: datetime) -> list[Waiting]:
    """Everybody in line who may be shown to somebody more, as matching sees them."""
    shown = _shown(session)
    refused = _refused(session, now)
    abused = abused_by(session)
    cases = session.scalars(
        select(Case).where(Case.state.in_(IN_LINE)).execution_options(populate_existing=True)
    )
    return [
        Waiting(
            case_id=case.id,
            languages=(case.language,),
            urgency=case.urgency,
            since=case.waiting_since or case.opened_at,
            wanted=wanted,
            said_no=frozenset(refused[case.id]),
            shown_to=frozenset(shown[case.id]),
            prefers=case.prefers_id,
            abused=frozenset(abused[case.seeker_id]),
        )
        for case in cases
        if (wanted := AT_ONCE[case.urgency] - len(shown[case.id])) > 0
    ]


def _act(session: Session, decision: Decision, now: datetime) -> None:
    keep_decision(session, decision, now=now)
    if decision.chosen:
        offer(session, decision.case_id, decision, now=now)
    elif decision.nobody_is_on:
        tell_nobody(session, decision.case_id, now=now)
    elif decision.all_said_no:
        nobody_took_it(session, decision.case_id, now=now)


def _shown(session: Session) -> dict[str, set[str]]:
    """Who is looking at which case."""
    found = defaultdict[str, set[str]](set)
    rows = select(Offer.case_id, Offer.counsellor_id).where(Offer.state == OfferState.OPEN)
    for case_id, counsellor_id in session.execute(rows):
        found[case_id].add(counsellor_id)
    return found


def _refused(session: Session, now: datetime) -> dict[str, set[str]]:
    """Who said no to a case in the last minutes, let it lapse, or handed it on."""
    found = defaultdict[str, set[str]](set)
    since = now - NOT_AGAIN_FOR
    offers = select(Offer.case_id, Offer.counsellor_id).where(
        Offer.offered_at > since - timedelta(minutes=5),
        ((Offer.state == OfferState.DECLINED) & (Offer.answered_at > since))
        | ((Offer.state == OfferState.EXPIRED) & (Offer.expires_at > since)),
    )
    handed = select(Handover.case_id, Handover.from_id).where(
        Handover.at > since, Handover.is_warm.is_(False), Handover.from_id.is_not(None)
    )
    for rows in (offers, handed):
        for case_id, person_id in session.execute(rows):
            if person_id is not None:
                found[case_id].add(person_id)
    return found


def abused_by(session: Session) -> dict[str, set[str]]:
    """Of each person in line, who ended a conversation with them for abuse."""
    waiting = select(Case.seeker_id).where(Case.state.in_(IN_LINE))
    rows = select(Case.seeker_id, Case.counsellor_id).where(
        Case.seeker_id.in_(waiting), Case.disposition == ABUSIVE
    )
    found = defaultdict[str, set[str]](set)
    for seeker_id, counsellor_id in session.execute(rows):
        found[seeker_id].add(counsellor_id or "")
    return found


def _again_at_next_change(session: Session, now: datetime) -> None:
    """While somebody waits, look again when the next person comes on or goes."""
    window = Window(now, now + LOOK_AHEAD)
    planned = promises.coming(session, window)
    moments = {each.start for each in planned} | {each.end for each in planned}
    pauses = select(promises.Pause.until_at).where(
        promises.Pause.until_at > now, promises.Pause.until_at < window.end
    )
    ahead = [at for at in (*moments, *session.scalars(pauses)) if now < at < window.end]
    if ahead:
        at = min(ahead)
        enqueue(session, "route", run_at=at, dedupe_key=f"route:{at:%Y-%m-%dT%H:%M:%S}")
