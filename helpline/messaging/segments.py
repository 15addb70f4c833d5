"""How many text messages a text costs, and where it is cut. Pure.

Source: 3GPP TS 23.038 (the GSM 7-bit alphabet, 6.2.1) and TS 23.040 (concatenation, 9.2.3.24.1).
"""

from collections.abc import Sequence
from typing import NamedTuple

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPED = frozenset("^{}\\[~]|€\f")  # an escape and a character: two septets


class Cost(NamedTuple):
    """What a text will be billed as: the alphabet, its length in that alphabet, the messages."""

    alphabet: str
    units: int
    segments: int


class _Measured(NamedTuple):
    """A text in its alphabet: the width of each character, the room in one and in each of many."""

    alphabet: str
    widths: Sequence[int]
    whole: int
    part: int


def cost(text: str) -> Cost:
    """Price a text without sending it.

    Units are septets in GSM-7 (160 to a message, 153 once split) and UTF-16 code units in UCS-2
    (70, 67 once split). One Burmese or Chinese character, or one curly quote, moves the whole text
    to UCS-2: nothing is ever replaced with "?" to save money.

    >>> cost("We heard you.")
    Cost(alphabet='GSM-7', units=13, segments=1)
    >>> cost("我们听到了")
    Cost(alphabet='UCS-2', units=5, segments=1)
    """
    measured = _measure(text)
    return Cost(measured.alphabet, sum(measured.widths), len(_cuts(measured)))


def parts(text: str) -> list[str]:
    """The text as the network will cut it; joined again they are the text, unchanged.

    >>> [len(part) for part in parts("a" * 161)]
    [153, 8]
    >>> parts("")
    ['']
    """
    cuts = _cuts(_measure(text))
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def is_gsm7(text: str) -> bool:
    """Whether every character is in the cheap alphabet.

    >>> is_gsm7("¿Mañana?"), is_gsm7("it’s")
    (True, False)
    """
    return all(char in GSM7 or char in GSM7_ESCAPED for char in text)


def _measure(text: str) -> _Measured:
    if is_gsm7(text):
        return _Measured("GSM-7", [2 if char in GSM7_ESCAPED else 1 for char in text], 160, 153)
    return _Measured("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


def _cuts(measured: _Measured) -> list[int]:
    """Where each message begins; a two-unit character is never cut in two."""
    cuts, left = [0], measured.part
    if sum(measured.widths) <= measured.whole:
        return cuts
    for place, width in enumerate(measured.widths):
        if width > left:
            cuts.append(place)
            left = measured.part
        left -= width
    return cuts
