"""For machines: whether the process lives, and whether it can do its work."""

from flask import Blueprint, Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpline.db import read

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The process answers and reaches its database."""
    try:
        read().execute(text("SELECT 1 FROM setting LIMIT 1"))
    except DBAPIError:
        return jsonify(ready=False, why="the database does not answer, or is not migrated"), 503
    return jsonify(ready=True)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
