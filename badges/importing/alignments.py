"""What the alignments of a badge say in words that any issuer uses: level, field, skills, quality assurance."""

from __future__ import annotations

import re
from typing import Any

from badges.importing.foreign import Foreign, texts
from badges.vocabularies import vocabulary
from signing.json_text import Json

_ESCO = re.compile(r"(?:https?://data\.europa\.eu)?/?(esco/skill/[A-Za-z0-9.-]{1,64})")
_LEVEL = re.compile(r"[1-8]")


def read_alignments(value: Any, pointer: str, language: str, foreign: Foreign) -> Json:
    """The fields of a template that the alignments fill; those that fill none are noted."""
    body: Json = {"learning_outcomes": [], "types_of_quality_assurance": []}
    for item, where in foreign.each(value, pointer):
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
            name = foreign.name(item.get("targetName"), f"{where}/targetName")
            if name:
                label = texts(language, name)
                body["learning_outcomes"].append({"text": label, "esco": [{"iri": skill, "label": label}]})
        elif kind == "ext:QualityAssurance":
            body["types_of_quality_assurance"].append(_quality_assurance(item, where, language, foreign))
        else:
            foreign.note(where, "no_place", item.get("targetName") or address)
    return {name: found for name, found in body.items() if found}


def esco_skill(address: Any) -> str | None:
    """The address of an ESCO skill as ESCO writes it, or None."""
    found = _ESCO.fullmatch(address.strip()) if isinstance(address, str) else None
    return f"http://data.europa.eu/{found[1]}" if found else None


def _quality_assurance(item: Json, where: str, language: str, foreign: Foreign) -> Json:
    foreign.note(f"{where}/targetType", "guessed", "label")
    found = {
        "code": "label",
        "agency": texts(language, foreign.name(item.get("targetName"), f"{where}/targetName")),
        "reference": foreign.name(item.get("targetCode"), f"{where}/targetCode"),
        "url": foreign.address(item.get("targetUrl"), f"{where}/targetUrl"),
    }
    return {name: said for name, said in found.items() if said}
