"""Two cases become one: somebody wrote on the web and from a phone, and says so.

The page shows six digits for half an hour. Texted to the line from the phone, they prove that both
are the same person, or two who trust each other, and their consent was asked on the page. What the
number's earlier owner said after a long silence is never joined.
"""

import re
import unicodedata
from datetime import datetime, time, timedelta
from secrets import randbelow
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from helpline import cases, throttle
from helpline.cases import WITH_COUNSELLOR, Case, CaseState, closing
from helpline.cases.carrying import carry_over
from helpline.cases.told import tell_staff
from helpline.conversation import Dialog, Message
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import OutboxMessage
from helpline.people import (
    ContactFlag,
    ContactPoint,
    HowToReach,
    JoiningNumber,
    Person,
    ReturnCode,
    SafeContact,
    Visit,
)

GOOD_FOR = timedelta(minutes=30)
LONG_SILENCE = timedelta(days=14)
TRIES, WINDOW = 5, timedelta(hours=1)
"""A stranger's phone may guess this often; a million numbers are possible."""

NUMBERS = 10
"""So many may be shown to one person in an hour."""

_NUMBER = re.compile(r"\d{6}")


def begin(session: Session, person_id: str, *, now: datetime) -> str:
    """Six digits to text from one's phone; an earlier number stops working."""
    keyring = session.info["keyring"]
    session.execute(
        delete(JoiningNumber).where(
            (JoiningNumber.person_id == person_id) | (JoiningNumber.expires_at <= now)
        )
    )
    while True:
        number = f"{randbelow(1_000_000):06d}"
        index = keyring.blind(number, purpose="joining")
        taken = select(JoiningNumber.person_id).where(JoiningNumber.number_index == index)
        if session.scalar(taken) is None:
            break
    session.add(JoiningNumber(person_id=person_id, number_index=index, expires_at=now + GOOD_FOR))
    return number


def too_many(session: Session, person_id: str, *, now: datetime) -> timedelta | None:
    """Count one number shown; how long to wait when there were too many, else None."""
    return throttle.hit(session, f"join-shown|{person_id}", limit=NUMBERS, window=WINDOW, now=now)


def number_in(text: str) -> str | None:
    """The six digits that a text is, in any script, however they are parted; else None.

    >>> number_in(" 123 456 "), number_in("١٢٣٤٥٦"), number_in("my number is 123456")
    ('123456', '123456', None)
    """
    plain = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text[:40]
    )
    bare = re.sub(r"[\s.,-]", "", plain)
    return bare if _NUMBER.fullmatch(bare) else None


def join_by_code(session: Session, point: ContactPoint, text: str, *, now: datetime) -> bool:
    """The phone at `point` texted a page's number: put both together. False: it is no such number.

    text: the whole text that came. Afterwards `point` belongs to the person of the page, with one
    open case.
    """
    code = number_in(text)
    if code is None or session.scalar(select(JoiningNumber.person_id).limit(1)) is None:
        return False
    bucket = f"joining|{point.id}"
    if throttle.hit(session, bucket, limit=TRIES, window=WINDOW, now=now) is not None:
        return False
    index = session.info["keyring"].blind(code, purpose="joining")
    web_id = session.scalar(
        delete(JoiningNumber)
        .where(JoiningNumber.number_index == index, JoiningNumber.expires_at > now)
        .returning(JoiningNumber.person_id)
    )
    texter = session.get(Person, point.person_id)
    if web_id is None or texter is None or not texter.is_seeker:
        return False
    throttle.forget(session, bucket)
    web = session.get_one(Person, web_id, populate_existing=True)
    if web.id != texter.id:
        _join(session, web, texter, point, now)
    _reach_by_text(session, point, now)
    return True


def _join(
    session: Session, web: Person, texter: Person, point: ContactPoint, now: datetime
) -> None:
    if _was_silent_long(session, point, now):
        _take_number_along(session, web, texter, point, now)
        return
    _one_case(session, web, texter, now)
    _one_safe_contact(session, web, texter, now)
    _one_person(session, web, texter)


def _was_silent_long(session: Session, point: ContactPoint, now: datetime) -> bool:
    """Whether the number may have become somebody else's since it last wrote."""
    dialog = session.get(Dialog, point.id)
    if dialog is not None and dialog.held_text_id is not None:
        return True  # the word that proves the opposite was asked for, and not said
    texts = session.scalars(
        select(InboundText.received_at)
        .where(InboundText.sender_index == point.address_index)
        .order_by(InboundText.received_at.desc())
        .limit(2)
    ).all()
    return len(texts) == 2 and texts[0] - texts[1] > LONG_SILENCE


def _take_number_along(
    session: Session, web: Person, texter: Person, point: ContactPoint, now: datetime
) -> None:
    """Only the number comes along, with the hours and the word that guard it.

    What was said from it before stays where it is, unreachable.
    """
    session.execute(delete(Dialog).where(Dialog.contact_point_id == point.id))
    _one_safe_contact(session, web, texter, now)
    point.person_id = web.id
    session.flush()


def _one_case(session: Session, web: Person, texter: Person, now: datetime) -> None:
    """The open case that is further on is kept, and gets the other's messages."""
    ours = [
        case
        for case in (cases.open_case_of(session, web.id), cases.open_case_of(session, texter.id))
        if case is not None
    ]
    ours.sort(key=lambda case: (case.state not in WITH_COUNSELLOR, case.opened_at))
    if len(ours) == 2:
        _merge(session, *ours, now=now)
    if ours:
        cases.record(session, ours[0], "joined", now=now, reason="by_text")
        _out_of_intake(session, ours[0], now)


def _merge(session: Session, kept: Case, other: Case, *, now: datetime) -> None:
    carry_over(session, other, kept, now=now)
    closing.end(session, other, closing.Disposition("joined", False), None, now=now)
    _tell_who_had_it(session, other, kept, now)
    session.execute(
        update(Message)
        .where(Message.case_id == other.id)
        .values(case_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.case_id == other.id)
        .values(case_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    facts = {"with": other.id}
    cases.record(session, kept, "joined_with", now=now, reason="by_text", facts=facts)
    if other.attention_at and not kept.attention_at:
        cases.raise_attention(session, kept, "joined", now=now)
    if not kept.consent_version:
        kept.consent_version, kept.consent_at = other.consent_version, other.consent_at
    kept.topic = kept.topic or other.topic


def _tell_who_had_it(session: Session, other: Case, kept: Case, now: datetime) -> None:
    """A counsellor whose case went into a colleague's hears so, and finds it in the history."""
    facts = {"with": kept.id}
    cases.record(session, other, "joined_with", now=now, reason="by_text", facts=facts)
    if other.counsellor_id and other.counsellor_id != kept.counsellor_id:
        key = f"joined:{other.id}"
        tell_staff(session, [other.counsellor_id], "joined_elsewhere", key, now=now)


def _out_of_intake(session: Session, case: Case, now: datetime) -> None:
    """The page has asked everything already: no more questions by text."""
    if case.state is CaseState.INTAKE:
        cases.enter_line(session, case, now=now)


def _one_safe_contact(session: Session, web: Person, texter: Person, now: datetime) -> None:
    """What was safe for either is asked of both: the narrower hours, and the word."""
    theirs = session.get(SafeContact, texter.id)
    ours = session.get(SafeContact, web.id)
    if theirs is None:
        return
    if ours is None:
        ours = SafeContact(person_id=web.id, how=theirs.how)
        session.add(ours)
    hours = _elsewhere(theirs, texter.zone, web.zone, now)
    if _length(*hours) < _length(ours.safe_from, ours.safe_until):
        ours.safe_from, ours.safe_until = hours
    ours.safe_word_hash = ours.safe_word_hash or theirs.safe_word_hash  # bound to the number
    ours.may_read_here = ours.may_read_here and theirs.may_read_here
    session.flush()


def _elsewhere(
    safe: SafeContact, zone: str, other_zone: str, now: datetime
) -> tuple[time | None, time | None]:
    """The safe hours on the wall clock of another zone, as they are today."""
    if safe.safe_from is None or safe.safe_until is None or zone == other_zone:
        return safe.safe_from, safe.safe_until
    here, there = ZoneInfo(zone), ZoneInfo(other_zone)
    today = now.astimezone(here).date()
    start, end = (
        datetime.combine(today, wall, here).astimezone(there).time()
        for wall in (safe.safe_from, safe.safe_until)
    )
    return start, end


def _length(start: time | None, end: time | None) -> int:
    """Minutes from one wall time to the other, past midnight too; a whole day where none is set."""
    if start is None or end is None:
        return 1440
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % 1440 or 1440


def _one_person(session: Session, web: Person, texter: Person) -> None:
    """All that is the texter's becomes the web person's, who holds the return code."""
    owned = (
        Case.seeker_id,
        ContactPoint.person_id,
        ContactFlag.person_id,
        Visit.person_id,
        OutboxMessage.to_id,
        Message.author_id,
    )
    for column in owned:
        session.execute(
            update(column.class_)
            .where(column == texter.id)
            .values({column.key: web.id})
            .execution_options(synchronize_session=False)
        )
    _keep_codename(session, web, texter)
    session.execute(delete(ReturnCode).where(ReturnCode.person_id == texter.id))
    session.expire_all()
    session.delete(session.get_one(Person, texter.id))
    session.flush()


def _keep_codename(session: Session, web: Person, texter: Person) -> None:
    """Who is being talked with already keeps the name their counsellor knows."""
    case = cases.open_case_of(session, web.id)
    if case is not None and case.how is HowToReach.TEXT and case.counsellor_id:
        web.codename = texter.codename
    web.alias = web.alias or texter.alias
    session.flush()


def _reach_by_text(session: Session, point: ContactPoint, now: datetime) -> None:
    """They texted from it and agreed: answers go there, too. Everything stands on the page."""
    session.refresh(point)
    safe = session.get(SafeContact, point.person_id)
    if safe is not None:
        safe.how = HowToReach.TEXT
    dialog = session.get(Dialog, point.id)
    if dialog is not None:
        dialog.step = ""
    case = cases.open_case_of(session, point.person_id)
    if case is not None:
        case.how = HowToReach.TEXT
    session.flush()
