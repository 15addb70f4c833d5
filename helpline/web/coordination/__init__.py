"""`/coordination`: who waits and who is on, giving cases to people, review, settings."""

from flask import Flask

from helpline.web.coordination import (
    board,
    care,
    care_settings,
    case,
    languages,
    lowering,
    matching,
    review,
    settings,
    teams,
    waits,
    words,
)
from helpline.web.coordination.frame import bp

__all__ = ["bp", "init_app"]

VIEWS = (
    board,
    care,
    care_settings,
    case,
    languages,
    lowering,
    matching,
    review,
    settings,
    teams,
    waits,
)
"""Each adds its views to `bp`."""


def init_app(app: Flask) -> None:
    words.register()
    app.register_blueprint(bp)
