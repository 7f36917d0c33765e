"""Pathways, what is claimed for their parts, and of which parts an award is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("award", sa.Column("parts", sa.JSON(), server_default="[]", nullable=False))
    _pathways()
    _claims()


def _pathways() -> None:
    op.create_table(
        "pathway",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["rule_id"], ["award_rule.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pathway_issuer_id", "pathway", ["issuer_id"])
    op.create_index("ix_pathway_template_id", "pathway", ["template_id"])
    running = sa.text("status <> 'retired'")
    op.create_index(
        "ix_pathway_of_template",
        "pathway",
        ["issuer_id", "template_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def _claims() -> None:
    op.create_table(
        "pathway_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pathway_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("kept_badge_id", sa.Integer(), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.Column("settled_by_name", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(award_id IS NULL) <> (kept_badge_id IS NULL)", name="pathway_claim_is_of_one_badge"
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"]),
        sa.ForeignKeyConstraint(["pathway_id"], ["pathway.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in ("award_id", "kept_badge_id", "pathway_id", "person_id"):
        op.create_index(f"ix_pathway_claim_{column}", "pathway_claim", [column])
    running = sa.text("status IN ('asked', 'counted')")
    op.create_index(
        "ix_pathway_claim_running",
        "pathway_claim",
        ["pathway_id", "part", "person_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def downgrade() -> None:
    for table in ("pathway_claim", "pathway"):
        op.drop_table(table)
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    op.drop_column("award", "parts")
