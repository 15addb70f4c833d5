"""How a refusal, a missing page or a fault is told on the web: a sentence that says what to do.

Other doors register the words of their own refusals with `tells`.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from helpline.web.language import lazy_gettext as _
from scheduling.base import new_id
from scheduling.errors import Refused

Sentence = Callable[[], str] | str
log = logging.getLogger("helpline.web")

_TOLD: dict[str, tuple[HTTPStatus, object]] = {
    "not_yours": (HTTPStatus.NOT_FOUND, _("There is nothing here. Go back and choose again.")),
    "no_such_case": (HTTPStatus.NOT_FOUND, _("There is no such case. Go back to the desk.")),
    "case_taken": (HTTPStatus.CONFLICT, _("Someone else has taken this case. Choose another.")),
    "wrong_move": (
        HTTPStatus.CONFLICT,
        _("This case has changed meanwhile. Go back and look at it again."),
    ),
    "at_capacity": (
        HTTPStatus.CONFLICT,
        _("You carry as many conversations as you may. Wrap one up first."),
    ),
}
_STATUS_WORDS: dict[int, object] = {
    400: _("Something in what was sent could not be read. Go back and try again."),
    401: _("Please sign in first."),
    403: _("This is not open to you. Go back, or sign in as somebody who may."),
    404: _("There is nothing at this address. Check it, or start again from the first page."),
    405: _("This cannot be done this way. Go back and use the button on the page."),
    413: _("That was too long to take in. Shorten it, then send it again."),
    429: _("That was too many tries in a short time. Wait a few minutes, then try again."),
    503: _("This part is not available just now. Try again in a few minutes."),
}
_FAULT = _("Something went wrong on our side. Nothing you sent before was lost. Try again.")


def tells(code: str, status: HTTPStatus, sentence: object) -> None:
    """Give a refusal its status and its (lazily translated) sentence."""
    _TOLD[code] = (status, sentence)


def told(refusal: Refused) -> tuple[HTTPStatus, str]:
    """The status and the sentence of a refusal, for a page of one's own."""
    status, sentence = _TOLD.get(
        refusal.code, (HTTPStatus.BAD_REQUEST, _("That is not possible. Go back and try again."))
    )
    return status, str(sentence)


def tell_refusal(refusal: Refused) -> ResponseReturnValue:
    """One page for every refusal. Not logged as an error: the rules worked."""
    status, sentence = told(refusal)
    return _page(sentence, status)


def tell_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    return _page(str(_STATUS_WORDS.get(status, _FAULT)), status)


def tell_fault(error: Exception) -> ResponseReturnValue:
    """A bug or a broken database: a calm page with a number to quote, and the trace in our log.

    The log gets the kinds of the errors and where they arose, never their texts, which may quote
    what a person wrote.
    """
    number = new_id()[:8]
    where = error.__traceback__
    lines: list[str] = []
    while where is not None:
        code = where.tb_frame.f_code
        lines.append(f"{code.co_filename}:{where.tb_lineno} {code.co_name}")
        where = where.tb_next
    log.error(
        "fault %s at %s: %s | %s",
        number,
        request.endpoint,
        type(error).__name__,
        " > ".join(lines[-6:]),
    )
    return _page(str(_FAULT), 500, number=number)


def _page(sentence: str, status: int, number: str = "") -> ResponseReturnValue:
    return render_template("refused.html", sentence=sentence, number=number), status


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, tell_refusal)
    app.register_error_handler(HTTPException, tell_http)
    app.register_error_handler(Exception, tell_fault)
