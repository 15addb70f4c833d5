"""What stands in the two lists of the desk: one's own people, and who waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import access, cases, conversation
from helpline.access import READABLE_FOR
from helpline.cases import (
    IN_LINE,
    WITH_COUNSELLOR,
    Case,
    CaseState,
    Debrief,
    Handover,
    Offer,
    Risk,
)
from helpline.intake.topics import TOPICS
from helpline.people import Account, Person, Role
from helpline.people.sessions import SignedIn
from helpline.web.desk import words
from helpline.web.language import gettext as _
from helpline.web.language import ngettext as n_
from scheduling import promises

Tag = tuple[str, str]
_FIRST = (CaseState.ACTIVE, CaseState.HANDOVER, CaseState.WRAP_UP, CaseState.WAITING_SEEKER)


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list: its tags are (words, kind of badge). offer: mine to take, if it is."""

    case: Case
    codename: str
    since: datetime
    tags: Sequence[Tag]
    hint: str = ""
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A colleague asks me to take a conversation over."""

    handover: Handover
    codename: str
    who: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Whether I am on. until: of this time on; back_at: of a pause; next_on: when I am not on."""

    is_on: bool
    until: datetime | None = None
    pause: promises.Pause | None = None
    next_on: datetime | None = None
    promised: bool = True


@dataclass(frozen=True, slots=True)
class Lists:
    """Both lists, and what stands above them."""

    open: Sequence[Row]
    closed: Sequence[Row]
    asked: Sequence[Asked]
    offered: Sequence[Row]
    waiting: Sequence[Row]
    elsewhere: int  # wait, in languages that I do not speak
    new: int  # messages nobody has opened
    duty: Duty
    load: int
    account: Account
    debrief: Debrief | None
    longer_break: int  # minutes
    may_take: bool  # somebody who waits: on shift and not away, or a coordinator

    @property
    def calls(self) -> int:
        """How many things ask for attention: what a sound or notification tells of."""
        return self.new + len(self.asked) + len(self.offered)


def lists(session: Session, who: SignedIn, now: datetime) -> Lists:
    """Everything the two lists show to one person."""
    mine = access.access_mine(session, who, now=now)
    held = [case for case in mine if case.state in WITH_COUNSELLOR]
    new = conversation.unseen(session, [case.id for case in held])
    found = cases.silent_after_risk(session, now, among=who.person_id)
    silent = {each.case.id for each in found}
    shown = cases.open_offers(session, counsellor_id=who.person_id)
    offers = {each.case_id: each for each in shown}
    line = access.access_line(session, who)
    rows = [_waiting(case, offers.get(case.id)) for case in line]
    on = duty(session, who.person_id, now)
    return Lists(
        open=[
            _mine(case, new.get(case.id, 0), is_silent=case.id in silent)
            for case in sorted(held, key=lambda case: (case.id not in silent, _order(case)))
        ],
        closed=[_closed(case) for case in mine if case.state not in WITH_COUNSELLOR],
        asked=_asked(session, who),
        offered=[row for row in rows if row.offer],
        waiting=[row for row in rows if not row.offer],
        elsewhere=_in_line(session) - len(line),
        new=sum(new.values()),
        duty=on,
        load=cases.load(session, who.person_id),
        account=session.get_one(Account, who.person_id),
        debrief=cases.open_debrief(session, who.person_id, now),
        longer_break=cases.respite(session).longer,
        may_take=who.has(Role.COORDINATOR) or (on.is_on and on.pause is None),
    )


def duty(session: Session, person_id: str, now: datetime) -> Duty:
    """Whether somebody is on, until when, and else when next."""
    on = next(iter(promises.on_shift(session, now, among=[person_id])), None)
    pause = promises.pause_of(session, person_id, now)
    if on is not None:
        return Duty(is_on=True, until=on.until, pause=pause)
    next_on = promises.next_on_shift(session, [person_id], now)
    promised = bool(next_on or promises.promises_of(session, person_id, day=now.date()))
    return Duty(is_on=False, pause=pause, next_on=next_on, promised=promised)


def names(session: Session, ids: set[str]) -> Mapping[str, str]:
    """The first names of colleagues."""
    people = session.scalars(select(Person).where(Person.id.in_(ids), Person.is_seeker.is_(False)))
    return {person.id: person.alias or _("A colleague") for person in people}


def topic(case: Case) -> str:
    return _(TOPICS[case.topic]).capitalize() if case.topic in TOPICS else ""


def risk_tags(case: Case) -> list[Tag]:
    """What a human said about risk; and, apart from it, that a listed word was seen."""
    tags: list[Tag] = []
    if case.risk_level is not Risk.NONE:
        tags.append((str(words.RISK[case.risk_level][0]), words.RISK_KIND[case.risk_level]))
    if case.attention_at is not None:
        tags.append((_("Word on the list"), "warn"))
    return tags


def _order(case: Case) -> tuple[int, datetime, str]:
    return _FIRST.index(case.state), case.moved_at, case.id


def _mine(case: Case, new: int, *, is_silent: bool) -> Row:
    state, kind = words.STATE[case.state]
    tags = [(n_("%(num)s new", "%(num)s new", new, num=new), "warn")] if new else []
    tags += [(str(state), kind), *risk_tags(case)]
    hint = _("Say how it ended, then it is done.") if case.state is CaseState.WRAP_UP else ""
    if is_silent:
        tags.insert(0, (_("Ask how they are"), "warn"))
        hint = _("There was a risk, and they have gone silent. Write to them.")
    return Row(case, case.seeker.codename, case.moved_at, tags, hint)


def _closed(case: Case) -> Row:
    since = case.closed_at or case.moved_at
    ended = str(words.ENDED.get(case.disposition, words.STATE[CaseState.CLOSED][0]))
    return Row(case, case.seeker.codename, since, [(ended, "")])


def _waiting(case: Case, offer: Offer | None) -> Row:
    tags = risk_tags(case)
    tags += [(str(words.HOW[case.how]), "")]
    if topic(case):
        tags.append((topic(case), ""))
    return Row(case, case.seeker.codename, case.waiting_since or case.opened_at, tags, "", offer)


def _asked(session: Session, who: SignedIn) -> list[Asked]:
    found = cases.proposed_to(session, who.person_id)
    known = names(session, {each.from_id for each in found if each.from_id})
    codenames = cases.codenames_of(session, {each.case_id for each in found})
    return [
        Asked(
            handover=each,
            codename=codenames[each.case_id],
            who=known.get(each.from_id or "", _("A colleague")),
        )
        for each in found
    ]


def _in_line(session: Session) -> int:
    counted = select(func.count()).select_from(Case).where(Case.state.in_(IN_LINE))
    return session.scalar(counted) or 0


READABLE_DAYS = READABLE_FOR.days
