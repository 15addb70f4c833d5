"""The relay: what the person asking writes, and what the one who answers writes, both ways.

Neither ever sees the other's number. A message that holds the person's return code is not kept:
whoever reads it could come in with it.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation.message import Direction, Draft, Message, text_key
from helpline.errors import (
    CannotBeTexted,
    CodeInMessage,
    EmptyMessage,
    MessageTooLong,
    NotYours,
    WrongMove,
)
from helpline.messaging import outbox
from helpline.messaging.inbound import InboundText
from helpline.messaging.notice import Notice
from helpline.people import ContactKind, ContactPoint, HowToReach, ReturnCode, SafeContact
from helpline.privacy import return_code
from scheduling.base import new_id

LONGEST = 1600  # what a text may hold at the provider; the page keeps to the same
_MAY_BE_ANSWERED = (CaseState.ACTIVE, CaseState.WAITING_SEEKER, CaseState.HANDOVER)


def hear(
    session: Session,
    case: Case,
    body: str,
    *,
    channel: str,
    now: datetime,
    inbound: InboundText | None = None,
    form_key: str | None = None,
) -> Message:
    """Take in what the person asking wrote. The same form or the same text again is one message.

    channel: "web" or "text". A text is taken as it came; only the page can ask to write it anew.

    Raises:
        CodeInMessage: it holds a return code. EmptyMessage, MessageTooLong: from the page only.
    """
    words = _clean(body)
    if channel == "web":
        _check(words)
    if holds_code(session, words):
        raise CodeInMessage
    known, form_key = _said_already(session, case, words, form_key, inbound)
    if known is not None:
        return known
    message = Message(
        id=new_id(),
        case_id=case.id,
        at=inbound.received_at if inbound else now,
        direction=Direction.FROM_SEEKER,
        author_id=case.seeker_id,
        channel=channel,
        body=words or "…",
        inbound_id=inbound.id if inbound else None,
        form_key=form_key,
    )
    session.add(message)
    session.flush()
    cases.heard(session, case, now)
    return message


def say(
    session: Session, case: Case, author_id: str, body: str, *, now: datetime, form_key: str
) -> Message:
    """Answer the person asking: on their page, and by text where that is how they are reached.

    Raises:
        NotYours: the case is not theirs. WrongMove: it is over, or the person closed it.
        CannotBeTexted: they only have a phone, and it said stop or cannot be reached.
        EmptyMessage, MessageTooLong, CodeInMessage: as `hear`.
    """
    words = _clean(body)
    _check(words)
    if case.counsellor_id != author_id:
        raise NotYours
    known, own_key = _said_already(session, case, words, form_key, None)
    if known is not None:
        return known
    if case.state not in _MAY_BE_ANSWERED:
        raise WrongMove(case.state)
    if holds_code(session, words):
        raise CodeInMessage
    by_text = case.how is HowToReach.TEXT
    if by_text:
        _check_phone(session, case.seeker_id)
    message = Message(
        id=new_id(),
        case_id=case.id,
        at=now,
        direction=Direction.TO_SEEKER,
        author_id=author_id,
        channel="text" if by_text else "web",
        body=words,
        form_key=own_key,
    )
    session.add(message)
    session.flush()
    if by_text:
        message.outbox_id = _text_it(session, case, message, now)
    else:
        _tell_there_is_an_answer(session, case, message, now)
    cases.answered(session, case, author_id, now)
    forget_draft(session, case, author_id)
    return message


def holds_code(session: Session, words: str) -> bool:
    """Whether a message contains somebody's return code, found by its keyed hash."""
    keyring = session.info["keyring"]
    indexes = [
        keyring.blind(return_code.digits(code), purpose="return-code")
        for code in return_code.contains_code(words)
    ]
    if not indexes:
        return False
    found = select(ReturnCode.person_id).where(ReturnCode.code_index.in_(indexes)).limit(1)
    return session.scalar(found) is not None


def keep_draft(session: Session, case: Case, author_id: str, body: str, *, now: datetime) -> None:
    """Keep what a counsellor has typed so far; an empty one is forgotten."""
    draft = draft_of(session, case, author_id)
    words = _clean(body)[: 4 * LONGEST]
    if not words:
        forget_draft(session, case, author_id)
    elif draft is None:
        session.add(Draft(id=new_id(), case_id=case.id, author_id=author_id, body=words, at=now))
    else:
        draft.body, draft.at = words, now
    session.flush()


def draft_of(session: Session, case: Case, author_id: str) -> Draft | None:
    return session.scalar(
        select(Draft).where(Draft.case_id == case.id, Draft.author_id == author_id)
    )


def forget_draft(session: Session, case: Case, author_id: str) -> None:
    session.execute(
        delete(Draft)
        .where(Draft.case_id == case.id, Draft.author_id == author_id)
        .execution_options(synchronize_session=False)
    )


def _clean(body: str) -> str:
    """What was typed, without NUL and other control characters that no database or phone keeps."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or c >= " ").strip()


def _check(words: str) -> None:
    if not words:
        raise EmptyMessage
    if len(words) > LONGEST:
        raise MessageTooLong(len(words), LONGEST)


def _said_already(
    session: Session, case: Case, words: str, form_key: str | None, inbound: InboundText | None
) -> tuple[Message | None, str | None]:
    """What this very form or text said before; else the key to keep it under.

    Back, changed, and sent again is a message of its own: the same key with other words.
    """
    if form_key is None:
        same_text = select(Message).where(Message.inbound_id == (inbound.id if inbound else ""))
        return (session.scalar(same_text) if inbound else None), None
    key = form_key
    for key in (form_key, _key_of_other_words(session, case, words, form_key)):
        there = session.scalar(select(Message).where(Message.form_key == key))
        if there is None:
            return None, key
        if (there.case_id, there.body) == (case.id, words):
            return there, key
    return None, key


def _key_of_other_words(session: Session, case: Case, words: str, form_key: str) -> str:
    """By a keyed hash: a bare one of a short message could be guessed."""
    mark = session.info["keyring"].blind(f"{case.id}|{form_key}|{words}", purpose="form-words")
    return f"{form_key[:30]}~{mark.hex()[:32]}"


def _check_phone(session: Session, seeker_id: str) -> None:
    usable = select(ContactPoint.id).where(
        ContactPoint.person_id == seeker_id,
        ContactPoint.kind == ContactKind.PHONE,
        ContactPoint.opted_out_at.is_(None),
        ContactPoint.unusable == "",
    )
    if session.scalar(usable.limit(1)) is None:
        raise CannotBeTexted


def _text_it(session: Session, case: Case, message: Message, now: datetime) -> str | None:
    notice = Notice(
        to=case.seeker_id,
        text="reply",
        facts={"body": message.body},
        channel="text",
        dedupe_key=text_key(message.id),
        automatic=False,
        urgency=case.urgency,
        case_id=case.id,
    )
    row = outbox.post(session, notice, now=now)
    return row.id if row else None


def _tell_there_is_an_answer(session: Session, case: Case, message: Message, now: datetime) -> None:
    """Neutral, and once for all answers that they have not opened their page for."""
    safe = session.get(SafeContact, case.seeker_id)
    if safe is None or not safe.notify_when_answered:
        return
    unseen = select(Message.id).where(
        Message.case_id == case.id,
        Message.direction == Direction.TO_SEEKER,
        Message.seen_at.is_(None),
        Message.id != message.id,
    )
    if session.scalar(unseen.limit(1)) is not None:
        return
    notice = Notice(
        to=case.seeker_id,
        text="answer_waiting",
        channel=safe.notify_when_answered,
        dedupe_key=f"answer_waiting:{message.id}",
        case_id=case.id,
    )
    outbox.post(session, notice, now=now)
