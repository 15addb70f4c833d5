"""Signing in and out, coming in by invitation, one's own page, and the list of colleagues."""

from flask import Blueprint, Flask

bp = Blueprint("account", __name__)


def init_app(app: Flask) -> None:
    from helpline.web.account import (  # noqa: F401  # adds views
        invitation,
        own,
        sign_in,
        staff,
        suiting,
        words,
    )

    words.register()
    app.register_blueprint(bp)
