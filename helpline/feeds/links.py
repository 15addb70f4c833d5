"""A person's links: made, listed, withdrawn, and what is left of them cleared away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from helpline.errors import NotYours
from helpline.feeds.rows import FeedScope, FeedToken, PublishedShift
from helpline.people.sessions import SignedIn
from helpline.people.team import TeamMember
from helpline.people.tokens import new_token, token_hash
from helpline.privacy import audit
from scheduling.base import new_id
from scheduling.errors import Refused
from scheduling.zones import DAY

MOST_LINKS = 10
KEPT = timedelta(days=30)  # what was cancelled, what is over, what was withdrawn


class TooManyLinks(Refused):
    """Nobody reads so many; the oldest is probably forgotten."""

    code = "too_many_links"


class NotInThatTeam(Refused):
    """A team's shifts are for its members."""

    code = "not_in_that_team"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a link is to be. team_id: that team's shifts; None: one's own.

    label: where it will be used, in the person's own words, for nobody else.
    """

    summary: str
    label: str = ""
    team_id: str | None = None
    shows_busy: bool = True


def make(session: Session, person_id: str, wish: Wish, *, now: datetime) -> str:
    """A new link; returns its token, which cannot be told again.

    Raises:
        TooManyLinks, NotInThatTeam
    """
    if len(links_of(session, person_id)) >= MOST_LINKS:
        raise TooManyLinks
    if wish.team_id and session.get(TeamMember, (person_id, wish.team_id)) is None:
        raise NotInThatTeam
    token = new_token()
    link = FeedToken(
        id=new_id(),
        person_id=person_id,
        scope=FeedScope.TEAM if wish.team_id else FeedScope.MINE,
        team_id=wish.team_id,
        token_hash=token_hash(token),
        label=wish.label[:60],
        summary=wish.summary[:40],
        shows_busy=wish.shows_busy
        and not wish.team_id,  # a colleague's shift takes none of my time
        created_at=now,
    )
    session.add(link)
    session.flush()
    _note(session, "made", link.id, person_id, now)
    return token


def revoke(session: Session, who: SignedIn, link_id: str, *, now: datetime) -> None:
    """Withdraw one of one's own links. It finds nothing from this moment on.

    Raises:
        NotYours: there is none, or it is somebody else's.
    """
    whose = session.scalar(select(FeedToken.person_id).where(FeedToken.id == link_id))
    if whose is None:
        raise NotYours
    if whose != who.person_id:
        raise NotYours(who=who.person_id, kind="feed_token", object_id=link_id)
    withdrawn = update(FeedToken).where(FeedToken.id == link_id, FeedToken.revoked_at.is_(None))
    if session.scalar(withdrawn.values(revoked_at=now).returning(FeedToken.id)):
        _note(session, "withdrew", link_id, who.person_id, now)


def links_of(session: Session, person_id: str) -> Sequence[FeedToken]:
    """Somebody's links that work, the newest first."""
    mine = select(FeedToken).where(FeedToken.person_id == person_id, FeedToken.revoked_at.is_(None))
    order = (FeedToken.created_at.desc(), FeedToken.id)
    return session.scalars(mine.order_by(*order)).all()


def forget(session: Session, *, now: datetime) -> None:
    """Drop links withdrawn, and shifts over or cancelled, for longer than calendars show them."""
    old = now - KEPT - DAY  # a day in hand: what is shown changes at midnight only
    session.execute(delete(FeedToken).where(FeedToken.revoked_at < old))
    shift = PublishedShift
    over = func.coalesce(shift.cancelled_at, shift.end_at) < old
    session.execute(delete(shift).where(or_(over, shift.end_at < old)))


def _note(session: Session, act: str, link_id: str, who: str, now: datetime) -> None:
    audit.note(session, act=act, kind="feed_token", object_id=link_id, actor_id=who, now=now)
