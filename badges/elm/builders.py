"""Parts of a European Digital Credential: nodes with ids, concepts with their lists, addresses."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from badges.template.fields import Texts
from badges.vocabularies import vocabulary
from signing.json_text import Json

SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"

_EMPTY: tuple[Any, ...] = (None, "", [], {})


class NodeBuilder:
    """Builds the nodes of one credential: `node(key, type, **properties)`.

    The id of a node is made from the credential's id, the node's type and `key`, so an award always gives the same
    document. Two nodes of one type need different keys, or they are one node in RDF.
    """

    def __init__(self, credential_id: str) -> None:
        self._credential_id = credential_id

    def __call__(self, key: str, node_type: str, **properties: Any) -> Json:
        name = node_type[0].lower() + node_type[1:]
        unique = uuid5(NAMESPACE_URL, f"{self._credential_id}#{name}-{key}")
        return {"id": f"urn:epass:{name}:{unique}", "type": node_type, **properties}

    def note(self, key: str, text: Texts) -> Json | None:
        """A Note; None for an empty text."""
        return self(key, "Note", noteLiteral=dict(text)) if text else None

    def web_page(self, key: str, url: str | None) -> Json | None:
        """A WebResource; None without a URL."""
        return self(key, "WebResource", contentURL=url) if url else None

    def legal_identifier(self, key: str, notation: str | None, country: Json | None) -> Json | None:
        """A number given by an authority of a country; None without a number."""
        return self(key, "LegalIdentifier", notation=notation, spatial=country) if notation else None

    def contact_points(self, key: str, email: str | None) -> list[Json]:
        """The ContactPoint with an e-mail address; [] without one."""
        if not email:
            return []
        return [self(key, "ContactPoint", emailAddress=[{"id": f"mailto:{email}", "type": "Mailbox"}])]

    def location(self, key: str, country_code: str | None, address: Texts) -> Json | None:
        """A Location with an Address; None where not even the country is known."""
        if country_code is None:
            return None
        return self(
            key,
            "Location",
            address=[
                self(
                    key,
                    "Address",
                    countryCode=country_concept(country_code),
                    fullAddress=self.note(f"{key}-address", address),
                )
            ],
        )


def without_empty(value: Any) -> Any:
    """The JSON value without members and items that are None, "", [] or {}, also after their own were removed."""
    if isinstance(value, dict):
        members = ((name, without_empty(item)) for name, item in value.items())
        return {name: item for name, item in members if item not in _EMPTY}
    if isinstance(value, list):
        return [item for item in map(without_empty, value) if item not in _EMPTY]
    return value


def concept(iri: str, label: Texts, scheme: str | None = None) -> Json:
    """A Concept that names its list, because the application profile checks that; the list follows from EU IRIs."""
    if scheme is None:
        folder = iri.rpartition("/")[0]
        # Every list of the "snb" vocabularies has this one identifier inside its own folder.
        scheme = folder if iri.startswith(AUTHORITY) else f"{folder}/25831c2"
    return {
        "id": iri,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": dict(label),
    }


def vocabulary_concept(vocabulary_name: str, code: str | None) -> Json | None:
    """The Concept of a code in one of our vocabularies; None without a code."""
    if code is None:
        return None
    concepts = vocabulary(vocabulary_name)
    return concept(concepts[code].iri, concepts[code].label, concepts.scheme)


def language_concept(code: str) -> Json | None:
    """The Concept of a language; None for one that is not in the vocabulary."""
    return vocabulary_concept("languages", code) if code in vocabulary("languages") else None


def country_concept(code: str | None) -> Json | None:
    """The Concept of a country by its ISO 3166-1 alpha-2 code; None without a code."""
    return vocabulary_concept("countries", code)
