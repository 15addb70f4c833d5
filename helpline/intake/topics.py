"""What somebody may say it is about: few, plain, never a diagnosis. Pure."""

from collections.abc import Mapping

from helpline.i18n import N_, gettext

TOPICS: Mapping[str, str] = {
    "worry": N_("fear, worry"),
    "alone": N_("being alone"),
    "home": N_("home, family"),
    "loss": N_("illness, loss"),
    "work": N_("work, money"),
    "other": N_("something else"),
}
_CODES = tuple(TOPICS)


def topic_of(digit: int | None) -> str | None:
    """The topic a digit stands for; None for any other digit.

    >>> topic_of(1), topic_of(7), topic_of(None)
    ('worry', None, None)
    """
    return _CODES[digit - 1] if digit is not None and 1 <= digit <= len(_CODES) else None


def topic_menu(language: str) -> str:
    """The topics as they stand in a text.

    >>> topic_menu("en")[:24]
    '1 fear, worry 2 being al'
    """
    _ = gettext(language)
    return " ".join(f"{number} {_(words)}" for number, words in enumerate(TOPICS.values(), start=1))
