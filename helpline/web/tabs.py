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
    first = url_for(endpoint)
    return request.path == first or request.path.startswith(f"{first}/")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["staff_tabs"] = staff_tabs
