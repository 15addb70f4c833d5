"""What somebody may change from their own page: how they are reached, leaving the line, joining a
phone's case with this one, erasing everything, and closing the page on this device."""

from collections.abc import Callable
from functools import wraps

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import cases
from helpline.db import read, settle, transaction
from helpline.errors import WrongMove
from helpline.intake import asking, erasure, joining, reaching
from helpline.intake.reaching import Reached, Wishes
from helpline.people import Person, visits
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.language import gettext as _
from helpline.web.public import bp, fields, first, known, leaving, visiting, words
from helpline.web.public.carried import Carried
from helpline.web.public.fields import Errors
from scheduling import zones

OwnView = Callable[[Person], ResponseReturnValue]


def own(view: OwnView) -> Callable[[], ResponseReturnValue]:
    """Hand the view whoever this visit belongs to; nobody's visit goes to `/return`."""

    @wraps(view)
    def guarded() -> ResponseReturnValue:
        person = visiting.visitor()
        if person is None:
            return redirect(url_for("public.come_back"), code=303)
        return view(person)

    return guarded


@bp.get("/talk/reach")
@own
def reach(person: Person) -> ResponseReturnValue:
    """How they are reached now."""
    return _reach_page(_as_typed(reaching.reached(read(), person)), person)


def _reach_again() -> ResponseReturnValue:
    person = visiting.visitor()
    if person is None:
        return redirect(url_for("public.come_back"), code=303)
    return _reach_page(_typed(), person, problem=str(words.EXPIRED), status=400)


@bp.post("/talk/reach")
@csrf.keeps_typed(_reach_again)
@own
def change_reach(person: Person) -> ResponseReturnValue:
    """Take new wishes over."""
    typed, now = _typed(), runtime().now()
    if "lang" in request.form:
        return _reach_page(typed, person)
    errors = _reach_problems(typed, reaching.reached(read(), person))
    if errors:
        return _reach_page(typed, person, errors=errors, status=400)
    meant = fields.answers(typed)
    wishes = Wishes(
        how=meant.how,
        notify=meant.notify,
        phone=meant.phone,
        mail=meant.mail,
        zone=fields.chosen_zone(typed) or (meant.zone if meant.phone else person.zone),
        safe_from=meant.safe_from,
        safe_until=meant.safe_until,
        gender_wish=meant.gender_wish,
        age_wish=meant.age_wish,
    )
    with transaction() as session:
        if asking.too_many(session, meant, client=visiting.client(), now=now) is not None:
            wait = True
        else:
            wait = False
            reaching.change(session, session.get_one(Person, person.id), wishes, now=now)
    if wait:
        return _reach_page(typed, person, problem=str(words.TOO_MANY_NUMBERS), status=429)
    return redirect(url_for("public.talk"), code=303)


@bp.get("/talk/leave")
@own
def leave_line(person: Person) -> ResponseReturnValue:
    """Asks first."""
    return render_template("public/leave_line.html")


@bp.post("/talk/leave")
@own
def leave_line_now(person: Person) -> ResponseReturnValue:
    """Out of the line. Somebody may have begun to answer meanwhile: then the page says so."""
    try:
        with transaction() as session:
            case = asking.last_case(session, person.id)
            cases.leave_line(session, case, now=runtime().now())
    except WrongMove:
        pass  # the page shows how things stand now
    return redirect(url_for("public.talk"), code=303)


@bp.get("/talk/join")
@own
def join(person: Person) -> ResponseReturnValue:
    """Asks for consent, then shows the number to text."""
    return _join_page()


@bp.post("/talk/join")
@own
def join_now(person: Person) -> ResponseReturnValue:
    """Six digits to text to the line from one's phone."""
    if not request.form.get("agree"):
        return _join_page(error=str(words.JOIN_NEEDS_YES), status=400)
    with transaction() as session:
        now = runtime().now()
        wait = joining.too_many(session, person.id, now=now)
        number = joining.begin(session, person.id, now=now) if wait is None else ""
    if wait is not None:
        told = _(words.TOO_MANY_SHOWN.message, wait=words.minutes(wait))
        return _join_page(error=told, status=429)
    return _join_page(number=number)


@bp.get("/talk/erase")
@own
def erase(person: Person) -> ResponseReturnValue:
    """Asks first."""
    return render_template("public/erase.html")


@bp.post("/talk/erase")
@own
def erase_now(person: Person) -> ResponseReturnValue:
    """Erase everything; nothing of it stays in this browser either."""
    with transaction() as session:
        erasure.erase(session, session.get_one(Person, person.id), now=runtime().now())
    settle()
    answer = make_response(render_template("public/erased.html"))
    leaving.empty(answer)
    return answer


@bp.post("/talk/close")
def close() -> ResponseReturnValue:
    """Close this page on this device; the code opens it again."""
    sent = visiting.token()
    if sent is not None:
        with transaction() as session:
            visits.end(session, sent)
    answer = make_response(redirect(url_for("public.front"), code=303))
    leaving.empty(answer)
    return answer


def _join_page(*, number: str = "", error: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "public/join.html",
        number=number,
        error=error,
        line=known.facts().number if first.texts_are_open() else "",
        until=runtime().now() + joining.GOOD_FOR,
    )
    return page, status


def _typed() -> Carried:
    return Carried({name: fields.tidy(request.form.get(name, "")) for name in fields.STEPS[3]})


def _as_typed(reached: Reached) -> Carried:
    return Carried(
        {
            "how": reached.how.value,
            "notify": reached.notify,
            "zone": reached.zone,
            "safe_from": f"{reached.safe_from:%H:%M}" if reached.safe_from else "",
            "safe_until": f"{reached.safe_until:%H:%M}" if reached.safe_until else "",
            "gender_wish": reached.gender_wish,
            "age_wish": reached.age_wish,
        }
    )


def _reach_problems(typed: Carried, before: Reached) -> Errors:
    """As on the form; but a number or address that we have need not be typed again."""
    found = fields.problems(3, typed)
    had_text = before.how.value == "text" or before.notify == "text"
    if had_text and not typed.get("phone") and not typed.get("notify_phone"):
        found.pop("phone", None)
        found.pop("notify_phone", None)
    if (before.has_mail or before.notify == "mail") and not typed.get("mail"):
        found.pop("mail", None)
    return found


def _reach_page(
    form: Carried,
    person: Person,
    *,
    errors: Errors | None = None,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    reached = reaching.reached(read(), person)
    page = render_template(
        "public/reach.html",
        form=form,
        errors=errors or {},
        problem=problem,
        reached=reached,
        texts_are_open=first.texts_are_open() or reached.how.value == "text",
        hours=fields.hours(),
        **words.wishes(),
        places=zones.choices(runtime().now()),
        zone=form.get("zone") or person.zone,
    )
    return page, status
