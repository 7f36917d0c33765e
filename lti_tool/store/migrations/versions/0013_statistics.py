"""Reports of statistics, which are made once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics_report",
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("issuer_id", "year"),
    )


def downgrade() -> None:
    """Raises RuntimeError where there are reports: those made anew could tell beside them who has gone meanwhile."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM statistics_report")).scalar():
        raise RuntimeError("reports of statistics were made: restore the backup from before the upgrade")
    op.drop_table("statistics_report")
