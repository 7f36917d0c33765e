"""Organisations that endorse, and answer badges that they were shown: who they are, their keys, what they signed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, one_where
from lti_tool.store.models.templates import TemplateVersion
from signing.did import did_web
from signing.keys import Algorithm


class OrganisationRow(Base):
    """An organisation with a DID of its own on this host, which never changes: see `address`.

    It proved itself in one of two ways. An issuer has invited it: that issuer (`issuer_id`) wrote its `name` and
    answers for it. Or somebody has shown that they control a `domain`, where they put the `challenge`: it has no name
    then but the domain, as nobody here has seen anything else. Of such a one `proved_at` is None until they have shown
    it, and it signs nothing before.
    """

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    issuer_id: Mapped[str | None] = mapped_column(ForeignKey("issuer.id"), index=True)
    domain: Mapped[str] = mapped_column(String(253), default="")
    """As the DNS has it: ASCII, in lower case."""
    challenge: Mapped[str] = mapped_column(String(64))
    tool_url: Mapped[str]
    """The base URL of the tool on the day that the organisation came."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime | None]
    """When it last showed who it is."""
    closed_at: Mapped[datetime | None]
    """Since when it signs nothing more."""

    @property
    def address(self) -> str:
        """Where its documents are served."""
        return f"{self.tool_url}/organisations/{self.id}"

    @property
    def did(self) -> str:
        """Its `did:web`."""
        return did_web(self.address)

    @property
    def shown_name(self) -> str:
        """By what it is called: the name that whoever invited it wrote, or its domain."""
        return self.name or self.domain


class OrganisationMember(Base):
    """That an account signs for an organisation. The account has no role at any issuer by that."""

    __tablename__ = "organisation_member"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]


class OrganisationKey(Base):
    """A key pair of an organisation, as `SigningKeyRow` is one of an issuer."""

    __tablename__ = "organisation_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    algorithm: Mapped[Algorithm] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    vault: Mapped[str] = mapped_column(String(10))
    vault_data: Mapped[bytes | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]
    """From when on somebody else may have had it: since it was made. None where it was not withdrawn."""


class OrganisationStatusList(Base):
    """A Bitstring Status List of an organisation: which of its endorsements are withdrawn. Else as `StatusList`."""

    __tablename__ = "organisation_status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    taken: Mapped[int] = mapped_column(default=0)
    order_secret: Mapped[bytes] = mapped_column(default=lambda: secrets.token_bytes(16))
    bits: Mapped[bytes]
    text: Mapped[str | None] = mapped_column(Text)
    jwt: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]
    signed_with: Mapped[list[str]] = mapped_column(default=list)
    organisation: Mapped[OrganisationRow] = relationship()


class EndorsementLink(Base):
    """A link by which organisations endorse an issuer, or one version of a template of it, until it ends."""

    __tablename__ = "endorsement_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"), index=True)
    """None where the issuer itself is to be endorsed."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    answers: Mapped[int] = mapped_column(default=0)
    """How many endorsements came by it."""
    template_version: Mapped[TemplateVersion | None] = relationship()


class EndorsementRow(Base):
    """An EndorsementCredential, byte for byte, as JSON and as a JWT.

    `kind` says what is endorsed: `template`, a version of it; `issuer`; or `badge`: the answer of an organisation that
    was shown the badge of an award. `answer` holds what was said, as it was typed. Only whoever may show it sees it
    until `shown_at`: the issuer of a template, or the learner of the badge. What was withdrawn is revoked in the
    organisation's own list.
    """

    __tablename__ = "endorsement"
    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        # Of two answers at once the second is refused.
        one_where("ix_endorsement_badge", ("organisation_id", "award_id"), "withdrawn_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    subject: Mapped[str]
    """The id of what is endorsed, as it was signed."""
    answer: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(Text)
    jwt: Mapped[str] = mapped_column(Text)
    in_languages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The same of the achievement in each further language, which has an id of its own: JSON texts by that id."""
    status_list_id: Mapped[int] = mapped_column(ForeignKey("organisation_status_list.id"))
    status_index: Mapped[int]
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    """The account that signed for the organisation."""
    shown_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    key_withdrawn_at: Mapped[datetime | None]
    """When a key that signed it was withdrawn: nobody trusts it since, until it is signed again by another row."""
    organisation: Mapped[OrganisationRow] = relationship(lazy="joined", innerjoin=True)

    def text_about(self, subject: str) -> str | None:
        """The JSON about what has that id; None where there is none."""
        if subject == self.subject:
            return self.text
        text: str | None = self.in_languages.get(subject)
        return text
