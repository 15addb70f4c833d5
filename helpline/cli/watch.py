"""`helpline check`: whether everything is as it must be; `helpline bench`: how fast it is."""

import click

from helpline.cli.house import opened
from helpline.config import Config


@click.command()
def check() -> None:
    """Look at settings, clock, zone data, database, provider, and at whatever waits too long."""
    from helpline.check import findings

    with opened(Config.from_env()):
        found = findings()
    for finding in found:
        click.echo(f"{finding.level:<5} {finding.about}: {finding.sentence}")
    worst = {finding.level for finding in found}
    if "stop" in worst:
        raise SystemExit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--postgres", metavar="URL", default="", help="A server to measure on as well.")
def bench(as_json: bool, postgres: str) -> None:
    """Measure, as ratios within one run, what docs/performance.md promises."""
    from helpline.bench import run

    click.echo(run(Config.from_env(), server=postgres, as_json=as_json))


COMMANDS = (check, bench)
