"""Parts of a credential that anybody may have written: what is missing or of another type is empty."""

from __future__ import annotations

import re
from typing import Any

from badges.foreign_json import as_list, object_at
from badges.in_words import NO_LANGUAGE
from badges.readable import readable
from badges.template.fields import Texts
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


def plain_text(value: Any) -> Texts:
    """A text without a language; empty where it is none, or blank."""
    return {NO_LANGUAGE: value} if isinstance(value, str) and value.strip() else {}


def language_map(value: Any) -> Texts:
    """The texts of a language map, without what is no text or has no language."""
    return {
        language: text
        for language, text in object_at(value).items()
        if isinstance(text, str) and text.strip() and re.fullmatch(r"[a-zA-Z0-9-]{2,35}", language)
    }


def labels(value: Any, *lists: str) -> list[Texts]:
    """The labels of one concept or several; where one of the lists has the concept, what the list calls it.

    A node may name level 3 by its IRI and call it level 8: programs would read the one, and people the other.
    """
    found: list[Texts] = []
    for concept in as_list(value):
        known = known_concept(concept, *lists)
        own = language_map(concept.get("prefLabel")) if isinstance(concept, dict) else {}
        found.append({**own, **(known.label if known else {})})
    return found


def says_something(text: Any) -> bool:
    """Whether it is a text in which a person sees a letter or a number."""
    # A text may be megabytes long, and one that begins with a thousand signs says nothing to anybody.
    return isinstance(text, str) and any(character.isalnum() for character in readable(text[:1000]))


def is_prior_learning(credential: Json) -> bool:
    """Whether the credential, which may be anybody's, says of its subject that prior learning was recognised."""
    said = subject_of(credential).get("recognitionOfPriorLearning")
    # JSON's 1 is not true, though Python takes them for equal.
    return said is True or said == "true"
