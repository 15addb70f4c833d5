"""The figures of care: when an urgent case is told on, how long somebody rests. Data, not code.

Sources: C5, C6 and C22 of the care requirements; the minutes and hours are proposals, which is why
coordinators may change them on the settings page.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from helpline.cases.case import Risk
from helpline.cases.standing import CLEARANCES
from helpline.instance import set_setting, setting

ESCALATION = "escalation"
DEBRIEF = "debrief"
LONGEST = 24 * 60  # minutes: what waits for longer than a day is not urgent
MOST_RESPITES = 20
STEPS = ("lead", "stand_in", "coordinator")
"""Who is told, in this order."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """After how many minutes without an answer the lead, the stand-in and coordinators are told.

    urgent: at urgency 1; high: at urgency 2, empty for never. check_in: hours of silence after
    which somebody with a risk is asked how they are, by the level that a human set last.
    """

    urgent: tuple[int, ...] = (2, 4, 6)
    high: tuple[int, ...] = ()
    check_in: Mapping[str, int] = field(
        default_factory=lambda: {Risk.IMMINENT: 2, Risk.HIGH: 12, Risk.CONCERN: 24}
    )

    def steps(self, urgency: int) -> tuple[timedelta, ...]:
        """When each of `STEPS` is told, counted from when an answer was due.

        >>> [step.seconds for step in Escalation().steps(1)], Escalation().steps(2)
        ([120, 240, 360], ())
        """
        minutes = {1: self.urgent, 2: self.high}.get(urgency, ())
        return tuple(timedelta(minutes=each) for each in minutes)

    def silence(self, risk: Risk) -> timedelta:
        """How long somebody of this risk may be silent. Once high, now "none": as a concern."""
        return timedelta(hours=self.check_in.get(risk, self.check_in[Risk.CONCERN]))


@dataclass(frozen=True, slots=True)
class Respite:
    """Rest after a heavy conversation.

    minutes: nothing is offered for so long, or until they say how they are. longer: the longer
    break, in minutes. long_talk: a conversation of more minutes is heavy by its length. most: after
    so many heavy conversations in one shift no further heavy one is offered.
    """

    minutes: int = 15
    longer: int = 30
    long_talk: int = 60
    most: int = 3


def escalation(session: Session) -> Escalation:
    """The figures in force."""
    kept = setting(session, ESCALATION, default={})
    plain = Escalation()
    return Escalation(
        tuple(kept.get("urgent", plain.urgent)),
        tuple(kept.get("high", plain.high)),
        {**plain.check_in, **kept.get("check_in", {})},
    )


def set_escalation(session: Session, rules: Escalation) -> None:
    """From now on these; what is due by them is told at the next look, within a minute."""
    set_setting(session, ESCALATION, asdict(rules))


def respite(session: Session) -> Respite:
    """The figures in force."""
    return Respite(**setting(session, DEBRIEF, default={}))


def set_respite(session: Session, rules: Respite) -> None:
    set_setting(session, DEBRIEF, asdict(rules))


def by_clearance(session: Session) -> bool:
    """Whether the young go only to who is cleared for them, and urgency 1 to who is for crises."""
    return bool(setting(session, CLEARANCES, default=False))


def set_by_clearance(session: Session, *, is_on: bool) -> None:
    set_setting(session, CLEARANCES, is_on)
