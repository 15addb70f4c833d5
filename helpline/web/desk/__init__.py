"""The desk: one's own people, who waits, one conversation. Works without script; live with it."""

from flask import Flask

from helpline.web.desk import (
    calendars,
    care,
    closing,
    hours,
    live,
    page,
    passing,
    shift,
    taking,
    talking,
    unchanged,
    words,
)
from helpline.web.desk.frame import bp

__all__ = ["bp", "init_app"]

VIEWS = (calendars, care, closing, hours, live, page, passing, shift, taking, talking)
"""Each adds its views to `bp`."""


def init_app(app: Flask) -> None:
    words.register()
    app.register_blueprint(bp)
    unchanged.init_app(app)
