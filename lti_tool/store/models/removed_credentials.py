"""What stays of credentials whose award is gone, so that a file of one can be checked for as long as anybody has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class RemovedCredential(Base):
    """A credential of which nothing is kept that names anybody: its id, its place in a status list, and hashes.

    `why` it was removed: erased, or ended (the issuer keeps awards for so long).
    """

    __tablename__ = "removed_credential"
    __table_args__ = (UniqueConstraint("status_list_id", "status_index"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    json_sha256: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the signed JSON as it was given out, byte for byte,"""
    jwt_sha256: Mapped[str] = mapped_column(String(64))
    """and of the same credential as a JWT."""
    revoked_at: Mapped[datetime | None]
    revoked_as: Mapped[str | None] = mapped_column(String(10))
    removed_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(10))
