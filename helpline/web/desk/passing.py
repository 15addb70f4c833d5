"""Handing a conversation over: to whom, both being there or not, and with a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import access, cases, i18n
from helpline.cases import Case
from helpline.db import read, transaction
from helpline.errors import NotYours
from helpline.matching import can_help_in
from helpline.people.sessions import SignedIn
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.csrf import keeps_typed
from helpline.web.desk import lists
from helpline.web.desk.frame import bp
from helpline.web.desk.page import tell
from helpline.web.desk.taking import to_case
from helpline.web.errors import told
from helpline.web.language import gettext as _
from helpline.web.language import language
from scheduling.errors import Refused

LONGEST_NOTE = 8000
TO_LINE = "line"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on shift to whom a case may go."""

    person_id: str
    name: str
    about: str
    speaks_it: bool


@bp.get("/desk/cases/<case_id>/hand-over")
def pass_on(case_id: str) -> ResponseReturnValue:
    """To whom, how, and what they should know."""
    return _form(case_id)


def _form(case_id: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    session = read()
    case = access.access_case_to_write(session, who, case_id, now=now)
    return (
        render_template(
            "desk/hand_over.html",
            case=case,
            codename=case.seeker.codename,
            people=_choices(session, who, case),
            problem=problem,
            typed=request.form,
            zone=who.zone,
        ),
        status,
    )


@bp.post("/desk/cases/<case_id>/hand-over")
@keeps_typed(_form)
def hand_over(case_id: str) -> ResponseReturnValue:
    """Warm: the colleague is asked and it stays here until they say yes. Cold: it goes at once."""
    who, now = auth.current(), runtime().now()
    to, warm = request.form.get("to", ""), request.form.get("how") == "warm"
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    if not to or not note:
        words = _("Choose who is to have it, and write a note: nobody tells their story twice.")
        return _form(case_id, problem=words, status=HTTPStatus.BAD_REQUEST)
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            to_id = None if to == TO_LINE else _on_shift(session, who, case, to)
            cases.hand_over(
                session,
                case,
                who.person_id,
                to_id=to_id,
                warm=warm and to_id is not None,
                note=note,
                now=now,
            )
    except NotYours:
        raise
    except Refused as refusal:
        status, sentence = told(refusal)
        if refusal.code == "at_capacity":
            sentence = _("They carry as many as they may. Choose somebody else, or the line.")
        return _form(case_id, problem=sentence, status=status)
    return _after(case_id, warm and to_id is not None)


@bp.post("/desk/cases/<case_id>/hand-over/withdraw")
def withdraw(case_id: str) -> ResponseReturnValue:
    """I go on after all."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            case = access.access_case_to_write(session, who, case_id, now=now)
            cases.withdraw_handover(session, case, who.person_id, now=now)
    except NotYours:
        raise
    except Refused as refusal:
        return tell(refusal, "talk", case_id)
    return to_case(case_id)


def _after(case_id: str, asked: bool) -> ResponseReturnValue:
    if asked:
        flash(_("They are asked. It stays with you until they say yes."))
        return to_case(case_id)
    flash(_("It is handed over, with your note."))
    return redirect(url_for("desk.mine"), code=303)


def _choices(session: Session, who: SignedIn, case: Case) -> list[tuple[str, str, str]]:
    found = _colleagues(session, who, case)
    line = (TO_LINE, _("The line"), _("Whoever is free and speaks the language."))
    return [*((each.person_id, each.name, each.about) for each in found), line]


def _on_shift(session: Session, who: SignedIn, case: Case, to: str) -> str:
    """One of those on shift; anybody else is nobody."""
    if to not in {each.person_id for each in _colleagues(session, who, case)}:
        raise cases.HandoverNeedsSomebody
    return to


def _colleagues(session: Session, who: SignedIn, case: Case) -> Sequence[Colleague]:
    """Those on shift with room and not pausing, who speak the language first."""
    on = [
        each
        for each in cases.candidates(session, runtime().now())
        if each.person_id != who.person_id and not each.paused and each.load < each.load_cap
    ]
    known = lists.names(session, {each.person_id for each in on})
    found = [
        Colleague(
            each.person_id,
            known[each.person_id],
            _(
                "%(languages)s. Carries %(load)s of %(cap)s.",
                languages=i18n.listed(
                    [i18n.language_name(tag, language()) for tag in sorted(each.speaks)], language()
                ),
                load=each.load,
                cap=each.load_cap,
            ),
            can_help_in(each.speaks, case.language),
        )
        for each in on
    ]
    return sorted(found, key=lambda each: (not each.speaks_it, each.name))
