"""`/desk/hours`: one's weekly promises, extra hours and days away, each on the clock of a place."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import overload

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpline import cases, i18n
from helpline.db import read, transaction
from helpline.runtime import runtime
from helpline.web import auth
from helpline.web.account.fields import zone_options
from helpline.web.csrf import keeps_typed
from helpline.web.desk.frame import bp, hour
from helpline.web.desk.lists import duty
from helpline.web.errors import told
from helpline.web.language import gettext as _
from helpline.web.language import language
from scheduling import promises, zones
from scheduling.availability import clock_changes
from scheduling.errors import Refused
from scheduling.promises import WeeklyPromise
from scheduling.zones import WallStatus, Window

WARN_AHEAD = timedelta(days=400)
SHOW_AHEAD = timedelta(days=14)
_MONDAY = date(2024, 1, 1)


class Unreadable(Refused):
    """A day or an hour that cannot be read."""

    code = "unreadable_hours"


@bp.get("/desk/hours")
def hours() -> ResponseReturnValue:
    """What I promised, when I am away, what is coming."""
    return _page()


def _page(*, problem: str = "", status: int = 200, which: str = "") -> ResponseReturnValue:
    who, now = auth.current(), runtime().now()
    session = read()
    there = zones.local_date(now, zones.zone(who.zone))
    stated = promises.promises_of(session, who.person_id, day=there)
    page = render_template(
        "desk/hours.html",
        promises=stated,
        changes=promises.changes_of(session, who.person_id, day=there),
        coming=promises.coming(session, Window(now, now + SHOW_AHEAD), among=[who.person_id]),
        warnings=list(_warnings(stated, now)),
        weekdays=_weekdays(),
        zones=zone_options(now),
        duty=duty(session, who.person_id, now),
        today=there,
        zone=who.zone,
        now=now,
        hour=hour,
        typed=request.form,
        which=which,
        problem=problem,
    )
    return page, status


@bp.post("/desk/hours/promise")
@keeps_typed(lambda: _page(which="promise", status=400))
def promise() -> ResponseReturnValue:
    """Every week, from today or a later day on: one promise for each weekday that was ticked."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            start, end, place = _time("start"), _time("end"), _zone()
            for weekday in _chosen_days():
                promises.promise(
                    session,
                    who.person_id,
                    weekday=weekday,
                    start=start,
                    end=end,
                    zone=place,
                    first_on=_day("first_on", needed=False),
                    now=now,
                )
            cases.hours_changed(session, now=now)
    except Refused as refusal:
        return _refused(refusal, "promise")
    return _done(_("Your promise is kept. Thank you."))


@bp.post("/desk/hours/promises/<promise_id>/withdraw")
def withdraw_promise(promise_id: str) -> ResponseReturnValue:
    """From today on; a shift that runs goes to its end."""
    who, now = auth.current().person_id, runtime().now()
    try:
        with transaction() as session:
            promises.withdraw(session, promise_id, person_id=who, now=now)
            cases.hours_changed(session, now=now)
    except Refused as refusal:
        return _refused(refusal, "")
    return _done(_("Taken back. A shift that runs now goes to its end."))


@bp.post("/desk/hours/extra")
@keeps_typed(lambda: _page(which="extra", status=400))
def extra() -> ResponseReturnValue:
    """There as well on some days, besides what is promised for every week."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            promises.extra_hours(
                session,
                who.person_id,
                first_on=_day("extra_first"),
                last_on=_day("extra_last", needed=False),
                start=_time("extra_start"),
                end=_time("extra_end"),
                zone=_zone("extra_zone"),
                now=now,
            )
            cases.hours_changed(session, now=now)
    except Refused as refusal:
        return _refused(refusal, "extra")
    return _done(_("Noted: you are here then. Thank you."))


@bp.post("/desk/hours/away")
@keeps_typed(lambda: _page(which="away", status=400))
def away() -> ResponseReturnValue:
    """Not there on some days, or for some hours of them."""
    who, now = auth.current(), runtime().now()
    try:
        with transaction() as session:
            first_on = _day("away_first")
            promises.away(
                session,
                who.person_id,
                first_on=first_on,
                last_on=_day("away_last", needed=False) or first_on,
                start=_time("away_start", needed=False),
                end=_time("away_end", needed=False),
                zone=_zone("away_zone"),
                now=now,
            )
            cases.hours_changed(session, now=now)
    except Refused as refusal:
        return _refused(refusal, "away")
    return _done(_("Noted: you are away then."))


@bp.post("/desk/hours/changes/<change_id>/withdraw")
def take_back(change_id: str) -> ResponseReturnValue:
    """As if it had not been said."""
    who, now = auth.current().person_id, runtime().now()
    try:
        with transaction() as session:
            promises.take_back(session, change_id, person_id=who)
            cases.hours_changed(session, now=now)
    except Refused as refusal:
        return _refused(refusal, "")
    return _done(_("Taken back: your usual hours hold."))


def _refused(refusal: Refused, which: str) -> ResponseReturnValue:
    status, sentence = told(refusal)
    return _page(problem=sentence, status=status, which=which)


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("desk.hours"), code=HTTPStatus.SEE_OTHER)


def _chosen_days() -> list[int]:
    """The weekdays that were ticked, Monday being 0.

    Raises:
        UnknownWeekday: none, or something that is no weekday.
    """
    typed = request.form.getlist("weekday")
    if not typed or any(each not in tuple("0123456") for each in typed):
        raise promises.UnknownWeekday
    return sorted({int(each) for each in typed})


@overload
def _time(name: str) -> time: ...
@overload
def _time(name: str, *, needed: bool) -> time | None: ...
def _time(name: str, *, needed: bool = True) -> time | None:
    typed = request.form.get(name, "").strip()
    if not typed and not needed:
        return None
    try:
        return time.fromisoformat(typed[:8]).replace(tzinfo=None)
    except ValueError:
        raise Unreadable(name) from None


@overload
def _day(name: str) -> date: ...
@overload
def _day(name: str, *, needed: bool) -> date | None: ...
def _day(name: str, *, needed: bool = True) -> date | None:
    typed = request.form.get(name, "").strip()
    if not typed and not needed:
        return None
    try:
        return date.fromisoformat(typed[:10])
    except ValueError:
        raise Unreadable(name) from None


def _zone(name: str = "zone") -> str:
    return zones.canonical(request.form.get(name, "")[:60])


def _weekdays() -> Mapping[int, str]:
    names = (i18n.day(_MONDAY + timedelta(days=each), language(), full=True) for each in range(7))
    return {number: name.split(",")[0] for number, name in enumerate(names)}


def _warnings(stated: Sequence[WeeklyPromise], now: datetime) -> Iterator[str]:
    """Nights on which the clocks skip or repeat an hour at which a promise starts or ends."""
    for row in stated:
        for change in clock_changes(row.terms(), Window(now, now + WARN_AHEAD)):
            facts = {
                "day": i18n.day(change.wall.date(), language()),
                "hour": f"{change.wall:%H:%M}",
                "real": hour(change.at, row.zone),
            }
            if change.status is WallStatus.GAP:
                yield _("On %(day)s the clocks skip %(hour)s: it counts as %(real)s.", **facts)
            else:
                yield _("On %(day)s %(hour)s comes twice: the first, %(real)s, counts.", **facts)
