"""The ways on that somebody in line is offered by text, in a few words each. Pure.

A menu is one line of digits, as short as it can be: in an alphabet that leaves 67 letters to a part
it must still fit into two.
"""

from collections.abc import Mapping, Sequence

from helpline.i18n import LANGUAGES, N_, gettext

WAYS: Mapping[str, str] = {
    # --- in the menu, each after its digit ---
    "wait": N_("wait until %(when)s"),
    "language": N_("%(language)s now"),
    "hours": N_("name hours"),
    "message": N_("leave a message"),
    # --- what was chosen, said back ---
    "slot": N_("we write on %(when)s"),
    "hours_from": N_("%(start)s-%(end)s, first on %(when)s"),
    "hours_unknown": N_("%(start)s-%(end)s, no day known yet"),
    "any_hour": N_("any hour"),
    "text": N_("an answer by text"),
    "write": N_("write it here, we answer when we can"),
}


def way(name: str, language: str, facts: Mapping[str, str] | None = None) -> str:
    """One way on in a few words.

    >>> way("wait", "en", {"when": "Sat 18:00"})
    'wait until Sat 18:00'
    """
    return gettext(language)(WAYS[name], **(facts or {}))


def menu(ways: Sequence[str], language: str) -> str:
    """The ways on, each with its digit, from 1.

    Among words written from right to left each has its own line, or it would be read with the
    digit of the next.

    >>> menu(["name hours", "leave a message"], "en")
    '1 name hours 2 leave a message'
    """
    known = LANGUAGES.get(language)
    between = "\n" if known and known.direction == "rtl" else " "
    return between.join(f"{digit} {words}" for digit, words in enumerate(ways, start=1))
