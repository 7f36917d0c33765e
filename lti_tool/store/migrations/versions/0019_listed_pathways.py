"""Whether learners who know the issuer find a pathway, before they have a part of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those that there are were shown to nobody who has no part: an upgrade shows them to nobody more.
    op.add_column("pathway", sa.Column("is_listed", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("pathway", "is_listed")
