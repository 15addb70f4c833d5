"""The developers' page: every component once, drawn with the product's own frame and style.

`/dev/components` (`?frame=public` in the frame of people asking). Not there in real service.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Flask, abort, current_app, render_template, request

bp = Blueprint("components", __name__)

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
"""The examples' own clock, so that the page never changes."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One link of a row of tabs; what `staff_tabs()` gives too. No `count`, no number."""

    href: str
    words: str
    count: int | None = None
    current: bool = False


TABS = (Tab("#main", "Desk", None, True), Tab("#c1", "Rota", 2), Tab("#c2", "People"))


@bp.get("/dev/components")
def page() -> str:
    """All components; a 404 outside debugging and demonstrations."""
    runtime = current_app.extensions.get("helpline")
    if not (current_app.debug or getattr(runtime, "demonstration", False)):
        abort(404)
    return render_template(
        "components.html",
        frame="base_public.html" if request.args.get("frame") == "public" else "base_staff.html",
        now=NOON,
        ago=lambda minutes: NOON - timedelta(minutes=minutes),
        zone="Asia/Kuala_Lumpur",
        example_tabs=TABS,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
