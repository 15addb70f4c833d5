"""`/`, `/privacy` and the clock that people leave to."""

from flask import render_template
from flask.typing import ResponseReturnValue

from helpline.runtime import runtime
from helpline.web.public import bp, known, visiting

CITIES = (
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kuala_Lumpur",
    "Asia/Kolkata",
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
    "America/Mexico_City",
    "America/Los_Angeles",
)


@bp.before_request
def _know() -> None:
    """Keep what is known about the line fresh; a broken database changes nothing."""
    known.refresh()


@bp.get("/")
def front() -> ResponseReturnValue:
    """What this is, and one obvious next step."""
    return render_template(
        "public/front.html",
        facts=known.facts(),
        texts_are_open=texts_are_open(),
        comes_back=visiting.token() is not None,
    )


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What we keep, how long, who reads it, and what nobody can promise."""
    return render_template("public/privacy.html")


@bp.get("/clock")
def clock() -> ResponseReturnValue:
    """A plain page that says nothing of us: where "Leave this page" ends."""
    return render_template("public/clock.html", cities=CITIES, now=runtime().now())


def texts_are_open() -> bool:
    """Whether this instance can send and get texts."""
    return runtime().texts is not None
