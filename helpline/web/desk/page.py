"""`/desk`: the three panes. The server says which one is open where there is room for only one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline.cases import IN_ONE_TAP, WITH_COUNSELLOR
from helpline.db import read, transaction
from helpline.messaging import segments
from helpline.people.sessions import SignedIn
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.components import Tab
from helpline.web.desk import care, live, words
from helpline.web.desk.frame import bp, hour
from helpline.web.desk.lists import Lists, lists
from helpline.web.desk.talk import Talk, by_text, talk
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.errors import Refused

NOBODY_TALKED = ("silent", "hang_up", "prank", "wrong_number")


@bp.get("/desk")
def mine() -> ResponseReturnValue:
    """One's own people; on a wide screen the other panes stand beside."""
    return show("mine")


@bp.get("/desk/waiting")
def waiting() -> ResponseReturnValue:
    """Who waits."""
    return show("waiting")


@bp.get("/desk/cases/<case_id>")
def case(case_id: str) -> ResponseReturnValue:
    """One conversation."""
    return show("talk", case_id)


def show(
    pane: str,
    case_id: str | None = None,
    *,
    problem: str = "",
    status: int = HTTPStatus.OK,
    **more: Any,
) -> ResponseReturnValue:
    """The desk with one pane open. problem: what could not be done; more: what was typed."""
    who = auth.current()
    with _reading(case_id) as session:
        facts = panes(session, who, case_id, seen=True)
        facts = {"answer_error": "", "counted": False, **facts, **more}
        page = render_template(
            "desk/desk.html", pane=pane, problem=problem, switch=_switch(facts), **facts
        )
    return page, status


def tell(
    refusal: Refused, pane: str, case_id: str | None = None, **more: Any
) -> ResponseReturnValue:
    """A refusal, told on the desk itself. Somebody else's object stays a 404."""
    status, sentence = told(refusal)
    if status == HTTPStatus.NOT_FOUND:
        raise refusal
    return show(pane, case_id, problem=sentence, status=status, **more)


def panes(session: Session, who: SignedIn, case_id: str | None, *, seen: bool) -> Mapping[str, Any]:
    """Everything that the templates of the desk need."""
    now = runtime().now()
    etag = live.etag(session, who, case_id, now)
    shown = talk(session, who, case_id, now=now, seen=seen) if case_id else None
    return {
        "who": who,
        "now": now,
        "zone": who.zone,
        "lists": lists(session, who, now),
        "talk": shown,
        "etag": etag,
        "hour": hour,
        "how_words": words.HOW,
        "state_words": words.STATE,
        "risk_words": words.RISK,
        "risk_options": [(level.value, *said) for level, said in words.RISK.items()],
        "ladder": words.LADDER,
        "first_steps": words.FIRST,
        **(care.facts(session, shown) if shown else {}),
        "ended_words": words.ENDED,
        "endings": IN_ONE_TAP,
        "quick_endings": NOBODY_TALKED,
        "with_counsellor": WITH_COUNSELLOR,
        "by_text": bool(shown and by_text(shown)),
        "cost": segments.cost,
        "parts": segments.parts,
    }


def _switch(facts: Mapping[str, Any]) -> Callable[[str], Sequence[Tab]]:
    """The tabs between the panes, for screens with room for one."""
    found: Lists = facts["lists"]
    shown: Talk | None = facts["talk"]

    def tabs(here: str) -> Sequence[Tab]:
        waiting = len(found.offered) + len(found.waiting)
        tabs = [
            Tab("/desk", _("Mine"), len(found.open), here == "mine"),
            Tab("/desk/waiting", _("Waiting"), waiting, here == "waiting"),
        ]
        if shown is not None:
            tabs.append(Tab(f"/desk/cases/{shown.case.id}", _("Talk"), None, here == "talk"))
        return tabs

    return tabs


@contextmanager
def _reading(case_id: str | None) -> Iterator[Session]:
    """Opening a conversation is written down; looking at lists is not."""
    if case_id is None:
        yield read()
        return
    with transaction() as session:
        yield session
