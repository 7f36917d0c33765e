"""Declarations: what an issuer or a template states for quality frameworks beyond the EU elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from badges.reader import TEXT_LENGTH, Reader, at

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """The table `quality` in the file of a template or an issuer; the template's values precede its issuer's.

    Every field is optional. `declarations` are free texts by `<framework>.<rule>`, for the rules that have no field
    of their own here. Fields of codes are of the vocabularies `provider_kinds`, `unit_kinds` and `orientations`.
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
    """The Declarations in `data`, empty where it is None; problems are added to `reader`."""
    if data is None:
        return Declarations()
    if not isinstance(data, dict):
        reader.problem(pointer, "not_an_object")
        return Declarations()
    reader.refuse_unknown_fields(data, pointer, FIELDS)
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
    return reader.whole_number(value, pointer, 1, 1200)


def _declarations(reader: Reader, value: Any, pointer: str) -> dict[str, Texts]:
    """Texts by `<framework>.<rule>`. The rule need not exist: templates may come from a tool with other frameworks."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        reader.problem(pointer, "not_an_object")
        return {}
    declared: dict[str, Texts] = {}
    for name, texts in value.items():
        if not isinstance(name, str) or not _DECLARATION.fullmatch(name):
            reader.problem(at(pointer, name), "unknown_field")
        elif text := reader.texts(texts, at(pointer, name), TEXT_LENGTH):
            declared[name] = text
    return declared


_READ: dict[str, Callable[[Reader, Any, str], Any]] = {
    "provider": _coded("provider_kinds"),
    "accredited": Reader.yes_or_no,
    "unit_kind": _coded("unit_kinds"),
    "programme_code": _text,
    "licence": _text,
    "decision_reference": _text,
    "transcript": Reader.yes_or_no,
    "orientation": _coded("orientations"),
    "target_group": _texts,
    "purpose": _texts,
    "need": _texts,
    "need_evidence_url": Reader.web_address,
    "overlap_checked": Reader.yes_or_no,
    "prior_learning": Reader.yes_or_no,
    "internal_quality_url": Reader.web_address,
    "learner_feedback": Reader.yes_or_no,
    "review_months": _months,
    "in_catalogue": Reader.yes_or_no,
    "guidance_url": Reader.web_address,
    "cost": _texts,
    "accessibility_url": Reader.web_address,
    "privacy_notice_url": Reader.web_address,
    "retention_months": _months,
    "declarations": _declarations,
}
