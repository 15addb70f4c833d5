"""A person asks on the web: a codename, a return code, a case in the line. Nothing before consent.

The page carries what was typed, sealed, until the person agrees; `ask` then stores it all at once.
A number that somebody typed may belong to another person we know. That is never told, nor changed:
the page shows everybody the same, and only a text from the phone itself proves whose it is
(`helpline.intake.joining`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases, throttle
from helpline.cases import Case, CaseState
from helpline.conversation import Direction, Message, hear
from helpline.instance import first_line
from helpline.intake import listed_words, reaching
from helpline.people import HowToReach, Person, ReturnCode, SafeContact, codes, contacts, seekers
from helpline.people.codes import FreshCode
from helpline.privacy.return_code import Code

CONSENT_VERSION = "2026-11"
"""Of the words under "Before you send": raised whenever their meaning changes."""

GENDER_WISHES = ("woman", "man")
AGE_WISHES = ("under30", "30to59", "60plus")
AGE_BANDS = ("under18", "18to25", "26to40", "41to60", "over60")
HOUR = timedelta(hours=1)
NUMBERS_OF_A_CLIENT = 3  # an hour, so that nobody has strangers texted (and 20 in all)
NUMBERS_IN_ALL = 20
FORMS_OF_A_CLIENT = 60  # a village may share one address
MESSAGES = 60  # an hour from one person; nobody who talks writes so often


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody answered. Only `language` (BCP 47: what they want to be helped in) is needed.

    written_in: the language of the page, in which we write to them. phone: E.164; with `how` TEXT
    answers go there, else only a neutral notice (`notify` "text"). mail: for `notify` "mail".
    safe_from, safe_until: wall times in `zone`, both or neither. gender_wish, age_wish: whom they
    would rather talk to (`GENDER_WISHES`, `AGE_WISHES`), "" for no matter. form_key: random, one
    per form.
    """

    language: str
    written_in: str = "en"
    words: str = field(default="", repr=False)
    topic: str = ""
    alias: str = field(default="", repr=False)
    age_band: str = ""
    how: HowToReach = HowToReach.WEB
    notify: str = ""
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    zone: str = "UTC"
    zone_is_guess: bool = True
    safe_from: time | None = None
    safe_until: time | None = None
    may_read_here: bool = True
    gender_wish: str = ""
    age_wish: str = ""
    form_key: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it. `code` is shown once. `again`: this form had been taken in before."""

    person: Person
    case: Case
    code: Code
    again: bool = False


def ask(
    session: Session, answers: Answers, *, now: datetime, fresh: FreshCode | None = None
) -> Asked:
    """Take a request in: person, ways to reach them, code, case, first words; then into the line.

    fresh: a code made beforehand, for hashing it takes 22 ms. The same form again is one case.

    Raises:
        CodeInMessage, MessageTooLong: about the first words; nothing is stored.
    """
    fresh = fresh or codes.fresh()
    known = asked_before(session, answers.form_key)
    if known is not None:
        return Asked(known, last_case(session, known.id), fresh.code, again=True)
    person = _new_person(session, answers, now)
    codes.keep(session, person.id, fresh, form_key=answers.form_key, now=now)
    case = _open(session, person, answers, now)
    reaching.only_on_the_page(session, case, now=now)
    if answers.words.strip():
        _first_words(session, case, answers, now)
    cases.enter_line(session, case, now=now)
    return Asked(person, case, fresh.code)


def too_many(session: Session, answers: Answers, *, client: str, now: datetime) -> timedelta | None:
    """Count one form from `client`; how long to wait when there were too many, else None.

    Forms with a number or address count more strictly: somebody else's phone might ring.
    """
    day = f"{now:%Y-%m-%d}"
    limits: list[tuple[str, int]] = [(f"ask|{client}|{day}", FORMS_OF_A_CLIENT)]
    if answers.phone or answers.mail:
        limits += [(f"ask-number|{client}|{day}", NUMBERS_OF_A_CLIENT)]
        limits += [("ask-number", NUMBERS_IN_ALL)]
    waits = [
        throttle.hit(session, bucket, limit=limit, window=HOUR, now=now) for bucket, limit in limits
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def too_many_messages(session: Session, person_id: str, *, now: datetime) -> timedelta | None:
    """Count one message of a person's; how long to wait when there were too many, else None."""
    return throttle.hit(session, f"say|{person_id}", limit=MESSAGES, window=HOUR, now=now)


def asked_before(session: Session, form_key: str) -> Person | None:
    """Whose request a form made, when it is sent a second time."""
    if not form_key:
        return None
    wanted = codes.form_index(session.info["keyring"], form_key)
    return session.scalar(
        select(Person)
        .join(ReturnCode, ReturnCode.person_id == Person.id)
        .where(ReturnCode.form_index == wanted)
    )


def last_case(session: Session, person_id: str) -> Case:
    """The case a person is in, or was in last.

    Raises:
        NoResultFound: they have none.
    """
    return session.scalars(
        select(Case)
        .where(Case.seeker_id == person_id)
        .order_by(Case.closed_at.is_not(None), Case.opened_at.desc(), Case.id)
        .limit(1)
    ).one()


def write(session: Session, person: Person, body: str, *, form_key: str, now: datetime) -> Message:
    """What somebody writes on their page, to the case they are in, or one begun anew.

    Raises:
        CodeInMessage, EmptyMessage, MessageTooLong: nothing is stored.
    """
    case = cases.reopen_or_new(session, person, now)
    reaching.only_on_the_page(session, case, now=now)
    message = hear(session, case, body, channel="web", now=now, form_key=form_key)
    _look_for_listed_words(session, case, body, now)
    if case.state is CaseState.INTAKE:
        cases.enter_line(session, case, now=now)
    return message


def has_new_for(session: Session, case: Case) -> bool:
    """Whether there is an answer that the person has not opened yet."""
    new = select(Message.id).where(
        Message.case_id == case.id,
        Message.direction == Direction.TO_SEEKER,
        Message.seen_at.is_(None),
    )
    return session.scalar(new.limit(1)) is not None


def has_listed_words(session: Session, messages: Sequence[str]) -> bool:
    """Whether the page should show the numbers to call again; judges nothing."""
    return any(listed_words.matches(session, body) for body in messages)


def _new_person(session: Session, answers: Answers, now: datetime) -> Person:
    person = seekers.new_seeker(
        session,
        language=answers.written_in,
        zone=answers.zone,
        zone_is_guess=answers.zone_is_guess,
        alias=answers.alias,
        age_band=answers.age_band,
        now=now,
    )
    session.add(
        SafeContact(
            person_id=person.id,
            how=answers.how,
            safe_from=answers.safe_from,
            safe_until=answers.safe_until,
            may_read_here=answers.may_read_here,
            notify_when_answered=answers.notify,
        )
    )
    if answers.phone:
        contacts.add_phone(session, person.id, answers.phone, now=now)
    if answers.mail:
        contacts.add_mail(session, person.id, answers.mail, now=now)
    return person


def _open(session: Session, person: Person, answers: Answers, now: datetime) -> Case:
    case = cases.open_case(
        session,
        person,
        how=answers.how,
        language=answers.language,
        now=now,
        line=first_line(session),
        topic=answers.topic,
    )
    case.consent_version, case.consent_at = CONSENT_VERSION, now
    case.gender_wish, case.age_wish = answers.gender_wish, answers.age_wish
    session.flush()
    return case


def _first_words(session: Session, case: Case, answers: Answers, now: datetime) -> None:
    key = f"ask:{answers.form_key}"[:64] if answers.form_key else None
    hear(session, case, answers.words, channel="web", now=now, form_key=key)
    _look_for_listed_words(session, case, answers.words, now)


def _look_for_listed_words(session: Session, case: Case, body: str, now: datetime) -> None:
    """They raise the case and alert the lead. They end nothing and judge nothing."""
    found = listed_words.matches(session, body)
    if found:
        cases.raise_attention(session, case, f"{found[0].language}:{found[0].entry}", now=now)
