"""When nothing comes: one reminder inside safe hours, then rest; and held texts come to light."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CaseState
from helpline.conversation import Dialog
from helpline.instance import first_line
from helpline.intake import listed_words
from helpline.intake.texting import silence
from helpline.intake.texting.talking import take_unproven
from helpline.intake.texting.texter import Texter
from helpline.jobs import enqueue
from helpline.messaging import outbox
from helpline.messaging.notice import Notice
from helpline.people import ContactPoint, Person

PARK_AFTER = timedelta(hours=24)


def look_after(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """The job behind each question: remind once, then park. An answer meanwhile makes it idle."""
    session.get(ContactPoint, payload["point"], with_for_update=True)  # first, as `receive` does
    dialog = session.get(Dialog, payload["point"], populate_existing=True)
    asked_at = datetime.fromisoformat(payload["asked"])
    if dialog is None or not dialog.step or dialog.asked_at != asked_at:
        return
    if dialog.step == silence.CHECKING:
        _without_the_word(session, dialog, now)
    elif dialog.parked:
        return
    elif dialog.reminded_at is None:
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


def _without_the_word(session: Session, dialog: Dialog, now: datetime) -> None:
    """Nobody said the word: a human reads what came meanwhile, as from somebody new.

    Whoever left with EXIT or STOP is left alone, unless listed words worry us. The word is asked
    for still, whenever they write again: leaving is no way past it.
    """
    point = session.get_one(ContactPoint, dialog.contact_point_id)
    person = session.get_one(Person, point.person_id)
    held = silence.held_texts(session, point, dialog)
    left = dialog.parked and not any(listed_words.matches(session, text.body) for text in held)
    if left or not held:
        dialog.parked = True
        return
    dialog.step, dialog.held_text_id = "", None
    take_unproven(session, Texter(person, point, first_line(session)), held, now=now)
