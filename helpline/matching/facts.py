"""What matching is told, and the names of what it decides. Ids are opaque, moments aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Speaks(IntEnum):
    """How well; helping needs at least WORKING."""

    BASIC = 1
    WORKING = 2
    FLUENT = 3
    NATIVE = 4


class Rung(StrEnum):
    """Who is asked, in this order: those on shift, then who leads it, then who stands in.

    Coordinators come last; they are told, not asked (`helpline.cases.escalation`).
    """

    MATCH = "match"
    LEAD = "lead"
    STAND_IN = "stand_in"


class Excluded(StrEnum):
    """Why somebody who is on is not asked about a case. The lasting reasons come first."""

    LANGUAGE = "language"  # does not speak any wanted one well enough
    CHANNEL = "channel"  # does not take voice (or text)
    TOPIC_OFF = "topic_off"  # takes no conversations on this topic; no reason is asked
    GENDER = "gender"  # the person wished for somebody else
    AGE = "age"
    CLEARANCE = "clearance"  # lacks a clearance the case needs
    TEAM = "team"  # the case belongs to another team
    SPARED = "spared"  # had enough heavy conversations in this shift; this one is likely to be
    PAUSED = "paused"
    COOLING = "cooling"  # rests after a heavy conversation
    ON_VOICE = "on_voice"  # talks with somebody
    AT_CAPACITY = "at_capacity"
    NOT_FREE_FOR_VOICE = "not_free_for_voice"  # a call takes the whole person; they carry others
    LAPSED = "lapsed"  # let an offer lapse a moment ago: perhaps not there
    SHOWN = "shown"  # is looking at this very case
    OFFERED_ANOTHER = "offered_another"
    SAID_NO = "said_no"  # declined, ignored or passed on this case
    ENDED_ABUSE = "ended_abuse"  # ended an abusive conversation with this person
    NOT_YET = "not_yet"  # outside the person's safe hours, or before the moment promised to them
    CHOSEN_FOR_ANOTHER = "chosen_for_another"  # in this same pass


class SafeHours(NamedTuple):
    """When somebody may be reached, in wall time of their zone; `until` before `start`: overnight.

    Equal ends: at any hour.
    """

    start: time
    until: time
    zone: str


VOICE = "voice"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in line.

    languages: BCP-47, most wanted first: the first is the person's own, the others are only those
    they accepted. urgency: 1 imminent to 4 none. wanted: how many more may be asked at once.
    said_no, shown_to, abused: ids of counsellors; `abused` are never asked. prefers: an earlier
    counsellor, where they wish the same again. topic: "" unknown. gender_wish: "", "woman", "man".
    age_wish: "", "under30", "30to59", "60plus". needs: clearances ("youth", "crisis"). team_id:
    only that team. hours: when they may be reached, None: always. not_before: a promised moment.
    """

    case_id: str
    languages: tuple[str, ...]
    urgency: int
    since: datetime
    wanted: int = 1
    said_no: frozenset[str] = frozenset()
    shown_to: frozenset[str] = frozenset()
    abused: frozenset[str] = frozenset()
    prefers: str | None = None
    channel: str = TEXT
    topic: str = ""
    gender_wish: str = ""
    age_wish: str = ""
    needs: frozenset[str] = frozenset()
    team_id: str | None = None
    hours: SafeHours | None = None
    not_before: datetime | None = None


_TEXT_ONLY = frozenset({TEXT})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is on.

    speaks: BCP-47 tags with levels. load, load_cap: conversations. is_offered: looks at an offer.
    on_voice: talks with somebody. rested_since: when they last took or closed a conversation,
    None: not today. lapsed_until: an offer ran out on them; they are taken to be away until then.
    cooling: rests after a heavy conversation. spared: had enough of those in this shift.
    channels: what they take. topics_off: what they do not take. clearances: what they are cleared
    or trained for. gender, age_band: as in the wishes of `Waiting`, "" untold. zone: IANA, theirs.
    until: the end of their unbroken time on, None unknown. hours_helped: hours of helping lately,
    for fairness. answers: the share of offers they react to, 0 to 1.
    """

    person_id: str
    speaks: Mapping[str, Speaks]
    load: int = 0
    load_cap: int = 3
    paused: bool = False
    is_offered: bool = False
    on_voice: bool = False
    rested_since: datetime | None = None
    lapsed_until: datetime | None = None
    cooling: bool = False
    spared: bool = False
    rung: Rung = Rung.MATCH
    channels: frozenset[str] = _TEXT_ONLY
    topics_off: frozenset[str] = frozenset()
    clearances: frozenset[str] = frozenset()
    gender: str = ""
    age_band: str = ""
    team_ids: frozenset[str] = frozenset()
    zone: str = "UTC"
    until: datetime | None = None
    hours_helped: float = 0.0
    answers: float = 1.0


class Chosen(NamedTuple):
    person_id: str
    rung: Rung
