"""Signing in and out, coming in by invitation, one's own page, and the list of colleagues."""

from flask import Blueprint, Flask

bp = Blueprint("account", __name__)


def init_app(app: Flask) -> None:
    from helpline.web.account import (  # adds views
        invitation,  # noqa: F401
        leave,  # noqa: F401
        own,  # noqa: F401
        own_phone,  # noqa: F401
        sign_in,  # noqa: F401
        staff,  # noqa: F401
        suiting,  # noqa: F401
        words,
    )

    words.register()
    app.register_blueprint(bp)
