"""What issuers have put into the public catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class CatalogueEntry(Base):
    """A template that its issuer wants to have in the catalogue.

    It is shown there in its newest published version, and only while this says all that the catalogue asks for.
    """

    __tablename__ = "catalogue_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36), unique=True)
    listed_at: Mapped[datetime]
