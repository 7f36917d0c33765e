"""Whether the holder of a badge is asked, and answers, that it is theirs: kept for a day at most."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import CredentialRow
from lti_tool.store.models.base import Base


class IdentityCheck(Base):
    """A visitor of a badge's page asks whether the person before them is its holder. The visitor stays unknown."""

    __tablename__ = "identity_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the address of the visitor's page."""
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"), index=True)
    number: Mapped[int]
    """Two digits, on the visitor's screen and on the holder's page."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    """When the holder was mailed; None where they are not: nobody but the tool knows which."""
    said: Mapped[str] = mapped_column(String(3), default="")
    """What the holder said: yes or no; empty before."""
    credential: Mapped[CredentialRow] = relationship()


class IdentityCheckRefusal(Base):
    """A person who does not want to be asked whether a badge is theirs."""

    __tablename__ = "identity_check_refusal"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    refused_at: Mapped[datetime]
