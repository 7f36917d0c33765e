"""What a micro-credential rests on in law, by what was signed of it: of Europe always, of Latvia by kind of unit."""

from __future__ import annotations

from collections.abc import Iterator

from badges.eu.parts import achievement_of, known_concept
from badges.foreign_json import as_list, object_at
from badges.recognition_pack.words import pack_texts
from badges.template.fields import Texts
from signing.json_text import Json

_NON_FORMAL = "nonFormal"
#: Kinds of units that have a regulation of their own.
_OF_KIND = frozenset({_NON_FORMAL, "furtherEducation"})


def legal_basis(credential: Json) -> Iterator[Texts]:
    """Each act that the micro-credential rests on; those of Latvia where its issuer is there and states the kind."""
    yield pack_texts("law", "recommendation")
    if object_at(credential, "issuer", "address").get("addressCountryCode") != "LV":
        return
    kind = _unit_kind(credential)
    if kind and kind != _NON_FORMAL:
        yield pack_texts("law", "formal")
    if kind in _OF_KIND:
        yield pack_texts("law", kind)
    decision = achievement_of(credential).get("levelDecision")
    if isinstance(decision, str) and decision:
        yield pack_texts("law", "decision", decision=decision)


def _unit_kind(credential: Json) -> str:
    kinds = as_list(achievement_of(credential).get("dcType"))
    return next((found.code for kind in kinds if (found := known_concept(kind, "unit_kinds"))), "")
