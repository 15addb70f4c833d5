"""Stepping out of a shift and back: offers stop at once, and go to somebody else."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.handovers import hand_over
from helpline.cases.offers import take_back_offers
from helpline.cases.pipeline import LINE_TOPIC, ask_to_route
from helpline.pulse import beat
from scheduling import promises


def pause(
    session: Session, person_id: str, *, now: datetime, until: datetime | None = None
) -> promises.Pause:
    """A pause, or a break until a moment. Their conversations stay theirs.

    Raises: as `scheduling.promises.pause`.
    """
    row = promises.pause(session, person_id, now=now, until=until)
    _changed(session, person_id, "paused", now)
    return row


def end_shift(
    session: Session, person_id: str, *, now: datetime, back: Iterable[Case] = (), note: str = ""
) -> promises.Pause:
    """Gone for the rest of this shift.

    back: their conversations that return to the line at once, with `note` for whoever goes on. They
    keep the others; what waits for their answer moves on after a grace
    (`orphans.return_unanswered`).

    Raises: as `scheduling.promises.end_shift`, and as `handovers.hand_over` for those in `back`.
    """
    row = promises.end_shift(session, person_id, now=now)
    _changed(session, person_id, "shift_ended", now)
    for case in back:
        hand_over(session, case, person_id, to_id=None, warm=False, note=note, now=now)
    return row


def resume(session: Session, person_id: str, *, now: datetime) -> bool:
    """Back; whoever waits may be shown to them at once."""
    came_back = promises.resume(session, person_id, now=now)
    _changed(session, person_id, "resumed", now)
    return came_back


def hours_changed(session: Session, *, now: datetime) -> None:
    """Somebody stated other hours: the line is looked at again, and boards too."""
    beat(session, LINE_TOPIC)
    ask_to_route(session, now=now)


def _changed(session: Session, person_id: str, reason: str, now: datetime) -> None:
    if reason != "resumed":
        take_back_offers(session, person_id, reason=reason, now=now)
    beat(session, f"desk:{person_id}", LINE_TOPIC)
    ask_to_route(session, now=now, about="")
