"""For machines: whether the process lives, whether it can do its work, and how much there is."""

from flask import Blueprint, Flask, Response, abort, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpline import migration
from helpline.db import read
from helpline.runtime import runtime
from helpline.web.metrics import may_look, metrics

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The process answers, reaches its database, and finds it in the shape it expects."""
    try:
        read().execute(text("SELECT 1 FROM setting LIMIT 1"))
        is_current = migration.is_current(read().connection())
    except DBAPIError:
        return jsonify(ready=False, why="the database does not answer, or is not migrated"), 503
    if not is_current:
        why = "the database is not at this version's shape: run helpline migrate"
        return jsonify(ready=False, why=why), 503
    return jsonify(ready=True)


@bp.get("/metrics")
def numbers() -> ResponseReturnValue:
    """How much waits and how long, for Prometheus on this machine; elsewhere it is not there."""
    if not may_look():
        abort(404)
    try:
        return Response(metrics(read(), runtime().now()), content_type=CONTENT_TYPE_LATEST)
    except DBAPIError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
