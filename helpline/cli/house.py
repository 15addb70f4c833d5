"""An application for as long as one command needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from helpline.config import Config


@contextmanager
def opened(config: Config | None = None) -> Iterator[Flask]:
    """The application, in its context; afterwards its connections to the database are closed."""
    from helpline.app import create_app  # so that `helpline --help` does not load the house
    from helpline.db import db

    app = create_app(config)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
