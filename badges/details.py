"""Details: what is said beside the elements of Annex I, in a credential or on the page of its achievement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from badges.achievement import PROGRAMME_LICENCE
from badges.eu.in_words import listed
from badges.eu.parts import achievement_of, known_concept, labels, language_map, plain_text
from badges.eu.readers import in_own_language
from badges.eu.rubric_levels import stated_levels
from badges.foreign_json import objects
from badges.issuer import IssuerProfile
from badges.quality import framework, framework_codes
from badges.template.declarations import RECOGNITION, Declarations, DeclarationTexts
from badges.template.fields import Field, Group, Items, Texts, Topic, fields_of
from badges.template.kinds import WebAddress
from badges.template.model import Template
from signing.json_text import Json

_SKILLS: Texts = {"en": "Skills (ESCO)", "lv": "Prasmes (ESCO)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What is said of one thing; an `is_address` one has the address of a web page as its only value."""

    label: Texts
    values: tuple[Texts, ...]
    is_address: bool = False


# In a credential --------------------------------------------------------------------------------


def signed_details(credential: Json) -> tuple[Detail, ...]:
    """What the credential, which may be anybody's, says of the programme and of the recognition of its achievement.

    Raises nothing: what is missing or of another type is left out.
    """
    found = (
        Detail(label=label, values=tuple(text for text in texts if text))
        for label, texts in _read(achievement_of(credential))
    )
    return tuple(detail for detail in found if detail.values)


def _read(achievement: Json) -> Iterator[tuple[Texts, list[Texts]]]:
    alignments = objects(achievement.get("alignment"))
    identifiers = objects(achievement.get("otherIdentifier"))
    field_of_study = labels(achievement.get("thematicArea"), "isced_f")
    if not any(field_of_study):
        field_of_study = [in_own_language(achievement, achievement.get("fieldOfStudy"))]
    skills = {
        (str(each.get("targetUrl")), str(each.get("targetName"))): _skill(achievement, each)
        for each in alignments
        if each.get("targetType") == "ext:ESCOSkill"
    }
    yield _label(Template, "isced_f"), field_of_study
    yield _SKILLS, list(skills.values())
    yield (
        _label(Template, "learning_setting"),
        labels(achievement.get("learningSetting"), "learning_settings"),
    )
    yield _label(Declarations, "unit_kind"), labels(achievement.get("dcType"), "unit_kinds")
    yield _label(Declarations, "programme_code"), [plain_text(achievement.get("humanCode"))]
    yield (
        _label(Declarations, "licence"),
        [
            plain_text(each.get("identifier"))
            for each in identifiers
            if each.get("identifierType") == PROGRAMME_LICENCE
        ],
    )
    yield _label(Template, "outcome_levels"), list(stated_levels(achievement))
    yield recognition_heading(), [language_map(achievement.get("recognition"))]


def _skill(achievement: Json, alignment: Json) -> Texts:
    """What a skill is called, by language; where ESCO has it, by its words: as `labels` of other concepts."""
    known = known_concept(alignment.get("targetUrl"), "esco")
    return {
        **in_own_language(achievement, alignment.get("targetName")),
        **language_map(alignment.get("title")),
        **(known.label if known else {}),
    }


def _label(owner: type, name: str) -> Texts:
    return next(field.label for field in fields_of(owner) if field.name == name)


# On the page of an achievement, and as notes in the European Learning Model ----------------------


def published_details(template: Template, issuer: IssuerProfile, topic: Topic) -> tuple[Detail, ...]:
    """What template and issuer say for this part of the achievement's page, and no credential has."""
    return tuple(
        detail
        for field, value in _unsigned(template, issuer)
        if field.topic == topic and "achievement_page" in field.surfaces
        for detail in _details(field, value)
    )


def noted_details(template: Template, issuer: IssuerProfile) -> tuple[Detail, ...]:
    """What the European Learning Model has no property for, and no credential has."""
    return tuple(
        detail
        for field, value in _unsigned(template, issuer)
        if "elm" in field.surfaces
        for detail in _details(field, value)
    )


def _unsigned(template: Template, issuer: IssuerProfile) -> Iterator[tuple[Field, Any]]:
    """The filled-in fields that are not in the credential, in their order."""
    declared = template.quality.with_those_of(issuer.quality)
    for owner, fields in ((template, fields_of(Template)), (declared, fields_of(Declarations))):
        for field in fields:
            value = getattr(owner, field.name)
            if not (_is_empty(value) or isinstance(field.kind, Group) or "credential" in field.surfaces):
                yield field, value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", (), {})


def _details(field: Field, value: Any) -> Iterator[Detail]:
    if isinstance(field.kind, DeclarationTexts):
        yield from _declared(value)
    elif isinstance(field.kind, Items):
        yield Detail(label=field.label, values=tuple(_item(field.kind.of, item) for item in value))
    else:
        yield Detail(
            label=field.label,
            values=field.kind.in_words(value),
            is_address=isinstance(field.kind, WebAddress),
        )


def _item(owner: type, item: Any) -> Texts:
    """The parts of an object in a list, one behind the other."""
    parts = ((field, getattr(item, field.name)) for field in fields_of(owner))
    return listed(
        texts
        for field, part in parts
        if not (_is_empty(part) or isinstance(field.kind, Items))
        for texts in field.kind.in_words(part)
    )


def _declared(texts: dict[str, Texts]) -> Iterator[Detail]:
    """The texts for the rules of quality frameworks, each under what its rule is about; recognition is signed."""
    for code in framework_codes():
        for rule in framework(code).rules:
            name = f"{code}.{rule.code}"
            if rule.heading and name in texts and name != RECOGNITION:
                yield Detail(label=rule.heading, values=(texts[name],))


def recognition_heading() -> Texts:
    """What the text about recognition is about."""
    code, _, rule_code = RECOGNITION.partition(".")
    return next(rule.heading or {} for rule in framework(code).rules if rule.code == rule_code)
