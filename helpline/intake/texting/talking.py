"""One text: what it asks for, and which conversation it continues."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import WITH_COUNSELLOR, Case, CaseState
from helpline.conversation import Dialog
from helpline.intake import joining, listed_words
from helpline.intake.texting import choices, questions, silence, words
from helpline.intake.texting.saying import tell
from helpline.intake.texting.texter import Texter, keep, wants_human
from helpline.messaging.inbound import InboundText
from helpline.people import Person


def take_in(session: Session, who: Texter, text: InboundText, *, now: datetime) -> None:
    """Do what one text asks for. Nothing of it is ever lost: it is kept, answered, or obeyed."""
    heard_before = who.point.heard_at
    who.point.heard_at = text.received_at
    who.point.unusable = ""  # it works: they just texted from it
    session.flush()
    if words.obey(session, who, text, now=now):
        if silence.is_long(heard_before, text):
            who.point.heard_at = heard_before  # a keyword breaks no silence: their word comes first
        return
    if not who.person.is_seeker:
        return  # a colleague's own phone: there is nothing to answer by text yet
    if _joins(session, who, text, now):
        return
    open_to = silence.admit(session, who, text, heard_before, now=now)
    if open_to is not None:
        _listen_to_all(session, *open_to, now=now)


def take_unproven(
    session: Session, who: Texter, held: Sequence[InboundText], *, now: datetime
) -> None:
    """Texts whose writer never said their word: a case of somebody new, for a human to read.

    Nothing is said to the phone: what we do is told to whom we know.
    """
    new = silence.somebody_new(session, who, held[0], now)
    case = cases.reopen_or_new(session, new.person, now)
    case.line_id = case.line_id or (who.line.id if who.line else None)
    for text in held:
        _raise_for_listed_words(session, case, text, now)  # resources were sent when it came
        keep(session, new, case, text, now=now)
    cases.enter_line(session, case, now=now)


def _listen_to_all(
    session: Session, who: Texter, texts: Sequence[InboundText], *, now: datetime
) -> None:
    for text in texts:
        listen(session, who, text, now=now)


def listen(session: Session, who: Texter, text: InboundText, *, now: datetime) -> None:
    """Words for a human, or an answer to a question of ours."""
    dialog = questions.dialog_of(session, who.point, now=now)
    case = cases.open_case_of(session, who.person.id) or _resumed(session, dialog, now)
    is_new = case is None
    if case is None:
        case = cases.reopen_or_new(session, who.person, now)
        case.line_id = case.line_id or (who.line.id if who.line else None)
    questions.safe_again(session, who, case, dialog)
    _look_for_listed_words(session, who, case, text, now)
    if case.state is CaseState.INTAKE and _is_limited(session, who, case, now):
        keep(session, who, case, text, now=now)
        cases.enter_line(session, case, now=now)
    elif case.state is CaseState.INTAKE and wants_human(text.body):
        questions.skip(session, who, case, dialog, text.id, now=now)
    elif case.state is CaseState.INTAKE and is_new:
        keep(session, who, case, text, now=now)
        questions.begin(session, who, case, dialog, text, now=now)
    elif case.state is CaseState.INTAKE:
        questions.answered(session, who, case, dialog, text, now=now)
    elif case.state in WITH_COUNSELLOR:
        keep(session, who, case, text, now=now)
    else:
        _in_line(session, who, case, dialog, text, now)


def _resumed(session: Session, dialog: Dialog, now: datetime) -> Case | None:
    """The case whose questions were left open: it goes on where it stopped."""
    left = session.get(Case, dialog.case_id) if dialog.case_id else None
    if left is None or left.state is not CaseState.EXPIRED or not dialog.step:
        return None
    cases.move(session, left, CaseState.INTAKE, reason="resumed", now=now)
    return left


def _in_line(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, now: datetime
) -> None:
    """Waiting, or being read: what they add is kept; `0` is told how things stand; a digit or
    hours may say how to go on."""
    if wants_human(text.body):
        choices.human(session, who, case, text, now=now)
        return
    if choices.answered(session, who, case, dialog, text, now=now):
        return
    keep(session, who, case, text, now=now)
    tell(session, who.person, who.point, "received", text.id, now=now, case=case)
    choices.ask_once_more(session, who, case, text, now=now)


def _look_for_listed_words(
    session: Session, who: Texter, case: Case, text: InboundText, now: datetime
) -> None:
    """Listed words raise the case and send resources. They end nothing and judge nothing."""
    if not _raise_for_listed_words(session, case, text, now):
        return
    hour = f"{case.id}:{now:%Y-%m-%dT%H}"
    tell(session, who.person, who.point, "resources", hour, now=now, case=case)


def _raise_for_listed_words(session: Session, case: Case, text: InboundText, now: datetime) -> bool:
    found = listed_words.matches(session, text.body)
    if found:
        cases.raise_attention(session, case, f"{found[0].language}:{found[0].entry}", now=now)
    return bool(found)


def _is_limited(session: Session, who: Texter, case: Case, now: datetime) -> bool:
    """Whether a dated limit lies on them. They hear so once a day, with the crisis numbers.

    What they write is still kept and read by a human first; it is only not answered by questions.
    """
    until = cases.flagged_until(session, who.person.id, now)
    if until is None:
        return False
    told = cases.short_when(session, who.person, until, now)
    key = f"limited:{now:%Y-%m-%d}"
    tell(session, who.person, who.point, "ended", key, now=now, case=case, until=told)
    return True


def _joins(session: Session, who: Texter, text: InboundText, now: datetime) -> bool:
    """Whether the text is the number shown on somebody's page, which puts both cases together.

    What was held while their word was asked for is theirs: they wrote it from this phone.
    """
    dialog = session.get(Dialog, who.point.id)
    held = silence.held_texts(session, who.point, dialog) if dialog else []
    if not joining.join_by_code(session, who.point, text.body, now=now):
        return False
    person = session.get_one(Person, who.point.person_id, populate_existing=True)
    tell(session, person, who.point, "joined", text.id, now=now)
    _listen_to_all(session, Texter(person, who.point, who.line), held, now=now)
    return True
