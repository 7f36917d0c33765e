"""Rules of an issuer, and what was observed for them, which belong to no course."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "award_rule_has_course_and_link_or_neither"
BOTH_OR_NEITHER = "(course_id IS NULL) = (resource_link_id IS NULL)"


#: What was observed outside of courses is found by its issuer; nothing else is in the index.
OUTSIDE = "course_id IS NULL"


def upgrade() -> None:
    # With the reference in it: SQLite adds none later.
    issuer_id = sa.Column("issuer_id", sa.String(length=36), sa.ForeignKey("issuer.id"), nullable=True)
    op.add_column("observation", issuer_id, inline_references=True)
    op.create_index(
        "ix_observation_issuer_person",
        "observation",
        ["issuer_id", "person_id"],
        sqlite_where=sa.text(OUTSIDE),
        postgresql_where=sa.text(OUTSIDE),
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(nullable=True)
        return
    for column in ("course_id", "resource_link_id"):
        op.alter_column("award_rule", column, nullable=True)
    op.create_check_constraint(NAME, "award_rule", BOTH_OR_NEITHER)


def downgrade() -> None:
    """Raises RuntimeError where an issuer has a rule of its own already."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM award_rule WHERE course_id IS NULL")).scalar():
        # What was awarded by it could not say by which rule.
        raise RuntimeError("issuers have rules of their own: restore the backup from before the upgrade")
    op.drop_index("ix_observation_issuer_person", "observation")
    op.drop_column("observation", "issuer_id")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(nullable=False)
        return
    op.drop_constraint(NAME, "award_rule", type_="check")
    for column in ("course_id", "resource_link_id"):
        op.alter_column("award_rule", column, nullable=False)


def _make_anew(*, nullable: bool) -> None:
    """SQLite changes no column. A batch would rename a new table, and rows that refer to the old one would refer to
    nothing when it is dropped; so the rows are put aside, and put back into a table of the same name."""
    connection = op.get_bind()
    # Until the transaction ends: it is one that ends only with all rows there again.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'award_rule'").scalar()
    connection.exec_driver_sql("CREATE TABLE award_rule_before AS SELECT * FROM award_rule")
    op.drop_table("award_rule")
    _create(nullable=nullable)
    # Both have the same columns in the same order.
    connection.exec_driver_sql("INSERT INTO award_rule SELECT * FROM award_rule_before")
    op.drop_table("award_rule_before")
    if last is not None:
        # The number of a deleted row is never given again.
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'award_rule'")
        connection.exec_driver_sql(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('award_rule', ?)", (last,)
        )


def _create(*, nullable: bool) -> None:
    op.create_table(
        "award_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.String(length=36), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=nullable),
        sa.Column("resource_link_id", sa.Integer(), nullable=nullable),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided", sa.JSON(), nullable=True),
        sa.Column("trouble", sa.JSON(), nullable=True),
        sa.Column("column_url", sa.String(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        *([sa.CheckConstraint(BOTH_OR_NEITHER, name=NAME)] if nullable else []),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"]),
        sa.ForeignKeyConstraint(["resource_link_id"], ["resource_link.id"]),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("resource_link_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_award_rule_issuer_id", "award_rule", ["issuer_id"])
    op.create_index("ix_award_rule_course_id", "award_rule", ["course_id"])
