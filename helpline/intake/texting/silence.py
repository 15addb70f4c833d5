"""Silence: one reminder inside safe hours, then rest; and a word before going on after a long one.

A phone may be shared, and numbers are given to new people. So after a long silence nothing of an
earlier conversation is said to a number until the person's own word was, and where there is no
word, whoever writes begins anew.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CaseState
from helpline.conversation import Dialog
from helpline.intake.digits import read_digit
from helpline.intake.texting.saying import tell
from helpline.intake.texting.texter import Texter, meet
from helpline.jobs import enqueue
from helpline.messaging import outbox
from helpline.messaging.inbound import InboundText
from helpline.messaging.notice import Notice
from helpline.people import ContactPoint, HowToReach, Person, SafeContact

LONG_SILENCE = timedelta(days=14)
PARK_AFTER = timedelta(hours=24)
MOST_TRIES = 5
CHECKING = "check_word"


def admit(
    session: Session,
    who: Texter,
    text: InboundText,
    heard_before: datetime | None,
    *,
    now: datetime,
) -> tuple[Texter, InboundText] | None:
    """Whose text may be listened to now, and which one; None when their word is asked for first."""
    dialog = session.get(Dialog, who.point.id)
    if dialog is not None and dialog.step == CHECKING:
        return _check(session, who, dialog, text, now)
    if heard_before is None or text.received_at - heard_before <= LONG_SILENCE:
        return who, text
    safe = session.get(SafeContact, who.person.id)
    if safe is None or safe.safe_word_hash is None:
        return _somebody_new(session, who, text, now), text
    _ask(session, who, dialog, text, now)
    return None


def word_hash(session: Session, person: Person, word: str) -> bytes:
    """The keyed hash of a person's own word, whatever its case and spaces."""
    folded = " ".join(word.casefold().split())
    found: bytes = session.info["keyring"].blind(f"{person.id}|{folded}", purpose="safe-word")
    return found


def look_after(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """The job behind each question: remind once, then park. An answer meanwhile makes it idle."""
    dialog = session.get(Dialog, payload["point"], with_for_update=True)
    asked_at = datetime.fromisoformat(payload["asked"])
    if dialog is None or not dialog.step or dialog.parked or dialog.asked_at != asked_at:
        return
    if dialog.reminded_at is None:
        _remind(session, dialog, payload, now)
    else:
        _park(session, dialog, now)


def _remind(session: Session, dialog: Dialog, payload: Mapping[str, Any], now: datetime) -> None:
    point = session.get_one(ContactPoint, dialog.contact_point_id)
    dialog.reminded_at = now
    notice = Notice(
        to=point.person_id,
        text="reminder",
        channel="text",
        dedupe_key=f"reminder:{point.id}:{payload['asked']}",
        expires_at=now + PARK_AFTER,
        contact_point_id=point.id,
        case_id=dialog.case_id,
    )
    outbox.post(session, notice, now=now)
    enqueue(session, "dialog_silence", dict(payload), run_at=now + PARK_AFTER)


def _park(session: Session, dialog: Dialog, now: datetime) -> None:
    """Rest: what they write later goes on where it stopped; what worried us goes to the line."""
    dialog.parked = True
    case = cases.open_case_of(
        session, session.get_one(ContactPoint, dialog.contact_point_id).person_id
    )
    if case is None or case.state is not CaseState.INTAKE:
        return
    if case.attention_at is not None:
        dialog.step = ""
        cases.enter_line(session, case, now=now)
    else:
        cases.move(session, case, CaseState.EXPIRED, reason="silence", now=now)


def _ask(
    session: Session, who: Texter, dialog: Dialog | None, text: InboundText, now: datetime
) -> None:
    """Keep the text closed until the word was said."""
    if dialog is None:
        dialog = Dialog(contact_point_id=who.point.id, asked_at=now)
        session.add(dialog)
    dialog.step, dialog.misses, dialog.parked, dialog.asked_at = CHECKING, 0, False, now
    dialog.held_text_id = text.id
    tell(session, who.person, who.point, "check_safe_word", text.id, now=now)


def _check(
    session: Session, who: Texter, dialog: Dialog, text: InboundText, now: datetime
) -> tuple[Texter, InboundText] | None:
    """Their word, or not. Whoever does not know it may begin anew, and hears nothing of before."""
    safe = session.get(SafeContact, who.person.id)
    held = session.get(InboundText, dialog.held_text_id) if dialog.held_text_id else None
    if safe and safe.safe_word_hash == word_hash(session, who.person, text.body):
        dialog.step, dialog.held_text_id = "", None
        session.flush()
        return who, held or text
    dialog.misses += 1
    if read_digit(text.body) == 1 or dialog.misses >= MOST_TRIES:
        return _somebody_new(session, who, held or text, now), held or text
    tell(session, who.person, who.point, "safe_word_wrong", text.id, now=now)
    return None


def _somebody_new(session: Session, who: Texter, text: InboundText, now: datetime) -> Texter:
    """The number is somebody else's now: whoever had it keeps their past, without the number.

    The counsellor of the earlier conversation sees that the number went away.
    """
    earlier = cases.open_case_of(session, who.person.id)
    if earlier is not None:
        cases.record(session, earlier, "number_gone", now=now, reason="long_silence")
    person = meet(session, text.body, who.point.country, now=now)
    person.zone = who.person.zone
    session.add(SafeContact(person_id=person.id, how=HowToReach.TEXT))
    outbox.withdraw_to(session, who.point.id, now=now)
    who.point.person_id = person.id
    dialog = session.get(Dialog, who.point.id)
    if dialog is not None:
        session.delete(dialog)
    session.flush()
    return Texter(person, who.point, who.line)
