"""`/coordination/matching`: every figure of matching, tried on yesterday before it is changed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import cases, i18n
from helpline.cases import tuning
from helpline.cases.rehearsing import YESTERDAY, Differs, Rehearsed, rehearse
from helpline.cases.standing import LEARNED, standing
from helpline.cases.tuning import FIGURES, Change, ChangedMeanwhile, Tuned
from helpline.db import read, transaction
from helpline.instance import setting
from helpline.matching import Parameter, Prices
from helpline.matching.prices import HOURS
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account import fields
from helpline.web.coordination.figures import GROUP, meaning, unit
from helpline.web.coordination.frame import bp
from helpline.web.coordination.words import PART, URGENCY
from helpline.web.language import gettext as _
from helpline.web.language import language, ngettext
from scheduling.zones import Window

SHOWN = 50  # differing decisions; the rest is counted
PRICES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as the form shows it. value: as typed, or in force; was: before the last change."""

    name: str
    label: str
    hint: str
    value: str
    change: Change | None
    was: str


@dataclass(frozen=True, slots=True)
class Step:
    """A figure that would change: what it means, from what to what, in what it is counted."""

    label: str
    before: str
    after: str
    unit: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A decision of yesterday that would have been another."""

    codename: str
    language: str
    urgency: tuple[str, str]
    at: datetime
    then: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Price:
    """A language at its busiest hour of the day (the coming one of its name). worth: what those who
    come in that hour would miss if nobody were free."""

    hour: datetime
    language: str
    worth: str


@bp.get("/coordination/matching")
def matching() -> ResponseReturnValue:
    """Every figure with its meaning, unit and range, and who changed it last."""
    return _page()


@bp.post("/coordination/matching")
def preview_matching() -> ResponseReturnValue:
    """What these figures would have made of yesterday. Nothing is changed yet."""
    session, now = read(), runtime().now()
    typed = _typed()
    errors = _errors(typed)
    if errors:
        return _page(typed, errors, 400)
    before = tuning.tuned(session)
    after = Tuned.from_data(before.to_data() | _figures(typed))
    steps = _steps(before, after)
    if not steps:
        return _page(
            typed, {FIGURES[0].name: _("Nothing is different. Change a figure first.")}, 400
        )
    window = Window(now - YESTERDAY, now)
    found = rehearse(session, after.parameters, window, offers=after.offers)
    page = render_template(
        "coordination/matching_preview.html",
        who=auth.current(),
        now=now,
        steps=steps,
        kept={name: _written(figure) for name, figure in after.to_data().items()}
        | {"mark": before.mark},
        found=found,
        told=_told(session, found),
        rest=max(len(found.differing) - SHOWN, 0),
    )
    return page


@bp.post("/coordination/matching/keep")
def keep_matching() -> ResponseReturnValue:
    """These figures hold from the next look at the line."""
    who, now, typed = auth.current(), runtime().now(), _typed()
    errors = _errors(typed)
    if errors:
        return _page(typed, errors, 400)
    seen = request.form.get("mark", "")[:16]
    try:
        with transaction() as session:
            changed = tuning.set_parameters(session, _figures(typed), who.person_id, now, seen=seen)
    except ChangedMeanwhile:
        flash(_("A colleague changed a figure meanwhile. Look at them as they are now."), "warn")
        return redirect(url_for("coordination.matching"), code=303)
    flash(
        ngettext(
            "%(count)s figure changed. It holds from now on.",
            "%(count)s figures changed. They hold from now on.",
            len(changed),
            count=len(changed),
        )
    )
    return redirect(url_for("coordination.matching"), code=303)


def _page(
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, now = read(), runtime().now()
    by = standing(session)
    last = tuning.changes(session)
    learned = setting(session, LEARNED, default={})
    page = render_template(
        "coordination/matching.html",
        who=auth.current(),
        now=now,
        errors=errors or {},
        groups=_groups(tuning.tuned(session), typed or {}, last),
        names=cases.names_of(session, [each.by_id for each in last.values()]),
        prices=_prices(by.prices, now),
        learned_at=datetime.fromisoformat(learned["at"]) if "at" in learned else None,
    )
    return page, status


def _groups(
    in_force: Tuned, typed: Mapping[str, str], last: Mapping[str, Change]
) -> list[tuple[str, str, list[Shown]]]:
    """The figures under their headings."""
    figures = in_force.to_data()
    found = defaultdict[str, list[Shown]](list)
    for each in FIGURES:
        value = typed.get(each.name, _written(figures[each.name]))
        change = last.get(each.name)
        was = _written(change.was) if change else ""
        found[each.group].append(
            Shown(each.name, meaning(each.name), _hint(each), value, change, was)
        )
    titles = {name: (str(title), str(words)) for name, (title, words) in GROUP.items()}
    return [(*titles.get(name, (name, "")), shown) for name, shown in found.items()]


def _hint(of: Parameter) -> str:
    return _(
        "%(low)s to %(high)s %(unit)s; %(default)s at first",
        low=_written(of.low),
        high=_written(of.high),
        unit=unit(of.unit),
        default=_written(of.default),
    )


def _typed() -> dict[str, str]:
    return {each.name: fields.line(each.name, 12) for each in FIGURES if each.name in request.form}


def _errors(typed: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for each in FIGURES:
        figure = _figure(typed.get(each.name, _written(each.default)))
        if figure is None or not each.low <= figure <= each.high:
            found[each.name] = _(
                "%(figure)s: write a number from %(low)s to %(high)s.",
                figure=meaning(each.name),
                low=_written(each.low),
                high=_written(each.high),
            )
    return found


def _figures(typed: Mapping[str, str]) -> dict[str, object]:
    return {name: _figure(words) for name, words in typed.items()}


def _figure(words: str) -> float | None:
    """A number as people write it: with a point or a comma.

    >>> _figure("0,5"), _figure("12"), _figure("ten"), _figure("nan")
    (0.5, 12.0, None, None)
    """
    try:
        found = float(words.replace(",", "."))
    except ValueError:
        return None
    return found if found == found else None  # not "nan"


def _written(figure: float) -> str:
    """As the form takes it back.

    >>> _written(15.0), _written(0.5)
    ('15', '0.5')
    """
    return f"{figure:.10g}"


def _steps(before: Tuned, after: Tuned) -> list[Step]:
    old, new = before.to_data(), after.to_data()
    return [
        Step(
            meaning(each.name), _written(old[each.name]), _written(new[each.name]), unit(each.unit)
        )
        for each in FIGURES
        if old[each.name] != new[each.name]
    ]


def _told(session: Session, found: Rehearsed) -> list[Otherwise]:
    differing = found.differing[:SHOWN]
    people = {who for each in differing for who in (*each.then, *each.now)}
    names = cases.names_of(session, sorted(people))
    codenames = cases.codenames_of(session, [each.case_id for each in differing])
    return [
        Otherwise(
            codename=codenames.get(each.case_id, ""),
            language=i18n.language_name(each.language, language()),
            urgency=_urgency(each.urgency),
            at=each.at,
            then=_listed(each.then, names),
            now=_listed(each.now, names),
            why=_why(each),
        )
        for each in differing
        if each.case_id in codenames
    ]


def _urgency(number: int) -> tuple[str, str]:
    words, kind = URGENCY[number]
    return str(words), kind


def _listed(people: Sequence[str], names: Mapping[str, str]) -> str:
    if not people:
        return _("nobody")
    return i18n.listed([names.get(who) or _("somebody who has left") for who in people], language())


def _why(one: Differs) -> str:
    """The two largest parts that tell them apart, in points."""
    if not one.then:
        return _("more are asked at once, or nobody was free for it")
    if not one.why:
        return _("who comes first, who is asked about another, or how many at once")
    return "; ".join(
        _(
            "%(part)s: %(then)s against %(now)s points",
            part=PART.get(part.name, part.name),
            then=i18n.number(round(part.then, 1), language()),
            now=i18n.number(round(part.now, 1), language()),
        )
        for part in one.why[:2]
    )


def _prices(prices: Prices, now: datetime) -> list[Price]:
    """For each language the hour at which most is asked for, the most asked for first."""
    hours = [Counter[str]() for _ in range(HOURS)]
    for counted, table in zip(hours, prices.by_hour, strict=False):
        for demand, worth in table.items():
            counted[demand.language] += worth  # type: ignore[assignment]
    top = {
        tag: max(range(HOURS), key=lambda hour: (hours[hour][tag], -hour))
        for tag in {each.language for each in prices.demands}
    }
    dear = sorted(top, key=lambda tag: (-hours[top[tag]][tag], tag))
    return [
        Price(
            _coming(top[tag], now),
            i18n.language_name(tag, language()),
            i18n.number(round(hours[top[tag]][tag], 2), language()),
        )
        for tag in dear[:PRICES_SHOWN]
    ]


def _coming(hour: int, now: datetime) -> datetime:
    today = datetime.combine(now.date(), time(hour), UTC)
    return today if today + timedelta(hours=1) > now else today + timedelta(days=1)
