"""The Declarations: what quality frameworks ask of a template and its issuer beyond the EU's elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from badges.reader import TEXT_LENGTH, Reader, at

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Each may be said by the issuer for all it awards, and by a template for itself; nothing here has to be said.

    `declarations` are the texts that rules without a field of their own ask for, by `<framework>.<rule>`.
    """

    provider: str | None = None
    accredited: bool | None = None
    unit_kind: str | None = None
    programme_code: str | None = None
    licence: str | None = None
    decision_reference: str | None = None
    transcript: bool | None = None
    orientation: str | None = None
    target_group: Texts = field(default_factory=dict)
    purpose: Texts = field(default_factory=dict)
    need: Texts = field(default_factory=dict)
    need_evidence_url: str | None = None
    overlap_checked: bool | None = None
    prior_learning: bool | None = None
    internal_quality_url: str | None = None
    learner_feedback: bool | None = None
    review_months: int | None = None
    in_catalogue: bool | None = None
    guidance_url: str | None = None
    cost: Texts = field(default_factory=dict)
    accessibility_url: str | None = None
    privacy_notice_url: str | None = None
    retention_months: int | None = None
    declarations: Mapping[str, Texts] = field(default_factory=dict)


FIELDS = tuple(Declarations.__dataclass_fields__)
_DECLARATION = re.compile(r"[a-z0-9_]{1,64}\.[a-z0-9-]{1,64}")


def read_declarations(reader: Reader, data: Any, pointer: str) -> Declarations:
    """The Declarations in `data`; every problem goes to the reader."""
    if data is None:
        return Declarations()
    if not isinstance(data, dict):
        reader.problem(pointer, "not_an_object")
        return Declarations()
    reader.only(data, pointer, FIELDS)
    return Declarations(
        **{name: read(reader, data.get(name), at(pointer, name)) for name, read in _READ.items()}
    )


def _coded(vocabulary_name: str) -> Callable[[Reader, Any, str], str | None]:
    return lambda reader, value, pointer: reader.code(value, pointer, vocabulary_name)


def _texts(reader: Reader, value: Any, pointer: str) -> Texts:
    return reader.texts(value, pointer)


def _text(reader: Reader, value: Any, pointer: str) -> str | None:
    return reader.text(value, pointer)


def _months(reader: Reader, value: Any, pointer: str) -> int | None:
    return reader.whole(value, pointer, 1, 1200)


def _declarations(reader: Reader, value: Any, pointer: str) -> dict[str, Texts]:
    """Texts by `<framework>.<rule>`; a rule that no framework here has does no harm."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        reader.problem(pointer, "not_an_object")
        return {}
    found: dict[str, Texts] = {}
    for name, said in value.items():
        if not isinstance(name, str) or not _DECLARATION.fullmatch(name):
            reader.problem(at(pointer, name), "unknown_field")
        elif text := reader.texts(said, at(pointer, name), TEXT_LENGTH):
            found[name] = text
    return found


_READ: dict[str, Callable[[Reader, Any, str], Any]] = {
    "provider": _coded("provider_kinds"),
    "accredited": Reader.truth,
    "unit_kind": _coded("unit_kinds"),
    "programme_code": _text,
    "licence": _text,
    "decision_reference": _text,
    "transcript": Reader.truth,
    "orientation": _coded("orientations"),
    "target_group": _texts,
    "purpose": _texts,
    "need": _texts,
    "need_evidence_url": Reader.web_address,
    "overlap_checked": Reader.truth,
    "prior_learning": Reader.truth,
    "internal_quality_url": Reader.web_address,
    "learner_feedback": Reader.truth,
    "review_months": _months,
    "in_catalogue": Reader.truth,
    "guidance_url": Reader.web_address,
    "cost": _texts,
    "accessibility_url": Reader.web_address,
    "privacy_notice_url": Reader.web_address,
    "retention_months": _months,
    "declarations": _declarations,
}
