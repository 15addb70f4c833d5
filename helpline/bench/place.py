"""Databases to measure in: made for the occasion with all tables, and gone afterwards."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import NullPool, create_engine

from helpline.config import Config, environment
from helpline.db import engine_options, engine_url
from helpline.models import ALL_TABLES
from helpline.privacy.keys import encode
from helpline.privacy.sealing import new_key
from scheduling.base import Base, new_id

PUBLIC = "http://127.0.0.1:5000"


def postgres_server(config: Config, named: str = "") -> str | None:
    """A PostgreSQL to measure on as well: the one named, or that of the settings."""
    for url in (named, environment().get("TEST_DATABASE_URL", ""), config.database_url):
        if url.startswith("postgres"):
            return engine_url(url).replace("postgresql+psycopg", "postgresql")
    return None


@contextlib.contextmanager
def sqlite_place(folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Settings for an SQLite file of its own, on the disk that the real one would be on."""
    with tempfile.TemporaryDirectory(prefix="warmline-bench-", dir=folder) as made:
        yield _with_tables(f"sqlite:///{made}/bench.sqlite", made)


@contextlib.contextmanager
def postgres_place(server: str) -> Iterator[dict[str, str]]:
    """Settings for a schema of its own on that server; nothing else there is touched."""
    schema = f"warmline_bench_{new_id()[:10]}"
    option = quote(f"-csearch_path={schema}", safe="")
    url = f"{server}{'&' if '?' in server else '?'}options={option}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            with tempfile.TemporaryDirectory(prefix="warmline-bench-") as made:
                yield _with_tables(url, made)
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def _with_tables(url: str, folder: str) -> dict[str, str]:
    options = engine_options(url)
    module = {name: value for name, value in options.items() if name == "module"}
    engine = create_engine(engine_url(url), poolclass=NullPool, **module)
    Base.metadata.create_all(engine, tables=ALL_TABLES)
    return {
        "DATABASE_URL": url,
        "PUBLIC_BASE_URL": PUBLIC,
        "SECRET_KEY": encode(new_key()),
        "DATA_KEYS": encode(new_key()),
        "INDEX_KEY": encode(new_key()),
        "AUDIT_KEY": encode(new_key()),
        "TWILIO_API_BASE": "http://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
        "TWILIO_AUTH_TOKEN": "bench token",
        "TWILIO_FROM": "+15005550006",
        "MAIL_DIR": folder,
    }
