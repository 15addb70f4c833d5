"""Every calendar that a test sees is left in a folder, to be judged by programs from outside."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "test-results" / "calendars"


def kept(name: str, content: bytes) -> bytes:
    """Leave a calendar (or the mail around one: `name` ends in .eml) in the folder; gives it back.

    A calendar without any event is left out: it is right, but programs call it incomplete.
    """
    if b"BEGIN:VEVENT" in content or name.endswith(".eml"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / re.sub(r"[^\w.-]+", "-", name)).write_bytes(content)
    return content
