"""The ways on as a text: which digit stood for what is kept, so that an answer means what was read.

The menu is told beside the honest fact that nobody is on. It is never in the way of anything more
important: it waits behind what is urgent, and leaves only while it is still true.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, Case, CaseEvent
from helpline.cases.choice import ChoiceKind, WaitChoice
from helpline.cases.choosing import BEFORE_CLAIM, URGENT, Option, options
from helpline.cases.fitting import is_staffed
from helpline.cases.pipeline import record
from helpline.cases.settling import open_choice
from helpline.cases.told import short_when
from helpline.i18n import language_name
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.segments import cost
from helpline.messaging.texts import TEXTS, render, written_in
from helpline.messaging.texts_choices import menu, way
from helpline.people import HowToReach, Person

ASKED = "choice_asked"
MOST_DIGITS = 5
AFTER_THE_URGENT = timedelta(minutes=1)  # so much later where somebody may be in danger
AT_ONCE = timedelta(minutes=1)  # what leaves so soon is as true as when it was asked for


def ask_how_to_go_on(
    session: Session,
    case: Case,
    key: str,
    *,
    now: datetime,
    answers: bool = False,
    text: str = "choose",
) -> None:
    """Send the menu to somebody who is answered by text; once for each `key`.

    Who is answered on their page finds it there. text: "choose", or "choose_again" after something
    that went away.
    """
    if case.how is not HowToReach.TEXT or case.state not in IN_LINE:
        return
    person = session.get_one(Person, case.seeker_id)
    ways, words = _fitting_menu(session, person, options(session, case, now), now, text)
    outbox.withdraw(session, f"case:{case.id}:choose", now=now)
    is_urgent = case.urgency <= URGENT
    notice = Notice(
        to=person.id,
        text=text,
        facts={"menu": words},
        dedupe_key=f"case:{case.id}:{text}:{key}",
        not_before=now + AFTER_THE_URGENT if is_urgent else None,
        answers=answers,
        case_id=case.id,
    )
    if outbox.post(session, notice, now=now) is not None:
        _keep(session, case, ways, now)


def asked_ways(session: Session, case: Case) -> list[Option]:
    """What the digits of the last menu of this wait stand for, from 1; empty before any menu."""
    last = _last_asked(session, case)
    if last is None:
        return []
    return [
        Option(
            ChoiceKind(each["kind"]),
            each.get("language", ""),
            datetime.fromisoformat(each["at"]) if each.get("at") else None,
        )
        for each in json.loads(last.facts).get("menu", ())
    ]


def times_asked(session: Session, case: Case, *, since: datetime | None = None) -> int:
    """How often the menu was sent in this wait, or since a moment."""
    since = since or case.waiting_since or case.opened_at
    rows = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id, CaseEvent.kind == ASKED, CaseEvent.at >= since
    )
    return len(session.scalars(rows).all())


def said_back(session: Session, choice: WaitChoice, person: Person, now: datetime) -> str:
    """What somebody chose, in a few words of theirs, for the text that confirms it."""
    language, promised = written_in(person.language), choice.promised_at
    facts = {"when": short_when(session, person, promised, now)} if promised else {}
    if choice.kind is ChoiceKind.LANGUAGE:
        return way("language", language, _named(choice.language, language))
    if choice.kind is not ChoiceKind.LATER:
        return way({"message": "write"}.get(choice.kind, choice.kind), language, facts)
    if choice.from_wall is None or choice.until_wall is None:
        return way("slot", language, facts)
    if choice.from_wall == choice.until_wall:
        return way("any_hour", language)
    facts |= {"start": f"{choice.from_wall:%H:%M}", "end": f"{choice.until_wall:%H:%M}"}
    return way("hours_from" if promised else "hours_unknown", language, facts)


@outbox.fresh_facts("choose")
@outbox.fresh_facts("choose_again")
def still_open(session: Session, row: OutboxMessage, now: datetime) -> Mapping[str, str] | None:
    """Held for a night it names other ways by then; nothing once somebody is on, or they chose."""
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    if case is None or case.state not in IN_LINE or open_choice(session, case.id) is not None:
        return None
    if not row.held_for and now - row.created_at <= AT_ONCE:
        return {}
    if is_staffed(session, case, now):
        return None
    person = session.get_one(Person, case.seeker_id)
    ways, words = _fitting_menu(session, person, options(session, case, now), now, row.kind)
    if ways != asked_ways(session, case):
        _keep(session, case, ways, now)
    return {"menu": words}


@outbox.fresh_facts("promise_broken")
def still_waits(session: Session, row: OutboxMessage, now: datetime) -> Mapping[str, str] | None:
    """Not once somebody has it, or they chose anew."""
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    if case is None or case.state not in BEFORE_CLAIM or open_choice(session, case.id) is not None:
        return None
    return {}


@outbox.fresh_facts("chosen")
def still_chosen(session: Session, row: OutboxMessage, now: datetime) -> Mapping[str, str] | None:
    """An answer leaves as it is. Held for hours it says what stands by then, if anything."""
    if not row.held_for:
        return {}
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    choice = open_choice(session, case.id) if case is not None else None
    if case is None or choice is None or case.state not in BEFORE_CLAIM:
        return None
    if choice.promised_at is not None and choice.promised_at <= now:
        return None  # the hour itself speaks now
    return {"choice": said_back(session, choice, session.get_one(Person, row.to_id), now)}


def _fitting_menu(
    session: Session, person: Person, found: Sequence[Option], now: datetime, text: str
) -> tuple[list[Option], str]:
    """The ways by text, as many as fit into the parts that the text may cost; and their words."""
    ways = _by_text(found)
    while True:
        words = _words(session, person, ways, now)
        whole = render(text, person.language, {"menu": words})
        spare = [each for each in ways if each.kind is ChoiceKind.LANGUAGE][1:]
        if cost(whole).segments <= TEXTS[text].parts or not spare:
            return ways, words
        ways.remove(spare[-1])


def _by_text(found: Iterable[Option]) -> list[Option]:
    """Without what only a page can show: slots are asked for as hours, and they text already."""
    ways = [
        Option(each.kind, each.language, each.at)
        for each in found
        if each.kind is not ChoiceKind.TEXT
        and not (each.kind is ChoiceKind.LATER and each.at is not None)
    ]
    languages = [each for each in ways if each.kind is ChoiceKind.LANGUAGE]
    many = len(ways) - MOST_DIGITS
    return [each for each in ways if many <= 0 or each not in languages[-many:]]


def _words(session: Session, person: Person, ways: Iterable[Option], now: datetime) -> str:
    language = written_in(person.language)
    return menu([_word(session, person, each, language, now) for each in ways], language)


def _word(session: Session, person: Person, one: Option, language: str, now: datetime) -> str:
    if one.kind is ChoiceKind.WAIT and one.at is not None:
        return way("wait", language, {"when": short_when(session, person, one.at, now)})
    if one.kind is ChoiceKind.LANGUAGE:
        return way("language", language, _named(one.language, language))
    return way("hours" if one.kind is ChoiceKind.LATER else "message", language)


def _named(tag: str, language: str) -> Mapping[str, str]:
    """Spoken with somebody: the script would cost half a part and tell nothing."""
    return {"language": language_name(tag, language, spoken=True)}


def _keep(session: Session, case: Case, ways: Iterable[Option], now: datetime) -> None:
    found = [
        {
            "kind": each.kind.value,
            "language": each.language,
            "at": each.at.isoformat() if each.at else "",
        }
        for each in ways
    ]
    record(session, case, ASKED, now=now, facts={"menu": found})


def _last_asked(session: Session, case: Case) -> CaseEvent | None:
    return session.scalar(
        select(CaseEvent)
        .where(
            CaseEvent.case_id == case.id,
            CaseEvent.kind == ASKED,
            CaseEvent.at >= (case.waiting_since or case.opened_at),
        )
        .order_by(CaseEvent.at.desc(), CaseEvent.tick.desc())
        .limit(1)
    )
