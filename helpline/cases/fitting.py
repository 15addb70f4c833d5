"""Whose coming would help somebody who waits: who speaks the language and is whom they wished for.

What matching asks of those who are on (`helpline.matching.rules`), asked of everybody with an
account: an hour is named to nobody at which only people come who may not be asked.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpline.cases.candidates import candidates, speakers
from helpline.cases.case import ABUSIVE, Case
from helpline.cases.standing import CLEARANCES
from helpline.instance import setting
from helpline.matching import Candidate, Speaks, can_help_in
from helpline.people import Account, HowToReach, Person, SafeContact
from scheduling import promises
from scheduling.overlap import Hours, both, windows
from scheduling.zones import Window, zone

NextOn = dict[Hashable, datetime | None]  # by wish, in one moment
AHEAD = timedelta(days=8)  # as far as an hour is named inside somebody's own hours


def fitting(session: Session, case: Case, language: str) -> list[str]:
    """Everybody, on or not, who could be asked about a case in a language."""
    return _whom_they_wish(session, case, speakers(session, language))


def on_now(
    session: Session, case: Case, now: datetime, on: Sequence[Candidate] | None = None
) -> list[Candidate]:
    """Who is on, not pausing, and could be asked about this case if they speak its language."""
    known = candidates(session, now) if on is None else on
    there = [each for each in known if not each.paused]
    able = set(_whom_they_wish(session, case, [each.person_id for each in there]))
    return [each for each in there if each.person_id in able]


def is_staffed(session: Session, case: Case, now: datetime) -> bool:
    """Whether somebody is on who helps in their language or in one they accepted, busy or not."""
    return bool(helping_now(session, case, now))


def helping_now(
    session: Session, case: Case, now: datetime, on: Sequence[Candidate] | None = None
) -> list[Candidate]:
    """Who is on, not pausing, and could be asked about this case, busy or not. on: as known."""
    return [each for each in on_now(session, case, now, on) if helps_in(each.speaks, case)]


def helps_in(spoken: Mapping[str, Speaks], case: Case) -> bool:
    """Whether somebody helps in the person's language, or in one that the person accepted."""
    return any(can_help_in(spoken, tag) for tag in (case.language, *accepted(case)))


def waits_for(case: Case, helpers: Sequence[Candidate]) -> tuple[str, ...]:
    """The languages in which these people would help them, their own first; where none would,
    their own."""
    wanted = dict.fromkeys((case.language, *accepted(case)))
    able = tuple(tag for tag in wanted if any(can_help_in(each.speaks, tag) for each in helpers))
    return able or (case.language,)


def accepted(case: Case) -> tuple[str, ...]:
    """The languages that the person accepted besides their own."""
    return _split(case.accepts)


def next_on(
    session: Session, case: Case, now: datetime, memo: NextOn | None = None
) -> datetime | None:
    """When somebody whom they could talk with is on, in their own language; None: not planned.

    memo: what was found in this moment for others who wish the same, and is kept there for more.
    """
    if memo is None:
        return promises.next_on_shift(session, fitting(session, case, case.language), now)
    wish = _wish(session, case)
    if wish not in memo:
        memo[wish] = next_on(session, case, now)
    return memo[wish]


def next_within(
    session: Session, case: Case, hours: Hours | None, now: datetime
) -> datetime | None:
    """The same, but inside certain hours of theirs; None: not in the next week."""
    if hours is None or hours.is_whole_day:
        return next_on(session, case, now)
    shared = both(shifts(session, case, now), windows(hours, Window(now, now + AHEAD)))
    return shared[0].start if shared else None


def shifts(session: Session, case: Case, now: datetime) -> list[Window]:
    """When somebody is on in the coming days who could be asked about this case."""
    able = fitting(session, case, case.language)
    if not able:
        return []
    planned = promises.coming(session, Window(now, now + AHEAD), among=able)
    return [Window(each.start, each.end) for each in planned]


def safe_hours(session: Session, case: Case) -> Hours | None:
    """When somebody who is answered by text may be; None: at any hour, as always on the page."""
    safe = session.get(SafeContact, case.seeker_id)
    if case.how is HowToReach.WEB or safe is None:
        return None
    if safe.safe_from is None or safe.safe_until is None:
        return None
    person = session.get_one(Person, case.seeker_id)
    return Hours(safe.safe_from, safe.safe_until, zone(person.zone))


def _whom_they_wish(session: Session, case: Case, among: Sequence[str]) -> list[str]:
    """Of these people those whom the rules about the person, not about the moment, let through."""
    if not among:
        return []
    ended_abuse = _ended_abuse(case)
    rows = select(Account.person_id, Account.topics_off, Account.clearances).where(
        Account.person_id.in_(among), Account.person_id.not_in(ended_abuse)
    )
    if case.gender_wish:
        rows = rows.where(Account.gender == case.gender_wish)
    if case.age_wish:
        rows = rows.where(Account.age_band == case.age_wish)
    needs = _needs(session, case)
    return sorted(
        who
        for who, off, cleared in session.execute(rows)
        if not (case.topic and case.topic in _split(off)) and needs.issubset(_split(cleared))
    )


def _wish(session: Session, case: Case) -> Hashable:
    """All of a case that decides who could be asked about it, on or not."""
    wishes = (case.language, case.gender_wish, case.age_wish, case.topic)
    abused = frozenset(session.scalars(_ended_abuse(case)))
    return wishes, _needs(session, case), abused


def _ended_abuse(case: Case) -> Select[str | None]:
    return select(Case.counsellor_id).where(
        Case.seeker_id == case.seeker_id,
        Case.disposition == ABUSIVE,
        Case.counsellor_id.is_not(None),
    )


def _needs(session: Session, case: Case) -> frozenset[str]:
    """The clearance without which nobody is ever asked. That for crises gives way where nobody on
    has it (`in_line`), so it takes no hour away."""
    if not setting(session, CLEARANCES, False):
        return frozenset()
    is_young = session.get_one(Person, case.seeker_id).age_band == "under18"
    return frozenset({"youth"} if is_young else ())


def _split(tags: str) -> tuple[str, ...]:
    return tuple(tag for tag in tags.split(",") if tag)
