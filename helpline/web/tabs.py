"""The tabs of the staff frame: each part of the house that is open to whoever is signed in."""

from collections.abc import Sequence

from flask import Flask, current_app, request, url_for

from helpline.web import auth, matrix
from helpline.web.components import Tab
from helpline.web.language import lazy_gettext as _l
from helpline.web.matrix import Verdict

_PARTS = (
    ("desk.mine", _l("Desk")),
    ("coordination.reviews", _l("Review")),
    ("coordination.board", _l("Coordination")),
    ("coordination.settings", _l("Settings")),
    ("account.staff", _l("Staff")),
)
"""The first page of each part, and its name."""


def staff_tabs() -> Sequence[Tab]:
    """What the signed-in person may go to; nothing for people who are not signed in."""
    who = auth.signed_in()
    if who is None:
        return []
    parts = [
        (url_for(endpoint), str(words))
        for endpoint, words in _PARTS
        if endpoint in current_app.view_functions
        and matrix.verdict(matrix.row(endpoint, "GET"), who) is Verdict.OPEN
    ]
    here = max((first for first, _ in parts if _holds(first)), key=len, default="")
    return [Tab(first, words, None, current=first == here) for first, words in parts]


def _holds(first: str) -> bool:
    """Whether the page that is shown belongs to the part that begins there."""
    return request.path == first or request.path.startswith(f"{first}/")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["staff_tabs"] = staff_tabs
