"""Keys of organisations that others may have had, and what these signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COLUMNS = (("organisation_key", "compromised_at"), ("endorsement", "key_withdrawn_at"))


def upgrade() -> None:
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Raises RuntimeError where a key was withdrawn: an older version would publish it as one that may sign."""
    withdrawn = "SELECT count(*) FROM organisation_key WHERE compromised_at IS NOT NULL"
    if op.get_bind().execute(sa.text(withdrawn)).scalar():
        raise RuntimeError("keys were withdrawn there: restore the backup from before the upgrade")
    # Not in a batch: on SQLite that would drop the table, which others refer to.
    for table, column in _COLUMNS:
        op.drop_column(table, column)
