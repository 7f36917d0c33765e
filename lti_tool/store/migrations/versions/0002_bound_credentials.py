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
