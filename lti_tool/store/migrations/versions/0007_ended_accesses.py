"""What hosts are still to be told of ended accesses, what learners were told of theirs, and how often wallets took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("taken_times", sa.Integer(), nullable=True))
    op.add_column("host_access", sa.Column("told", sa.JSON(), nullable=True))

    op.create_table(
        "ended_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revocation", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("encrypted_secret", sa.LargeBinary(), nullable=False),
        sa.Column("encrypted_tokens", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("ended_access")
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    op.drop_column("host_access", "told")
    op.drop_column("delivery", "taken_times")
