"""How fast texts may leave: a line's parts a second, and until when its sender is busy."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")


def _queue(*columns: str) -> None:
    """What to send next, in another order than before."""
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_queue", sqlite_where=QUEUED, postgresql_where=QUEUED)
        batch_op.create_index(
            "ix_outbox_queue",
            list(columns),
            unique=False,
            sqlite_where=QUEUED,
            postgresql_where=QUEUED,
        )


def upgrade() -> None:
    op.create_table(
        "sender_bucket",
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_sender_bucket")),
    )
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("parts_per_second", sa.Integer(), nullable=False, server_default="1")
        )
    _queue("urgency", "automatic", "due_at")


def downgrade() -> None:
    _queue("urgency", "due_at")
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_column("parts_per_second")
    op.drop_table("sender_bucket")
