"""The words of the figures of matching: what each means, in what it is counted, where it belongs.

A point is one hundredth of the worth of a conversation with a native speaker.
"""

from collections.abc import Mapping

from helpline.web.language import LazyText
from helpline.web.language import lazy_gettext as _l

GROUP: Mapping[str, tuple[LazyText, LazyText]] = {
    "language": (
        _l("Language"),
        _l("What it costs to talk in less than one’s first language with a native speaker."),
    ),
    "people": (_l("People"), _l("Who fits whom, and who is kept for others.")),
    "load": (_l("Load and rest"), _l("So that the work is shared fairly.")),
    "shift": (_l("End of a shift"), _l("So that nobody has to stay on.")),
    "order": (
        _l("Who comes first"),
        _l("The worth of help at once, and how fast waiting wears it away, by urgency."),
    ),
    "offers": (
        _l("Offers"),
        _l("How many are asked at once, how long they may look, and what follows."),
    ),
}
"""Heading, and what the figures below it do."""

UNIT: Mapping[str, LazyText] = {
    "points": _l("points"),
    "level": _l("level"),
    "hour": _l("o’clock"),
    "minutes": _l("minutes"),
    "seconds": _l("seconds"),
    "people": _l("people"),
    "worth": _l("worth"),
    "share": _l("share"),
}

MEANING: Mapping[str, LazyText] = {
    "second_language": _l("In the second language they accept"),
    "third_language": _l("In the third language they accept"),
    "further_language": _l("In a language further down their list"),
    "fluent": _l("Somebody fluent instead of native"),
    "working": _l("Somebody at working level instead of native"),
    "other_form": _l("Another country’s or script’s form of the language"),
    "voice_level": _l("The least level for a call: 2 working, 3 fluent, 4 native"),
    "scarcity": _l("Taking the last free speaker of what is asked for at this hour"),
    "missed_for": _l("Somebody taken is missed by others for about"),
    "topic_untrained": _l("Somebody not trained for the topic"),
    "continuity": _l("Taken off for the counsellor they talked with before"),
    "night": _l("A counsellor for whom it is night"),
    "night_from": _l("Night begins at their place"),
    "night_until": _l("Night ends at their place"),
    "one_more": _l("For each conversation carried already"),
    "breaks_into_free": _l("A text for somebody wholly free who also takes calls"),
    "whole_person": _l("A call for somebody who could carry several texts, for each beyond one"),
    "no_rest": _l("Right after a conversation"),
    "rested_after": _l("Rested after"),
    "hour_helped": _l("For each hour of helping in the last four weeks"),
    "unanswered": _l("Somebody who never reacts to offers"),
    "again_after": _l("Who did not react is let be for, doubled each further time"),
    "again_at_most": _l("And for at most"),
    "overrun": _l("Their shift ends now"),
    "text_length": _l("A conversation by text takes about"),
    "voice_length": _l("A call takes about"),
    "worth_1": _l("Worth of help, imminent"),
    "worth_2": _l("Worth of help, high"),
    "worth_3": _l("Worth of help, concern"),
    "worth_4": _l("Worth of help, usual"),
    "fades_1": _l("Fades in, imminent"),
    "fades_2": _l("Fades in, high"),
    "fades_3": _l("Fades in, concern"),
    "fades_4": _l("Fades in, usual"),
    "text_stands_1": _l("An offer stands, imminent"),
    "text_stands_2": _l("An offer stands, high"),
    "text_stands_3": _l("An offer stands, concern"),
    "text_stands_4": _l("An offer stands, usual"),
    "voice_stands_1": _l("A call rings, imminent"),
    "voice_stands_2": _l("A call rings, high"),
    "voice_stands_3": _l("A call rings, concern"),
    "voice_stands_4": _l("A call rings, usual"),
    "at_once_1": _l("Asked at once, imminent"),
    "at_once_2": _l("Asked at once, high"),
    "at_once_3": _l("Asked at once, concern"),
    "at_once_4": _l("Asked at once, usual"),
    "voice_at_once": _l("Asked at once about a call, at least"),
    "not_again": _l("Who said no is not asked about the same case again for"),
    "team_first": _l("A case that comes back is shown to its team first for"),
}


def meaning(name: str) -> str:
    """What a figure means; a new one stands under its own name until it has words."""
    found = MEANING.get(name)
    return str(found) if found else name.replace("_", " ")


def unit(name: str) -> str:
    found = UNIT.get(name)
    return str(found) if found else name
