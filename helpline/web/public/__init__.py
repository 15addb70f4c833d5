"""The doors of people asking: the first page, the form, the conversation, the way back and out.

No page needs a script. `/`, the form and `/crisis` answer with the database gone.
"""

from flask import Blueprint, Flask

bp = Blueprint("public", __name__)


def init_app(app: Flask) -> None:
    from helpline.web.public import (  # noqa: F401  # importing them adds their views
        ask,
        changing,
        crisis,
        first,
        leaving,
        returning,
        talk,
        ways,
        words,
    )

    words.register()
    crisis.init_app(app)
    app.register_blueprint(bp)
