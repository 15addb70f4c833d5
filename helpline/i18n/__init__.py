"""The words in every language: which there are, what they say, how they write hours and numbers.

Knows no Flask, so that the worker says things as the pages do. `helpline.web.language` wires it
into requests and templates. The English sentence is the key (gettext); `%(name)s` is a fact in it.
"""

from helpline.i18n.catalogues import N_, catalogue, gettext, ngettext, npgettext, pgettext
from helpline.i18n.formats import (
    clock,
    day,
    duration,
    exact,
    language_name,
    listed,
    number,
    offset,
    place,
    relative,
    soon,
    when,
)
from helpline.i18n.languages import LANGUAGES, Language, closest, negotiate, offered

__all__ = [
    "LANGUAGES",
    "N_",
    "Language",
    "catalogue",
    "clock",
    "closest",
    "day",
    "duration",
    "exact",
    "gettext",
    "language_name",
    "listed",
    "negotiate",
    "ngettext",
    "npgettext",
    "number",
    "offered",
    "offset",
    "pgettext",
    "place",
    "relative",
    "soon",
    "when",
]
