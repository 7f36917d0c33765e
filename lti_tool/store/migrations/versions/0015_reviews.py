"""Reviews of templates, and reminders of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.String(length=10), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("overlap", sa.String(length=10), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("next_day", sa.String(length=10), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("template_id", "number"),
        sqlite_autoincrement=True,
    )
    for column in ("issuer_id", "operator_id"):
        op.create_index(f"ix_template_review_{column}", "template_review", [column])

    op.create_table(
        "review_reminder",
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("due_day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("template_id", "due_day", "kind"),
    )
    op.create_index("ix_review_reminder_issuer_id", "review_reminder", ["issuer_id"])


def downgrade() -> None:
    """Raises RuntimeError where reviews were recorded: an agency asks for them years later."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM template_review")).scalar():
        raise RuntimeError("reviews were recorded: restore the backup from before the upgrade")
    for table in ("review_reminder", "template_review"):
        op.drop_table(table)
