"""Everybody in line who may be shown to somebody more, as matching sees them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import ABUSIVE, IN_LINE, Case
from helpline.cases.choice import ChoiceState, WaitChoice
from helpline.cases.choosing import wishes_of
from helpline.cases.offer import Handover, Offer, OfferState
from helpline.cases.standing import Standing, standing
from helpline.matching import TEXT, VOICE, Candidate, Waiting, can_help_in
from helpline.people import HowToReach, Person, SafeContact

_LONGEST_OFFER = timedelta(hours=1)
_MOST_URGENT = 1


def line(
    session: Session, now: datetime, on: Sequence[Candidate], by: Standing | None = None
) -> list[Waiting]:
    """Whoever waits and at whom fewer are looking than may, with all they wish for."""
    by = by or standing(session)
    shown, refused, abused = _shown(session), _refused(session, by, now), abused_by(session)
    found = []
    for case, choice, safe, zone, age_band in _rows(session):
        channel = channel_of(case.how, by)
        wanted = by.offers.at_once(case.urgency, channel) - len(shown[case.id])
        if wanted <= 0:
            continue
        wishes = wishes_of(case, choice, safe, zone)
        found.append(
            Waiting(
                case_id=case.id,
                urgency=case.urgency,
                since=case.waiting_since or case.opened_at,
                wanted=wanted,
                said_no=frozenset(refused[case.id]),
                shown_to=frozenset(shown[case.id]),
                abused=frozenset(abused[case.seeker_id]),
                prefers=case.prefers_id,
                channel=channel,
                topic=case.topic,
                needs=_needs(case, age_band, on) if by.by_clearance else frozenset(),
                team_id=_team(case, wishes["languages"], on, refused[case.id], by, now),
                **wishes,
            )
        )
    return found


def channel_of(how: HowToReach, by: Standing) -> str:
    """Where no calls are taken, who asked for one is answered by text."""
    return VOICE if by.has_voice and how is HowToReach.CALL else TEXT


def _rows(
    session: Session,
) -> Sequence[tuple[Case, WaitChoice | None, SafeContact | None, str, str]]:
    """Cases with what stands beside them, in one statement."""
    rows = (
        select(Case, WaitChoice, SafeContact, Person.zone, Person.age_band)
        .join(Person, Person.id == Case.seeker_id)
        .outerjoin(SafeContact, SafeContact.person_id == Case.seeker_id)
        .outerjoin(
            WaitChoice, (WaitChoice.case_id == Case.id) & (WaitChoice.state == ChoiceState.OPEN)
        )
        .where(Case.state.in_(IN_LINE))
        .execution_options(populate_existing=True)
    )
    return [
        (case, choice, safe, zone, band) for case, choice, safe, zone, band in session.execute(rows)
    ]


def _needs(case: Case, age_band: str, on: Sequence[Candidate]) -> frozenset[str]:
    """Clearances. Who is young is never given to somebody without theirs; who may die is, before
    nobody answers at all."""
    needs = {"youth"} if age_band == "under18" else set()
    if case.urgency == _MOST_URGENT and any(
        "crisis" in each.clearances and not each.paused for each in on
    ):
        needs.add("crisis")
    return frozenset(needs)


def _team(
    case: Case,
    languages: Sequence[str],
    on: Sequence[Candidate],
    refused: Collection[str],
    by: Standing,
    now: datetime,
) -> str | None:
    """The team that had it goes first, for a while, if one of them is on who could take it."""
    if case.team_id is None or case.urgency == _MOST_URGENT:
        return None
    if now - case.moved_at >= timedelta(minutes=by.offers.team_first):
        return None
    could = any(
        case.team_id in each.team_ids
        and each.person_id not in refused
        and not each.paused
        and not each.cooling
        and each.load < each.load_cap
        and any(can_help_in(each.speaks, tag) for tag in languages)
        for each in on
    )
    return case.team_id if could else None


def _shown(session: Session) -> dict[str, set[str]]:
    """Who is looking at which case."""
    found = defaultdict[str, set[str]](set)
    rows = select(Offer.case_id, Offer.counsellor_id).where(Offer.state == OfferState.OPEN)
    for case_id, counsellor_id in session.execute(rows):
        found[case_id].add(counsellor_id)
    return found


def _refused(session: Session, by: Standing, now: datetime) -> dict[str, set[str]]:
    """Who said no to a case in the last minutes, let it lapse, or handed it on."""
    found = defaultdict[str, set[str]](set)
    since = now - timedelta(minutes=by.offers.not_again)
    offers = select(Offer.case_id, Offer.counsellor_id).where(
        Offer.offered_at > since - _LONGEST_OFFER,
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


def abused_by(session: Session) -> Mapping[str, set[str]]:
    """Of each person in line, who ended a conversation with them for abuse."""
    waiting = select(Case.seeker_id).where(Case.state.in_(IN_LINE))
    rows = select(Case.seeker_id, Case.counsellor_id).where(
        Case.seeker_id.in_(waiting), Case.disposition == ABUSIVE
    )
    found = defaultdict[str, set[str]](set)
    for seeker_id, counsellor_id in session.execute(rows):
        found[seeker_id].add(counsellor_id or "")
    return found
