"""Organisations that endorse, and answer badges that they were shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever made a link before did not know that it could be answered: it stays without answers.
    op.add_column(
        "share_link", sa.Column("takes_answers", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("share_link", sa.Column("answers", sa.Integer(), server_default="0", nullable=False))
    _organisations()
    _keys()
    _endorsements()


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=True),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("tool_url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("issuer_id", "created_at"):
        op.create_index(f"ix_organisation_{column}", "organisation", [column])

    op.create_table(
        "organisation_member",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("organisation_id", "operator_id"),
    )
    op.create_index("ix_organisation_member_operator_id", "organisation_member", ["operator_id"])


def _keys() -> None:
    op.create_table(
        "organisation_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("vault", sa.String(length=10), nullable=False),
        sa.Column("vault_data", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("kid"),
    )
    op.create_index("ix_organisation_key_organisation_id", "organisation_key", ["organisation_id"])

    op.create_table(
        "organisation_status_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("order_secret", sa.LargeBinary(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("jwt", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_with", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_organisation_status_list_organisation_id", "organisation_status_list", ["organisation_id"]
    )


def _endorsements() -> None:
    op.create_table(
        "endorsement_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["template_version_id"], ["template_version.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
        sqlite_autoincrement=True,
    )
    for column in ("issuer_id", "template_version_id"):
        op.create_index(f"ix_endorsement_link_{column}", "endorsement_link", [column])

    op.create_table(
        "endorsement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("in_languages", sa.JSON(), nullable=False),
        sa.Column("status_list_id", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["template_version_id"], ["template_version.id"]),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"]),
        sa.ForeignKeyConstraint(["status_list_id"], ["organisation_status_list.id"]),
        sa.ForeignKeyConstraint(["signed_by_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("status_list_id", "status_index"),
    )
    for column in ("organisation_id", "issuer_id", "template_version_id", "award_id", "signed_by_id"):
        op.create_index(f"ix_endorsement_{column}", "endorsement", [column])
    running = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ix_endorsement_badge",
        "endorsement",
        ["organisation_id", "award_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def downgrade() -> None:
    """Raises RuntimeError where something was signed: it names addresses that nothing would serve any more."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM endorsement")).scalar():
        raise RuntimeError("organisations have signed there: restore the backup from before the upgrade")
    for table in (
        *("endorsement", "endorsement_link", "organisation_status_list"),
        *("organisation_key", "organisation_member", "organisation"),
    ):
        op.drop_table(table)
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    for column in ("answers", "takes_answers"):
        op.drop_column("share_link", column)
