"""Which number or address a notice goes to, by what the person chose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.messaging.notice import Notice
from helpline.messaging.wording import Wording
from helpline.people import Account, ContactKind, ContactPoint, HowToReach, Person, SafeContact

CHUNK = 500  # ids in one query
_KIND = {"text": ContactKind.PHONE, "mail": ContactKind.EMAIL}


@dataclass(slots=True)
class Known:
    """What is known about how one person may be reached."""

    language: str
    is_seeker: bool
    how: HowToReach = HowToReach.TEXT
    notify: str = ""  # somebody on the web: "text" or "mail" when there is an answer
    staff_by: str = ""  # how staff chose to hear of things
    points: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a notice goes; `why` says why it goes nowhere."""

    channel: str
    point_id: str | None = None
    lane: bytes | None = None
    why: str = ""


def known(session: Session, ids: Iterable[str]) -> Mapping[str, Known]:
    """All there is to know about these people, in a few queries however many they are."""
    wanted, found = sorted(set(ids)), dict[str, Known]()
    for start in range(0, len(wanted), CHUNK):
        found |= _chunk(session, wanted[start : start + CHUNK])
    return found


def _chunk(session: Session, ids: Sequence[str]) -> dict[str, Known]:
    people = session.execute(
        select(
            Person.id,
            Person.language,
            Person.is_seeker,
            SafeContact.how,
            SafeContact.notify_when_answered,
            Account.notice_by,
        )
        .outerjoin(SafeContact, SafeContact.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id.in_(ids))
    )
    found = {
        row.id: Known(
            row.language,
            row.is_seeker,
            row.how or HowToReach.TEXT,
            row.notify_when_answered or "",
            row.notice_by or "",
        )
        for row in people
    }
    for point in session.execute(_points(ids)):
        found[point.person_id].points.append(point)
    return found


def _points(ids: Sequence[str]) -> Any:
    """Their numbers and addresses, the one we last heard from first, what is unusable last."""
    return (
        select(
            ContactPoint.id,
            ContactPoint.person_id,
            ContactPoint.kind,
            ContactPoint.address_index,
        )
        .where(ContactPoint.person_id.in_(ids))
        .order_by(
            ContactPoint.unusable,
            ContactPoint.heard_at.is_(None),
            ContactPoint.heard_at.desc(),
            ContactPoint.created_at.desc(),
        )
    )


def target(notice: Notice, wording: Wording, person: Known) -> Target:
    """Where the notice goes: an exact point if it names one, else the way the person chose."""
    if notice.contact_point_id is not None:
        return _exact(notice, person)
    channel = notice.channel if notice.channel != "any" else _chosen(notice, wording, person)
    if channel not in _KIND:
        return Target("text", why=channel)
    point = next((one for one in person.points if one.kind == _KIND[channel]), None)
    if point is None:
        return Target(channel, why="no_address")
    return Target(channel, point.id, point.address_index)


def _exact(notice: Notice, person: Known) -> Target:
    point = next((one for one in person.points if one.id == notice.contact_point_id), None)
    if point is None:
        return Target("text", why="no_address")
    channel = "text" if point.kind == ContactKind.PHONE else "mail"
    return Target(channel, point.id, point.address_index)


def _chosen(notice: Notice, wording: Wording, person: Known) -> str:
    """The channel, or the reason why there is none."""
    if not person.is_seeker:
        return person.staff_by or "none"
    if person.how == HowToReach.TEXT or (notice.answers and person.how != HowToReach.WEB):
        return "text"
    if not wording.neutral:
        return "web_only" if person.how == HowToReach.WEB else "call_only"
    return "text" if person.how == HowToReach.CALL else person.notify or "web_only"
