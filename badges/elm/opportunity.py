"""learning_opportunity: what an issuer offers, as a LearningOpportunity of the European Learning Model.

Source: European Learning Model 3.2, "Learning Opportunity and Qualification Schema" (LOQ). Its shapes are closed, and
ask of each specification a field of study, a language and outcomes; so what else is said stands in notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from badges.achievement import national_levels
from badges.details import recognition_heading
from badges.elm.builders import (
    AUTHORITY,
    SNB,
    NodeBuilder,
    concept,
    language_concept,
    vocabulary_concept,
    without_empty,
)
from badges.elm.learning import (
    about,
    assessment_specification,
    credit_points_of,
    outcomes_of,
    programme_identifiers,
    with_address,
)
from badges.elm.organisations import accreditations, organisation
from badges.eu.terms import duration
from badges.issuer import IssuerProfile
from badges.native_words import quality_assurance_in_words
from badges.offered import OfferedTemplate
from badges.template.declarations import Declarations
from badges.template.fields import Texts, fields_of
from badges.template.model import Level, Template
from badges.vocabularies import vocabulary
from signing.json_text import Json

#: The context of the European Digital Credential lacks a term of opportunities, and what that of credentials brings.
CONTEXT = (
    "http://data.europa.eu/snb/model/context/edc-ap",
    {
        "id": "@id",
        "type": "@type",
        # Of an amount the shapes ask for another term than the context has.
        "value": {
            "@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
            "@type": "http://www.w3.org/2001/XMLSchema#decimal",
        },
        "defaultLanguage": {"@id": "http://data.europa.eu/snb/model/elm/defaultLanguage", "@type": "@id"},
    },
)
_SHORT_LEARNING_PROGRAMME = concept(
    f"{SNB}learning-opportunity/74a4a268e8",
    {"en": "Short learning programme", "lv": "Īsā mācību programma"},
)
_CRITERIA: Texts = {"en": "What has to be done to get it", "lv": "Kas jāizdara, lai to saņemtu"}
_COUNTS_TOWARDS: Texts = {"en": "Counts towards", "lv": "Var ieskaitīt"}
_LEVEL: Texts = {"en": "European Qualifications Framework", "lv": "Eiropas kvalifikāciju ietvarstruktūra"}
#: Pages that say more, by the names of their declarations.
_PAGES = ("enrolment_url", "guidance_url", "accessibility_url")
_GUIDANCE = ("target_group", "purpose", "leads_to", "accessibility")


def learning_opportunity(offered: OfferedTemplate) -> Json:
    """The LearningOpportunity as JSON-LD; the same offer always gives the same document."""
    node = NodeBuilder(offered.page_url)
    template, declared = offered.template, offered.declared
    opportunity: Json = without_empty(
        {
            "@context": list(CONTEXT),
            "id": offered.page_url,
            "type": "LearningOpportunity",
            "title": dict(template.name),
            "description": dict(template.description),
            "dcType": [_SHORT_LEARNING_PROGRAMME],
            "homepage": [node.web_page("offer", offered.page_url)],
            "supplementaryDocument": list(_pages(node, declared)),
            "mode": _modes(template),
            "priceDetail": [_price(node, declared)],
            "providedBy": [_provider(offered.issuer)],
            "learningAchievementSpecification": _specification(node, offered),
            "additionalNote": list(_guidance(node, declared)),
            "defaultLanguage": _language(template),
        }
    )
    return opportunity


def learning_opportunities(offered: Iterable[OfferedTemplate]) -> Json:
    """The LearningOpportunities of several offers as one document.

    A concept is one node in all of them, so it has one label: two authors may call a skill differently.
    """
    labels: dict[str, Texts] = {}
    graph = [_with_labels(learning_opportunity(each), labels) for each in offered]
    for opportunity in graph:
        del opportunity["@context"]
    return {"@context": list(CONTEXT), "@graph": graph}


def _with_labels(value: Any, labels: dict[str, Texts]) -> Any:
    if isinstance(value, list):
        return [_with_labels(item, labels) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "Concept":
        return value | {"prefLabel": labels.setdefault(value["id"], value["prefLabel"])}
    return {name: _with_labels(item, labels) for name, item in value.items()}


def _price(node: NodeBuilder, declared: Declarations) -> Json | None:
    """What it costs; an Amount has a currency, so what is free is said in words alone."""
    words, price = declared.cost_in_words, declared.asked_price
    if not words:
        return None
    amount = None
    if price is not None and not price.is_free:
        unit = concept(f"{AUTHORITY}currency/{price.currency}", {"en": price.currency})
        amount = node("cost", "Amount", unit=unit, value=price.text)
    return node("cost", "PriceDetail", amount=amount, description=dict(words))


def _languages(offered: OfferedTemplate) -> list[Json]:
    known = [found for code in offered.teaching_languages if (found := language_concept(code))]
    return known or [_language(offered.template)]


def _language(template: Template) -> Json:
    return language_concept(template.in_language) or concept(f"{AUTHORITY}language/ENG", {"en": "English"})


def _modes(template: Template) -> list[Json | None]:
    return [vocabulary_concept("modes_of_participation", code) for code in template.forms_of_participation]


def _provider(issuer: IssuerProfile) -> Json:
    """The issuer, whose accreditations stand with what is accredited. Its other name may not be its legal one too.

    The nodes below it are the same in all its offers: in one document it is one node, with one of each number.
    """
    provider = organisation(NodeBuilder(issuer.id), issuer)
    del provider["accreditation"]
    if issuer.name in issuer.legal_name.values():
        del provider["altLabel"]
    return provider


def _pages(node: NodeBuilder, declared: Declarations) -> Iterator[Json]:
    for name in _PAGES:
        if page := node.web_page(name, getattr(declared, name)):
            yield page | {"title": dict(_label(name))}


def _guidance(node: NodeBuilder, declared: Declarations) -> Iterator[Json | None]:
    for name in _GUIDANCE:
        yield node.note(name, about(_label(name), getattr(declared, name)))
    yield node.note("recognition", about(recognition_heading(), declared.recognition))


def _specification(node: NodeBuilder, offered: OfferedTemplate) -> Json:
    """What is achieved: a Qualification where its level is known in both frameworks, as the schema asks of one."""
    template, declared = offered.template, offered.declared
    levels = [vocabulary_concept(name, code) for name, code in national_levels(template)]
    level = template.level if isinstance(template.level, Level) else None
    specification: Json = {
        "id": offered.template_url,
        "type": "LearningAchievementSpecification",
        "identifier": list(programme_identifiers(node, declared)),
        "dcType": [vocabulary_concept("unit_kinds", declared.unit_kind)],
        "title": dict(template.name),
        "description": dict(template.description),
        "thematicArea": [vocabulary_concept("isced_f", template.isced_f)],
        "language": _languages(offered),
        "volumeOfLearning": duration(template.workload_hours) if template.workload_hours else None,
        "creditPoint": list(credit_points_of(node, "available", template)),
        "educationLevel": [vocabulary_concept("cycles", template.cycle)],
        "mode": _modes(template),
        "learningSetting": vocabulary_concept("learning_settings", template.learning_setting),
        "entryRequirement": node.note("prerequisites", template.prerequisites),
        "learningOutcome": list(outcomes_of(node, template.learning_outcomes)),
        "provenBy": [
            assessment_specification(node, str(number), assessment)
            for number, assessment in enumerate(template.assessments, 1)
        ],
        "additionalNote": list(_notes(node, template)),
    }
    if not (level and levels):
        label = vocabulary("eqf")[str(level.value)].label if level else {}
        specification["additionalNote"].append(node.note("level", about(_LEVEL, label)))
        return specification
    return specification | {
        "type": "Qualification",
        "eqfLevel": vocabulary_concept("eqf", str(level.value)),
        "nqfLevel": levels,
        "isPartialQualification": template.stackability == "integrated" if template.stackability else None,
        "accreditation": [
            accreditation | {"organisation": [{"id": offered.issuer.id, "type": "Organisation"}]}
            for accreditation in accreditations(
                node, "achievement", template.types_of_quality_assurance, offered.issuer.zone
            )
        ],
    }


def _notes(node: NodeBuilder, template: Template) -> Iterator[Json | None]:
    for number, assurance in enumerate(template.types_of_quality_assurance, 1):
        said = with_address(quality_assurance_in_words(assurance), assurance.url)
        yield node.note(f"quality-{number}", said)
    if template.stackability:
        yield node.note("stackability", vocabulary("stackability")[template.stackability].label)
    yield node.note("further-information", template.further_information)
    yield node.note("criteria", about(_CRITERIA, template.stated_criteria))
    for number, larger in enumerate(template.part_of, 1):
        yield node.note(f"larger-{number}", about(_COUNTS_TOWARDS, with_address(larger.name, larger.url)))


def _label(name: str) -> Texts:
    return next(field.label for field in fields_of(Declarations) if field.name == name)
