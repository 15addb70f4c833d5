"""What coordinators and leads need to give a case to somebody: who talks with whom, who could."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpline.cases.board import Board
from helpline.cases.candidates import candidates, languages_of
from helpline.cases.case import WITH_COUNSELLOR, Case
from helpline.cases.claims import load
from helpline.cases.handovers import withdraw_proposals
from helpline.cases.pipeline import to_line
from helpline.cases.told import tell_seeker
from helpline.errors import WrongMove
from helpline.matching import can_help_in
from helpline.people import Account, AccountRole, AccountState, Person, Role, TeamMember
from scheduling import promises


@dataclass(frozen=True, slots=True)
class InTalk:
    """A case that somebody has. since: when it came into this state."""

    case_id: str
    codename: str
    language: str
    urgency: int
    state: str
    counsellor_id: str
    counsellor: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Askable:
    """Somebody to whom a case may be given. until: on shift until then; None: not on."""

    person_id: str
    alias: str
    languages: tuple[str, ...]
    speaks_it: bool
    load: int
    load_cap: int
    until: datetime | None
    is_paused: bool

    @property
    def is_full(self) -> bool:
        return self.load >= self.load_cap


def in_talk(session: Session, teams: Collection[str] | None = None) -> list[InTalk]:
    """Every case that somebody has, by who has it; of `teams` only, where given."""
    wanted = select(Case).where(Case.state.in_(WITH_COUNSELLOR)).options(selectinload(Case.seeker))
    if teams is not None:
        wanted = wanted.where(Case.team_id.in_(teams))
    found = session.scalars(wanted.order_by(Case.urgency, Case.moved_at, Case.id)).all()
    names = names_of(session, [case.counsellor_id or "" for case in found])
    return [_in_talk(case, names) for case in found]


def of_teams(session: Session, whole: Board, teams: Collection[str]) -> Board:
    """The board as a lead of `teams` sees it: their people and cases, and how many wait in all."""
    people = set(session.scalars(select(TeamMember.person_id).where(TeamMember.team_id.in_(teams))))
    ids = {each.case_id for each in whole.waiting} | {each.case_id for each in whole.stuck}
    theirs = set(session.scalars(select(Case.id).where(Case.id.in_(ids), Case.team_id.in_(teams))))
    return replace(
        whole,
        waiting=[each for each in whole.waiting if each.case_id in theirs],
        on=[each for each in whole.on if each.person_id in people],
        stuck=[each for each in whole.stuck if each.case_id in theirs],
        failed=[],
        alerts=[],
    )


def askable(
    session: Session, case: Case, now: datetime, teams: Collection[str] | None = None
) -> list[Askable]:
    """Who could be given a case: who speaks it first, then who is on, then who carries least."""
    on = {each.person_id: each for each in candidates(session, now)}
    until = {duty.person_id: duty.until for duty in promises.on_shift(session, now)}
    caps = _caps(session, teams)
    speaks = languages_of(session, caps)
    names = names_of(session, list(caps))
    found = [
        Askable(
            person_id=who,
            alias=names.get(who, ""),
            languages=tuple(sorted(speaks.get(who, {}))),
            speaks_it=can_help_in(speaks.get(who, {}), case.language),
            load=on[who].load if who in on else load(session, who),
            load_cap=cap,
            until=until.get(who),
            is_paused=who in on and on[who].paused,
        )
        for who, cap in caps.items()
        if who != case.counsellor_id
    ]
    return sorted(found, key=_best_first)


def take_back(session: Session, case: Case, by_id: str, *, now: datetime) -> None:
    """From whoever has it, back to the line, where who waited longest comes first.

    Raises:
        WrongMove: nobody has it, or it is being wrapped up.
    """
    if case.counsellor_id is None:
        raise WrongMove(case.state)
    withdraw_proposals(session, case.id, now=now)
    case.prefers_id = None
    to_line(session, case, reason="taken_back", now=now, actor_id=by_id)
    tell_seeker(session, case, "handed_back", str(now), now=now)


def names_of(session: Session, person_ids: Sequence[str]) -> dict[str, str]:
    """What colleagues call people."""
    rows = session.scalars(select(Person).where(Person.id.in_(set(person_ids))))
    return {person.id: person.alias or "" for person in rows}


def cases_of(session: Session, case_ids: Collection[str]) -> Sequence[Case]:
    """The cases with these ids, with who asks; for outlines only."""
    found = select(Case).where(Case.id.in_(case_ids)).options(selectinload(Case.seeker))
    return session.scalars(found).all()


def codenames_of(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Case.id, Person.codename)
        .join(Person, Person.id == Case.seeker_id)
        .where(Case.id.in_(case_ids))
    )
    return dict(rows.all())


def _in_talk(case: Case, names: dict[str, str]) -> InTalk:
    return InTalk(
        case_id=case.id,
        codename=case.seeker.codename,
        language=case.language,
        urgency=case.urgency,
        state=case.state,
        counsellor_id=case.counsellor_id or "",
        counsellor=names.get(case.counsellor_id or "", ""),
        since=case.moved_at,
    )


def _caps(session: Session, teams: Collection[str] | None) -> dict[str, int]:
    rows = (
        select(Account.person_id, Account.load_cap)
        .join(AccountRole, AccountRole.person_id == Account.person_id)
        .where(Account.state == AccountState.ACTIVE, AccountRole.role == Role.COUNSELLOR)
    )
    if teams is not None:
        of_team = select(TeamMember.person_id).where(TeamMember.team_id.in_(teams))
        rows = rows.where(Account.person_id.in_(of_team))
    return dict(session.execute(rows).all())


def _best_first(one: Askable) -> tuple[bool, bool, bool, bool, float, str]:
    share = one.load / max(one.load_cap, 1)
    return not one.speaks_it, one.until is None, one.is_paused, one.is_full, share, one.alias
