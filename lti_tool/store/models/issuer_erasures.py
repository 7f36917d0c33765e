"""What stays where one issuer has erased somebody and another one goes on with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class IssuerErasure(Base):
    """An account to which an issuer awards nothing any more, as it has erased what it had of the person.

    The account goes on: it is on a platform of another issuer. By its hash it is known even where the person was
    forgotten meanwhile and comes anew.
    """

    __tablename__ = "issuer_erasure"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), primary_key=True)
    account_hash: Mapped[str] = mapped_column(String(80), primary_key=True)
    """As `lti_tool.store.account_hashes` makes it."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    erased_at: Mapped[datetime]
