"""The alignments of a badge to frameworks that any issuer uses: level, field, skills, quality assurance."""

from __future__ import annotations

import re
from typing import Any

from badges.importing.field_reader import FieldReader, language_map
from badges.vocabularies import vocabulary
from signing.json_text import Json

_ESCO = re.compile(r"(?:https?://data\.europa\.eu)?/?(esco/skill/[A-Za-z0-9.-]{1,64})")
_LEVEL = re.compile(r"[1-8]")


def read_alignments(value: Any, pointer: str, language: str, reader: FieldReader) -> Json:
    """The template fields that the alignments fill; alignments that fill none are noted."""
    body: Json = {"learning_outcomes": [], "types_of_quality_assurance": []}
    for item, item_pointer in reader.each(value, pointer):
        kind, address = str(item.get("targetType", "")), str(item.get("targetUrl", ""))
        code = str(item.get("targetCode", ""))
        level, lki = vocabulary("eqf").with_iri(address), vocabulary("lki").with_iri(address)
        field = vocabulary("isced_f").with_iri(address)
        if level or (kind == "ext:EQF" and _LEVEL.fullmatch(code)):
            body["level"] = {"framework": "EQF", "value": int(level.code if level else code)}
        elif lki:
            body["lki_level"] = int(lki.code)
        elif field or (kind == "ext:ISCEDF" and code in vocabulary("isced_f")):
            body["isced_f"] = field.code if field else code
        elif skill := esco_skill(address):
            name = reader.name(item.get("targetName"), f"{item_pointer}/targetName")
            if name:
                label = language_map(language, name)
                body["learning_outcomes"].append({"text": label, "esco": [{"iri": skill, "label": label}]})
        elif kind == "ext:QualityAssurance":
            body["types_of_quality_assurance"].append(
                _quality_assurance(item, item_pointer, language, reader)
            )
        else:
            reader.note(item_pointer, "no_place", item.get("targetName") or address)
    return {name: value for name, value in body.items() if value}


def esco_skill(address: Any) -> str | None:
    """The IRI of an ESCO skill as ESCO writes it (http), or None for any other address."""
    match = _ESCO.fullmatch(address.strip()) if isinstance(address, str) else None
    return f"http://data.europa.eu/{match[1]}" if match else None


def _quality_assurance(item: Json, pointer: str, language: str, reader: FieldReader) -> Json:
    """The alignment as a type of quality assurance. Which type is not said, so `label` is guessed and noted."""
    reader.note(f"{pointer}/targetType", "guessed", "label")
    fields = {
        "code": "label",
        "agency": language_map(language, reader.name(item.get("targetName"), f"{pointer}/targetName")),
        "reference": reader.name(item.get("targetCode"), f"{pointer}/targetCode"),
        "url": reader.address(item.get("targetUrl"), f"{pointer}/targetUrl"),
    }
    return {name: value for name, value in fields.items() if value}
