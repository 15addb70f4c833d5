"""The 304 that an open desk hears nearly every time it asks, before the house is opened for it.

One statement tells who asks and how often what they watch has changed, as of this moment: a
sign-out, a role taken away or a lock counts at the very next poll. Only "nothing new" to somebody
who may look is said here. Everything else goes on to the view as if it had come there first: who
is signed out, may not look, reads in another language, or has something new to see.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import bindparam, literal
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Request

from helpline import i18n, pulse
from helpline.db import one_statement
from helpline.people import sessions
from helpline.runtime import Runtime
from helpline.web import auth, cookies, live, matrix
from helpline.web.desk.live import PATH, digest, topics
from helpline.web.matrix import Verdict

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Wsgi = Callable[[dict[str, Any], "StartResponse"], Iterable[bytes]]
_DOOR = ("desk.fragments", "GET")
_ASKED = frozenset({"case", "poll"})  # by more than this in its address it is no usual poll
_HEADERS = [("Cache-Control", "no-store")]
_WHO = sessions.WHO.selected_columns
_WHO_AND_WHAT = sessions.WHO.add_columns(
    pulse.counted(literal("desk:") + _WHO.person_id).label("own"),
    pulse.counted(literal("desk:waiting")).label("line"),
    pulse.counted(bindparam("case_topic")).label("case"),
)


def init_app(app: Flask) -> None:
    """Stand before the application."""
    app.wsgi_app = _Unchanged(app, app.wsgi_app).answer  # type: ignore[method-assign]  # the documented way


class _Unchanged:
    def __init__(self, app: Flask, beyond: Wsgi) -> None:
        self._runtime: Runtime = app.extensions["helpline"]
        self._engine, self._beyond = one_statement(app), beyond
        with app.app_context():
            self._cookie = cookies.name(auth.COOKIE)

    def answer(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH and (tag := self._same(Request(environ))):
            start_response("304 NOT MODIFIED", [("ETag", f'"{tag}"'), *_HEADERS])
            return ()
        return self._beyond(environ, start_response)

    def _same(self, request: Request) -> str | None:
        """The tag that the page has and would get again; None when the view must answer."""
        token = request.cookies.get(self._cookie)
        usual = request.headers.get(auth.POLL) == "1" and not request.args.keys() - _ASKED
        if token is None or request.method != "GET" or not usual:
            return None
        tag = self._tag(token, request.args.get("case") or None, self._runtime.now())
        return tag if tag and request.if_none_match.contains(tag) else None

    def _tag(self, token: str, case_id: str | None, now: datetime) -> str | None:
        """What the view would say; None for somebody it would not answer."""
        asked = {**sessions.asked(token, now), "case_topic": f"case:{(case_id or '')[:40]}"}
        try:
            with self._engine.connect() as connection:
                found = connection.execute(_WHO_AND_WHAT, asked).first()
        except DBAPIError:
            return None
        who = sessions.told(found)
        if found is None or who is None:
            return None
        if matrix.verdict(matrix.row(*_DOOR), who) is not Verdict.OPEN:
            return None
        counted = (found.own, found.line, found.case)
        seen = zip(topics(who.person_id, case_id), counted, strict=False)
        language = i18n.closest(who.language)
        return language and live.tag_in(language, digest(who, {t: n or 0 for t, n in seen}, now))
