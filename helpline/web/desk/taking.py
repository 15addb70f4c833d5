"""Taking somebody on: out of the line, by an offer, from a colleague; or saying not now."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from helpline import access, cases
from helpline.db import transaction
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.desk.frame import bp
from helpline.web.desk.page import tell
from scheduling.errors import Refused


@bp.post("/desk/cases/<case_id>/claim")
def claim(case_id: str) -> ResponseReturnValue:
    """Take somebody who waits. One of many wins; the others are told so."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            case = access.access_claim(session, who, case_id, now=now)
            cases.claim(session, case.id, who.person_id, now=now)
    except Refused as refusal:
        return tell(refusal, "waiting")
    return to_case(case_id)


@bp.post("/desk/offers/<offer_id>/decline")
def decline(offer_id: str) -> ResponseReturnValue:
    """Not now, without a reason; somebody else is asked at once."""
    who = auth.current()
    try:
        with transaction() as session:
            access.access_offer(session, who, offer_id)
            cases.decline_offer(session, offer_id, who.person_id, now=runtime().now())
    except Refused as refusal:
        return tell(refusal, "waiting")
    return redirect(url_for("desk.waiting"), code=303)


@bp.post("/desk/handovers/<handover_id>/take")
def take_over(handover_id: str) -> ResponseReturnValue:
    """Yes to a colleague who asks."""
    try:
        with transaction() as session:
            who = auth.current().person_id
            taken = cases.take_handover(session, handover_id, who, now=runtime().now()).id
    except Refused as refusal:
        return tell(refusal, "mine")
    return to_case(taken)


@bp.post("/desk/handovers/<handover_id>/refuse")
def refuse(handover_id: str) -> ResponseReturnValue:
    """No; it goes on with the one who has it."""
    try:
        with transaction() as session:
            who = auth.current().person_id
            cases.refuse_handover(session, handover_id, who, now=runtime().now())
    except Refused as refusal:
        return tell(refusal, "mine")
    return redirect(url_for("desk.mine"), code=303)


def to_case(case_id: str) -> Response:
    """To a conversation, where one writes."""
    return redirect(url_for("desk.case", case_id=case_id, _anchor="say"), code=303)
