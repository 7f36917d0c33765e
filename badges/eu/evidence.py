"""evidence_of: the evidence that a credential tells of, and the narrative of its subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from badges.eu.parts import achievement_of, subject_of
from badges.eu.readers import in_own_language
from badges.foreign_json import objects
from badges.template.fields import Texts
from signing.json_text import Json

#: A badge may have thousands.
MAX_EVIDENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One Evidence: its name, a narrative in Markdown, a description, and its address; each may be empty.

    The description is the narrative where there is no other.
    """

    name: Texts = field(default_factory=dict)
    narrative: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    address: str = ""


def evidence_of(credential: Json) -> tuple[Evidence, ...]:
    """The narrative of the subject, and at most MAX_EVIDENCE pieces of evidence, without those that say nothing."""
    return tuple(found for found in _read(credential) if found.name or found.narrative or found.address)


def _read(credential: Json) -> Iterator[Evidence]:
    achievement = achievement_of(credential)

    def texts(value: Any) -> Texts:
        return in_own_language(achievement, value)

    yield Evidence(narrative=texts(subject_of(credential).get("narrative")))
    for evidence in objects(credential.get("evidence"))[:MAX_EVIDENCE]:
        address = evidence.get("id")
        narrative, description = texts(evidence.get("narrative")), texts(evidence.get("description"))
        yield Evidence(
            name=texts(evidence.get("name")),
            narrative=narrative or description,
            description=description if narrative else {},
            address=str(address) if _is_address(address, credential) else "",
        )


def _is_address(address: Any, credential: Json) -> bool:
    """Whether an id is an address that a reader can open: `urn:uuid:...`, or a part of this credential, is none."""
    own = f"{credential.get('id')}#"
    return isinstance(address, str) and address.startswith("https://") and not address.startswith(own)
