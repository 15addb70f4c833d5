"""An hour that was promised is looked at before it comes, and then; it is never broken quietly."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases.case import Case, CaseState
from helpline.cases.choice import ChoiceKind, ChoiceState, WaitChoice
from helpline.cases.choosing import BEFORE_CLAIM, look_again
from helpline.cases.escalation import alert_once, tell_coordinators
from helpline.cases.fitting import next_on, next_within
from helpline.cases.menus import ask_how_to_go_on
from helpline.cases.offers import open_offers
from helpline.cases.pipeline import record
from helpline.cases.settling import forget_wishes, open_choice, settle
from helpline.cases.told import tell_seeker
from helpline.jobs import enqueue
from scheduling.overlap import Hours
from scheduling.zones import zone

STILL_ASKING = timedelta(minutes=15)  # so long after the hour colleagues may still be asked


def is_at_risk(session: Session, case: Case, choice: WaitChoice, now: datetime) -> bool:
    """Whether nobody whom they could talk with is planned any more for the promised hour."""
    if choice.promised_at is None or now > choice.promised_at:
        return False
    coming = _coming(session, case, choice, max(now, choice.promised_at))
    return coming is None or coming > choice.promised_at


def warn(session: Session, case: Case, choice: WaitChoice, *, now: datetime) -> None:
    """Coordinators hear of a promise that cannot be kept as things stand; they may mend it."""
    if alert_once(session, "promise_at_risk", case.id, since=choice.chosen_at, now=now):
        record(session, case, "promise_at_risk", now=now)
        tell_coordinators(session, case, "promise_at_risk", now=now)


def name_the_day(session: Session, case: Case, choice: WaitChoice, *, now: datetime) -> bool:
    """Hours they named, for which nobody was known to come: promise the day if somebody is now.

    Whether this look found it: of two at once one does.
    """
    if choice.promised_at is not None or choice.from_wall is None or choice.until_wall is None:
        return False
    theirs = Hours(choice.from_wall, choice.until_wall, zone(choice.zone))
    coming = next_within(session, case, theirs, now)
    if coming is None or coming <= now:
        return False
    session.flush()
    named = session.scalar(
        update(WaitChoice)
        .where(
            WaitChoice.id == choice.id,
            WaitChoice.state == ChoiceState.OPEN,
            WaitChoice.promised_at.is_(None),
        )
        .values(promised_at=coming)
        .returning(WaitChoice)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    if named is None:
        return False
    record(session, case, "promised", now=now, reason=named.kind, facts={"at": coming.isoformat()})
    look_again(session, named, now)
    return True


def choose_anew(session: Session, case: Case, *, now: datetime) -> None:
    """They speak another language from now on: the ways on are others, and so is every hour.

    Hours or a message that they chose hold in any language.
    """
    standing = open_choice(session, case.id)
    if standing is None or standing.kind in (ChoiceKind.MESSAGE, ChoiceKind.TEXT):
        return
    if standing.from_wall is not None and case.state in BEFORE_CLAIM:
        _promise_anew(session, case, standing, now)
        return
    settle(session, case, ChoiceState.REPLACED, now=now)
    forget_wishes(case)


def _promise_anew(session: Session, case: Case, standing: WaitChoice, now: datetime) -> None:
    """The same hours, with the day on which somebody of the new language comes."""
    standing.promised_at = None
    session.flush()
    name_the_day(session, case, standing, now=now)


def look_ahead(session: Session, choice_id: str, *, now: datetime) -> None:
    """A little before the hour: if nobody is coming any more, both sides are told now."""
    found = _standing(session, choice_id)
    if found is not None and is_at_risk(session, *found, now):
        break_promise(session, *found, now=now)


def due(session: Session, choice_id: str, *, now: datetime) -> None:
    """The hour has come. Somebody took it, somebody is being asked, or the promise is broken.

    While an offer stands it is looked at again when that runs out, but not for long: a colleague
    who was asked is not yet an answer.
    """
    found = _standing(session, choice_id)
    if found is None:
        return
    case, choice = found
    promised = choice.promised_at or now
    ends = [each.expires_at for each in open_offers(session) if each.case_id == case.id]
    reading = case.state is CaseState.IN_REVIEW
    if (ends or reading) and now - promised < STILL_ASKING:
        again = max(ends) if ends else now + timedelta(minutes=1)
        enqueue(session, "choice_due", {"choice_id": choice.id}, run_at=again)
        return
    break_promise(session, case, choice, now=now)


def break_promise(session: Session, case: Case, choice: WaitChoice, *, now: datetime) -> None:
    """It was not kept: the person is told so, and asked again; coordinators hear of it too."""
    if settle(session, case, ChoiceState.BROKEN, now=now) is None:
        return
    if choice.kind is ChoiceKind.LATER:
        case.not_before = None
    warn(session, case, choice, now=now)
    tell_seeker(session, case, "promise_broken", choice.id, now=now, cancels="nobody_")
    hour = next_on(session, case, now)
    if hour is None or hour > now:  # said in the menu: it need not be told once more
        told = hour.isoformat() if hour else ""
        record(session, case, "nobody_on", now=now, reason="promise", facts={"next_on": told})
    ask_how_to_go_on(session, case, choice.id, now=now)


def _standing(session: Session, choice_id: str) -> tuple[Case, WaitChoice] | None:
    """The case, locked, and its choice, if both still wait."""
    choice = session.get(WaitChoice, choice_id)
    case = choice and session.scalar(
        select(Case)
        .where(Case.id == choice.case_id, Case.state.in_(BEFORE_CLAIM))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if not case:
        return None
    standing = open_choice(session, case.id)
    return (case, standing) if standing is not None and standing.id == choice_id else None


def _coming(session: Session, case: Case, choice: WaitChoice, after: datetime) -> datetime | None:
    if choice.from_wall is None or choice.until_wall is None:
        return next_on(session, case, after)
    hours = Hours(choice.from_wall, choice.until_wall, zone(choice.zone))
    return next_within(session, case, hours, after)
