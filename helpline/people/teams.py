"""Who is in which team, and who leads it: one lead and one stand-in each."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.people.team import Place, Team, TeamMember
from scheduling.base import new_id


def settle(session: Session, person_id: str, team_id: str, place: Place) -> None:
    """Put a person into a team at a place; whoever was lead or stand-in there becomes a member."""
    session.get(Team, team_id, with_for_update=True)  # two at once: one after the other
    if place is not Place.MEMBER:
        session.execute(
            update(TeamMember)
            .where(TeamMember.team_id == team_id, TeamMember.place == place)
            .where(TeamMember.person_id != person_id)
            .values(place=Place.MEMBER)
        )
    member = session.get(TeamMember, (person_id, team_id))
    if member is None:
        session.add(TeamMember(person_id=person_id, team_id=team_id, place=place))
    else:
        member.place = place
    session.flush()


def leave(session: Session, person_id: str, team_id: str) -> None:
    member = session.get(TeamMember, (person_id, team_id))
    if member is not None:
        session.delete(member)


def all_teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(Team.name)))


def teams_of(session: Session, person_id: str) -> list[Team]:
    """The teams that somebody is in, at whatever place."""
    theirs = select(TeamMember.team_id).where(TeamMember.person_id == person_id)
    return list(session.scalars(select(Team).where(Team.id.in_(theirs)).order_by(Team.name)))


def add_team(session: Session, name: str) -> Team:
    """A new team, with nobody in it."""
    team = Team(id=new_id(), name=name)
    session.add(team)
    session.flush()
    return team


def members_of(session: Session, team_id: str) -> list[TeamMember]:
    """Who is in a team, at which place."""
    return list(session.scalars(select(TeamMember).where(TeamMember.team_id == team_id)))
