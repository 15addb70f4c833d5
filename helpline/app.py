"""Where the house is put together: the only module that knows every room."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpline.config import Config, ConfigError
from helpline.db import begin_in, db, engine_options, engine_url, read
from helpline.gateways import mail_gateway, text_gateway
from helpline.instance import is_demonstration
from helpline.messaging.gateway import MailGateway, TextGateway
from helpline.models import ALL_TABLES as ALL_TABLES  # every model is known before the first query
from helpline.privacy import keys
from helpline.privacy.sealing import Keyring
from helpline.runtime import Runtime, utc_now
from helpline.web import DOORS
from helpline.web.machines import House

_BESIDE = Path(__file__).parent.parent / "templates"
TEMPLATES = _BESIDE if _BESIDE.is_dir() else Path(__file__).parent / "_data" / "templates"
MAX_FORM_BYTES = 256 * 1024  # a text has 1,600 characters at most, a form a few thousand


def create_app(
    config: Config | None = None,
    *,
    texts: TextGateway | None = None,
    mail: MailGateway | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Flask:
    """Build one application. Tests hand in their own settings, gateways and clock.

    Raises:
        ConfigError: when no `config` is given and the environment does not make one.
        BadKeys: when a key is missing, too short or unreadable.
    """
    config = config or Config.from_env()
    secret_key, keyring = _keys(config)
    app = House(__name__, template_folder=TEMPLATES)
    app.config.from_mapping(
        SECRET_KEY=secret_key,
        SQLALCHEMY_DATABASE_URI=engine_url(config.database_url),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_PARTS=200,
    )
    db.init_app(app)
    _start(app, config, keyring, texts, mail, now)
    for door in DOORS:
        door(app)
    return app


def _keys(config: Config) -> tuple[str, Keyring]:
    """The secret key and the ring: from the settings, or all from the instance's own file."""
    given = (config.secret_key, config.data_keys, config.index_key, config.audit_key)
    if all(given):
        return given[0], keys.keyring(*given[1:])
    if any(given[1:]):
        raise ConfigError("set SECRET_KEY, DATA_KEYS, INDEX_KEY and AUDIT_KEY together, or none")
    found, _, _ = keys.read_or_make(Path(config.keys_dir or config.data_folder))
    ring = keys.keyring(found["data_keys"], found["index_key"], found["audit_key"])
    return config.secret_key or found["secret_key"], ring


def _start(
    app: Flask,
    config: Config,
    keyring: Keyring,
    texts: TextGateway | None,
    mail: MailGateway | None,
    now: Callable[[], datetime],
) -> None:
    """Put the runtime in place; whether this is a demonstration stands in the database."""
    bare = Runtime(config, keyring, texts, mail or mail_gateway(config), now, demonstration=False)
    app.extensions["helpline"] = bare
    demonstration = config.on_loopback and _flagged(app)
    app.extensions["helpline"] = Runtime(
        config,
        keyring,
        texts or text_gateway(config, demonstration=demonstration, now=now, begin=begin_in(app)),
        bare.mail,
        now,
        demonstration,
    )


def _flagged(app: Flask) -> bool:
    """Whether the database says that it holds a demonstration; False when it has no tables yet."""
    with app.app_context():
        try:
            return is_demonstration(read())
        except DBAPIError:
            return False
