"""One conversation as the desk shows it: messages, banners, what happened, notes, the draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import access, cases, conversation
from helpline.access import Reach
from helpline.cases import Case, CaseEvent, CaseState, Handover, HandoverState, Note, Risk
from helpline.conversation import Said
from helpline.conversation.reaching import Reaching, reaching
from helpline.people import HowToReach
from helpline.people.sessions import SignedIn
from helpline.web.desk import lists, words
from helpline.web.language import gettext as _
from scheduling.base import new_id

_ANSWERABLE = (CaseState.ACTIVE, CaseState.WAITING_SEEKER, CaseState.HANDOVER)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, as a sentence."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, as whoever looks at it may see it.

    mine: I hold it. may_write: notes and moves are open to me (for a day after closing too).
    days: messages by day at the reader's place.
    """

    case: Case
    codename: str
    zone: str
    zone_is_guess: bool
    tags: Sequence[lists.Tag]
    topic: str
    how: str
    mine: bool
    may_write: bool
    may_answer: bool
    reaching: Reaching
    days: Sequence[tuple[datetime, Sequence[Said]]]
    happened: Sequence[Happened]
    notes: Sequence[Note]
    proposed: Handover | None
    handed: Sequence[Handover]
    names: Mapping[str, str]
    form_key: str
    draft: str = field(repr=False)
    draft_at: datetime | None


def talk(session: Session, who: SignedIn, case_id: str, *, now: datetime, seen: bool) -> Talk:
    """A conversation that `who` may read. seen: they look at it, so its messages are opened.

    Raises:
        NotYours: there is none, or it is not theirs.
    """
    case = access.access_case(session, who, case_id, now=now)
    mine = case.counsellor_id == who.person_id
    if mine and seen:
        conversation.seen_by_counsellor(session, case, now=now)
    may_write = access.reach(session, who, case, now=now) >= Reach.WRITE
    draft = conversation.draft_of(session, case, who.person_id) if mine else None
    passed = _handovers(session, case.id)
    events = cases.events_of(session, case.id)
    known = lists.names(session, _people_in(events, passed, case))
    return Talk(
        case=case,
        codename=case.seeker.codename,
        zone=case.seeker.zone,
        zone_is_guess=case.seeker.zone_is_guess,
        tags=lists.risk_tags(case),
        topic=lists.topic(case),
        how=str(words.HOW[case.how]),
        mine=mine,
        may_write=may_write,
        may_answer=mine and case.state in _ANSWERABLE,
        reaching=reaching(session, case, now=now),
        days=_by_day(conversation.thread(session, case), who.zone),
        happened=[said for each in events if (said := _told(each, who, known))],
        notes=_notes(session, case.id) if may_write else [],
        proposed=next((each for each in passed if each.state is HandoverState.PROPOSED), None),
        handed=[each for each in passed if each.note and _reads_note(each, who, mine)],
        names=known,
        form_key=new_id(),
        draft=draft.body if draft else "",
        draft_at=draft.at if draft else None,
    )


def by_text(shown: Talk) -> bool:
    """Whether an answer leaves as a text, whose parts are counted."""
    return shown.case.how is HowToReach.TEXT


def _by_day(said: Sequence[Said], zone: str) -> list[tuple[datetime, list[Said]]]:
    days: list[tuple[datetime, list[Said]]] = []
    for each in said:
        there = each.at.astimezone(ZoneInfo(zone)).date()
        if not days or days[-1][0].astimezone(ZoneInfo(zone)).date() != there:
            days.append((each.at, []))
        days[-1][1].append(each)
    return days


def _handovers(session: Session, case_id: str) -> Sequence[Handover]:
    return session.scalars(
        select(Handover).where(Handover.case_id == case_id).order_by(Handover.at.desc())
    ).all()


def _reads_note(passed: Handover, who: SignedIn, mine: bool) -> bool:
    return mine or who.person_id in (passed.from_id, passed.to_id)


def _notes(session: Session, case_id: str) -> Sequence[Note]:
    return session.scalars(select(Note).where(Note.case_id == case_id).order_by(Note.at)).all()


def _people_in(events: Sequence[CaseEvent], passed: Sequence[Handover], case: Case) -> set[str]:
    ids = {case.counsellor_id, *(each.actor_id for each in events)}
    ids |= {each.from_id for each in passed} | {each.to_id for each in passed}
    for each in events:
        ids |= set(_to(json.loads(each.facts)))
    return {person_id for person_id in ids if person_id}


def _to(facts: Mapping[str, object]) -> list[str]:
    """Whom an event concerned besides its actor."""
    found: list[str] = []
    for key in ("to_id", "counsellor_id"):
        if facts.get(key):
            found.append(str(facts[key]))
    many = facts.get("counsellor_ids")
    found += [str(each) for each in many] if isinstance(many, list) else []
    offers = facts.get("offers")
    if isinstance(offers, list):
        found += [str(each["counsellor_id"]) for each in offers]
    return found


def _told(event: CaseEvent, who: SignedIn, known: Mapping[str, str]) -> Happened | None:
    """An event as a sentence; None for what the messages say by themselves."""
    if event.reason in words.SILENT:
        return None
    key = event.kind if event.kind in ("opened", "attention", "risk") else event.reason
    if event.to_state in (CaseState.CLOSED, CaseState.DECLINED) and key not in words.EVENT:
        key = "closed"
    sentence = words.EVENT.get(key)
    if sentence is None:
        return None
    said = _(sentence.message, **_facts(event, who, known))
    return Happened(said, event.at)


def _facts(event: CaseEvent, who: SignedIn, known: Mapping[str, str]) -> dict[str, str]:
    def name(person_id: str) -> str:
        return _("you") if person_id == who.person_id else known.get(person_id, _("a colleague"))

    actor = name(event.actor_id) if event.actor_id and event.actor_id in known else ""
    others = [name(each) for each in _to(json.loads(event.facts))]
    risk = words.RISK.get(Risk(event.reason)) if event.kind == "risk" else None
    return {
        "who": actor[:1].upper() + actor[1:] or _("Warmline"),
        "to": ", ".join(others) or _("somebody"),
        "risk": str(risk[0]).lower() if risk else "",
        "ended": str(words.ENDED.get(event.reason, event.reason)).lower(),
    }
