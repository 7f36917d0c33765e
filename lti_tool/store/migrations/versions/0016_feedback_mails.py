"""Whether it was settled who is mailed the questions about what became of a badge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "award",
        sa.Column("later_feedback_mailed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # Every day a few months of them are read, of all years.
    op.create_index("ix_award_claimed_at", "award", ["claimed_at"])


def downgrade() -> None:
    op.drop_index("ix_award_claimed_at", "award")
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    op.drop_column("award", "later_feedback_mailed")
