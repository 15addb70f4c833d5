"""`/ask`: four short steps to somebody who listens. Nothing is stored before the last one.

Each step sends its fields and, sealed in a hidden field, all that came before; so that a mistake,
an expired page, a broken database or another language loses nothing.
"""

from collections.abc import Callable
from datetime import timedelta

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from helpline.db import transaction
from helpline.errors import CodeInMessage
from helpline.intake import asking, joining
from helpline.intake.asking import Answers, Asked
from helpline.intake.topics import TOPICS
from helpline.people import HowToReach, codes, visits
from helpline.people.codes import FreshCode
from helpline.people.passwords import TooBusy
from helpline.privacy import return_code
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.language import gettext as _
from helpline.web.public import bp, carried, fields, first, known, visiting, words
from helpline.web.public.carried import Carried
from helpline.web.public.fields import Errors
from scheduling import zones

LAST = 4
SHOWN_AGAIN_FOR = timedelta(minutes=30)  # the code, when a form is sent twice; as long as a visit
Sent = tuple[Asked, str, str]


@bp.get("/ask")
def ask() -> ResponseReturnValue:
    """The first step of a new form."""
    return _show(1, carried.new())


def _expired() -> ResponseReturnValue:
    """The same step again, with all that was typed and a fresh token."""
    step, form = _typed()
    if carried.was_left(form):
        return redirect(url_for("public.clock"), code=303)
    return _show(step, form, problem=str(words.EXPIRED), status=400)


@bp.post("/ask")
@csrf.keeps_typed(_expired)
def take_step() -> ResponseReturnValue:
    """Take one step in: on, back, into another language, or sent."""
    step, form = _typed()
    if carried.was_left(form):
        return redirect(url_for("public.clock"), code=303)
    if "lang" in request.form:
        return _show(step, form)
    wanted = request.form.get("go", "")
    if wanted.isdecimal() and 1 <= int(wanted) < step:
        return _show(int(wanted), form)
    for each in range(1, step + 1):
        errors = fields.problems(each, form)
        if errors:
            return _show(each, form, errors=errors, status=400)
    return _show(step + 1, form) if step < LAST else _send(form)


def _typed() -> tuple[int, Carried]:
    """Which step was sent, and all that is known of the form with this step's fields."""
    found = request.form.get("step", "1")
    step = int(found) if found in ("1", "2", "3", "4") else 1
    form = carried.unseal(request.form.get(carried.FIELD, "")) or carried.new()
    typed = {name: fields.tidy(request.form.get(name, "")) for name in fields.STEPS[step]}
    if step == 1 and typed["safe"] != form.get("safe") and fields.is_unsafe(typed["safe"]):
        typed["notify"] = ""  # chosen before they said so: off, unless they choose it anew
    return step, form.with_answers(typed)


def _send(form: Carried) -> ResponseReturnValue:
    """Store it all, once, and show the code."""
    answers = fields.answers(form)
    try:
        wait = _count(answers)
        if wait is not None:
            return _show(LAST, form, problem=_too_many(answers, wait), status=429)
        asked, token, number = _store(answers, codes.fresh(form.code))
    except CodeInMessage:
        return _show(2, form, errors={"words": str(words.HOLDS_CODE)}, status=400)
    except TooBusy:
        return _show(LAST, form, problem=str(words.BUSY), status=503)
    except SQLAlchemyError:
        return _show(LAST, form, problem=str(words.BROKEN), status=503)
    if asked.again and runtime().now() - asked.person.created_at > SHOWN_AGAIN_FOR:
        return redirect(url_for("public.come_back"), code=303)
    return _done(asked, token, number)


def _count(answers: Answers) -> timedelta | None:
    """How long to wait if this was one too many. Kept whatever becomes of the form itself."""
    with transaction() as session:
        if asking.asked_before(session, answers.form_key) is not None:
            return None
        now = runtime().now()
        return asking.too_many(session, answers, client=visiting.client(), now=now)


def _store(answers: Answers, fresh: FreshCode) -> Sent:
    """The request, a visit's token, and six digits that link a phone where texts are wanted.

    Two of the same form at once: the second one that commits finds the first.
    """
    try:
        return _store_once(answers, fresh)
    except IntegrityError:
        return _store_once(answers, fresh)


def _store_once(answers: Answers, fresh: FreshCode) -> Sent:
    now = runtime().now()
    with transaction() as session:
        asked = asking.ask(session, answers, now=now, fresh=fresh)
        token = visits.begin(session, asked.person.id, now=now)
        links = answers.how is HowToReach.TEXT and first.texts_are_open()
        number = joining.begin(session, asked.person.id, now=now) if links else ""
        return asked, token, number


def _done(asked: Asked, token: str, number: str) -> ResponseReturnValue:
    page = render_template(
        "public/code.html",
        codename=asked.person.codename,
        words=return_code.words(asked.code),
        digits=return_code.digits(asked.code),
        number=number,
        line=known.facts().number,
    )
    answer = make_response(page)
    visiting.keep(answer, token)
    return answer


def _too_many(answers: Answers, wait: timedelta) -> str:
    told = words.minutes(wait)
    if answers.phone or answers.mail:
        return _(
            "Too many numbers and addresses were typed here in one hour. Wait %(wait)s, or choose"
            " to be answered on this page without a notice. Nothing you typed is lost.",
            wait=told,
        )
    return _(
        "Too many requests came from this connection. Nothing you typed is lost: send it again in"
        " %(wait)s.",
        wait=told,
    )


def _show(
    step: int,
    form: Carried,
    *,
    errors: Errors | None = None,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "public/ask.html",
        step=step,
        names=[_("Language"), _("Your words"), _("How we answer"), _("Check")],
        form=form,
        sealed=carried.seal(form),
        errors=errors or {},
        problem=problem,
        **_CHOICES[step](form),
    )
    return page, status


def _first(form: Carried) -> dict[str, object]:
    return {"languages": fields.languages()}


def _second(form: Carried) -> dict[str, object]:
    return {"topics": [(code, _(said)) for code, said in TOPICS.items()]}


def _third(form: Carried) -> dict[str, object]:
    return {
        "texts_are_open": first.texts_are_open(),
        "hours": fields.hours(),
        "places": zones.choices(runtime().now()),
        "zone": form.get("zone") or fields.guessed_zone(),
        **words.wishes(),
    }


def _fourth(form: Carried) -> dict[str, object]:
    topic = form.get("topic")
    return {
        "meant": fields.answers(form),
        "topic": _(TOPICS[topic]) if topic in TOPICS else "",
        "ages": list(words.AGES.items()),
        "spoken": dict(fields.languages()).get(form.get("language"), ""),
        "now": runtime().now(),
    }


_CHOICES: dict[int, Callable[[Carried], dict[str, object]]] = {
    1: _first,
    2: _second,
    3: _third,
    4: _fourth,
}
