"""`helpline demo`: demonstration people in an empty database, and ways in as each of them."""

import json

import click

from helpline import migration
from helpline.cli.house import opened
from helpline.config import Config, ConfigError


@click.group()
def demo() -> None:
    """A demonstration: people, shifts and some history. Loopback only."""


@demo.command()
def load() -> None:
    """Put the demonstration people into an empty database."""
    from helpline.demo import load_if_empty

    config = _on_loopback()
    migration.upgrade(config.database_url)
    with opened(config):
        loaded = load_if_empty()
    if not loaded:
        raise click.ClickException(
            "There are people in this database already. Name an empty one in DATABASE_URL."
        )
    click.echo("The demonstration people are in. `helpline demo links` lists the ways in.")


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def links(as_json: bool) -> None:
    """One-time addresses that sign in as each demonstration person."""
    from helpline.demo import make_links
    from helpline.runtime import runtime

    config = _on_loopback()
    with opened(config):
        if not runtime().demonstration:
            raise click.ClickException(
                "This database holds no demonstration: `helpline demo load`."
            )
        made = make_links(config.public_base_url)
    if as_json:
        click.echo(json.dumps(made, indent=1, ensure_ascii=False))
        return
    for person in made["people"]:
        click.echo(f"{person['alias']:<12} {', '.join(person['roles']):<24} {person['sign_in']}")


def _on_loopback() -> Config:
    config = Config.from_env()
    if not config.stays_here:
        raise ConfigError(
            "a demonstration is for this machine only: PUBLIC_BASE_URL, and every gateway for texts"
            " and mails, must be loopback (127.0.0.1)"
        )
    return config


COMMANDS = (demo,)
