"""Stepping out of a running shift, and coming back."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduling.base import new_id
from scheduling.errors import Refused
from scheduling.promises.asking import around, on_shift, timetable
from scheduling.promises.rows import Pause, PauseKind


class NotOnShift(Refused):
    """There is no shift now to step out of or to come back to."""

    code = "not_on_shift"


class PauseIsOver(Refused):
    """A break that would end before it begins."""

    code = "pause_is_over"


def pause(
    session: Session, person_id: str, *, now: datetime, until: datetime | None = None
) -> Pause:
    """Step out, for a set time (a break) or until one comes back.

    Either way it is over when the shift is, so that nobody stays away by forgetting it. A second
    pause takes the place of the first.

    Raises:
        NotOnShift: they are not on, or have ended this shift.
        PauseIsOver: `until` is not after `now`.
    """
    duty = next(iter(on_shift(session, now, among=[person_id])), None)
    if duty is None:
        raise NotOnShift
    if until is not None and until <= now:
        raise PauseIsOver(until)
    kind = PauseKind.PAUSED if until is None else PauseKind.BREAK
    return _step_out(session, person_id, kind, now, min(until or duty.until, duty.until))


def end_shift(session: Session, person_id: str, *, now: datetime) -> Pause:
    """Go for the rest of this shift; the next one is as promised. Once more changes nothing.

    Raises:
        NotOnShift: there is no shift now.
    """
    until = timetable(session, around(now), among=[person_id]).ends_at(person_id, now)
    if until is None:
        raise NotOnShift
    return _step_out(session, person_id, PauseKind.END_OF_SHIFT, now, until)


def resume(session: Session, person_id: str, *, now: datetime) -> bool:
    """Come back from a pause, or after all to a shift one had ended.

    Returns:
        Whether there was anything to come back from.
    """
    running = update(Pause).where(
        Pause.person_id == person_id, Pause.since_at <= now, Pause.until_at > now
    )
    return bool(session.scalars(running.values(until_at=now).returning(Pause.id)).all())


def pause_of(session: Session, person_id: str, now: datetime) -> Pause | None:
    """What somebody is stepping out for at this moment, if they are."""
    running = select(Pause).where(
        Pause.person_id == person_id, Pause.since_at <= now, Pause.until_at > now
    )
    return session.scalar(running.order_by(Pause.until_at.desc()).limit(1))


def _step_out(
    session: Session, person_id: str, kind: PauseKind, now: datetime, until: datetime
) -> Pause:
    resume(session, person_id, now=now)
    row = Pause(id=new_id(), person_id=person_id, kind=kind, since_at=now, until_at=until)
    session.add(row)
    session.flush()
    return row
