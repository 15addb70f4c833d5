"""`helpline staff`: the first admin, by a link that works once."""

import click

from helpline.cli.house import opened
from helpline.config import Config
from helpline.db import transaction


@click.group()
def staff() -> None:
    """People who answer and coordinate."""


@staff.command()
@click.option("--name", prompt="What shall we call them", help="How colleagues know them.")
@click.option("--role", default="admin", show_default=True, help="admin, coordinator, counsellor …")
def add(name: str, role: str) -> None:
    """Print a one-time link with which somebody makes their account (30 minutes)."""
    from helpline.people import staff as people
    from helpline.runtime import runtime

    config = Config.from_env()
    with opened(config):
        now = runtime().now()
        with transaction() as session:
            token = people.first_invitation(session, for_whom=name, role=role, now=now)
    click.echo("Open this address within 30 minutes; it works once:")
    click.echo(f"  {config.public_base_url}/invitation/{token}")


COMMANDS = (staff,)
