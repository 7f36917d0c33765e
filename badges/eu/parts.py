"""Parts of a credential that anybody may have written: what is missing or of another type is empty."""

from __future__ import annotations

from typing import Any

from badges.foreign_json import object_at
from badges.readable import readable
from badges.vocabularies import Concept, vocabulary
from signing.json_text import Json


def subject_of(credential: Json) -> Json:
    """The AchievementSubject."""
    return object_at(credential, "credentialSubject")


def learner_id(subject: Json) -> str | None:
    """The id of the subject, where it may be one that the learner has; an opaque one says nothing of anybody."""
    found = subject.get("id")
    return found if isinstance(found, str) and not found.lower().startswith("urn:uuid:") else None


def achievement_of(credential: Json) -> Json:
    """The Achievement."""
    return object_at(credential, "credentialSubject", "achievement")


def known_concept(value: Any, *lists: str) -> Concept | None:
    """The concept that `value`, a node or an IRI, names in one of the vocabularies; None where none has it."""
    iri = value.get("id") if isinstance(value, dict) else value
    if not isinstance(iri, str):
        return None
    return next((found for name in lists if (found := vocabulary(name).with_iri(iri))), None)


def says_something(text: Any) -> bool:
    """Whether it is a text in which a person sees a letter or a number."""
    # A text may be megabytes long, and one that begins with a thousand signs says nothing to anybody.
    return isinstance(text, str) and any(character.isalnum() for character in readable(text[:1000]))
