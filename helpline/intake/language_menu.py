"""The language question's menu in pages that each fit into the text that asks it. Pure.

In an alphabet that leaves 67 letters to a part, ten names are one part too many: the likeliest of
the country come first, and a number leads to the others.
"""

from collections.abc import Collection, Sequence

from helpline.intake.digits import read_digit
from helpline.intake.language import MenuItem, menu, menu_line, paged
from helpline.messaging.segments import cost
from helpline.messaging.texts import TEXTS, render

Pages = tuple[tuple[MenuItem, ...], ...]
ASK = "ask_language"


def pages(region: str | None, served: Collection[str], language: str) -> Pages:
    """What is asked in `language`, of somebody whose number is of `region` (ISO 3166, or None).

    >>> len(pages("MY", {"en", "ms", "ta"}, "my"))
    1
    """
    return paged(menu(region, served), lambda some: _fits(some, language))


def items(found: Pages) -> list[MenuItem]:
    """What there is to answer, on whatever page."""
    return [item for page in found for item in page]


def page_after(found: Pages, text: str) -> tuple[MenuItem, ...] | None:
    """The page that somebody asks for who answers with a number for more; else None."""
    digit = read_digit(text)
    for number, page in enumerate(found[:-1], start=1):
        if page[-1].digit == digit:
            return found[number]
    return None


def _fits(some: Sequence[MenuItem], language: str) -> bool:
    said = render(ASK, language, {"menu": menu_line(some, language)})
    return cost(said).segments <= TEXTS[ASK].parts
