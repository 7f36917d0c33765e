"""The small parts of a European credential: nodes with their ids, concepts with their lists, places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from badges.template.model import Texts
from badges.vocabularies import vocabulary
from signing.json_text import Json

SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"


class Nodes:
    """Gives each node its id: the kind, and a UUID of the credential, the kind and the place."""

    def __init__(self, credential_id: str) -> None:
        self._base = credential_id

    def __call__(self, place: str, kind: str, **said: Any) -> Json:
        name = kind[0].lower() + kind[1:]
        unique = uuid5(NAMESPACE_URL, f"{self._base}#{name}-{place}")
        return {"id": f"urn:epass:{name}:{unique}", "type": kind, **said}

    def note(self, place: str, text: Texts) -> Json | None:
        return self(place, "Note", noteLiteral=dict(text)) if text else None

    def page(self, place: str, url: str | None) -> Json | None:
        return self(place, "WebResource", contentURL=url) if url else None

    def number(self, place: str, notation: str | None, country: Json | None) -> Json | None:
        """A number that a country's authorities gave."""
        return self(place, "LegalIdentifier", notation=notation, spatial=country) if notation else None

    def mailbox(self, place: str, email: str | None) -> list[Json]:
        if not email:
            return []
        return [self(place, "ContactPoint", emailAddress=[{"id": f"mailto:{email}", "type": "Mailbox"}])]

    def location(self, place: str, country_code: str | None, address: Texts) -> Json | None:
        """A place with an address; None where not even the country is known."""
        if country_code is None:
            return None
        return self(
            place,
            "Location",
            address=[
                self(
                    place,
                    "Address",
                    countryCode=country(country_code),
                    fullAddress=self.note(f"{place}-address", address),
                )
            ],
        )


def said(value: Any) -> Any:
    """The value without what is empty."""
    if isinstance(value, dict):
        return _kept((name, said(item)) for name, item in value.items())
    if isinstance(value, list):
        return list(_kept(enumerate(map(said, value))).values())
    return value


def _kept(items: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    return {name: item for name, item in items if item not in (None, "", [], {})}


def concept(iri: str, label: Texts, scheme: str | None = None) -> Json:
    """A concept names its list, for the profile checks it."""
    if scheme is None:
        folder = iri.rpartition("/")[0]
        scheme = folder if iri.startswith(AUTHORITY) else f"{folder}/25831c2"
    return {
        "id": iri,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": dict(label),
    }


def coded(vocabulary_name: str, code: str | None) -> Json | None:
    """The concept of a code of ours; None where there is no code."""
    if code is None:
        return None
    found = vocabulary(vocabulary_name)
    return concept(found[code].iri, found[code].label, found.scheme)


def language(code: str) -> Json | None:
    return coded("languages", code) if code in vocabulary("languages") else None


def country(code: str | None) -> Json | None:
    return coded("countries", code)
