"""The IssuerProfile: who awards, as config/issuer.toml says, and the same as an Open Badges Profile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from badges.eu.terms import legal_identifier, location
from badges.model import Address, IdentifierEntry, Profile
from badges.quality import framework_codes
from badges.reader import Reader, at
from badges.template.declarations import Declarations, read_declarations
from badges.template.model import Texts, text_in
from badges.template.values import QualityAssurance, quality_assurance
from badges.vocabularies import vocabulary
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, by its ISO 3166-1 alpha-2 code, and a region of it in words, in which the issuer is established."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerProfile:
    """The body that awards. `id` is its did:web; `country` an ISO 3166-1 alpha-2 code; `also_in` where else it is.

    Its numbers: `registration` in the country's register of legal persons, `vat`, `eidas_identifier` as an e-seal names
    it, and `identifiers`, pairs (identifierType, identifier) of the standard, own types with `ext:` before them.
    `quality` answers badges.quality for all that is awarded; `demands` are the frameworks a template has to meet beyond
    EU Annex I.
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
    also_in: tuple[Place, ...] = ()
    registration: str | None = None
    vat: str | None = None
    eidas_identifier: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    accreditations: tuple[QualityAssurance, ...] = ()
    quality: Declarations = field(default_factory=Declarations)
    demands: tuple[str, ...] = ()

    def name_in(self, language: str) -> str:
        """Its name on pages in `language`: where `name` is its legal name, that of the language if it has one."""
        return (
            self.legal_name.get(language, self.name) if self.name in self.legal_name.values() else self.name
        )

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """All numbers it is known by, as pairs (identifierType, identifier)."""
        legal = (
            ("ext:eIDASLegalIdentifier", self.eidas_identifier),
            ("ext:registration", self.registration),
            ("ext:VAT", self.vat),
        )
        listed = tuple(
            (f"ext:{item.register}", item.reference)
            for item in self.accreditations
            if item.register and item.reference
        )
        named = tuple((kind, value) for kind, value in legal + listed if value)
        return named + self.identifiers

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
                IdentifierEntry(identifier=value, identifier_type=kind) for kind, value in self.numbers
            ),
            legal_name=self.legal_name,
            registration=legal_identifier(f"{self.id}#registration", self.registration, self.country),
            vat_identifier=legal_identifier(f"{self.id}#vat", self.vat, self.country),
            eidas_identifier=legal_identifier(f"{self.id}#eidas", self.eidas_identifier, self.country),
            location=tuple(
                location(f"{self.id}#place-{number}", place.country, place.region)
                for number, place in enumerate(self.also_in, 1)
            ),
        )


def issuer_id(tool_url: str, slug: str) -> str:
    """The did:web that stands for `<tool_url>/issuers/<slug>`; a port is written %3A, a path with colons."""
    parts = urlsplit(tool_url)
    segments = [segment for segment in parts.path.split("/") if segment]
    return ":".join(("did:web", parts.netloc.replace(":", "%3A"), *segments, "issuers", slug))


def read_issuer(data: Json, tool_url: str, today: date | None = None) -> IssuerProfile:
    """The issuer that a TOML file such as config/issuer.example.toml describes.

    Raises TemplateError listing every problem with its JSON pointer. What the EU elements demand beyond that,
    a legal name and a country, `badges.eu.elements.missing` asks for when a badge is published.
    """
    reader = Reader(today)
    reader.only(data, "", _FIELDS)
    slug = reader.text(data.get("slug"), "/slug", 64, required=True) or ""
    if slug and not _SLUG.fullmatch(slug):
        reader.problem("/slug", "unknown_code")
    email = reader.text(data.get("email"), "/email")
    if email and not _EMAIL.fullmatch(email):
        reader.problem("/email", "not_an_email")
    issuer = IssuerProfile(
        id=issuer_id(tool_url, slug),
        slug=slug,
        name=reader.text(data.get("name"), "/name", required=True) or "",
        legal_name=reader.texts(data.get("legal_name"), "/legal_name"),
        url=reader.web_address(data.get("url"), "/url"),
        email=email,
        country=reader.code(data.get("country"), "/country", "countries"),
        region=reader.text(data.get("region"), "/region"),
        locality=reader.text(data.get("locality"), "/locality"),
        street=reader.text(data.get("street"), "/street"),
        postal_code=reader.text(data.get("postal_code"), "/postal_code"),
        also_in=reader.each(data.get("also_in"), "/also_in", _place),
        registration=reader.text(data.get("registration"), "/registration"),
        vat=reader.text(data.get("vat"), "/vat"),
        eidas_identifier=reader.eidas_identifier(data.get("eidas_identifier"), "/eidas_identifier"),
        identifiers=reader.each(data.get("identifiers"), "/identifiers", _identifier),
        accreditations=reader.each(data.get("accreditations"), "/accreditations", quality_assurance),
        quality=read_declarations(reader, data.get("quality"), "/quality"),
        demands=reader.each(data.get("demands"), "/demands", _framework),
    )
    reader.finish()
    return issuer


_FIELDS = tuple(name for name in IssuerProfile.__dataclass_fields__ if name != "id")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDENTIFIER_TYPE = re.compile(r"[A-Za-z]+|ext:[A-Za-z0-9._-]+")


def _place(reader: Reader, data: Any, pointer: str) -> Place:
    said = reader.fields(data, pointer, ("country", "region"))
    return Place(
        country=reader.code(said.get("country"), at(pointer, "country"), "countries", required=True) or "",
        region=reader.text(said.get("region"), at(pointer, "region")),
    )


def _framework(reader: Reader, data: Any, pointer: str) -> str:
    if data not in framework_codes():
        reader.problem(pointer, "unknown_framework")
        return ""
    return str(data)


def _identifier(reader: Reader, data: Any, pointer: str) -> tuple[str, str]:
    said = reader.fields(data, pointer, ("type", "value"))
    kind = reader.text(said.get("type"), at(pointer, "type"), required=True) or ""
    if kind and not (kind in _STANDARD_TYPES or _IDENTIFIER_TYPE.fullmatch(kind)):
        reader.problem(at(pointer, "type"), "unknown_code")
    return kind, reader.text(said.get("value"), at(pointer, "value"), required=True) or ""


_STANDARD_TYPES = frozenset(
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn "
    "lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId "
    "ltiUserId identifier".split()
)
