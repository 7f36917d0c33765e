"""Issued: a badge that was signed, as papers about it need it; facts: what it says, in one language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from badges.eu import elements, readers
from badges.template.model import text_in
from signing.json_text import Json
from signing.timestamps import from_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """`text` is the signed credential byte for byte, `page_url` where it is checked, `colours` those of its picture."""

    text: str
    png: bytes
    page_url: str
    colours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a credential says. `elements` holds the values of each element of Annex I by its code.

    `description` and `criteria` are "" where the badge does not have them in the language that was asked for.
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
    elements: Mapping[str, tuple[str, ...]]

    def first(self, code: str) -> str:
        """The first value of an element; "" where it has none."""
        return next(iter(self.elements.get(code, ())), "")


def facts(issued: Issued, language: str) -> Facts:
    """What the badge says, in `language` wherever it has it."""
    credential: Json = json.loads(issued.text)
    issuer, subject = credential["issuer"], credential["credentialSubject"]
    achievement = subject["achievement"]
    spoken = achievement.get("inLanguage", "en")
    return Facts(
        credential_id=credential["id"],
        awarded_at=from_timestamp(credential.get("awardedDate") or credential["validFrom"]),
        valid_until=from_timestamp(credential["validUntil"]) if "validUntil" in credential else None,
        issuer_address=_address(issuer.get("address", {})),
        registration=issuer.get("registration", {}).get("notation", ""),
        description=readers.description(credential).get(language, ""),
        criteria=readers.criteria(credential).get(language, ""),
        hours=_hours(achievement.get("volumeOfLearning", "")),
        credits=sum((Decimal(credit["point"]) for credit in achievement.get("creditPoint", ())), Decimal())
        or None,
        elements={
            reading.element.code: tuple(text_in(value, language, spoken) for value in reading.values)
            for reading in elements.read(credential)
        },
    )


def day(moment: datetime, language: str) -> str:
    """The day as `badges.eu.readers` writes the date of issuing."""
    return text_in(readers.day_in_words(moment.date()), language)


def address_in_two(url: str) -> tuple[str, str]:
    """An address as people type it, to be broken before what is hardest to read."""
    host, slash, last = url.removeprefix("https://").rpartition("/")
    return host + slash, last


def _address(address: Json) -> str:
    town = " ".join(address[name] for name in ("postalCode", "addressLocality") if address.get(name))
    parts = (address.get("streetAddress"), town, address.get("addressRegion"), address.get("addressCountry"))
    return ", ".join(part for part in parts if part)


def _hours(duration: str) -> Decimal | None:
    told = re.fullmatch(r"PT([0-9]+)H(?:([0-9]+)M)?", duration)
    return Decimal(told[1]) + Decimal(told[2] or 0) / 60 if told else None
