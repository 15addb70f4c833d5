"""A long silence: the person's own word comes before anything goes on.

A phone may be shared, and numbers are given to new people. So after a long silence nothing of an
earlier conversation is said to a number until the person's own word was, and where there is no
word, whoever writes begins anew. What they write meanwhile is held closed, not for long: a human
reads it soon, as from somebody new, with or without the word.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import raise_alert
from helpline.conversation import Dialog, Message
from helpline.intake import listed_words
from helpline.intake.digits import read_digit
from helpline.intake.keywords import Keyword, meanings
from helpline.intake.texting.saying import tell
from helpline.intake.texting.texter import Texter, meet, wants_human
from helpline.jobs import enqueue
from helpline.messaging import outbox
from helpline.messaging.inbound import InboundText
from helpline.people import ContactPoint, HowToReach, SafeContact

LONG_SILENCE = timedelta(days=14)
WORD_WITHIN = timedelta(minutes=30)
LISTED_WITHIN = timedelta(minutes=2)  # as soon as a reviewer must have read so urgent a case
MOST_TRIES = 5
CHECKING = "check_word"


def admit(
    session: Session,
    who: Texter,
    text: InboundText,
    heard_before: datetime | None,
    *,
    now: datetime,
) -> tuple[Texter, list[InboundText]] | None:
    """Whose texts may be listened to now, and which, in order; None: their word is asked first."""
    dialog = session.get(Dialog, who.point.id)
    if dialog is not None and dialog.step == CHECKING:
        return _check(session, who, dialog, text, now)
    if not is_long(heard_before, text):
        return who, [text]
    safe = session.get(SafeContact, who.person.id)
    if safe is None or safe.safe_word_hash is None or wants_human(text.body):
        return somebody_new(session, who, text, now), [text]
    _ask(session, who, dialog, text, now)
    return None


def is_long(heard_before: datetime | None, text: InboundText) -> bool:
    """Whether the silence before this text was a long one."""
    return heard_before is not None and text.received_at - heard_before > LONG_SILENCE


def word_hash(session: Session, point: ContactPoint, word: str) -> bytes:
    """The keyed hash of the word chosen on a phone, whatever its case and spaces.

    Bound to the number and not to the person, so that it lasts when two cases are joined.
    """
    folded = " ".join(word.casefold().split())
    found: bytes = session.info["keyring"].blind(f"{point.id}|{folded}", purpose="safe-word")
    return found


def held_texts(session: Session, point: ContactPoint, dialog: Dialog) -> list[InboundText]:
    """What was written while the word was asked for, in order; keywords and digits are done with.

    A text that has not been taken in yet is not among them: its own turn comes.
    """
    first = session.get(InboundText, dialog.held_text_id) if dialog.held_text_id else None
    if first is None:
        return []
    row = InboundText
    since = select(row).where(
        row.sender_index == point.address_index,
        row.received_at >= first.received_at,
        or_(row.processed_at.is_not(None), row.id == first.id),
        row.id.not_in(select(Message.inbound_id).where(Message.inbound_id.is_not(None))),
    )
    found = session.scalars(since.order_by(row.received_at, row.id != first.id, row.id)).all()
    return [text for text in found if not _is_done_with(text)]


def _is_done_with(text: InboundText) -> bool:
    obeyed = {Keyword.STOP, Keyword.START, Keyword.EXIT, Keyword.HUMAN}
    return read_digit(text.body) is not None or bool(meanings(text.body) & obeyed)


def _ask(
    session: Session, who: Texter, dialog: Dialog | None, text: InboundText, now: datetime
) -> None:
    """Keep the text closed until the word was said, or until a human must see it anyway."""
    if dialog is None:
        dialog = Dialog(contact_point_id=who.point.id, asked_at=now)
        session.add(dialog)
    dialog.step, dialog.misses, dialog.parked, dialog.asked_at = CHECKING, 0, False, now
    dialog.held_text_id = text.id
    session.flush()
    _open_by(session, dialog, now + WORD_WITHIN)
    tell(session, who.person, who.point, "check_safe_word", text.id, now=now)
    _look_for_listed_words(session, who, dialog, text, now)


def _open_by(session: Session, dialog: Dialog, moment: datetime) -> None:
    payload = {"point": dialog.contact_point_id, "asked": dialog.asked_at.isoformat()}
    enqueue(session, "dialog_silence", payload, run_at=moment)


def _look_for_listed_words(
    session: Session, who: Texter, dialog: Dialog, text: InboundText, now: datetime
) -> None:
    """Resources at once, and people are told; soon a human reads it. Nothing of before is shown."""
    if not listed_words.matches(session, text.body):
        return
    hour = f"{who.point.id}:{now:%Y-%m-%dT%H}"
    tell(session, who.person, who.point, "resources", hour, now=now)
    raise_alert(session, "attention_held", who.point.id, now=now)
    _open_by(session, dialog, now + LISTED_WITHIN)


def _check(
    session: Session, who: Texter, dialog: Dialog, text: InboundText, now: datetime
) -> tuple[Texter, list[InboundText]] | None:
    """Their word, or not. Whoever does not know it may begin anew, and hears nothing of before."""
    safe = session.get(SafeContact, who.person.id)
    held = held_texts(session, who.point, dialog)
    if safe and safe.safe_word_hash == word_hash(session, who.point, text.body):
        dialog.step, dialog.held_text_id = "", None
        session.flush()
        return who, held
    dialog.misses += 1
    if read_digit(text.body) == 1:
        return somebody_new(session, who, held[0] if held else text, now), held or [text]
    if wants_human(text.body) or dialog.misses >= MOST_TRIES:
        held.append(text)
        return somebody_new(session, who, held[0], now), held
    if dialog.parked:  # they had left, and write again
        dialog.parked, dialog.asked_at = False, now
        _open_by(session, dialog, now + WORD_WITHIN)
    tell(session, who.person, who.point, "safe_word_wrong", text.id, now=now)
    _look_for_listed_words(session, who, dialog, text, now)
    return None


def somebody_new(session: Session, who: Texter, text: InboundText, now: datetime) -> Texter:
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
