"""Offers of badges to wallets, by OpenID for Verifiable Credential Issuance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base


class WalletOffer(Base):
    """An offer of an award's badge to a wallet, in one `configuration`, and the access token that was given for it.

    Its secrets (the token in its address, the pre-authorized code, the transaction code) are made from `seed` and the
    tool's secret, so that the database alone opens nothing. The code is good once, up to `expires_at`; where
    `asks_code` is set only together with the transaction code, of which `tries` were made.
    """

    __tablename__ = "wallet_offer"
    __table_args__ = (Index("ix_wallet_offer_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    configuration: Mapped[str] = mapped_column(String(30))
    seed: Mapped[str] = mapped_column(String(32))
    offer_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """The SHA-256 of the token in its address."""
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asks_code: Mapped[bool]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """When its code was exchanged for the access token."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_expires_at: Mapped[datetime | None]
    holders: Mapped[list[str]] = mapped_column(default=list)
    """To whom a badge was, or is being, bound for this token: their DIDs, the last one last."""
    accepted_at: Mapped[datetime | None]
    """When the wallet said that it has stored the badge."""
    award: Mapped[Award] = relationship()
