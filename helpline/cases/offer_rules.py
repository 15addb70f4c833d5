"""How offers are made: how long one stands, to how many at once, who is let be afterwards.

Figures that coordinators may change, beside those of `helpline.matching.Parameters`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from math import isfinite

from helpline.matching import VOICE, BadParameter, Parameter

SETTING = "offers"

# name, default, lowest, highest, unit, group
OFFER_FIGURES: tuple[Parameter, ...] = (
    Parameter("text_stands_1", 60, 15, 3600, "seconds", "offers"),
    Parameter("text_stands_2", 90, 15, 3600, "seconds", "offers"),
    Parameter("text_stands_3", 180, 15, 3600, "seconds", "offers"),
    Parameter("text_stands_4", 300, 15, 3600, "seconds", "offers"),
    Parameter("voice_stands_1", 20, 5, 300, "seconds", "offers"),
    Parameter("voice_stands_2", 20, 5, 300, "seconds", "offers"),
    Parameter("voice_stands_3", 25, 5, 300, "seconds", "offers"),
    Parameter("voice_stands_4", 30, 5, 300, "seconds", "offers"),
    Parameter("at_once_1", 3, 1, 10, "people", "offers"),
    Parameter("at_once_2", 2, 1, 10, "people", "offers"),
    Parameter("at_once_3", 1, 1, 10, "people", "offers"),
    Parameter("at_once_4", 1, 1, 10, "people", "offers"),
    Parameter("voice_at_once", 2, 1, 10, "people", "offers"),
    Parameter("not_again", 15, 1, 240, "minutes", "offers"),
    Parameter("team_first", 10, 0, 1440, "minutes", "offers"),
)
_BY_NAME = {each.name: each for each in OFFER_FIGURES}


@dataclass(frozen=True)
class OfferRules:
    """Every figure of offering.

    `text_stands_1` ..: seconds that an offer stands, by urgency; `voice_stands_1` ..: of a call.
    `at_once_1` ..: how many look at it at once, by urgency, and `voice_at_once` at least of a call.
    (Measured: asking the three best for the most urgent and two for the next pays; more costs
    everybody interruptions.) `not_again`: minutes for which who declined a case, or let its offer
    lapse, is not asked about it again.
    `team_first`: minutes for which a case that comes back is shown to the team that had it only,
    while somebody of the team could take it; never at urgency 1.
    """

    text_stands_1: float = 60
    text_stands_2: float = 90
    text_stands_3: float = 180
    text_stands_4: float = 300
    voice_stands_1: float = 20
    voice_stands_2: float = 20
    voice_stands_3: float = 25
    voice_stands_4: float = 30
    at_once_1: float = 3
    at_once_2: float = 2
    at_once_3: float = 1
    at_once_4: float = 1
    voice_at_once: float = 2
    not_again: float = 15
    team_first: float = 10

    def stands_for(self, urgency: int, channel: str) -> timedelta:
        """How long somebody may look at an offer.

        >>> OfferRules().stands_for(2, "text")
        datetime.timedelta(seconds=90)
        """
        of_text = (self.text_stands_1, self.text_stands_2, self.text_stands_3, self.text_stands_4)
        of_voice = (
            self.voice_stands_1,
            self.voice_stands_2,
            self.voice_stands_3,
            self.voice_stands_4,
        )
        stands = of_voice if channel == VOICE else of_text
        return timedelta(seconds=stands[urgency - 1])

    def at_once(self, urgency: int, channel: str) -> int:
        """How many look at it at once.

        >>> [OfferRules().at_once(urgency, "text") for urgency in (1, 2, 3, 4)]
        [3, 2, 1, 1]
        >>> OfferRules().at_once(4, "voice")
        2
        """
        by_urgency = (self.at_once_1, self.at_once_2, self.at_once_3, self.at_once_4)
        wanted = by_urgency[urgency - 1]
        return round(max(wanted, self.voice_at_once) if channel == VOICE else wanted)

    def to_data(self) -> dict[str, float]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "OfferRules":
        """From what `to_data` gave or a page sent; what is left out has its default.

        Raises:
            BadParameter: a name nobody knows, or a figure that is none or out of range.
        """
        for name, figure in data.items():
            known = _BY_NAME.get(name)
            if known is None:
                raise BadParameter(name, "unknown")
            if not fits(known, figure):
                raise BadParameter(name, f"{known.low:g} to {known.high:g} {known.unit}")
        return cls(**{name: float(figure) for name, figure in data.items()})  # type: ignore[arg-type]


def fits(known: Parameter, figure: object) -> bool:
    """Whether it is a figure and in its range."""
    if isinstance(figure, bool) or not isinstance(figure, int | float):
        return False
    return isfinite(figure) and known.low <= figure <= known.high


def readable(kept: Mapping[str, object], figures: Iterable[Parameter]) -> dict[str, object]:
    """Of what was kept, what still means something: another version of the program may have had
    other figures, and routing goes on with the defaults instead of standing still."""
    return {
        each.name: kept[each.name]
        for each in figures
        if each.name in kept and fits(each, kept[each.name])
    }
