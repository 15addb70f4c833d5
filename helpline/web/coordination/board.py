"""The board: who waits, who talks with whom, who is on, what is stuck. Nobody's words."""

import csv
import io
from datetime import datetime

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import alerts, cases, pulse
from helpline.cases import Board
from helpline.db import read, transaction
from helpline.people import Role
from helpline.people.sessions import SignedIn
from helpline.runtime import runtime
from helpline.web import auth, live
from helpline.web.coordination import words
from helpline.web.coordination.care import care_of
from helpline.web.coordination.frame import Scope, bp, scope

HEAD = ("codename", "language", "urgency", "state", "waiting_since", "minutes", "offered_to")


@bp.get("/coordination")
def board() -> ResponseReturnValue:
    """The whole page."""
    return render_template("coordination/board.html", **_seen())


@bp.get("/coordination/now")
def now() -> ResponseReturnValue:
    """The part that fetches itself again."""
    return live.answer(_tag(), lambda: render_template("coordination/_board.html", **_seen()))


@bp.get("/coordination/waiting.csv")
def waiting_csv() -> ResponseReturnValue:
    """Who waits, as a file; codenames and numbers only."""
    who, at = auth.current(), runtime().now()
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(HEAD)
    for each in _board(read(), scope(read(), who, at), at).waiting:
        minutes = int(each.waited.total_seconds() // 60)
        since = f"{each.since:%Y-%m-%dT%H:%M:%SZ}"
        row = (each.codename, each.language, each.urgency, each.state, since, minutes)
        writer.writerow([harmless(cell) for cell in (*row, each.offered_to)])
    kept = {"Content-Disposition": "attachment; filename=waiting.csv"}
    return Response(table.getvalue(), mimetype="text/csv", headers=kept)


@bp.post("/coordination/alerts/<alert_id>/seen")
def seen(alert_id: str) -> ResponseReturnValue:
    """Somebody looks after it: off the board until it happens again."""
    with transaction() as session:
        alerts.see(session, alert_id, now=runtime().now())
        pulse.beat(session, "desk:alerts")
    return redirect(url_for("coordination.board", _anchor="alerts"), code=303)


def harmless(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection).

    >>> harmless("=1+1"), harmless("Quiet Heron"), harmless(3)
    ("'=1+1", 'Quiet Heron', '3')
    """
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _seen() -> dict[str, object]:
    """What the templates show."""
    session, who, at = read(), auth.current(), runtime().now()
    tag = _tag()  # read first: at worst what is drawn is newer
    limits = scope(session, who, at)
    found = _board(session, limits, at)
    return {
        "who": who,
        "now": at,
        "tag": tag,
        "scope": limits,
        "board": found,
        "care": care_of(session, who, limits, at),
        "talks": cases.in_talk(session, limits.teams),
        "codenames": cases.codenames_of(session, [each.case_id for each in found.stuck]),
        "all": who.has(Role.COORDINATOR),
        "words": words,
        "most": max((each.waiting for each in found.languages), default=0),
    }


def _board(session: Session, limits: Scope, at: datetime) -> Board:
    whole = cases.board(session, at)
    return whole if limits.teams is None else cases.of_teams(session, whole, limits.teams)


def _tag() -> str:
    """Waits are shown in minutes, and shifts begin and end: so the minute is part of it."""
    who, at = auth.current(), runtime().now()
    return _tag_of(read(), who, at)


def _tag_of(session: Session, who: SignedIn, at: datetime) -> str:
    found = pulse.versions(session, "desk:waiting", "desk:alerts")
    return live.tag(*found.values(), int(at.timestamp()) // 60, who.person_id[:8])
