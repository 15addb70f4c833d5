"""Alembic's way in: one line of history, every step runs both ways, on SQLite and PostgreSQL."""

from alembic import context

from helpline.models import ALL_TABLES
from scheduling.base import Base

assert ALL_TABLES


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
