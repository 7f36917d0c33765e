"""read_content: the content of a signed badge for certificates and transcripts, in one language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from badges.details import signed_details
from badges.eu import elements, readers
from badges.in_words import day_in_words
from badges.template.model import text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json
from signing.timestamps import from_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedBadge:
    """A badge that was issued: `text` is the secured credential byte for byte, `page_url` the page that verifies it.

    `colours` is the palette of its picture, a code of the vocabulary `colours`.
    """

    text: str
    png: bytes
    page_url: str
    colours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeContent:
    """The content of a credential; `elements` has the values of each element of Annex I by its code.

    `results` are the learner's, without the one that was needed, which is among the elements. `description` and
    `criteria` are "" where the badge does not have them in the language of the document. `details` are labels and
    values of what else is signed.
    """

    credential_id: str
    awarded_at: datetime
    valid_until: datetime | None
    issuer_address: str
    registration: str
    description: str
    criteria: str
    hours: Decimal | None
    credits: Decimal | None
    results: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    details: tuple[tuple[str, tuple[str, ...]], ...]

    def first(self, code: str) -> str:
        """The first value of an element; "" where it has none."""
        return next(iter(self.elements.get(code, ())), "")


def read_content(badge: IssuedBadge, language: str) -> BadgeContent:
    """The content of the badge, in `language` where the badge has it, else in the badge's own language."""
    credential: Json = json.loads(badge.text)
    issuer, subject = credential["issuer"], credential["credentialSubject"]
    achievement = subject["achievement"]
    own_language = achievement.get("inLanguage", "en")
    return BadgeContent(
        credential_id=credential["id"],
        awarded_at=from_timestamp(credential.get("awardedDate") or credential["validFrom"]),
        valid_until=from_timestamp(credential["validUntil"]) if "validUntil" in credential else None,
        issuer_address=_address(issuer.get("address", {}), language),
        registration=issuer.get("registration", {}).get("notation", ""),
        description=readers.description(credential).get(language, ""),
        criteria=readers.criteria(credential).get(language, ""),
        hours=_hours(achievement.get("volumeOfLearning", "")),
        credits=sum((Decimal(credit["point"]) for credit in achievement.get("creditPoint", ())), Decimal())
        or None,
        results=tuple(text_in(value, language, own_language) for value in readers.results(credential)),
        elements={
            reading.element.code: tuple(text_in(value, language, own_language) for value in reading.values)
            for reading in elements.read(credential)
        },
        details=tuple(
            (
                text_in(detail.label, language),
                tuple(text_in(value, language, own_language) for value in detail.values),
            )
            for detail in signed_details(credential)
        ),
    )


def day(moment: datetime, language: str) -> str:
    """The UTC day in words, in the form in which the date of issuing is written."""
    return text_in(day_in_words(moment.date()), language)


def split_address(url: str) -> tuple[str, str]:
    """A URL without `https://`, split before its last segment, the id, for a line break there."""
    host, slash, last = url.removeprefix("https://").rpartition("/")
    return host + slash, last


def _address(address: Json, language: str) -> str:
    code, countries = address.get("addressCountryCode", ""), vocabulary("countries")
    country = text_in(countries[code].label, language) if code in countries else address.get("addressCountry")
    town = " ".join(address[name] for name in ("postalCode", "addressLocality") if address.get(name))
    parts = (address.get("streetAddress"), town, address.get("addressRegion"), country)
    return ", ".join(part for part in parts if part)


def _hours(duration: str) -> Decimal | None:
    match = re.fullmatch(r"PT([0-9]+)H(?:([0-9]+)M)?", duration)
    return Decimal(match[1]) + Decimal(match[2] or 0) / 60 if match else None
