"""What public pages say about this instance, known without asking the database for each page.

Read at most every half minute, and kept as a file, so that after a restart with the database gone
the first page still names the line's number, and the panel its crisis lines.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from helpline.crisis import CrisisLine
from helpline.db import read
from helpline.i18n import LANGUAGES
from helpline.instance import first_line, setting
from helpline.runtime import runtime
from helpline.web.public import crisis

EVERY = timedelta(seconds=30)
_PLACE = "helpline.public.known"
log = logging.getLogger("helpline.web")


@dataclass(frozen=True, slots=True)
class Facts:
    """number: the line's public number, "" when there is none. languages: that somebody answers in.

    crisis_lines: as coordinators entered them in the setting `crisis_lines`.
    """

    number: str = ""
    languages: Sequence[str] = ("en", "ms", "zh-Hans")
    zone: str = "UTC"
    crisis_lines: Sequence[CrisisLine] = ()


@dataclass(slots=True)
class _Kept:
    facts: Facts | None = None
    asked_at: datetime | None = None
    text: str = field(default="", repr=False)


def facts() -> Facts:
    """What is known, however old; never asks the database."""
    kept = _kept()
    if kept.facts is None:
        kept.text = _read_file()
        kept.facts = _facts(json.loads(kept.text)) if kept.text else Facts()
    return kept.facts


def refresh() -> None:
    """Look into the database again, if it is time and it is there."""
    kept, now = _kept(), runtime().now()
    facts()
    if kept.asked_at is not None and timedelta(0) <= now - kept.asked_at < EVERY:
        return
    kept.asked_at = now
    try:
        text = json.dumps(_look(), sort_keys=True)
    except SQLAlchemyError as error:
        log.warning("the line's facts could not be read: %s", type(error).__name__)
        return
    if text != kept.text or not _file().is_file():
        kept.facts, kept.text = _facts(json.loads(text)), text
        _keep(text)


def _look() -> Mapping[str, Any]:
    session = read()
    line = first_line(session)
    return {
        "number": line.number if line else "",
        "languages": [tag for tag in (line.languages.split(",") if line else []) if tag],
        "zone": line.zone if line else "UTC",
        "crisis_lines": setting(session, "crisis_lines", []),
    }


def _facts(found: Mapping[str, Any]) -> Facts:
    tags = [tag.strip() for tag in found["languages"] if tag.strip() in LANGUAGES]
    return Facts(
        number=found["number"],
        languages=tuple(tags) or Facts().languages,
        zone=found["zone"],
        crisis_lines=tuple(_crisis_line(one) for one in found["crisis_lines"]),
    )


def _crisis_line(one: Mapping[str, Any]) -> CrisisLine:
    verified = one.get("verified_on")
    return CrisisLine(
        name=one["name"],
        number=one["number"],
        country=one.get("country", ""),
        languages=tuple(one.get("languages", ())),
        hours=one.get("hours", ""),
        source=one.get("source", ""),
        verified_on=date.fromisoformat(verified) if verified else None,
        verified_by=one.get("verified_by", ""),
    )


def _keep(text: str) -> None:
    """A full disk, a read-only folder or a line that cannot be drawn takes no page away."""
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        fresh = _file().with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(_file())
        crisis.publish(current_app._get_current_object())  # type: ignore[attr-defined]  # the application behind the proxy, for a context of its own
    except Exception as error:  # the files of before stay, and /crisis is served from them
        log.warning("the published pages could not be written: %s", type(error).__name__)


def _read_file() -> str:
    try:
        return _file().read_text(encoding="utf-8")
    except OSError:
        return ""


def _file() -> Path:
    return Path(runtime().config.data_folder) / "published" / "facts.json"


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault(_PLACE, _Kept())
    return found
