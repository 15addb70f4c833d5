"""Answers to the ways on, by text: a digit of the menu, or hours; and a human, at any time.

What is no answer stays their own words: they are in line, and the menu is not pressed on them.
"""

import json
from datetime import datetime, time

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import IN_LINE, Case, ChoiceKind, Option, WayIsGone
from helpline.cases.promising import choose_anew
from helpline.conversation import Dialog
from helpline.errors import WrongMove
from helpline.intake.digits import read_digit, read_hours
from helpline.intake.keywords import Keyword, meanings
from helpline.intake.language import named
from helpline.intake.texting import questions
from helpline.intake.texting.saying import tell, tell_place
from helpline.intake.texting.texter import Texter
from helpline.messaging.inbound import InboundText

ANY_HOUR = (time(), time())
MOST_MENUS = 2  # in one wait, before they chose anything


def answered(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, *, now: datetime
) -> bool:
    """Take a text as an answer to the ways on; False when it is none, so that it is their words."""
    _in_another_language(session, who, case, dialog, text, now)
    ways = cases.asked_ways(session, case) if case.state in IN_LINE else []
    if not ways:
        return False
    names_hours, digit = _names_hours(dialog, taking=True), read_digit(text.body)
    hours = read_hours(text.body)
    if hours is None and names_hours and (digit == 2 or Keyword.NO in meanings(text.body)):
        hours = ANY_HOUR
    if hours is not None:
        later = Option(ChoiceKind.LATER)
        _choose(session, who, case, later, text, hours=hours, now=now)
    elif digit is not None and 1 <= digit <= len(ways):
        _take(session, who, case, dialog, ways[digit - 1], text, now=now)
    else:
        return False
    return True


def _in_another_language(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, now: datetime
) -> None:
    """They wrote a language's name: it is theirs from now on, and somebody is sought who has it.

    What was chosen for the other language holds no longer; hours that they named stay theirs.
    """
    tag = named(text.body)
    if tag is None or tag == who.person.language:
        return
    questions.speak(session, who, case, dialog, tag, now=now)
    choose_anew(session, case, now=now)
    cases.ask_to_route(session, now=now, about=case.id)


def human(session: Session, who: Texter, case: Case, text: InboundText, *, now: datetime) -> None:
    """`0` keeps the place, whatever was chosen; they hear how things stand."""
    cases.ask_for_human(session, case, now=now)
    if case.state not in IN_LINE or cases.is_staffed(session, case, now):
        tell_place(session, who.person, who.point, case, text.id, now=now)
        return
    coming = cases.next_on(session, case, now)
    if coming is None or coming <= now:
        tell(session, who.person, who.point, "nobody_known", text.id, now=now, case=case)
        return
    hour = cases.short_when(session, who.person, coming, now)
    tell(session, who.person, who.point, "nobody_on", text.id, now=now, case=case, when=hour)


def ask_once_more(
    session: Session, who: Texter, case: Case, text: InboundText, *, now: datetime
) -> None:
    """They wrote something else: the menu once more, if they have not chosen, and never again."""
    if cases.open_choice(session, case.id) is not None or cases.is_staffed(session, case, now):
        return
    if 0 < cases.times_asked(session, case) < MOST_MENUS:
        cases.ask_how_to_go_on(session, case, text.id, now=now, answers=True)


def _take(
    session: Session,
    who: Texter,
    case: Case,
    dialog: Dialog,
    one: Option,
    text: InboundText,
    *,
    now: datetime,
) -> None:
    if one.kind is ChoiceKind.LATER:
        _names_hours(dialog, taking=False)
        tell(session, who.person, who.point, "ask_hours", text.id, now=now, case=case)
        return
    _choose(session, who, case, one, text, now=now)


def _choose(
    session: Session,
    who: Texter,
    case: Case,
    one: Option,
    text: InboundText,
    *,
    now: datetime,
    hours: tuple[time, time] | None = None,
) -> None:
    """Keep it and say it back; or say honestly that it went away, and what there is instead."""
    try:
        made = cases.choose(
            session, case, one.kind, by="text", now=now, language=one.language, hours=hours
        )
    except WrongMove:
        return  # somebody answers them this moment
    except WayIsGone:
        if cases.is_staffed(session, case, now):
            tell_place(session, who.person, who.point, case, text.id, now=now)
        else:
            cases.ask_how_to_go_on(
                session, case, text.id, now=now, answers=True, text="choose_again"
            )
        return
    said = cases.said_back(session, made, who.person, now)
    tell(session, who.person, who.point, "chosen", text.id, now=now, case=case, choice=said)


def _names_hours(dialog: Dialog, *, taking: bool) -> bool:
    """Whether hours were asked for by the last text; `taking`: the answer is here, so no longer."""
    kept = json.loads(dialog.remembered or "{}")
    asked = bool(kept.pop("asked_hours", False))
    if not taking:
        kept["asked_hours"] = True
    dialog.remembered = json.dumps(kept)
    return asked
