"""STOP, START, HELP and EXIT, in every language: what carriers and people expect of them."""

import json
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import WITH_COUNSELLOR, Case, CaseState
from helpline.cases.handovers import withdraw_proposals
from helpline.conversation import Dialog
from helpline.intake.digits import read_digit
from helpline.intake.keywords import Keyword, is_firm_stop, meanings
from helpline.intake.texting import questions
from helpline.intake.texting.saying import tell
from helpline.intake.texting.texter import Texter, keep
from helpline.messaging import outbox
from helpline.messaging.inbound import InboundText

# Twilio obeys and answers these itself on a number without Advanced Opt-Out (errors 21610, 23002):
# a text of ours after them would be refused, and one too many for the person.
CARRIER_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke"})
CARRIER_STARTS = frozenset({"start", "yes", "unstop"})
SURE_WITHIN = timedelta(hours=1)
_UNFINISHED = (CaseState.INTAKE, CaseState.IN_REVIEW, CaseState.WAITING, CaseState.OFFERED)


def obey(session: Session, who: Texter, text: InboundText, *, now: datetime) -> bool:
    """Do what a keyword asks for; whether the text was one and nothing is left to do."""
    said = meanings(text.body)
    was_asked = _was_asked_to_stop(session, who, now)
    if text.opt_hint == "STOP" or Keyword.STOP in said or _nine(session, who, text):
        talk = _in_talk(session, who)
        if talk is not None and not was_asked and not _is_surely_a_stop(text):
            _ask_to_stop(session, who, talk, text, now)
        else:
            _stop(session, who, text, now)
        return True
    if was_asked and read_digit(text.body) == 1:
        _stop(session, who, text, now)
        return True
    if Keyword.EXIT in said:
        _exit(session, who, now)
        return True
    if who.point.opted_out_at is not None:
        return _while_stopped(session, who, text, now)
    if Keyword.HELP in said and text.opt_hint != "HELP":
        _help(session, who, text, now)
        return False  # a cry for help as much as a keyword: the conversation goes on
    return False


def _nine(session: Session, who: Texter, text: InboundText) -> bool:
    """`9` stops while we talk; once a human answers, digits belong to the two of them."""
    if read_digit(text.body) != 9:
        return False
    case = cases.open_case_of(session, who.person.id)
    return case is None or case.state in _UNFINISHED


def _in_talk(session: Session, who: Texter) -> Case | None:
    """The case in which a human answers them now; None when there is none, or they said stop."""
    case = cases.open_case_of(session, who.person.id)
    talks = case is not None and case.state in WITH_COUNSELLOR
    return case if talks and who.point.opted_out_at is None else None


def _is_surely_a_stop(text: InboundText) -> bool:
    """A carrier's own word is blocked by the carrier, whatever we make of it."""
    return is_firm_stop(text.body) or _carrier_answers(text, CARRIER_STOPS)


def _ask_to_stop(
    session: Session, who: Texter, case: Case, text: InboundText, now: datetime
) -> None:
    """ "Alto", said to a human, may be part of the story: they read it, and we ask once."""
    dialog = questions.dialog_of(session, who.point, now=now)
    kept = json.loads(dialog.remembered or "{}")
    dialog.remembered = json.dumps({**kept, "stop_asked": now.isoformat()})
    keep(session, who, case, text, now=now)
    tell(session, who.person, who.point, "ask_stop", text.id, now=now, case=case)


def _was_asked_to_stop(session: Session, who: Texter, now: datetime) -> bool:
    """Whether the text right before made us ask; asked about once, whatever comes next."""
    dialog = session.get(Dialog, who.point.id)
    kept = json.loads(dialog.remembered or "{}") if dialog else {}
    asked = kept.pop("stop_asked", None)
    if dialog is None or asked is None:
        return False
    dialog.remembered = json.dumps(kept)
    return now - datetime.fromisoformat(asked) <= SURE_WITHIN


def _stop(session: Session, who: Texter, text: InboundText, now: datetime) -> None:
    """No more texts until START. What waits is not sent; staff see it; one answer, if we owe it."""
    was_stopped = who.point.opted_out_at is not None
    who.point.opted_out_at = now
    session.flush()
    leave(session, who, reason="stopped", now=now)
    outbox.withdraw_to(session, who.point.id, now=now)
    if not was_stopped and not _carrier_answers(text, CARRIER_STOPS):
        tell(session, who.person, who.point, "stopped", text.id, now=now)


def _while_stopped(session: Session, who: Texter, text: InboundText, now: datetime) -> bool:
    """START or `1` opens the way again. Anything else is read by a human, who cannot answer."""
    wants = Keyword.START in meanings(text.body) or text.opt_hint == "START"
    if not wants and read_digit(text.body) != 1:
        return False
    who.point.opted_out_at = None
    session.flush()
    if not _carrier_answers(text, CARRIER_STARTS):
        tell(session, who.person, who.point, "started", text.id, now=now)
    return not who.person.is_seeker or not _was_talking(session, who, now)


def _was_talking(session: Session, who: Texter, now: datetime) -> bool:
    """Whether a question of ours was left open: it is asked again, as with any other text."""
    dialog = session.get(Dialog, who.point.id)
    return dialog is not None and bool(dialog.step)


def _help(session: Session, who: Texter, text: InboundText, now: datetime) -> None:
    tell(session, who.person, who.point, "help", text.id, now=now)


def _exit(session: Session, who: Texter, now: datetime) -> None:
    """Closes at once, without any answer: a phone that buzzes now could betray them."""
    leave(session, who, reason="exit", now=now)
    outbox.withdraw_to(session, who.point.id, now=now)


def leave(session: Session, who: Texter, *, reason: str, now: datetime) -> None:
    """Out of the line, or out of the conversation, which its counsellor then wraps up."""
    session.execute(
        update(Dialog).where(Dialog.contact_point_id == who.point.id).values(parked=True)
    )
    case: Case | None = cases.open_case_of(session, who.person.id)
    if case is None:
        return
    if case.state in _UNFINISHED:
        cases.leave_line(session, case, now=now, silently=True, reason=reason)
    elif case.state in (CaseState.ACTIVE, CaseState.WAITING_SEEKER, CaseState.HANDOVER):
        withdraw_proposals(session, case.id, now=now)
        cases.move(session, case, CaseState.WRAP_UP, reason=reason, now=now, actor_id=who.person.id)


def _carrier_answers(text: InboundText, carrier_words: frozenset[str]) -> bool:
    """Whether the provider has already said what is to be said."""
    plain = text.body.strip().strip(".!").casefold()
    return bool(text.opt_hint) or (text.gateway == "twilio" and plain in carrier_words)
