"""Credentials that are bound to a holder, beside the one of an award that is bound to nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CURRENT = "replaced_at IS NULL AND holder IS NULL"
BOUND = "replaced_at IS NULL AND holder IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("credential") as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(length=20), server_default="json", nullable=False))
        batch_op.drop_index("ix_credential_current")
        batch_op.create_index(
            "ix_credential_current",
            ["award_id"],
            unique=True,
            sqlite_where=sa.text(CURRENT),
            postgresql_where=sa.text(CURRENT),
        )
        batch_op.create_index(
            "ix_credential_bound",
            ["award_id", "holder", "form"],
            unique=True,
            sqlite_where=sa.text(BOUND),
            postgresql_where=sa.text(BOUND),
        )


def downgrade() -> None:
    """Raises RuntimeError where badges are bound to wallets already."""
    bound = sa.text("SELECT count(*) FROM credential WHERE holder IS NOT NULL")
    if op.get_bind().execute(bound).scalar():
        # They would stand in the place of the awards' own, and what was signed is never deleted.
        raise RuntimeError("badges are bound to wallets: restore the backup from before the upgrade")
    op.drop_index("ix_credential_bound", "credential")
    op.drop_index("ix_credential_current", "credential")
    op.create_index(
        "ix_credential_current",
        "credential",
        ["award_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    op.drop_column("credential", "form")
