"""`helpline outbox`: what is to be said, and how far each text has come."""

import json
from collections import Counter

import click

from helpline.cli.house import opened
from helpline.db import read


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Every row, for programs.")
def outbox(as_json: bool) -> None:
    """How far each text has come. No numbers, no words."""
    from helpline.messaging import outbox as messages

    with opened():
        rows = messages.listing(read())
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for state, count in sorted(Counter(str(row["state"]) for row in rows).items()):
        click.echo(f"{count:>7} {state}")


COMMANDS = (outbox,)
