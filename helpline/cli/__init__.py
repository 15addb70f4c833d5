"""One command, `helpline`. Each of its commands is a door like a view, and as thin."""

import click

from helpline.cli import database, demo, outbox, rehearse, running, staff, watch
from helpline.config import ConfigError
from helpline.privacy.keys import BadKeys


class _Told(click.Group):
    """Settings that make no sense are told in a sentence, not a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ConfigError, BadKeys) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Told, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Warmline: a peer-support helpline. Settings come from the environment; see README.md."""


for _room in (running, database, demo, staff, outbox, rehearse, watch):
    for _command in _room.COMMANDS:
        main.add_command(_command)
