"""What decides who helps whom: wishes, choices, estimates, pauses after a heavy talk."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _said(name: str, length: int) -> sa.Column[str]:
    """A text that is empty for the rows that are there already."""
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "routing_pass",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_pass")),
    )
    with op.batch_alter_table("routing_pass", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_pass_at"), ["at"], unique=False)

    op.create_table(
        "debrief",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("word_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_debrief_case_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_debrief_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debrief")),
    )
    with op.batch_alter_table("debrief", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debrief_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_debrief_until_at"), ["until_at"], unique=False)
        batch_op.create_index(
            "uq_debrief_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "wait_choice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "language",
                "wait",
                "text",
                "group",
                "later",
                "message",
                name="choicekind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "kept",
                "broken",
                "replaced",
                "withdrawn",
                name="choicestate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("promised_at", sa.DateTime(), nullable=True),
        sa.Column("from_wall", sa.Time(), nullable=True),
        sa.Column("until_wall", sa.Time(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(from_wall IS NULL) = (until_wall IS NULL)",
            name=op.f("ck_wait_choice_both_hours_or_none"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_wait_choice_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_choice")),
    )
    with op.batch_alter_table("wait_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wait_choice_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_wait_choice_promised", ["state", "promised_at"], unique=False)
        batch_op.create_index(
            "uq_wait_choice_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "wait_estimate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_wait_estimate_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_estimate")),
    )
    with op.batch_alter_table("wait_estimate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wait_estimate_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wait_estimate_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_wait_estimate_open", ["outcome", "case_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(_said("gender", 10))
        batch_op.add_column(_said("age_band", 10))
        batch_op.add_column(_said("topics_off", 120))
        batch_op.add_column(_said("clearances", 80))

    with op.batch_alter_table("routing_decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pass_id", sa.String(length=26), nullable=True))
        batch_op.create_index(batch_op.f("ix_routing_decision_pass_id"), ["pass_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_routing_decision_pass_id"),
            "routing_pass",
            ["pass_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.add_column(_said("accepts", 60))
        batch_op.add_column(_said("gender_wish", 10))
        batch_op.add_column(_said("age_wish", 10))
        batch_op.add_column(sa.Column("not_before", sa.DateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_column("not_before")
        batch_op.drop_column("age_wish")
        batch_op.drop_column("gender_wish")
        batch_op.drop_column("accepts")

    with op.batch_alter_table("routing_decision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_routing_decision_pass_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_routing_decision_pass_id"))
        batch_op.drop_column("pass_id")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("clearances")
        batch_op.drop_column("topics_off")
        batch_op.drop_column("age_band")
        batch_op.drop_column("gender")

    with op.batch_alter_table("wait_estimate", schema=None) as batch_op:
        batch_op.drop_index("ix_wait_estimate_open")
        batch_op.drop_index(batch_op.f("ix_wait_estimate_case_id"))
        batch_op.drop_index(batch_op.f("ix_wait_estimate_at"))

    op.drop_table("wait_estimate")
    with op.batch_alter_table("wait_choice", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_wait_choice_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_wait_choice_promised")
        batch_op.drop_index(batch_op.f("ix_wait_choice_case_id"))

    op.drop_table("wait_choice")
    with op.batch_alter_table("debrief", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_debrief_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_debrief_until_at"))
        batch_op.drop_index(batch_op.f("ix_debrief_person_id"))

    op.drop_table("debrief")
    with op.batch_alter_table("routing_pass", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_pass_at"))

    op.drop_table("routing_pass")
