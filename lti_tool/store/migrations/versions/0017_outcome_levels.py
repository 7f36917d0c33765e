"""Levels of single learning outcomes, and the grade columns that decide them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("award", "hand_award"):
        op.add_column(table, sa.Column("outcome_levels", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("award_rule", sa.Column("outcome_columns", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    op.drop_column("award_rule", "outcome_columns")
    for table in ("award", "hand_award"):
        op.drop_column(table, "outcome_levels")
