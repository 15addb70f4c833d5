"""Who texts: somebody we know, or somebody new; and keeping what they write."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpline.cases import Case
from helpline.conversation import hear
from helpline.errors import CodeInMessage
from helpline.i18n import closest
from helpline.instance import Line, first_line
from helpline.intake.digits import read_digit
from helpline.intake.keywords import Keyword, meanings
from helpline.intake.language import guess, menu
from helpline.intake.texting.saying import tell
from helpline.messaging.inbound import InboundText
from helpline.people import ContactPoint, Person
from helpline.people.seekers import new_seeker


@dataclass(frozen=True, slots=True)
class Texter:
    """Who texts, from which number, on which line."""

    person: Person
    point: ContactPoint
    line: Line | None


def keep(session: Session, who: Texter, case: Case, text: InboundText, *, now: datetime) -> None:
    """Put the text into the conversation, unless it holds their return code."""
    try:
        hear(session, case, text.body, channel="text", now=now, inbound=text)
    except CodeInMessage:
        text.body = ""  # not even here: whoever may open it could come in with it
        tell(session, who.person, who.point, "code_refused", text.id, now=now, case=case)


def wants_human(words: str) -> bool:
    """Whether the whole text asks for a human: `0`, or the word for one in any language."""
    return read_digit(words) == 0 or Keyword.HUMAN in meanings(words)


def meet(session: Session, words: str, country: str, *, now: datetime) -> Person:
    """Somebody new, in the language their words and country tell, else the line's first."""
    line: Line | None = first_line(session)
    guessed = guess(words, country or None)
    offered = (line.languages if line else "en").split(",")
    return new_seeker(
        session,
        language=guessed.tag if guessed else _likely(country, offered),
        zone=line.zone if line else "UTC",
        zone_is_guess=True,
        now=now,
    )


def _likely(country: str, offered: list[str]) -> str:
    """The language to ask in while we do not know theirs: the country's, if the line offers it."""
    return next((item.tag for item in menu(country or None, offered)), closest("en") or "en")
