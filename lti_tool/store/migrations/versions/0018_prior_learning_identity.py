"""Recognition of prior learning: who a candidate is, checked before the decision; where operators get their mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prior_learning_identity_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["prior_learning_application.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in ("application_id", "operator_id"):
        op.create_index(
            f"ix_prior_learning_identity_check_{column}", "prior_learning_identity_check", [column]
        )

    op.create_table(
        "operator_mail_address",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("operator_id"),
    )


def downgrade() -> None:
    """Raises RuntimeError where somebody's identity was checked already."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM prior_learning_identity_check")).scalar():
        # On such a check a badge may rest.
        raise RuntimeError("candidates were checked already: restore the backup from before the upgrade")
    for table in ("operator_mail_address", "prior_learning_identity_check"):
        op.drop_table(table)
