"""Care as leads and coordinators see it: urgent cases nobody answered, rescue calls, danger that
may be over, who wants to talk. What a counsellor wrote to decide on a rescue call is read by those
who decide; what somebody wrote to their lead by that lead only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import access, cases
from helpline.cases import Case
from helpline.db import transaction
from helpline.errors import NotYours
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.coordination.frame import Scope, bp
from helpline.web.csrf import keeps_typed
from helpline.web.errors import told
from helpline.web.language import gettext as _
from scheduling.errors import Refused

LONGEST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Late:
    """An urgent case without an answer. told: names, in the order of the steps."""

    case_id: str
    codename: str
    urgency: int
    since: datetime
    told: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody who would like to talk with their lead. mine: whoever looks is to hear them."""

    debrief_id: str
    name: str
    since: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Care:
    late: Sequence[Late]
    rescues: Sequence[tuple[str, str, datetime]]  # case, codename, since when
    lowerings: Sequence[tuple[str, str, datetime]]  # the same, of danger that may be over
    wishes: Sequence[Wish]


def care_of(session: Session, who: SignedIn, limits: Scope, now: datetime) -> Care:
    """What of this concerns whoever looks: a coordinator everything, a lead their teams."""
    return Care(
        late=_late(session, who, limits),
        rescues=_to_decide(session, who, cases.open_rescues(session), now),
        lowerings=_to_decide(session, who, cases.open_lowerings(session), now),
        wishes=_wishes(session, who, limits),
    )


@bp.get("/coordination/case/<case_id>/rescue")
def rescue(case_id: str) -> ResponseReturnValue:
    """What is proposed, for the second of two people. That they read it is written down."""
    return _ask(case_id)


def _ask(case_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = access.access_team_case(session, who, case_id, now=now)
        page = render_template("coordination/rescue.html", **_facts(session, found, problem))
        audit.note_read(session, actor_id=who.person_id, kind="rescue", object_id=case_id, now=now)
    return page, status


def _facts(session: Session, found: Case, problem: str) -> Mapping[str, Any]:
    there = cases.rescue_of(session, found.id)
    people = [there.by_id, there.decided_by] if there else []
    return {
        "who": auth.current(),
        "now": runtime().now(),
        "case": found,
        "rescue": there,
        "words": cases.words_of(session, there) if there else ("", ""),
        "names": cases.names_of(session, people),
        "emergency": cases.emergency_words(session, found.seeker),
        "typed": request.form,
        "problem": problem,
    }


@bp.post("/coordination/case/<case_id>/rescue")
@keeps_typed(_ask)
def decide_rescue(case_id: str) -> ResponseReturnValue:
    """Yes, or no with a reason; whoever proposed it is told at once."""
    who, now = auth.current(), runtime().now()
    answer = request.form.get("answer", "")
    why = request.form.get("why", "").strip()[:LONGEST_WORDS]
    if answer not in ("yes", "no"):
        return _ask(case_id, problem=_("Choose yes or no."), status=400)
    try:
        with transaction() as session:
            found = access.access_team_case(session, who, case_id, now=now)
            yes = answer == "yes"
            cases.decide_rescue(session, found, who.person_id, confirm=yes, why=why, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        return _ask(case_id, problem=sentence, status=status)
    flash(_("It is decided, and your colleague was told."))
    return redirect(url_for("coordination.board"), code=303)


@bp.get("/coordination/talks/<debrief_id>")
def wish(debrief_id: str) -> ResponseReturnValue:
    """Who would like to talk, and what they wrote, for whoever hears them alone."""
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        found = cases.access_debrief(session, debrief_id, who.person_id)
        audit.note_read(
            session, actor_id=who.person_id, kind="debrief", object_id=found.id, now=now
        )
        names = cases.names_of(session, [found.person_id])
        return render_template(
            "coordination/wish.html",
            who=who,
            now=now,
            found=found,
            name=names.get(found.person_id) or _("A colleague"),
            alone=cases.hearers_of(session, found.person_id) == [who.person_id],
        )


@bp.post("/coordination/talks/<debrief_id>")
def settle_wish(debrief_id: str) -> ResponseReturnValue:
    """They have talked: it is off the board, and the words are gone."""
    who, now = auth.current(), runtime().now()
    with transaction() as session:
        cases.settle_debrief(session, debrief_id, who.person_id, now=now)
    flash(_("Good that you talked. What was written is gone."))
    return redirect(url_for("coordination.board"), code=303)


def _late(session: Session, who: SignedIn, limits: Scope) -> list[Late]:
    found = cases.unanswered(session)
    by_id = {case.id: case for case in cases.cases_of(session, [each.case_id for each in found])}
    names = cases.names_of(session, sorted({who for each in found for who in each.told}))
    return [
        Late(
            each.case_id,
            case.seeker.codename,
            case.urgency,
            each.since,
            sorted(filter(None, (names.get(one) for one in each.told))),
        )
        for each in found
        if (case := by_id.get(each.case_id)) is not None
        and (_in_scope(case, limits) or who.person_id in each.told)
    ]


def _to_decide(
    session: Session, who: SignedIn, found: Sequence[tuple[Case, datetime]], now: datetime
) -> list[tuple[str, str, datetime]]:
    """Those on which they may decide: of their team, or of none where they were told of it."""
    return [
        (case.id, case.seeker.codename, since)
        for case, since in found
        if access.may_assign(session, who, case, now=now)
    ]


def _wishes(session: Session, who: SignedIn, limits: Scope) -> list[Wish]:
    """Whose lead looks, and for coordinators everybody's: the name, never the words."""
    rows = cases.want_to_talk(session)
    names = cases.names_of(session, [row.person_id for row in rows])
    found = [
        Wish(
            row.id,
            names.get(row.person_id) or _("A colleague"),
            row.answered_at or row.at,
            who.person_id in cases.hearers_of(session, row.person_id),
        )
        for row in rows
    ]
    return [each for each in found if each.mine or limits.teams is None]


def _in_scope(case: Case, limits: Scope) -> bool:
    return limits.teams is None or case.team_id in limits.teams
