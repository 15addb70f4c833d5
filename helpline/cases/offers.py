"""Offers: a case is shown to somebody until a moment; then, or at their no, it moves on.

A case's row is locked before its offers are touched, always in this order, so that an offer that
runs out and a claim of the same case never wait for each other crosswise.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.in_line import channel_of
from helpline.cases.offer import Offer, OfferState, RoutingDecision
from helpline.cases.pipeline import ask_to_route, move, record
from helpline.cases.standing import Standing
from helpline.cases.told import tell_of_offer
from helpline.errors import NotYours, WrongMove
from helpline.jobs import enqueue
from helpline.matching import Chosen, Decision
from helpline.messaging import outbox
from helpline.pulse import beat
from scheduling.base import new_id


def offer(
    session: Session, case_id: str, decision: Decision, by: Standing, *, now: datetime
) -> list[Offer]:
    """Show a case to those chosen; fewer where somebody was faster with a case or a counsellor."""
    case = lock_in_line(session, case_id)
    if case is None:
        return []
    channel = channel_of(case.how, by)
    until = now + by.offers.stands_for(case.urgency, channel)
    # Counted again now that the case is locked: another pass may have been a moment faster.
    room = by.offers.at_once(case.urgency, channel) - len(_open_of(session, case_id))
    made = [
        offer
        for chosen in decision.chosen[: max(room, 0)]
        if (offer := _insert(session, case, chosen, now, until)) is not None
    ]
    if made:
        _record_offers(session, case, made, now)
        enqueue(session, "offer_expiry", {"case_id": case.id}, run_at=until)
        for each in made:
            tell_of_offer(session, each, case.urgency, now=now)
    return made


def decline_offer(session: Session, offer_id: str, counsellor_id: str, *, now: datetime) -> None:
    """Not this one, without a reason; it moves on at once. Twice is once.

    Raises:
        NotYours: there is no such offer of theirs. WrongMove: it lapsed or was withdrawn.
    """
    found = session.get(Offer, offer_id, populate_existing=True)
    if found is None or found.counsellor_id != counsellor_id:
        raise NotYours
    case = lock_in_line(session, found.case_id)
    session.refresh(found)
    if found.state is OfferState.DECLINED:
        return
    if case is None or found.state is not OfferState.OPEN:
        raise WrongMove
    _end(session, case, [found], OfferState.DECLINED, now)
    _after(session, case, "offer_declined", [counsellor_id], now)


def expire_offers(session: Session, *, now: datetime) -> int:
    """End every offer that has run out, and bring the cases back to the line; how many."""
    due = (Offer.state == OfferState.OPEN, Offer.expires_at <= now)
    cases = session.scalars(select(Offer.case_id).where(*due).distinct().order_by(Offer.case_id))
    return sum(_expire(session, case_id, now) for case_id in cases.all())


def take_back_offers(session: Session, counsellor_id: str, *, reason: str, now: datetime) -> None:
    """They are not to be asked now (a break, the end of a shift): what they were shown moves on."""
    shown = select(Offer).where(
        Offer.counsellor_id == counsellor_id, Offer.state == OfferState.OPEN
    )
    for each in session.scalars(shown.order_by(Offer.case_id)).all():
        case = lock_in_line(session, each.case_id)
        session.refresh(each)
        if case is not None and each.state is OfferState.OPEN:
            _end(session, case, [each], OfferState.WITHDRAWN, now)
            outbox.withdraw(session, f"offer:{case.id}:{each.id}", now=now)
            _after(session, case, reason, [counsellor_id], now)


def open_offers(session: Session, *, counsellor_id: str | None = None) -> Sequence[Offer]:
    """What is being offered now, to one person or to all; who offered first comes first."""
    found = select(Offer).where(Offer.state == OfferState.OPEN).order_by(Offer.offered_at)
    if counsellor_id is not None:
        found = found.where(Offer.counsellor_id == counsellor_id)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def lock_in_line(session: Session, case_id: str) -> Case | None:
    """The case, locked until the end of the transaction, if it still waits."""
    return session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.state.in_(IN_LINE))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def last_decisions(session: Session, case_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """How the last decision about each case explained itself, in one statement."""
    row = RoutingDecision
    newest = func.row_number().over(partition_by=row.case_id, order_by=(row.at.desc(), row.id))
    ranked = (
        select(row.case_id, row.explanation, newest.label("nth"))
        .where(row.case_id.in_(list(case_ids)))
        .subquery()
    )
    last = select(ranked.c.case_id, ranked.c.explanation).where(ranked.c.nth == 1)
    return {case_id: json.loads(explanation) for case_id, explanation in session.execute(last)}


def decided_before(session: Session) -> set[str]:
    """Of everybody in line, about whom there is a decision."""
    in_line = select(Case.id).where(Case.state.in_(IN_LINE))
    rows = select(RoutingDecision.case_id).where(RoutingDecision.case_id.in_(in_line)).distinct()
    return set(session.scalars(rows))


def is_news(decision: Decision, last: Mapping[str, Any] | None) -> bool:
    """Whether anything but time has changed since the last decision about the case."""
    return last is None or bool(decision.chosen) or not _same(last, decision.explanation())


def keep_decision(
    session: Session, decision: Decision, pass_id: str | None, *, now: datetime
) -> None:
    """Beside the case, for people to read. pass_id: what was known then."""
    session.add(
        RoutingDecision(
            id=new_id(),
            case_id=decision.case_id,
            at=now,
            pass_id=pass_id,
            chosen_id=decision.chosen[0].person_id if decision.chosen else None,
            explanation=json.dumps(decision.explanation()),
        )
    )


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Costs change with every minute of rest; who was left out and why is what matters."""
    return all(one[part] == other[part] for part in ("chosen", "excluded"))


def _insert(
    session: Session, case: Case, chosen: Chosen, now: datetime, until: datetime
) -> Offer | None:
    """None when they are looking at another offer by now (`uq_offer_open`)."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {
        "id": new_id(),
        "case_id": case.id,
        "counsellor_id": chosen.person_id,
        "state": OfferState.OPEN,
        "rung": chosen.rung.value,
        "offered_at": now,
        "expires_at": until,
    }
    fresh = insert(Offer).values(row).on_conflict_do_nothing().returning(Offer)
    return session.scalar(fresh)


def _record_offers(session: Session, case: Case, made: Sequence[Offer], now: datetime) -> None:
    facts = {
        "offers": [
            {"id": each.id, "counsellor_id": each.counsellor_id, "rung": each.rung} for each in made
        ]
    }
    if case.state is CaseState.WAITING:
        move(session, case, CaseState.OFFERED, reason="offered", now=now, facts=facts)
    else:
        record(session, case, "offered", now=now, reason="one_more", facts=facts)


def _expire(session: Session, case_id: str, now: datetime) -> int:
    case = lock_in_line(session, case_id)
    if case is None:
        return 0
    lapsed = [each for each in _open_of(session, case_id) if each.expires_at <= now]
    if lapsed:
        _end(session, case, lapsed, OfferState.EXPIRED, now)
        _after(session, case, "offer_lapsed", [each.counsellor_id for each in lapsed], now)
    return len(lapsed)


def _end(
    session: Session, case: Case, offers: Iterable[Offer], state: OfferState, now: datetime
) -> None:
    for each in offers:
        session.execute(
            update(Offer)
            .where(Offer.id == each.id, Offer.state == OfferState.OPEN)
            .values(state=state, answered_at=None if state is OfferState.EXPIRED else now)
        )
        beat(session, f"desk:{each.counsellor_id}")


def _after(
    session: Session, case: Case, reason: str, counsellor_ids: Sequence[str], now: datetime
) -> None:
    """Back to the line when nobody looks at it any more; and somebody else is asked."""
    facts = {"counsellor_ids": list(counsellor_ids)}
    if case.state is CaseState.OFFERED and not _open_of(session, case.id):
        move(session, case, CaseState.WAITING, reason=reason, now=now, facts=facts)
    else:
        record(session, case, "offer_ended", now=now, reason=reason, facts=facts)
    ask_to_route(session, now=now, about=case.id)


def _open_of(session: Session, case_id: str) -> Sequence[Offer]:
    found = select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.OPEN)
    return session.scalars(found.execution_options(populate_existing=True)).all()
