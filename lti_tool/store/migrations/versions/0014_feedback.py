"""Feedback of learners and others, in numbers that name nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("feedback_closed", "later_feedback_closed"):
        op.add_column("award", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))

    op.create_table(
        "feedback_pool",
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("published", sa.JSON(), nullable=False),
        sa.Column("encrypted_pending", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("template_id", "audience"),
    )
    op.create_index("ix_feedback_pool_issuer_id", "feedback_pool", ["issuer_id"])

    op.create_table(
        "feedback_invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    for column in ("issuer_id", "template_id", "expires_at"):
        op.create_index(f"ix_feedback_invitation_{column}", "feedback_invitation", [column])


def downgrade() -> None:
    for table in ("feedback_invitation", "feedback_pool"):
        op.drop_table(table)
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    for column in ("feedback_closed", "later_feedback_closed"):
        op.drop_column("award", column)
