"""This instance: its lines, whether it is a demonstration, and what coordinators may set."""

import enum
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.crisis import CrisisLine
from scheduling.base import Base, Id


class Review(enum.StrEnum):
    """Which new cases a reviewer reads before they are offered."""

    ALL = "all"
    FLAGGED = "flagged"
    NONE = "none"


class Line(Base):
    """A number people text, with its languages and the rules for what comes in there."""

    __tablename__ = "line"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(20), default="")  # public, E.164; "": web only
    languages: Mapped[str] = mapped_column(Text, default="en,ms,zh-Hans")  # offered to seekers
    review: Mapped[Review] = mapped_column(default=Review.FLAGGED)
    zone: Mapped[str] = mapped_column(String(40), default="UTC")
    # How many parts its carrier takes: a long code 1, a toll-free number 3, a short code 100.
    parts_per_second: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Setting(Base):
    """One thing that coordinators or admins may set while the service runs; JSON."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def setting(session: Session, name: str, default: Any) -> Any:
    """What was set under `name`, else `default` (see `DEFAULTS` for what there is)."""
    found = session.get(Setting, name)
    return default if found is None else json.loads(found.value)


def set_setting(session: Session, name: str, value: Any) -> None:
    found = session.get(Setting, name)
    if found is None:
        session.add(Setting(name=name, value=json.dumps(value)))
    else:
        found.value = json.dumps(value)


def is_demonstration(session: Session) -> bool:
    return bool(setting(session, "demonstration", default=False))


@dataclass(frozen=True, slots=True)
class TextRules:
    """What bounds outgoing texts: parts a day and a month, and where texts may go.

    reserve: the share of each budget that only human replies may use.
    quiet_from, quiet_until: wall hours at the person's place when nothing automatic is sent.
    countries: ISO regions that a number typed on the web may belong to.
    """

    daily_parts: int = 20_000
    monthly_parts: int = 300_000
    reserve: float = 0.2
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    countries: Sequence[str] = ("CN", "MY", "MM", "PH", "IN", "JP", "MX", "SG", "HK", "TW", "US")


def text_rules(session: Session) -> TextRules:
    """The rules in force; what was never set keeps its default."""
    kept = setting(session, "text_rules", default={})
    for name in ("quiet_from", "quiet_until"):
        if name in kept:
            kept[name] = time.fromisoformat(kept[name])
    return TextRules(**kept)


def set_text_rules(session: Session, rules: TextRules) -> None:
    """From now on these; texts that wait are judged by them when they leave."""
    kept = asdict(rules) | {
        "quiet_from": f"{rules.quiet_from:%H:%M}",
        "quiet_until": f"{rules.quiet_until:%H:%M}",
        "countries": list(rules.countries),
    }
    set_setting(session, "text_rules", kept)


def crisis_lines(session: Session) -> list[CrisisLine]:
    """What coordinators entered, verified or not; `crisis.shown` says which may be seen."""
    return [
        CrisisLine(
            name=one["name"],
            number=one["number"],
            country=one.get("country", ""),
            languages=tuple(one.get("languages", ())),
            hours=one.get("hours", ""),
            source=one.get("source", ""),
            verified_on=date.fromisoformat(one["verified_on"]) if one.get("verified_on") else None,
            verified_by=one.get("verified_by", ""),
        )
        for one in setting(session, "crisis_lines", [])
    ]


def set_crisis_lines(session: Session, lines: Sequence[CrisisLine]) -> None:
    kept = [
        asdict(line) | {"verified_on": line.verified_on.isoformat() if line.verified_on else ""}
        for line in lines
    ]
    set_setting(session, "crisis_lines", kept)


def first_line(session: Session) -> Line | None:
    """The line that the web form belongs to: the oldest."""
    found: Line | None = session.scalar(select(Line).order_by(Line.created_at, Line.id).limit(1))
    return found
