"""When nobody fits: the ways on as a form on the conversation page, and what was chosen.

A plain list and one button; what is chosen stands above it and can be changed at any time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpline import cases, i18n
from helpline.cases import Case, ChoiceKind, Option, WaitChoice, WayIsGone
from helpline.db import read, transaction
from helpline.errors import WrongMove
from helpline.intake import asking
from helpline.people import Person
from helpline.runtime import runtime
from helpline.web import csrf
from helpline.web.language import gettext as _
from helpline.web.language import language
from helpline.web.public import bp, fields, first, returning, visiting, words

Wall = tuple[time, time]
_SLOT = re.compile(r"later:(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)Z")
HOURS = "hours"  # the tile under which the two fields open


@dataclass(frozen=True, slots=True)
class Ways:
    """The form. tiles: value, words. value, start, end: as they were chosen. error: why not."""

    tiles: Sequence[tuple[str, str]]
    hours: Sequence[str]
    value: str = ""
    start: str = ""
    end: str = ""
    error: str = ""


def ways(person: Person, case: Case, *, staffed: bool, error: str = "") -> Ways | None:
    """The form, where there is something to choose: nobody fits now, or they want to change it."""
    session, now = read(), runtime().now()
    chose = cases.open_choice(session, case.id)
    wants_other = bool(request.args.get("change")) or bool(error)
    if (chose is None and staffed) or (chose is not None and not wants_other):
        return None
    found = cases.options(session, case, now)
    tiles = [(_value(each), _words(each, case, person.zone)) for each in found if _is_open(each)]
    if not tiles:
        return None
    form = request.form
    return Ways(
        tiles=tiles,
        hours=fields.hours(),
        value=form.get("way", ""),
        start=form.get("from_hour", ""),
        end=form.get("until_hour", ""),
        error=error,
    )


def chosen(choice: WaitChoice | None, case: Case, zone: str) -> str:
    """What stands, in a sentence; "" where nothing was chosen."""
    if choice is None:
        return ""
    told = {"when": i18n.when(choice.promised_at, zone, language())} if choice.promised_at else {}
    if choice.kind is ChoiceKind.LATER and choice.from_wall and choice.until_wall:
        return _hours_chosen(choice.from_wall, choice.until_wall, told)
    if choice.kind is ChoiceKind.LANGUAGE:
        spoken = i18n.language_name(choice.language, language())
        return _("You chose to talk in %(language)s as soon as somebody can.", language=spoken)
    if choice.kind is ChoiceKind.WAIT and told:
        return _("You chose to wait until %(when)s.", **told)
    if choice.kind is ChoiceKind.LATER and told:
        return _("You chose to talk on %(when)s.", **told)
    if choice.kind is ChoiceKind.TEXT:
        return _("You chose an answer by text message.")
    return _("You chose to leave a message. Write it below; the answer comes here.")


def _hours_chosen(start: time, end: time, told: dict[str, str]) -> str:
    if start == end:
        return _("You chose to be answered at any hour.")
    facts = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}", **told}
    if told:
        return _(
            "You chose the hours from %(start)s to %(end)s. Somebody is here first on %(when)s.",
            **facts,
        )
    return _(
        "You chose the hours from %(start)s to %(end)s. We do not know yet on which day.", **facts
    )


def _typed_again() -> ResponseReturnValue:
    person = visiting.visitor()
    if person is None:
        return redirect(url_for("public.come_back"), code=303)
    return _again(person, str(words.EXPIRED))


@bp.post("/talk/choose")
@csrf.keeps_typed(_typed_again)
def choose() -> ResponseReturnValue:
    """Keep what was chosen. Somebody may have begun to answer meanwhile: then the page says so."""
    person = visiting.visitor()
    if person is None:
        return returning.show_kept("")
    hours = _hours() if request.form.get("way") == HOURS else None
    if isinstance(hours, str):
        return _again(person, hours)
    kind, spoken, at = _meant(request.form.get("way", ""))
    if kind is None:
        return _again(person, _("Choose one of these."))
    try:
        with transaction() as session:
            case = asking.last_case(session, person.id)
            cases.choose(
                session,
                case,
                kind,
                by="web",
                language=spoken,
                at=at,
                hours=hours,
                now=runtime().now(),
            )
    except WayIsGone:
        return _again(person, _("That is not possible any more. Please choose again."))
    except WrongMove:
        pass  # the page shows how things stand now
    return redirect(url_for("public.talk"), code=303)


def _again(person: Person, error: str) -> ResponseReturnValue:
    from helpline.web.public import talk  # it shows our form, so it knows us

    return talk.show(person, way_error=error, typed="", status=400)


def _hours() -> Wall | str:
    """The two hours, equal where neither is named; a sentence where they are no span."""
    start, end = request.form.get("from_hour", ""), request.form.get("until_hour", "")
    if not start and not end:
        return time(), time()
    if start not in fields.hours() or end not in fields.hours():
        return _("Choose both hours, or leave both at “any hour”.")
    if start == end:
        return _("These two hours are the same. Choose a later one here.")
    return time.fromisoformat(start), time.fromisoformat(end)


def _meant(way: str) -> tuple[ChoiceKind | None, str, datetime | None]:
    """What a value of the form means; no kind for anything that is none of ours."""
    if way == HOURS:
        return ChoiceKind.LATER, "", None
    slot = _SLOT.fullmatch(way)
    if slot is not None:
        try:
            return ChoiceKind.LATER, "", datetime.fromisoformat(slot[1]).replace(tzinfo=UTC)
        except ValueError:
            return None, "", None
    name, _colon, spoken = way.partition(":")
    if name == ChoiceKind.LANGUAGE and spoken:
        return ChoiceKind.LANGUAGE, spoken[:12], None
    plain = {each.value: each for each in (ChoiceKind.WAIT, ChoiceKind.TEXT, ChoiceKind.MESSAGE)}
    return plain.get(way), "", None


def _value(one: Option) -> str:
    if one.kind is ChoiceKind.LANGUAGE:
        return f"language:{one.language}"
    if one.kind is ChoiceKind.LATER:
        return f"later:{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z" if one.at else HOURS
    return one.kind.value


def _is_open(one: Option) -> bool:
    return one.kind is not ChoiceKind.TEXT or first.texts_are_open()


def _words(one: Option, case: Case, zone: str) -> str:
    if one.kind is ChoiceKind.LANGUAGE:
        spoken = i18n.language_name(one.language, language())
        return _("Talk in %(language)s now", language=spoken)
    if one.kind is ChoiceKind.WAIT and one.at:
        spoken = i18n.language_name(case.language, language())
        hour = i18n.when(one.at, zone, language())
        return _("Wait for %(language)s, until %(when)s", language=spoken, when=hour)
    if one.kind is ChoiceKind.LATER and one.at and one.until:
        hour, end = i18n.when(one.at, zone, language()), i18n.clock(one.until, zone)
        return _("Talk on %(when)s, until %(end)s at the latest", when=hour, end=end)
    if one.kind is ChoiceKind.LATER:
        return _("At hours that I name")
    if one.kind is ChoiceKind.TEXT:
        return _("Get the answer by text message")
    return _("Leave a message, and be answered whenever somebody can")
