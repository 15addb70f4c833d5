"""Links by which calendar programs read hours, and what they were shown."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("mine", "team", "open", name="feedscope", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("team_id", sa.String(length=26), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("summary", sa.String(length=40), nullable=False),
        sa.Column("shows_busy", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("last_read_at", sa.DateTime(), nullable=True),
        sa.Column("last_client", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.LargeBinary(length=32), nullable=True),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'team') = (team_id IS NOT NULL)", name=op.f("ck_feed_token_team_of_team")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feed_token_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_feed_token_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_token_hash")),
    )
    with op.batch_alter_table("feed_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_token_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_token_team_id"), ["team_id"], unique=False)

    op.create_table(
        "published_shift",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("team_id", sa.String(length=26), nullable=True),
        sa.Column("start_at", sa.DateTime(), nullable=False),
        sa.Column("end_at", sa.DateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_published_shift_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_published_shift_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_published_shift_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_shift")),
    )
    with op.batch_alter_table("published_shift", schema=None) as batch_op:
        batch_op.create_index(
            "ix_published_shift_person_id_end_at", ["person_id", "end_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_published_shift_team_id"), ["team_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("published_shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_shift_team_id"))
        batch_op.drop_index("ix_published_shift_person_id_end_at")

    op.drop_table("published_shift")
    with op.batch_alter_table("feed_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_token_team_id"))
        batch_op.drop_index(batch_op.f("ix_feed_token_person_id"))

    op.drop_table("feed_token")
