"""`/talk`: place in line, who answers, the conversation; works without script.

The script (static/talk.js) asks `/talk/live` for the part that changes and puts it in place, never
touching what is being typed. The title never changes and never says anything.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from helpline import cases, pulse
from helpline.cases import (
    IN_LINE,
    WITH_COUNSELLOR,
    Case,
    CaseState,
    ChoiceState,
    Place,
    WaitChoice,
)
from helpline.conversation import LONGEST, Said, seen_by_seeker, thread
from helpline.db import read, transaction
from helpline.errors import CodeInMessage, EmptyMessage, MessageTooLong
from helpline.intake import asking, reaching
from helpline.people import Person
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.language import gettext as _
from helpline.web.language import language
from helpline.web.public import bp, fields, first, returning, visiting, ways, words

TOGETHER = (CaseState.ACTIVE, CaseState.WAITING_SEEKER, CaseState.HANDOVER)
SLOT = timedelta(minutes=5)  # a shift begins without anything changing: so old a page may be
_WAITS = (*IN_LINE, CaseState.IN_REVIEW)
OVER = (CaseState.WRAP_UP, CaseState.CLOSED, CaseState.EXPIRED, CaseState.DECLINED)


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows. `who`: the first name of the one who answers, or "".

    staffed: whether somebody is on who fits; next_on: else when somebody will be. choice: the last
    one of this wait, whatever became of it.
    """

    person: Person
    case: Case
    said: list[Said]
    who: str
    place: Place
    version: str
    staffed: bool = True
    next_on: datetime | None = None
    choice: WaitChoice | None = None

    @property
    def stands(self) -> str:
        """Which sentence tells how things stand."""
        state = self.case.state
        if state in TOGETHER:
            return "together"
        if state in OVER:
            return "left" if self.case.disposition == "left" else "over"
        if self.staffed:
            return "waiting"
        return "nobody" if self.next_on else "nobody_known"

    @property
    def chosen(self) -> str:
        """What they chose and what still stands, in a sentence."""
        stands = self.choice is not None and self.choice.state is ChoiceState.OPEN
        return ways.chosen(self.choice, self.case, self.person.zone) if stands else ""

    @property
    def is_broken(self) -> bool:
        """Whether the last hour that was promised to them was not kept."""
        return self.choice is not None and self.choice.state is ChoiceState.BROKEN

    @property
    def may_leave(self) -> bool:
        return self.case.state in (*IN_LINE, CaseState.IN_REVIEW, CaseState.INTAKE)


@bp.get("/talk")
def talk() -> ResponseReturnValue:
    """The conversation of whoever holds this visit; everybody else is asked for their code."""
    person = visiting.visitor()
    if person is None:
        return redirect(url_for("public.come_back"), code=303)
    return show(person)


@bp.get("/talk/live")
def live() -> ResponseReturnValue:
    """The part that changes, for the page's script; 304 while nothing has."""
    person_id = visiting.whose()
    if person_id is None:
        abort(401)
    tag = f"{_version(asking.last_case(read(), person_id))}-{language()}"
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        found = _seen(_view(read().get_one(Person, person_id)))
        tag = f"{found.version}-{language()}"
        answer = make_response(_draw("public/live.html", found))
    answer.set_etag(tag)
    answer.vary.add("Cookie")
    return answer


def _typed_again() -> ResponseReturnValue:
    person = visiting.visitor()
    if person is None:
        return returning.show_kept(fields.tidy(request.form.get("text", "")))
    return show(person, error=str(words.EXPIRED), status=400)


@bp.post("/talk")
@csrf.keeps_typed(_typed_again)
def write() -> ResponseReturnValue:
    """Send one message; sent twice it is one."""
    text = fields.tidy(request.form.get("text", ""))
    person = visiting.visitor()
    if person is None:
        return returning.show_kept(text)
    if "lang" in request.form:
        return show(person)
    try:
        wait = _count(person.id)
        if wait is not None:
            told = _(words.TOO_MANY_MESSAGES.message, wait=words.minutes(wait))
            return show(person, error=told, status=429)
        _write(person.id, text, request.form.get("form_key", "")[:64] or secrets.token_urlsafe(18))
    except EmptyMessage:
        return show(person, error=str(words.EMPTY), status=400)
    except MessageTooLong:
        return show(person, error=fields.too_long(len(text.strip())), status=400)
    except CodeInMessage:
        return show(person, error=str(words.HOLDS_CODE), status=400)
    except SQLAlchemyError:
        return _broken(text)
    return redirect(url_for("public.talk", _anchor="latest"), code=303)


def show(
    person: Person,
    *,
    error: str = "",
    way_error: str = "",
    typed: str | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The whole page, with what was typed or chosen and why it did not go."""
    found = _seen(_view(person))
    text = fields.tidy(request.form.get("text", "")) if typed is None else typed
    page = _draw(
        "public/talk.html",
        found,
        error=error,
        text=text,
        form_key=secrets.token_urlsafe(18),
        tag=f'"{found.version}-{language()}"',
        most=LONGEST,
        ways=ways.ways(found.person, found.case, staffed=found.staffed, error=way_error),
        links=first.texts_are_open() and reaching.waits_for_link(read(), found.person),
    )
    return page, status


def _count(person_id: str) -> timedelta | None:
    """How long to wait if this was one too many; kept whatever becomes of the message."""
    with transaction() as session:
        return asking.too_many_messages(session, person_id, now=runtime().now())


def _write(person_id: str, text: str, form_key: str) -> None:
    """Two of the same form at once: the second finds the first's message."""
    for last_try in (False, True):
        try:
            with transaction() as session:
                person = session.get_one(Person, person_id)
                asking.write(session, person, text, form_key=form_key, now=runtime().now())
            return
        except IntegrityError:
            if last_try:
                raise


def _broken(text: str) -> ResponseReturnValue:
    """A page that needs no database, with the message in it and a button that sends it again."""
    page = render_template(
        "public/unsent.html", text=text, form_key=request.form.get("form_key", "")[:64]
    )
    return page, 503


def _view(person: Person) -> View:
    session, now = read(), runtime().now()
    case = asking.last_case(session, person.id)
    version = _version(case)
    place = cases.place(session, case, now=now)
    helper = session.get(Person, case.counsellor_id) if case.counsellor_id else None
    who = helper.alias if helper else ""
    staffed, next_on = _who_fits(case, place, now)
    choice = cases.last_choice(session, case) if case.state in _WAITS else None
    said = thread(session, case)
    return View(person, case, said, who, place, version, staffed, next_on, choice)


def _who_fits(case: Case, place: Place, now: datetime) -> tuple[bool, datetime | None]:
    """As the line's own reckoning says, unless they wish for somebody or accepted a language."""
    if case.state not in _WAITS or not (case.accepts or case.gender_wish or case.age_wish):
        return place.is_staffed, place.next_on
    if cases.is_staffed(read(), case, now):
        return True, None
    coming = cases.next_on(read(), case, now)
    return False, coming if coming is not None and coming > now else None


def _version(case: Case) -> str:
    """What the changing part shows: of the case and, for whoever waits, the line and the time."""
    topics: Mapping[str, int] = pulse.versions(read(), f"case:{case.id}", "desk:waiting")
    version = f"{topics[f'case:{case.id}']}"
    if case.state in (*WITH_COUNSELLOR, *OVER):
        return version
    slot = int(runtime().now().timestamp() // SLOT.total_seconds())
    return f"{version}.{topics['desk:waiting']}.{slot}"


def _seen(found: View) -> View:
    """Note that they read what was new to them; the numbers of versions move with it."""
    if not asking.has_new_for(read(), found.case):
        return found
    with transaction() as session:
        case = session.get_one(Case, found.case.id)
        seen_by_seeker(session, case, now=runtime().now())
    person = read().get_one(Person, found.person.id)
    return _view(person)


def _draw(template: str, found: View, **more: object) -> str:
    now = runtime().now()
    return render_template(
        template,
        view=found,
        now=now,
        zone=found.person.zone,
        listed=asking.has_listed_words(
            read(), [one.body for one in found.said if one.from_seeker][-3:]
        ),
        fresh_since=now - timedelta(minutes=5),
        **more,
    )
