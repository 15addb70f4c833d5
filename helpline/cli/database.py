"""`helpline migrate`: the database's shape, forwards and backwards."""

import click

from helpline import migration
from helpline.config import Config


@click.command()
@click.option("--down", metavar="STEP", help='Go back to STEP ("base": to nothing; asks first).')
@click.option("--yes", is_flag=True, help="Do not ask.")
def migrate(down: str | None, yes: bool) -> None:
    """Bring the database to the shape this version needs."""
    url = Config.from_env().database_url
    if down is None:
        migration.upgrade(url)
        click.echo("The database is up to date.")
        return
    if not yes:
        click.confirm(f"Going back to {down} drops what newer steps hold. Go on?", abort=True)
    migration.downgrade(url, down)
    click.echo(f"The database is at {down}.")


COMMANDS = (migrate,)
