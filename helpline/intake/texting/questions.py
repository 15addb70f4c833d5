"""Asking the first questions by text: the script decides, here it is kept and said."""

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation import Dialog
from helpline.intake import language_menu, script
from helpline.intake.language import MenuItem, guess, menu_line, named
from helpline.intake.script import Standing, Step, Turn
from helpline.intake.texting import silence
from helpline.intake.texting.saying import tell, tell_place
from helpline.intake.texting.texter import Texter, keep
from helpline.intake.topics import topic_menu
from helpline.jobs import enqueue
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.texts import written_in
from helpline.people import ContactPoint, HowToReach, SafeContact
from scheduling.base import Id

REMIND_AFTER = timedelta(minutes=30)
LONGEST_ANSWER = 12  # characters: a digit, or a language's name
_ASKS = {
    Step.LANGUAGE: "ask_language",
    Step.SAFE: "ask_safe",
    Step.HOURS: "ask_hours",
    Step.TOPIC: "ask_topic",
    Step.SAFE_WORD: "ask_safe_word",
    Step.NICKNAME: "ask_word",
}


def dialog_of(session: Session, point: ContactPoint, *, now: datetime) -> Dialog:
    """Where this number is in our questions; a fresh one for a number we never asked."""
    dialog = session.get(Dialog, point.id)
    if dialog is None:
        dialog = Dialog(contact_point_id=point.id, asked_at=now)
        session.add(dialog)
        session.flush()
    return dialog


def begin(
    session: Session,
    who: Texter,
    case: Case,
    dialog: Dialog,
    text: InboundText,
    *,
    now: datetime,
) -> None:
    """Ask the first question. Somebody we know already is only told their place."""
    dialog.case_id, dialog.parked, dialog.reminded_at = case.id, False, None
    if json.loads(dialog.remembered or "{}").get("done"):
        _set(dialog, Standing(Step.NONE), now)
        _finish(session, who, case, text.id, now=now)
        return
    known = _knows_language(session, who, case, dialog, text, now)
    _ask(session, who, case, dialog, script.first(known), text.id, now=now)


def _knows_language(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, now: datetime
) -> bool:
    """Whether they told us before, or these words do: who was never sure is asked."""
    if json.loads(dialog.remembered or "{}").get("language"):
        return True
    guessed = guess(text.body, who.point.country or None)
    tag = named(text.body) or (guessed.tag if guessed else None)
    if tag is not None:
        speak(session, who, case, dialog, tag, now=now)
    return tag is not None


def speak(
    session: Session, who: Texter, case: Case, dialog: Dialog, tag: str, *, now: datetime
) -> None:
    """From now on in this language, in this case and the next ones."""
    if tag != case.language:
        facts = {"language": tag}
        cases.record(session, case, "spoke", now=now, reason="language_chosen", facts=facts)
    who.person.language = case.language = tag
    _remember(dialog, language=True)
    session.flush()


def answered(
    session: Session,
    who: Texter,
    case: Case,
    dialog: Dialog,
    text: InboundText,
    *,
    now: datetime,
) -> None:
    """Take a text as the answer to the open question, and go on."""
    if dialog.parked or not dialog.step:
        dialog.parked = False
        keep(session, who, case, text, now=now)
        standing = Standing(Step(dialog.step or "safe"), questions=max(dialog.questions, 1))
        _ask(session, who, case, dialog, standing, text.id, now=now)
        return
    if _turns_page(session, who, case, dialog, text, now=now):
        return
    if _changes_language(session, who, case, dialog, text, now=now):
        return
    menu = language_menu.items(_languages(who))
    turn = script.answer(_standing(dialog), text.body, menu)
    if not turn.understood:
        keep(session, who, case, text, now=now)
        if _not_yet_asked(session, who, text):
            return
    elif dialog.step == Step.LANGUAGE and len(text.body) > LONGEST_ANSWER:
        keep(session, who, case, text, now=now)  # their words told the language, and more
    _learn(session, who, case, dialog, turn, now)
    if turn.unsafe:
        _not_safe(session, who, case, dialog, text.id, now=now)
    elif turn.done:
        _set(dialog, turn.standing, now)
        _remember(dialog, done=not turn.human)
        _finish(session, who, case, text.id, now=now)
    else:
        _ask(session, who, case, dialog, turn.standing, text.id, now=now, again=turn.repeat)


def _turns_page(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, *, now: datetime
) -> bool:
    """The other languages, for whom the first ones were not theirs."""
    page = language_menu.page_after(_languages(who), text.body)
    if dialog.step != Step.LANGUAGE or page is None:
        return False
    _ask(session, who, case, dialog, _standing(dialog), text.id, now=now, page=page)
    return True


def _changes_language(
    session: Session, who: Texter, case: Case, dialog: Dialog, text: InboundText, *, now: datetime
) -> bool:
    """A language's name, in answer to whatever else: the same question again, in that language.

    Said in that language already it is an answer, such as a word to be called by.
    """
    tag = named(text.body)
    if dialog.step == Step.LANGUAGE or tag is None or tag == who.person.language:
        return False
    speak(session, who, case, dialog, tag, now=now)
    _ask(session, who, case, dialog, _standing(dialog), text.id, now=now)
    return True


def skip(
    session: Session, who: Texter, case: Case, dialog: Dialog, key: str, *, now: datetime
) -> None:
    """They ask for a human: no more questions, whichever was open or left open."""
    dialog.case_id, dialog.parked = case.id, False
    _set(dialog, Standing(Step.NONE), now)
    _finish(session, who, case, key, now=now)


def _not_yet_asked(session: Session, who: Texter, text: InboundText) -> bool:
    """Whether they wrote before our question left: more of their words, and no answer to it.

    Somebody who sends three texts in a row is not told twice that we did not understand.
    """
    row = OutboxMessage
    left_at = session.execute(
        select(row.tried_at)
        .where(row.contact_point_id == who.point.id, row.kind.in_(_ASKS.values()))
        .order_by(row.created_at.desc(), row.tick.desc())
        .limit(1)
    ).first()
    return left_at is not None and (left_at[0] is None or left_at[0] > text.received_at)


def _languages(who: Texter) -> language_menu.Pages:
    """The language question's menu: what the line helps in, the country's first."""
    served = (who.line.languages if who.line else "en").split(",")
    return language_menu.pages(who.point.country or None, served, written_in(who.person.language))


def _ask(
    session: Session,
    who: Texter,
    case: Case,
    dialog: Dialog,
    standing: Standing,
    key: str,
    *,
    now: datetime,
    again: bool = False,
    page: Sequence[MenuItem] | None = None,
) -> None:
    """page: of the language question, where it is not the first."""
    _set(dialog, standing, now)
    language = written_in(who.person.language)
    menus = {
        Step.LANGUAGE: lambda: menu_line(page or _languages(who)[0], language),
        Step.TOPIC: lambda: topic_menu(language),
    }
    made = menus.get(standing.step)
    facts = {"menu": made()} if made else {}
    if standing.questions == 1 and not again and standing.step is not Step.LANGUAGE:
        tell(session, who.person, who.point, "welcome", case.id, now=now, case=case)
    if again:
        tell(session, who.person, who.point, "not_understood", key, now=now, case=case)
    asked = _ASKS[standing.step]
    tell(session, who.person, who.point, asked, key, now=now, case=case, **facts)
    enqueue(
        session,
        "dialog_silence",
        {"point": who.point.id, "asked": now.isoformat()},
        run_at=now + REMIND_AFTER,
    )


def _set(dialog: Dialog, standing: Standing, now: datetime) -> None:
    dialog.step = standing.step.value
    dialog.misses = standing.misses
    dialog.questions = standing.questions
    dialog.asked_at = now
    _remember(dialog, needs_hours=standing.needs_hours)


def _standing(dialog: Dialog) -> Standing:
    kept = json.loads(dialog.remembered or "{}")
    return Standing(
        Step(dialog.step), dialog.misses, dialog.questions, bool(kept.get("needs_hours"))
    )


def _remember(dialog: Dialog, **codes: bool) -> None:
    dialog.remembered = json.dumps({**json.loads(dialog.remembered or "{}"), **codes})


def _learn(
    session: Session, who: Texter, case: Case, dialog: Dialog, turn: Turn, now: datetime
) -> None:
    """Keep what an answer told."""
    learned = turn.learned
    if tag := learned.get("language"):
        speak(session, who, case, dialog, tag, now=now)
    if topic := learned.get("topic"):
        case.topic = topic
    if alias := learned.get("alias"):
        who.person.alias = alias
    safe = _safe_contact(session, who.person.id)
    if hours := learned.get("hours"):
        start, _, end = hours.partition("-")
        safe.safe_from, safe.safe_until = time.fromisoformat(start), time.fromisoformat(end)
    if word := learned.get("safe_word"):
        safe.safe_word_hash = silence.word_hash(session, who.point, word)
    session.flush()


def _safe_contact(session: Session, person_id: Id) -> SafeContact:
    safe = session.get(SafeContact, person_id)
    if safe is None:
        safe = SafeContact(person_id=person_id, how=HowToReach.TEXT)
        session.add(safe)
    return safe


def _not_safe(
    session: Session, who: Texter, case: Case, dialog: Dialog, key: str, *, now: datetime
) -> None:
    """They must not be texted: one word how to come back, then silence until they write.

    What worried us is put before a human all the same, who cannot text them either.
    """
    dialog.parked = True
    tell(session, who.person, who.point, "safe_not", key, now=now, case=case)
    if case.attention_at is not None:
        _set_how(session, who, case, HowToReach.WEB)
        cases.enter_line(session, case, now=now)
        return
    cases.move(session, case, cases.CaseState.EXPIRED, reason="not_safe_now", now=now)


def safe_again(session: Session, who: Texter, case: Case, dialog: Dialog) -> None:
    """Who said that texts are not safe writes again, as we asked: from now on they are."""
    if dialog.parked and dialog.step == Step.SAFE and case.state is not CaseState.INTAKE:
        dialog.parked, dialog.step = False, ""
        _set_how(session, who, case, HowToReach.TEXT)


def _set_how(session: Session, who: Texter, case: Case, how: HowToReach) -> None:
    case.how = _safe_contact(session, who.person.id).how = how
    session.flush()


def _finish(session: Session, who: Texter, case: Case, key: str, *, now: datetime) -> None:
    """Into the line, with thanks and the place."""
    cases.enter_line(session, case, now=now)
    tell(session, who.person, who.point, "human_comes", case.id, now=now, case=case)
    tell_place(session, who.person, who.point, case, key, now=now)
