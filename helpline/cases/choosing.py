"""When nobody fits, the person is asked how to go on; what they choose is kept and honoured.

Nothing here is ever decided for them: no other language, no other hour, no other way to be reached.
What they chose before is replaced by what they choose now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.choice import ChoiceKind, ChoiceState, WaitChoice
from helpline.cases.fitting import (
    AHEAD,
    accepted,
    next_within,
    on_now,
    safe_hours,
    shifts,
)
from helpline.cases.pipeline import ask_to_route, record
from helpline.cases.settling import open_choice, settle
from helpline.cases.told import country_of
from helpline.errors import WrongMove
from helpline.i18n.spoken import likely
from helpline.instance import Line, first_line, text_rules
from helpline.jobs import enqueue
from helpline.matching import SafeHours, can_help_in
from helpline.people import ContactKind, HowToReach, Person, SafeContact, contacts
from scheduling.base import new_id
from scheduling.errors import Refused
from scheduling.overlap import Hours, is_inside, next_inside, slots
from scheduling.zones import Window, zone

MOST_LANGUAGES = 3
MOST_SLOTS = 3
A_TALK = timedelta(minutes=30)  # a shift must leave this much of somebody's hours
LOOK_AHEAD = timedelta(minutes=15)  # before a promised hour, when it is looked at again
BEFORE_CLAIM = (CaseState.IN_REVIEW, *IN_LINE)
URGENT = 2  # so urgent, or more, and no later hour holds a case back
Wall = tuple[time, time]


class WayIsGone(Refused):
    """What was offered a moment ago is not possible any more. Its kind is the first argument."""

    code = "way_is_gone"


@dataclass(frozen=True, slots=True)
class Option:
    """A way on that there is now.

    language: which is spoken by somebody who is on. at: the moment that is named. until: the end
    of that time. A LATER without `at` asks for hours of their own.
    """

    kind: ChoiceKind
    language: str = ""
    at: datetime | None = None
    until: datetime | None = None


def options(session: Session, case: Case, now: datetime) -> tuple[Option, ...]:
    """The ways on that really exist now, in the order in which they are shown.

    None of them is shown to somebody who is being answered. A group is not among them yet.
    """
    if case.state not in BEFORE_CLAIM:
        return ()
    return tuple(_options(session, case, now))


def _options(session: Session, case: Case, now: datetime) -> Iterator[Option]:
    hours = safe_hours(session, case)
    first = next_within(session, case, hours, now)
    if first is not None and first > now:
        yield Option(ChoiceKind.WAIT, at=first)
    if hours is None or is_inside(hours, now):
        for tag in _languages(session, case, now):
            yield Option(ChoiceKind.LANGUAGE, language=tag)
    if case.how is HowToReach.WEB and _has_number(session, case):
        yield Option(ChoiceKind.TEXT)
    for slot in _slots(session, case, hours, now):
        if slot.start != first:
            yield Option(ChoiceKind.LATER, at=slot.start, until=slot.end)
    yield Option(ChoiceKind.LATER)
    yield Option(ChoiceKind.MESSAGE)


def choose(
    session: Session,
    case: Case,
    kind: ChoiceKind,
    *,
    by: str,
    now: datetime,
    language: str = "",
    at: datetime | None = None,
    hours: Wall | None = None,
) -> WaitChoice:
    """Keep what somebody chose, in place of what they chose before; the same again changes nothing.

    by: "web" or "text". language: of LANGUAGE. at: the slot of LATER; or else `hours`, wall times
    at their place, equal for any hour.

    Raises:
        WayIsGone: it is not possible any more. WrongMove: somebody answers already, or it is over.
    """
    _lock(session, case)
    wanted = _wanted(session, case, kind, language, at, hours, now)
    standing = open_choice(session, case.id)
    if standing is not None and _same(standing, wanted):
        return standing
    settle(session, case, ChoiceState.REPLACED, now=now)
    session.add(wanted)
    wanted.by = by
    _take_effect(session, case, wanted, at, hours, now)
    facts = {"by": by, "language": language, "at": _iso(wanted.promised_at)}
    record(session, case, "chose", now=now, reason=kind.value, facts=facts)
    look_again(session, wanted, now)
    ask_to_route(session, now=now, about=case.id)
    session.flush()
    return wanted


def ask_for_human(session: Session, case: Case, *, now: datetime) -> None:
    """They want somebody as soon as can be: no later hour holds them back; the place is theirs."""
    standing = open_choice(session, case.id)
    if standing is None or standing.kind is not ChoiceKind.LATER:
        return
    settle(session, case, ChoiceState.REPLACED, now=now)
    case.not_before = None
    record(session, case, "chose", now=now, reason="human")
    ask_to_route(session, now=now, about=case.id)


def wishes_of(
    case: Case, choice: WaitChoice | None, safe: SafeContact | None = None, place: str = "UTC"
) -> dict[str, Any]:
    """What matching must honour, as arguments of `helpline.matching.Waiting`.

    choice: the one that stands; safe, place: how they may be reached, and their zone. Whoever may
    be in danger is shown to a colleague at any hour: what is sent still waits for the safe ones.
    """
    is_urgent = case.urgency <= URGENT
    return {
        "languages": (case.language, *accepted(case)),
        "gender_wish": case.gender_wish,
        "age_wish": case.age_wish,
        "not_before": None if is_urgent else case.not_before,
        "hours": None if is_urgent else _hours_of(case, choice, safe, place),
    }


def _hours_of(
    case: Case, choice: WaitChoice | None, safe: SafeContact | None, place: str
) -> SafeHours | None:
    """The page is safe to answer on at any hour, unless they named hours for this."""
    if choice is not None and choice.from_wall is not None and choice.until_wall is not None:
        return SafeHours(choice.from_wall, choice.until_wall, choice.zone)
    if case.how is HowToReach.WEB or safe is None:
        return None
    if safe.safe_from is None or safe.safe_until is None:
        return None
    return SafeHours(safe.safe_from, safe.safe_until, place)


def _lock(session: Session, case: Case) -> None:
    """The case's row first, as everywhere: of two who choose at once the second sees the first."""
    held = session.scalar(
        select(Case)
        .where(Case.id == case.id, Case.state.in_(BEFORE_CLAIM))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if held is None:
        session.refresh(case)
        raise WrongMove(case.state)


def _wanted(
    session: Session,
    case: Case,
    kind: ChoiceKind,
    language: str,
    at: datetime | None,
    hours: Wall | None,
    now: datetime,
) -> WaitChoice:
    """The choice as it will be kept.

    Raises:
        WayIsGone: there is no such way now.
    """
    made = WaitChoice(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        state=ChoiceState.OPEN,
        language=language,
        zone="",
        chosen_at=now,
    )
    if kind is ChoiceKind.LATER and hours is not None:
        _name_hours(session, case, made, hours, now)
        return made
    ways = options(session, case, now)
    fits = [
        each
        for each in ways
        if each.kind is kind
        and each.language == language
        and (kind is ChoiceKind.WAIT or each.at == at)
    ]
    if not fits or (kind is ChoiceKind.LATER and at is None):
        raise WayIsGone(kind.value)
    made.promised_at = fits[0].at
    return made


def _name_hours(session: Session, case: Case, made: WaitChoice, hours: Wall, now: datetime) -> None:
    person = session.get_one(Person, case.seeker_id)
    made.from_wall, made.until_wall, made.zone = *hours, person.zone
    theirs = Hours(*hours, zone(person.zone))
    promised = next_within(session, case, theirs, now)
    made.promised_at = promised if promised is None or promised > now else None


def _same(standing: WaitChoice, wanted: WaitChoice) -> bool:
    return all(
        getattr(standing, name) == getattr(wanted, name)
        for name in ("kind", "language", "promised_at", "from_wall", "until_wall")
    )


def _take_effect(
    session: Session,
    case: Case,
    made: WaitChoice,
    at: datetime | None,
    hours: Wall | None,
    now: datetime,
) -> None:
    """Nothing but what they chose: any other way takes back a language accepted before."""
    case.not_before = at if made.kind is ChoiceKind.LATER else None
    if made.kind is ChoiceKind.LANGUAGE:
        case.accepts = ",".join(dict.fromkeys([*accepted(case), made.language]))
    else:
        case.accepts = ""
    if made.kind is ChoiceKind.TEXT:
        _by_text(session, case)
    if hours is not None:
        _keep_hours(session, case, hours, now)
    session.flush()


def _keep_hours(session: Session, case: Case, hours: Wall, now: datetime) -> None:
    """The hours they named hold for every text, and for being asked about."""
    person, theirs = session.get_one(Person, case.seeker_id), _reach(session, case)
    any_hour = hours[0] == hours[1]
    theirs.safe_from, theirs.safe_until = (None, None) if any_hour else hours
    opens = next_inside(Hours(*hours, zone(person.zone)), now)
    case.not_before = opens if opens > now else None


def _by_text(session: Session, case: Case) -> None:
    """To the phone that texted us. Where there is none yet, their page says how to link one."""
    _reach(session, case).how = HowToReach.TEXT
    phone = contacts.of(session, case.seeker_id, ContactKind.PHONE)
    if phone is not None and phone.heard_at is not None:
        case.how = HowToReach.TEXT


def _reach(session: Session, case: Case) -> SafeContact:
    found = session.get(SafeContact, case.seeker_id)
    if found is None:
        found = SafeContact(person_id=case.seeker_id, how=case.how)
        session.add(found)
    return found


def look_again(session: Session, made: WaitChoice, now: datetime) -> None:
    """At the promised hour, and before it, while colleagues can still be found."""
    if made.promised_at is None:
        return
    payload = {"choice_id": made.id}
    ahead = made.promised_at - LOOK_AHEAD
    if ahead > now:
        enqueue(session, "choice_ahead", payload, run_at=ahead)
    enqueue(session, "choice_due", payload, run_at=made.promised_at)


def _languages(session: Session, case: Case, now: datetime) -> list[str]:
    """Others that the line helps in, that they may well read, and somebody on now has room for."""
    line = session.get(Line, case.line_id) if case.line_id else first_line(session)
    served = [tag.strip() for tag in (line.languages if line else "").split(",") if tag.strip()]
    region = country_of(session, session.get_one(Person, case.seeker_id))
    free = [each for each in on_now(session, case, now) if each.load < each.load_cap]
    known = {case.language, *accepted(case)}
    return [
        tag
        for tag in likely(region, served)
        if tag not in known and any(can_help_in(each.speaks, tag) for each in free)
    ][:MOST_LANGUAGES]


def _slots(session: Session, case: Case, hours: Hours | None, now: datetime) -> list[Window]:
    """When both can talk: somebody is on, and it is safe, or by day, where the person is."""
    if hours is None:
        rules, person = text_rules(session), session.get_one(Person, case.seeker_id)
        hours = Hours(rules.quiet_until, rules.quiet_from, zone(person.zone))
    found = slots(
        shifts(session, case, now),
        hours,
        Window(now, now + AHEAD),
        length=A_TALK,
        at_most=MOST_SLOTS,
    )
    return [each for each in found if each.start > now]


def _has_number(session: Session, case: Case) -> bool:
    line = session.get(Line, case.line_id) if case.line_id else first_line(session)
    return line is not None and bool(line.number)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
