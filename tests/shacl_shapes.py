"""Validation of credentials with the SHACL shapes of the European Learning Model and of Annex I, offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pyld import jsonld
from pyshacl import validate
from rdflib import OWL, SH, Graph, Literal

from badges.elm import CONTEXTS
from signing.json_text import Json

Conforms = Callable[[Json], bool]
WEB_ADDRESS = r"^https?://[^/?#\s]+([/?#]\S*)?$"
ANY_ADDRESS = r"^[a-z][a-z0-9+.-]*:\S+$"


def europass_shapes(folder: Path) -> Conforms:
    """A function that says whether a credential conforms to the profile "EDC generic full" and the shapes of Annex I.

    `folder` is the one with the official files of the European Commission.
    """
    return _conforming(folder, "EDC-generic-no-cv", "EDC-generic-full", "eu-annex1-elm.shapes")


def opportunity_shapes(folder: Path) -> Conforms:
    """As `europass_shapes`, of a learning opportunity and the profile "Learning Opportunity and Qualification"."""
    return _conforming(folder, "LOQ-constraints")


def _conforming(folder: Path, *names: str) -> Conforms:
    shapes = Graph()
    for name in names:
        shapes.parse(folder / f"shacl/{name}.ttl")
    shapes.remove((None, OWL.imports, None))
    # Patterns of addresses are written for Java (`\\p{L}` in a set in a set), and Python reads something else in them.
    for shape, pattern in list(shapes.subject_objects(SH.pattern)):
        if "\\p{" in pattern:
            ours = WEB_ADDRESS if pattern.startswith("^(?i)(http|https)") else ANY_ADDRESS
            shapes.set((shape, SH.pattern, Literal(ours)))
    # pySHACL would count a warning inside a nested shape as a violation of the outer one.
    for shape in list(shapes.subjects(SH.severity, SH.Warning)):
        shapes.remove((None, SH.property, shape))
    contexts = {
        url: {
            "contextUrl": None,
            "documentUrl": url,
            "document": json.loads((folder / f"context/{name}").read_text(encoding="utf-8")),
        }
        for url, name in zip(CONTEXTS, ("cred-v1.jsonld", "edc-ap-context.jsonld"), strict=True)
    }

    def conforms(credential: Json) -> bool:
        # PyLD makes the RDF, with the literals as they are in the credential; rdflib only reads it.
        quads = jsonld.to_rdf(
            credential,
            {"format": "application/n-quads", "documentLoader": lambda url, options: contexts[url]},
        )
        data = Graph().parse(data=quads, format="nt")
        return bool(validate(data, shacl_graph=shapes, allow_warnings=True)[0])

    return conforms
