"""What a coordinator may change about matching: figures only, each with a meaning and a unit.

A point is one hundredth of the worth of a conversation in one's own language with a native
speaker: ten points against somebody say "a conversation with them is worth a tenth less".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import NamedTuple

from scheduling.errors import Refused


class BadParameter(Refused):
    """No such parameter, or a figure out of its range: (name, what is allowed)."""

    code = "bad_parameter"


class Parameter(NamedTuple):
    """One figure as a settings page shows it."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    group: str


# name, default, lowest, highest, unit, group
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("second_language", 20, 0, 100, "points", "language"),
    Parameter("third_language", 35, 0, 100, "points", "language"),
    Parameter("further_language", 45, 0, 100, "points", "language"),
    Parameter("fluent", 5, 0, 100, "points", "language"),
    Parameter("working", 20, 0, 100, "points", "language"),
    Parameter("other_form", 0.5, 0, 100, "points", "language"),
    Parameter("voice_level", 3, 2, 4, "level", "language"),
    Parameter("scarcity", 15, 0, 200, "points", "people"),
    Parameter("missed_for", 40, 0, 600, "minutes", "people"),
    Parameter("topic_untrained", 3, 0, 100, "points", "people"),
    Parameter("continuity", 30, 0, 200, "points", "people"),
    Parameter("night", 2, 0, 100, "points", "people"),
    Parameter("night_from", 23, 0, 23, "hour", "people"),
    Parameter("night_until", 7, 0, 23, "hour", "people"),
    Parameter("one_more", 1, 0, 100, "points", "load"),
    Parameter("breaks_into_free", 0.5, 0, 100, "points", "load"),
    Parameter("whole_person", 1, 0, 100, "points", "load"),
    Parameter("no_rest", 1, 0, 100, "points", "load"),
    Parameter("rested_after", 60, 5, 720, "minutes", "load"),
    Parameter("hour_helped", 0.1, 0, 20, "points", "load"),
    Parameter("unanswered", 2, 0, 200, "points", "load"),
    Parameter("again_after", 30, 10, 900, "seconds", "load"),
    Parameter("again_at_most", 300, 10, 3600, "seconds", "load"),
    Parameter("overrun", 2, 0, 200, "points", "shift"),
    Parameter("text_length", 25, 5, 300, "minutes", "shift"),
    Parameter("voice_length", 15, 5, 300, "minutes", "shift"),
    Parameter("worth_1", 8, 0.1, 1000, "worth", "order"),
    Parameter("worth_2", 4, 0.1, 1000, "worth", "order"),
    Parameter("worth_3", 2, 0.1, 1000, "worth", "order"),
    Parameter("worth_4", 1, 0.1, 1000, "worth", "order"),
    Parameter("fades_1", 5, 0.5, 10080, "minutes", "order"),
    Parameter("fades_2", 15, 0.5, 10080, "minutes", "order"),
    Parameter("fades_3", 45, 0.5, 10080, "minutes", "order"),
    Parameter("fades_4", 240, 0.5, 10080, "minutes", "order"),
)
_BY_NAME = {each.name: each for each in PARAMETERS}


@dataclass(frozen=True)
class Parameters:
    """Every figure of matching.

    Language, in points: `second_language`, `third_language`, `further_language`: a conversation in
    a language the person accepts but would rather not use. `fluent`, `working`: somebody who
    speaks it less than natively. `other_form`: another country's or script's form of it.
    `voice_level`: how well one must speak it to talk (2 working, 3 fluent, 4 native); for text
    working is enough, because a word can be looked up.

    People, in points: `scarcity`: taking somebody whose absence for `missed_for` minutes would cost
    others, by the line's own log and by who is free now, as much as this help is worth (`supply`).
    `topic_untrained`: not cleared for the topic
    that was named. `continuity`: taken off where the person wishes the same counsellor again.
    `night`: a counsellor for whom it is between `night_from` and `night_until`, local hours.

    Load: `one_more` points for each conversation already carried. `breaks_into_free`: a text given
    to somebody wholly free who also takes calls. `whole_person`: a call given to somebody who
    could carry several texts, for each beyond the first. `no_rest`: right after a conversation,
    falling to nothing in `rested_after` minutes. `hour_helped`: for each hour of helping lately.
    `unanswered`: for somebody who never reacts to offers, in proportion. `again_after` seconds:
    how long somebody is let be after an offer ran out on them; twice as long after each further
    one in a row, and `again_at_most` (`helpline.matching.away_until`).

    Shift: `overrun` points where the time on ends now, falling to nothing where `text_length` or
    `voice_length` minutes are left.

    Order: what help is worth at once, by urgency (`worth_1` ..), and in how many minutes of
    waiting it fades (`fades_1` ..): see `helpline.matching.priority`.
    """

    second_language: float = 20
    third_language: float = 35
    further_language: float = 45
    fluent: float = 5
    working: float = 20
    other_form: float = 0.5
    voice_level: float = 3
    scarcity: float = 15
    missed_for: float = 40
    topic_untrained: float = 3
    continuity: float = 30
    night: float = 2
    night_from: float = 23
    night_until: float = 7
    one_more: float = 1
    breaks_into_free: float = 0.5
    whole_person: float = 1
    no_rest: float = 1
    rested_after: float = 60
    hour_helped: float = 0.1
    unanswered: float = 2
    again_after: float = 30
    again_at_most: float = 300
    overrun: float = 2
    text_length: float = 25
    voice_length: float = 15
    worth_1: float = 8
    worth_2: float = 4
    worth_3: float = 2
    worth_4: float = 1
    fades_1: float = 5
    fades_2: float = 15
    fades_3: float = 45
    fades_4: float = 240

    def to_data(self) -> dict[str, float]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Parameters":
        """From what `to_data` gave or a page sent; what is left out has its default.

        Raises:
            BadParameter: a name nobody knows, or a figure that is none or out of range.
        """
        for name, figure in data.items():
            known = _BY_NAME.get(name)
            if known is None:
                raise BadParameter(name, "unknown")
            if isinstance(figure, bool) or not isinstance(figure, int | float):
                raise BadParameter(name, "a number")
            if not isfinite(figure) or not known.low <= figure <= known.high:
                raise BadParameter(name, f"{known.low:g} to {known.high:g} {known.unit}")
        return cls(**{name: float(figure) for name, figure in data.items()})  # type: ignore[arg-type]
