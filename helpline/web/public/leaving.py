"""`/exit`: away at once, with nothing left behind Back.

A plain link, so that it works without script; it is the one address that changes something when it
is merely opened, and all it does is to close this browser's own visit. The script's part is to
replace the page in the history. What we cannot reach is the browser's history: pages say so.
"""

import logging

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from helpline.db import transaction
from helpline.people import visits
from helpline.web import cookies, csrf
from helpline.web.language import COOKIE as LANGUAGE
from helpline.web.public import bp, carried, visiting

log = logging.getLogger("helpline.web")


@bp.get("/exit")
def leave() -> ResponseReturnValue:
    """End the visit, empty this browser of us, and go to a page that says nothing."""
    sent = visiting.token()
    try:
        carried.leave()
        if sent is not None:
            with transaction() as session:
                visits.end(session, sent)
    except SQLAlchemyError as error:
        log.error("a visit could not be ended on the server: %s", type(error).__name__)
    answer = make_response(redirect(url_for("public.clock"), code=303))
    empty(answer)
    return answer


def empty(answer: Response) -> None:
    """Have the browser forget us: every cookie, and whatever it stored."""
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    cookies.drop(answer, visiting.COOKIE)
    cookies.drop(answer, csrf.COOKIE)
    answer.delete_cookie(LANGUAGE, httponly=True, samesite="Lax", secure=request.is_secure)
