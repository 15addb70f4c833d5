"""Settings that coordinators and admins may change while the service runs."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import cases, crisis, i18n
from helpline.crisis import CrisisLine
from helpline.db import read, transaction
from helpline.instance import (
    Line,
    Review,
    TextRules,
    crisis_lines,
    first_line,
    set_crisis_lines,
    set_text_rules,
    text_rules,
)
from helpline.intake import attention, listed_words
from helpline.intake.attention import WordList
from helpline.intake.listed_words import Changes, NotListed, TooVague
from helpline.people.teams import all_teams, members_of
from helpline.privacy import audit
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import fields
from helpline.web.coordination.frame import bp
from helpline.web.language import gettext as _
from helpline.web.language import language
from helpline.web.language import lazy_gettext as _l
from scheduling.base import new_id

REVIEW = {
    Review.ALL: _l("Everything new"),
    Review.FLAGGED: _l("Only with a listed word or a limit"),
    Review.NONE: _l("Nothing"),
}
_PUBLIC_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{1,18}|")
_COUNTRY = re.compile(r"[A-Z]{2}")
MOST_PARTS = 10_000_000
FASTEST = 1_000  # parts a second


class WordsShown(NamedTuple):
    """One language's list of words that raise attention, and what was changed in it."""

    shipped: WordList
    name: str
    changed: Changes


@bp.get("/coordination/settings")
def settings() -> ResponseReturnValue:
    """Everything that may be set, each part a form of its own."""
    return page()


@bp.post("/coordination/settings/line")
def line() -> ResponseReturnValue:
    """What people text, in which languages, and what is read first."""
    errors: dict[str, str] = {}
    name, number = fields.line("line_name", 60), fields.line("number", 20)
    languages = [tag for tag in request.form.getlist("languages") if tag in i18n.LANGUAGES]
    if not name:
        errors["line_name"] = _("Write the name of the line.")
    if not _PUBLIC_NUMBER.fullmatch(number):
        errors["number"] = _("Write a number such as +60 3 1234 5678, or leave it empty.")
    if not languages:
        errors["languages"] = _("Choose at least one language.")
    if request.form.get("review") not in list(Review):
        errors["review"] = _("Choose what is read first.")
    zone, pace = fields.zone(errors), _whole("parts_per_second", errors, 1, FASTEST)
    if errors:
        return page(errors, 400)
    with transaction() as session:
        found = first_line(session) or _new_line(session)
        found.name, found.number, found.zone = name, number.translate(_BLANKS), zone
        found.parts_per_second = pace
        found.languages, found.review = ",".join(languages), Review(request.form["review"])
        _note(session, "line")
    return _done("line")


@bp.post("/coordination/settings/texts")
def texts() -> ResponseReturnValue:
    """What bounds outgoing texts."""
    errors: dict[str, str] = {}
    rules = TextRules(
        daily_parts=_whole("daily_parts", errors),
        monthly_parts=_whole("monthly_parts", errors),
        reserve=_whole("reserve", errors, most=90) / 100,
        quiet_from=_hour("quiet_from", errors),
        quiet_until=_hour("quiet_until", errors),
        countries=_countries("countries", errors),
    )
    if errors:
        return page(errors, 400)
    with transaction() as session:
        set_text_rules(session, rules)
        _note(session, "text_rules")
    return _done("texts")


@bp.post("/coordination/settings/crisis")
def crisis_line() -> ResponseReturnValue:
    """Enter a crisis line. It is shown to nobody until somebody has verified it."""
    errors: dict[str, str] = {}
    entered = CrisisLine(
        name=fields.line("crisis_name", 60),
        number=fields.line("crisis_number", 20),
        country=fields.line("crisis_country", 2).upper(),
        languages=tuple(
            tag for tag in request.form.getlist("crisis_languages") if tag in i18n.LANGUAGES
        ),
        hours=fields.line("crisis_hours", 80),
        source=fields.line("crisis_source", 200),
    )
    for name in ("name", "number", "source"):
        if not getattr(entered, name):
            errors[f"crisis_{name}"] = str(_MISSING[name])
    if entered.number and not _PUBLIC_NUMBER.fullmatch(entered.number):
        errors["crisis_number"] = _("Write the number as one dials it, such as 15999.")
    if entered.country and not _COUNTRY.fullmatch(entered.country):
        errors["crisis_country"] = _("Write two letters, such as MY, or leave it empty.")
    if errors:
        return page(errors, 400)
    with transaction() as session:
        set_crisis_lines(session, [*_others(session, entered.number), entered])
        _note(session, "crisis_line_entered")
    return _done("crisis")


@bp.post("/coordination/settings/crisis/verify")
def verify_crisis_line() -> ResponseReturnValue:
    """Somebody called or looked it up today, and says so with their name."""
    number, who, today = request.form.get("number", ""), auth.current(), runtime().now().date()
    with transaction() as session:
        lines = [
            replace(each, verified_on=today, verified_by=_alias(session, who.person_id))
            if each.number == number
            else each
            for each in crisis_lines(session)
        ]
        set_crisis_lines(session, lines)
        _note(session, "crisis_line_verified")
    return _done("crisis")


@bp.post("/coordination/settings/crisis/remove")
def remove_crisis_line() -> ResponseReturnValue:
    """Take a crisis line out."""
    with transaction() as session:
        set_crisis_lines(session, _others(session, request.form.get("number", "")))
        _note(session, "crisis_line_removed")
    return _done("crisis")


@bp.post("/coordination/settings/words")
def words() -> ResponseReturnValue:
    """What one language's list of words that raise attention has more, and what less."""
    tag = request.form.get("words_language", "")
    if tag not in {each.language for each in attention.shipped()}:
        return page({"words": _("Choose the language again.")}, 400)
    try:
        with transaction() as session:
            listed_words.change(session, tag, _lines("added"), _lines("left_out"))
            _note(session, "attention_words")
    except NotListed as refusal:
        wrong = _("“%(entry)s” is not on the shipped list. Copy it from there.", entry=refusal)
        return page({f"left_out-{tag}": wrong}, 400)
    except TooVague as refusal:
        wrong = _("“%(entry)s” is too short or too long. Write a word or a few.", entry=refusal)
        return page({f"added-{tag}": wrong}, 400)
    return _done("words")


def page(errors: Mapping[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    """The page; after an error with everything as it was typed."""
    session, now = read(), runtime().now()
    shown = render_template(
        "coordination/settings.html",
        who=auth.current(),
        now=now,
        errors=errors or {},
        typed=request.form,
        chosen=request.form.getlist,
        line=first_line(session),
        rules=text_rules(session),
        review_options=[(rule.value, str(words)) for rule, words in REVIEW.items()],
        languages=fields.language_options(),
        zones=fields.zone_options(now),
        crisis=[(each, crisis.shown(each, now.date())) for each in crisis_lines(session)],
        teams=[(team, members_of(session, team.id)) for team in all_teams(session)],
        staff=_staff(session),
        lists=_word_lists(session),
        escalation=cases.escalation(session),
        respite=cases.respite(session),
        by_clearance=cases.by_clearance(session),
    )
    return shown, status


def _word_lists(session: Session) -> list[WordsShown]:
    changed = listed_words.changes(session)
    return [
        WordsShown(
            each,
            i18n.language_name(each.language, language()),
            changed.get(each.language, Changes()),
        )
        for each in attention.shipped()
    ]


def _staff(session: Session) -> list[tuple[str, str]]:
    from helpline.people import staff

    found = staff.colleagues(session, auth.current())
    return sorted(((one.person_id, one.alias) for one in found), key=lambda pair: pair[1])


def _alias(session: Session, person_id: str) -> str:
    from helpline.people import Person

    found = session.get(Person, person_id)
    return (found.alias or "") if found else ""


def _others(session: Session, number: str) -> list[CrisisLine]:
    return [each for each in crisis_lines(session) if each.number != number]


def _new_line(session: Session) -> Line:
    made = Line(id=new_id(), name="", created_at=runtime().now())
    session.add(made)
    return made


def _whole(name: str, errors: dict[str, str], least: int = 0, most: int = MOST_PARTS) -> int:
    typed = fields.line(name, 12)
    if typed.isascii() and typed.isdigit() and least <= int(typed) <= most:
        return int(typed)
    errors[name] = _("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
    return least


def _hour(name: str, errors: dict[str, str]) -> time:
    try:
        return time.fromisoformat(fields.line(name, 5))
    except ValueError:
        errors[name] = _("Write an hour such as 21:00.")
        return time()


def _countries(name: str, errors: dict[str, str]) -> list[str]:
    codes = fields.line(name, 400).upper().replace(",", " ").split()
    if not codes or not all(_COUNTRY.fullmatch(code) for code in codes):
        errors[name] = _("Write countries by two letters each, such as MY PH IN.")
    return sorted(set(codes))


def _lines(name: str) -> list[str]:
    """One entry a line, without empty ones."""
    typed = (" ".join(each.split()) for each in request.form.get(name, "").splitlines())
    return [each for each in typed if each]


def _note(session: Session, what: str) -> None:
    audit.note(
        session,
        act="changed",
        kind="setting",
        object_id=what,
        actor_id=auth.current().person_id,
        now=runtime().now(),
    )


def _done(part: str) -> ResponseReturnValue:
    flash(_("Kept. It holds from now on."))
    return redirect(url_for("coordination.settings", _anchor=part), code=303)


_BLANKS = str.maketrans("", "", " ()-")
_MISSING = {
    "name": _l("Write what it is called."),
    "number": _l("Write its number."),
    "source": _l("Write where this number was read, so that somebody can check it."),
}
