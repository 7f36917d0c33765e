"""The IssuerProfile: who awards, as config/issuer.toml says, and the same as an Open Badges Profile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from badges.model import Address, ConceptNode, IdentifierEntry, LegalIdentifier, Profile
from badges.quality import framework_codes
from badges.reading import Reader
from badges.statements import Statements, read_statements
from badges.template import Texts, text_in
from badges.vocabularies import vocabulary

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerProfile:
    """The body that awards. `id` is its did:web; `country` an ISO 3166-1 alpha-2 code.

    `identifiers` are pairs (identifierType, identifier) of the standard, own types with `ext:` before them.
    `registration` is the number in the country's register of legal persons. `quality` answers badges.quality for all
    that is awarded; `demands` are the frameworks a template has to meet beyond EU Annex I.
    """

    id: str
    slug: str
    name: str
    legal_name: Texts = field(default_factory=dict)
    url: str | None = None
    email: str | None = None
    country: str | None = None
    region: str | None = None
    locality: str | None = None
    street: str | None = None
    postal_code: str | None = None
    registration: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    quality: Statements = field(default_factory=Statements)
    demands: tuple[str, ...] = ()

    def as_profile(self, language: str = "en") -> Profile:
        """The issuer as a credential names it; the name of the country is written in `language`."""
        country = vocabulary("countries")[self.country] if self.country else None
        return Profile(
            id=self.id,
            name=self.name,
            url=self.url,
            email=self.email,
            address=Address(
                address_country=text_in(country.label, language) if country else None,
                address_country_code=self.country,
                address_region=self.region,
                address_locality=self.locality,
                street_address=self.street,
                postal_code=self.postal_code,
            ),
            other_identifier=tuple(
                IdentifierEntry(identifier=value, identifier_type=kind) for kind, value in self.identifiers
            ),
            legal_name=self.legal_name,
            registration=LegalIdentifier(
                id=f"{self.id}#registration",
                notation=self.registration,
                spatial=ConceptNode(id=country.iri, pref_label=country.label),
            )
            if self.registration and country
            else None,
        )


def issuer_id(tool_url: str, slug: str) -> str:
    """The did:web that stands for `<tool_url>/issuers/<slug>`; a port is written %3A, a path with colons."""
    parts = urlsplit(tool_url)
    segments = [segment for segment in parts.path.split("/") if segment]
    return ":".join(("did:web", parts.netloc.replace(":", "%3A"), *segments, "issuers", slug))


def read_issuer(data: Json, tool_url: str) -> IssuerProfile:
    """The issuer that a TOML file such as config/issuer.example.toml describes.

    Raises TemplateError listing every problem with its field. What the EU elements demand beyond that,
    a legal name and a country, `badges.eu.missing` asks for when a badge is published.
    """
    reader = Reader()
    reader.only(data, "", _FIELDS)
    slug = reader.text(data.get("slug"), "slug", 64, required=True) or ""
    if slug and not _SLUG.fullmatch(slug):
        reader.problem("slug", "unknown_code")
    email = reader.text(data.get("email"), "email")
    if email and not _EMAIL.fullmatch(email):
        reader.problem("email", "not_an_email")
    issuer = IssuerProfile(
        id=issuer_id(tool_url, slug),
        slug=slug,
        name=reader.text(data.get("name"), "name", required=True) or "",
        legal_name=reader.texts(data.get("legal_name"), "legal_name"),
        url=reader.web_address(data.get("url"), "url"),
        email=email,
        country=reader.code(data.get("country"), "country", "countries"),
        region=reader.text(data.get("region"), "region"),
        locality=reader.text(data.get("locality"), "locality"),
        street=reader.text(data.get("street"), "street"),
        postal_code=reader.text(data.get("postal_code"), "postal_code"),
        registration=reader.text(data.get("registration"), "registration"),
        identifiers=reader.each(data.get("identifiers"), "identifiers", _identifier),
        quality=read_statements(reader, data.get("quality"), "quality"),
        demands=reader.each(data.get("demands"), "demands", _framework),
    )
    reader.finish()
    return issuer


_FIELDS = tuple(name for name in IssuerProfile.__dataclass_fields__ if name != "id")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDENTIFIER_TYPE = re.compile(r"[A-Za-z]+|ext:[A-Za-z0-9._-]+")


def _framework(reader: Reader, data: Any, field_name: str) -> str:
    if data not in framework_codes():
        reader.problem(field_name, "unknown_framework")
        return ""
    return str(data)


def _identifier(reader: Reader, data: Any, field_name: str) -> tuple[str, str]:
    if not isinstance(data, dict):
        reader.problem(field_name, "not_an_object")
        return "", ""
    reader.only(data, field_name, ("type", "value"))
    kind = reader.text(data.get("type"), f"{field_name}.type", required=True) or ""
    if kind and not (kind in _STANDARD_TYPES or _IDENTIFIER_TYPE.fullmatch(kind)):
        reader.problem(f"{field_name}.type", "unknown_code")
    return kind, reader.text(data.get("value"), f"{field_name}.value", required=True) or ""


_STANDARD_TYPES = frozenset(
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn "
    "lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId "
    "ltiUserId identifier".split()
)
