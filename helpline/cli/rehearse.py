"""`helpline rehearse`: the coming weeks tried out, with the line's own log or an imagined one."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from helpline.cli.house import opened
from helpline.db import read
from helpline.rehearsal import (
    BadScenario,
    Helper,
    Report,
    Scenario,
    World,
    example,
    imagined,
    imagined_helpers,
    promised,
    read_scenario,
    remembered,
    remembered_pace,
    report,
    weeks_of,
)
from helpline.rehearsal.arrivals import Arrival
from helpline.rehearsal.report import Row
from scheduling.zones import Window, local_date, local_day, zone

USUAL_DAYS = 28
_HEAD = ("", "asked", "helped", "left", "still waiting", "p50 min", "p95 min", "nobody on")


@click.command()
@click.option("--scenario", type=click.Path(path_type=Path), help="Who asks: a TOML or JSON file.")
@click.option("--history", type=click.IntRange(1, 366), help="Who asked in so many days [28].")
@click.option("--weeks", type=click.IntRange(1, 52), help="How many coming weeks [as the log].")
@click.option("--seed", type=click.IntRange(0), help="Equal seeds give equal weeks [1].")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--example", "show_example", is_flag=True, help="Print a scenario to begin with.")
def rehearse(
    scenario: Path | None,
    history: int | None,
    weeks: int | None,
    seed: int | None,
    as_json: bool,
    show_example: bool,
) -> None:
    """Try the coming weeks: who would wait how long, in which language, at which hour.

    People who asked lately ask again (or those of a scenario file do), against the hours that were
    promised, matched as the line does. Nothing is changed. See docs/rehearsing.md.
    """
    if show_example:
        click.echo(example(), nl=False)
        return
    if scenario is not None and history is not None:
        raise click.UsageError("Name a scenario or a history, not both.")
    imagined_week = _scenario(scenario) if scenario is not None else None
    with opened():
        found, chosen = _rehearsed(imagined_week, history or USUAL_DAYS, weeks, seed)
    if as_json:
        click.echo(json.dumps(chosen | found.to_data(), indent=1))
    else:
        click.echo(_told(found, chosen))


def _scenario(path: Path) -> Scenario:
    try:
        return read_scenario(path)
    except BadScenario as error:
        where, what = error.args
        raise click.ClickException(f"{path.name}, {where}: {what}.") from error


def _rehearsed(
    scenario: Scenario | None, days: int, weeks: int | None, seed: int | None
) -> tuple[Report, dict[str, object]]:
    """What happened, and what was chosen."""
    from helpline.cases.standing import standing
    from helpline.instance import first_line
    from helpline.runtime import runtime

    session, now = read(), runtime().now()
    line = first_line(session)
    place = line.zone if line else "UTC"
    weeks = weeks or (scenario.weeks if scenario else weeks_of(days))
    seed = seed if seed is not None else (scenario.seed if scenario else 1)
    window = coming(now, place, weeks)
    arrivals: list[Arrival]
    helpers: list[Helper]
    if scenario is None:
        arrivals = remembered(session, days, window, now=now)
        helpers, pace = promised(session, window), remembered_pace(session, days, now=now)
        _something(arrivals, days)
    else:
        arrivals = imagined(_seeded(scenario, seed), window)
        helpers = imagined_helpers(scenario.helpers, window)
        helpers += promised(session, window) if scenario.with_promises else []
        pace = scenario.pace
    by = standing(session)
    world = World(
        arrivals,
        helpers,
        seed=seed,
        pace=pace,
        parameters=by.parameters,
        offers=by.offers,
        prices=by.prices,
    )
    with _progress(window) as tell:
        world.run(window, tell)
    chosen: dict[str, object] = {
        "from": window.start.isoformat(),
        "until": window.end.isoformat(),
        "weeks": weeks,
        "seed": seed,
        "helpers": len(helpers),
        "history_days": None if scenario else days,
        "service_minutes": dict(pace.service),
    }
    return report(world.outcomes, place), chosen


def coming(now: datetime, place: str, weeks: int) -> Window:
    """Whole weeks from the coming Monday at a place.

    >>> from datetime import UTC
    >>> coming(datetime(2026, 4, 8, 12, tzinfo=UTC), "Asia/Tokyo", 1).start.isoformat()
    '2026-04-12T15:00:00+00:00'
    """
    there = zone(place)
    today = local_date(now, there)
    monday = today + timedelta(days=7 - today.weekday())
    start = local_day(monday, there).start
    return Window(start, local_day(monday + timedelta(days=7 * weeks), there).start)


def _seeded(scenario: Scenario, seed: int) -> Scenario:
    return replace(scenario, seed=seed)


def _something(arrivals: list[Arrival], days: int) -> None:
    if not arrivals:
        raise click.ClickException(
            f"Nobody asked in the last {days} days, so there is nothing to replay.\n"
            "Imagine a week instead:\n"
            "  helpline rehearse --example > week.toml\n"
            "  helpline rehearse --scenario week.toml"
        )


@contextmanager
def _progress(window: Window) -> Iterator[Callable[[datetime], None]]:
    """A bar on standard error while people look on; nothing in a pipe."""
    steps = max(int((window.end - window.start) / timedelta(hours=6)), 1)
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=steps, label="Rehearsing", file=sys.stderr, hidden=hidden) as bar:
        seen = 0

        def tell(now: datetime) -> None:
            nonlocal seen
            step = int((now - window.start) / timedelta(hours=6))
            bar.update(step - seen)
            seen = step

        yield tell


def _told(found: Report, chosen: dict[str, object]) -> str:
    """For people: in all, by language and hour, and where it is thin."""
    parts = [
        f"{str(chosen['from'])[:10]} to {str(chosen['until'])[:10]} (UTC),"
        f" seed {chosen['seed']}, {chosen['helpers']} people with hours."
        f" Hours on the clock of {found.place}.",
        "",
        _table([("everybody", found.everybody), *found.languages.items()]),
    ]
    for tag, hours in found.hours.items():
        parts += ["", _table([(f"{tag} {hour:02}:00", row) for hour, row in hours.items()])]
    if found.thin:
        parts += ["", "Thin: people come and nobody who could help them is on."]
        parts += [
            f"  {each.language:<8} {each.day} {each.hour:02}:00"
            f"  {each.nobody_on} of {each.asked} came to nobody"
            for each in found.thin
        ]
    if found.offers is not None:
        parts += ["", f"{found.offers:g} offers for each person helped."]
    return "\n".join(parts)


def _table(rows: list[tuple[str, Row]]) -> str:
    lines = [_HEAD, *((name, *_cells(row)) for name, row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.asked, row.helped, row.left, row.waiting)
    waits = ("-" if wait is None else f"{wait:g}" for wait in (row.p50, row.p95))
    return (*map(str, counts), *waits, str(row.nobody_on))


COMMANDS = (rehearse,)
