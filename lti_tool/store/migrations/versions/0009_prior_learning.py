"""Recognition of prior learning: what is open for it, and applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

RUNNING = "closed_at IS NULL"


def upgrade() -> None:
    op.add_column(
        "address_code", sa.Column("purpose", sa.String(length=20), server_default="", nullable=False)
    )
    op.add_column("award", sa.Column("recognition", sa.JSON(), nullable=True))
    _offers_and_applications()
    _portfolios()
    _assessments_and_decisions()


def _offers_and_applications() -> None:
    op.create_table(
        "prior_learning_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prior_learning_offer_issuer_id", "prior_learning_offer", ["issuer_id"])
    _one_running("ix_prior_learning_offer_open", "prior_learning_offer", ["issuer_id", "template_id"])

    op.create_table(
        "prior_learning_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("self_assessment", sa.JSON(), nullable=False),
        sa.Column("help_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counsellor_id", sa.Integer(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["template_version_id"], ["template_version.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["counsellor_id"], ["operator.id"]),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    _one_running(
        "ix_prior_learning_application_running",
        "prior_learning_application",
        ["issuer_id", "template_id", "person_id"],
    )
    for column in ("issuer_id", "template_version_id", "person_id", "counsellor_id", "award_id"):
        op.create_index(f"ix_prior_learning_application_{column}", "prior_learning_application", [column])


def _portfolios() -> None:
    op.create_table(
        "prior_learning_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("issuer_name", sa.String(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["prior_learning_application.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prior_learning_item_application_id", "prior_learning_item", ["application_id"])

    op.create_table(
        "prior_learning_part",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["prior_learning_item.id"]),
        sa.PrimaryKeyConstraint("item_id", "number"),
    )


def _assessments_and_decisions() -> None:
    op.create_table(
        "prior_learning_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.JSON(), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["prior_learning_application.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "operator_id"),
        sa.UniqueConstraint("application_id", "round", "place"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prior_learning_assessment_operator_id", "prior_learning_assessment", ["operator_id"])

    op.create_table(
        "prior_learning_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("level_reference", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["prior_learning_application.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "round"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prior_learning_decision_operator_id", "prior_learning_decision", ["operator_id"])


def _one_running(name: str, table: str, columns: list[str]) -> None:
    op.create_index(
        name, table, columns, unique=True, sqlite_where=sa.text(RUNNING), postgresql_where=sa.text(RUNNING)
    )


def downgrade() -> None:
    """Raises RuntimeError where somebody has applied already."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM prior_learning_application")).scalar():
        # Portfolios may be nowhere else, and what was decided about them is never deleted so.
        raise RuntimeError("people have applied already: restore the backup from before the upgrade")
    for table in (
        "prior_learning_decision",
        "prior_learning_assessment",
        "prior_learning_part",
        "prior_learning_item",
        "prior_learning_application",
        "prior_learning_offer",
    ):
        op.drop_table(table)
    # Not in a batch: on SQLite that would drop the tables, to which others refer.
    op.drop_column("award", "recognition")
    op.drop_column("address_code", "purpose")
