"""IssuerProfile: the awarding body as config/issuer.toml describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from badges.authority import Authority, read_authority
from badges.days import day_of
from badges.eu.terms import legal_identifier, location
from badges.model import Address, IdentifierEntry, Profile
from badges.quality import framework_codes
from badges.reader import NAME_LENGTH, Reader, at
from badges.review_policy import ReviewPolicy, read_review_policy
from badges.template.declarations import Declarations
from badges.template.fields import Group, Items, Texts
from badges.template.model import text_in
from badges.template.values import QualityAssurance, check_days
from badges.vocabularies import vocabulary
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country (ISO 3166-1 alpha-2 code) in which the issuer is established, and the name of a region of it."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerProfile:
    """The body that awards. `id` is its did:web; `country` an ISO 3166-1 alpha-2 code; `also_in` its further places.

    Its identifiers: `registration` in the country's register of legal persons, `vat`, `eidas_identifier` in the form of
    ETSI EN 319 412-1, and `identifiers`: pairs (identifierType, identifier) of Open Badges 3.0, where other types than
    the standard's begin with `ext:`. `quality` are its declarations for all that it awards; `demands` the codes of the
    quality frameworks that its templates have to meet beyond EU Annex I; `authority` what they may claim in its name;
    `reviews` what an overdue review of one stops.
    `linkedin_id` is the number of its page on LinkedIn. `timezone`, an IANA name, is where a day that somebody writes
    begins and ends.
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
    authority: Authority = field(default_factory=Authority)
    reviews: ReviewPolicy = field(default_factory=ReviewPolicy)
    linkedin_id: str | None = None
    timezone: str = "UTC"

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """The day that it is at the issuer's at an aware moment."""
        return day_of(moment, self.zone)

    def name_in(self, language: str) -> str:
        """The name for pages in `language`: the legal name in it, if there is one and `name` is a legal name at all.

        A short name or a brand is the same in every language.
        """
        return (
            self.legal_name.get(language, self.name) if self.name in self.legal_name.values() else self.name
        )

    @property
    def all_identifiers(self) -> tuple[tuple[str, str], ...]:
        """Every identifier of the issuer as a pair (identifierType, identifier)."""
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
        """The issuer as the Profile in a credential; the country's name is in `language`."""
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
                IdentifierEntry(identifier=value, identifier_type=kind)
                for kind, value in self.all_identifiers
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
    """The did:web whose DID document is served at `<tool_url>/issuers/<slug>/did.json`.

    Source: did:web Method Specification: slashes of the path become colons, the colon of a port is %3A.
    """
    parts = urlsplit(tool_url)
    segments = [segment for segment in parts.path.split("/") if segment]
    return ":".join(("did:web", parts.netloc.replace(":", "%3A"), *segments, "issuers", slug))


def read_issuer(data: Json, tool_url: str, now: datetime | None = None) -> IssuerProfile:
    """The issuer that a TOML file such as config/issuer.example.toml describes.

    Days that cannot be to come are checked against the issuer's day at `now`; without it every day is accepted. Raises
    TemplateError listing every problem with its JSON pointer. The EU elements also require a legal name and a country:
    `badges.eu.elements.missing` checks that when a template is published.
    """
    reader = Reader()
    zone = reader.timezone(data.get("timezone"), "/timezone")
    reader.today = day_of(now, zone) if now else None
    reader.refuse_unknown_fields(data, "", _FIELDS)
    slug = reader.required_text(data.get("slug"), "/slug", 64)
    if slug and not _SLUG.fullmatch(slug):
        reader.problem("/slug", "unknown_code")
    email = reader.text(data.get("email"), "/email")
    if email and not _EMAIL.fullmatch(email):
        reader.problem("/email", "not_an_email")
    linkedin_id = reader.text(data.get("linkedin_id"), "/linkedin_id")
    if linkedin_id and not _LINKEDIN_ID.fullmatch(linkedin_id):
        reader.problem("/linkedin_id", "unknown_code")
    issuer = IssuerProfile(
        id=issuer_id(tool_url, slug),
        slug=slug,
        name=reader.required_text(data.get("name"), "/name"),
        legal_name=reader.texts(data.get("legal_name"), "/legal_name", NAME_LENGTH),
        url=reader.web_address(data.get("url"), "/url"),
        email=email,
        country=reader.code(data.get("country"), "/country", "countries"),
        region=reader.text(data.get("region"), "/region"),
        locality=reader.text(data.get("locality"), "/locality"),
        street=reader.text(data.get("street"), "/street"),
        postal_code=reader.text(data.get("postal_code"), "/postal_code"),
        also_in=reader.items(data.get("also_in"), "/also_in", _read_place),
        registration=reader.text(data.get("registration"), "/registration"),
        vat=reader.text(data.get("vat"), "/vat"),
        eidas_identifier=reader.eidas_identifier(data.get("eidas_identifier"), "/eidas_identifier"),
        identifiers=reader.items(data.get("identifiers"), "/identifiers", _read_identifier),
        accreditations=_ACCREDITATIONS.read(reader, data.get("accreditations"), "/accreditations"),
        quality=Group(Declarations).read(reader, data.get("quality"), "/quality"),
        demands=reader.items(data.get("demands"), "/demands", _read_framework_code),
        authority=read_authority(reader, data.get("authority"), "/authority"),
        reviews=read_review_policy(reader, data.get("reviews"), "/reviews"),
        linkedin_id=linkedin_id,
        timezone=zone.key,
    )
    reader.raise_problems()
    return issuer


_FIELDS = tuple(name for name in IssuerProfile.__dataclass_fields__ if name != "id")
_ACCREDITATIONS = Items(QualityAssurance, check=check_days)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINKEDIN_ID = re.compile(r"[0-9]{1,20}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDENTIFIER_TYPE = re.compile(r"[A-Za-z]+|ext:[A-Za-z0-9._-]+")


def _read_place(reader: Reader, data: Any, pointer: str) -> Place:
    fields = reader.known_fields(data, pointer, ("country", "region"))
    return Place(
        country=reader.required_code(fields.get("country"), at(pointer, "country"), "countries"),
        region=reader.text(fields.get("region"), at(pointer, "region")),
    )


def _read_framework_code(reader: Reader, data: Any, pointer: str) -> str:
    if data not in framework_codes():
        reader.problem(pointer, "unknown_framework")
        return ""
    return str(data)


def _read_identifier(reader: Reader, data: Any, pointer: str) -> tuple[str, str]:
    fields = reader.known_fields(data, pointer, ("type", "value"))
    kind = reader.required_text(fields.get("type"), at(pointer, "type"))
    if kind and not (kind in _STANDARD_IDENTIFIER_TYPES or _IDENTIFIER_TYPE.fullmatch(kind)):
        reader.problem(at(pointer, "type"), "unknown_code")
    return kind, reader.required_text(fields.get("value"), at(pointer, "value"))


#: IdentifierTypeEnum of Open Badges 3.0.
_STANDARD_IDENTIFIER_TYPES = frozenset(
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn "
    "lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId "
    "ltiUserId identifier".split()
)
