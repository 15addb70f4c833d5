"""`/feeds/<token>.ics`: a person's hours for their calendar program. The address is the key.

No session, no cookie, no page around it (`machines`). A token that opens nothing, whatever the
reason, is a 404 after the same one statement. What holds still is a 304 that writes nothing.
"""

from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, request
from werkzeug.http import is_resource_modified

from helpline import feeds
from helpline.db import read, transaction
from helpline.feeds import Glance
from helpline.runtime import runtime

bp = Blueprint("feeds", __name__)
TYPE = "text/calendar; charset=utf-8"
# A shared cache keeps nothing; the person's own program asks before it shows what it has.
CACHING = "private, no-cache"


@bp.get("/feeds/<token>.ics")
def feed(token: str) -> Response:
    """The coming 90 days of hours that a link shows."""
    now = runtime().now()
    client = feeds.client_of(request.headers.get("User-Agent", ""))
    found = feeds.glance(read().connection(), token, client=client, now=now)
    if found is None:
        return Response("There is nothing at this address.\n", 404, mimetype="text/plain")
    if found.etag and not _is_new(found):
        if found.is_long_ago:
            with transaction() as session:
                feeds.note_read(session, found.link_id, client=client, now=now)
        return _headed(Response(status=304), found.etag, found.changed_at or now)
    with transaction() as session:
        served = feeds.read(session, found.link_id, client=client, now=now)
    whole = _headed(Response(served.content, content_type=TYPE), served.etag, served.changed_at)
    whole.make_conditional(request)
    return whole


def _is_new(found: Glance) -> bool:
    """Whether the program has another version than the one that still holds."""
    return is_resource_modified(
        request.environ, found.etag, last_modified=_to_the_second(found.changed_at)
    )


def _headed(response: Response, etag: str, changed_at: datetime) -> Response:
    response.set_etag(etag)
    response.last_modified = changed_at
    response.headers["Cache-Control"] = CACHING
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _to_the_second(at: datetime | None) -> datetime | None:
    """HTTP knows whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0) if at else None


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
