"""When nobody can, or nobody does: the person asking is told honestly; coordinators hear of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.alerts import Alert, raise_alert
from helpline.cases.candidates import speakers
from helpline.cases.case import Case
from helpline.cases.pipeline import record
from helpline.cases.told import tell_staff
from helpline.people import Account, AccountRole, AccountState, Place, Role, TeamMember
from helpline.pulse import beat
from scheduling import promises
from scheduling.availability import DutyRole

ALERTS_TOPIC = "desk:alerts"


def next_speaker_on(session: Session, language: str, now: datetime) -> datetime | None:
    """When somebody who helps in a language is on and not pausing; None: nobody has promised."""
    return promises.next_on_shift(session, speakers(session, language), now)


def nobody_took_it(session: Session, case_id: str, *, now: datetime) -> None:
    """Those who could were asked, up to lead and stand-in: now coordinators are told."""
    case = session.get_one(Case, case_id)
    since = case.waiting_since or case.opened_at
    if alert_once(session, "nobody_took_it", case.id, since=since, now=now):
        record(session, case, "escalated", now=now, reason="nobody_took_it")
        tell_coordinators(session, case, "nobody_took_it", now=now)


def tell_coordinators(
    session: Session, case: Case, text: str, *, now: datetime, key: str = ""
) -> None:
    """Coordinators on shift; should none be, all of them: a dead end is a defect.

    Once for each wait, or once for each `key`.
    """
    tell_staff(
        session,
        coordinators_for(session, now),
        text,
        key or f"{text}:{case.id}:{case.waiting_since or case.opened_at}",
        now=now,
        urgency=case.urgency,
        even_off_shift=True,
    )


def coordinators_for(session: Session, now: datetime) -> list[str]:
    """Coordinators on shift; should none be, all of them."""
    everybody = holders_of(session, Role.COORDINATOR)
    on = {duty.person_id for duty in promises.on_shift(session, now, among=everybody)}
    return [each for each in everybody if each in on] or everybody


def leads_on(session: Session, now: datetime, *, team_id: str | None = None) -> list[str]:
    """Who leads now: leads on shift, else stand-ins on shift, of the team where there is any."""
    leads, stand_ins = leading(session, now, team_id=team_id)
    return leads or stand_ins


def leading(
    session: Session, now: datetime, *, team_id: str | None = None
) -> tuple[list[str], list[str]]:
    """Leads on shift and stand-ins on shift, nobody who pauses; of the team where there is any."""
    on = {duty.person_id: duty for duty in promises.on_shift(session, now) if not duty.paused}
    places = select(TeamMember).where(TeamMember.person_id.in_(list(on)))
    members = session.scalars(places).all()
    ranks = []
    for role, place in ((DutyRole.LEAD, Place.LEAD), (DutyRole.STAND_IN, Place.STAND_IN)):
        found = {
            (duty.person_id, team) for duty in on.values() for r, team in duty.duties if r == role
        }
        found |= {(row.person_id, row.team_id) for row in members if row.place is place}
        of_team = {person_id for person_id, team in found if team == team_id}
        ranks.append(sorted(of_team or {person_id for person_id, _ in found}))
    return ranks[0], ranks[1]


def holders_of(session: Session, role: Role) -> list[str]:
    """Everybody with an active account who holds a role."""
    return list(
        session.scalars(
            select(Account.person_id)
            .join(AccountRole, AccountRole.person_id == Account.person_id)
            .where(Account.state == AccountState.ACTIVE, AccountRole.role == role)
            .order_by(Account.person_id)
        )
    )


def alert_once(session: Session, kind: str, about: str, *, since: datetime, now: datetime) -> bool:
    """Put it on the coordinators' board, unless it got there since then; whether it was new."""
    there = session.scalar(
        select(Alert.id).where(Alert.kind == kind, Alert.about == about, Alert.at >= since)
    )
    if there is not None:
        return False
    raise_alert(session, kind, about, now=now)
    beat(session, ALERTS_TOPIC)
    return True
