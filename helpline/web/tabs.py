"""The tabs of the staff frame: each part of the house that is open to whoever is signed in."""

from collections.abc import Sequence

from flask import Flask, current_app, request, url_for

from helpline.web import auth, matrix
from helpline.web.components import Tab
from helpline.web.language import lazy_gettext as _l
from helpline.web.matrix import Verdict

_PARTS = (
    ("desk.mine", _l("Desk")),
    ("coordination.board", _l("Coordination")),
    ("coordination.reviews", _l("Review")),
    ("coordination.settings", _l("Settings")),
    ("account.staff", _l("Staff")),
)
"""The first page of each part, and its name."""


def staff_tabs() -> Sequence[Tab]:
    """What the signed-in person may go to; nothing for people who are not signed in."""
    who = auth.signed_in()
    if who is None:
        return []
    return [
        Tab(url_for(endpoint), str(words), None, current=_is_here(endpoint))
        for endpoint, words in _PARTS
        if endpoint in current_app.view_functions
        and matrix.verdict(matrix.row(endpoint, "GET"), who) is Verdict.OPEN
    ]


def _is_here(endpoint: str) -> bool:
    """Of several parts in whose addresses the page lies, the one with the longest address."""
    around = [
        first
        for part, _words in _PARTS
        if part in current_app.view_functions
        and f"{request.path}/".startswith(f"{(first := url_for(part))}/")
    ]
    return url_for(endpoint) == max(around, key=len, default="")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["staff_tabs"] = staff_tabs
