"""The learner's claim in a European Digital Credential: the achievement, its assessment, its specification."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from decimal import Decimal

from badges.achievement import assessment_title, national_levels
from badges.credential import Learner
from badges.elm.builders import NodeBuilder, concept, language_concept, vocabulary_concept
from badges.elm.organisations import accreditations
from badges.eu.terms import decimal_text, duration
from badges.template.fields import Texts
from badges.template.model import Level, Template, text_in
from badges.template.results import on_scale, result_texts
from badges.template.values import Assessment, LearningOutcome
from badges.vocabularies import vocabulary
from signing.json_text import Json

_ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}


def person(node: NodeBuilder, learner: Learner, language: str, claim: Json) -> Json:
    """The learner as a Person with the claim; the name is labelled with `language`."""
    return node(
        "learner",
        "Person",
        fullName={language: learner.name} if learner.name else {},
        contactPoint=node.contact_points("learner", learner.email),
        hasClaim=[claim],
    )


def achievement(
    node: NodeBuilder,
    template: Template,
    template_url: str,
    awarding_process: Json,
    score: Decimal | None,
    zone: tzinfo,
) -> Json:
    """The LearningAchievement; `awarding_process` is that of the achievement and of its assessment alike.

    Days in the template are days of `zone`, the issuer's.
    """
    specification = _specification(node, template, template_url, zone)
    return node(
        "achievement",
        "LearningAchievement",
        title=dict(template.name),
        awardedBy=awarding_process,
        provenBy=[_assessment(node, template, awarding_process, score, specification["provenBy"])],
        specifiedBy=specification,
        creditReceived=list(_credits(node, "received", template)),
    )


def _assessment(
    node: NodeBuilder,
    template: Template,
    awarding_process: Json,
    score: Decimal | None,
    specifications: list[Json],
) -> Json | None:
    """The LearningAssessment with the grade of the only assessment, or of all together; None without a score.

    The model requires a grade in each, so assessments without a score are in the specification only.
    """
    if score is None:
        return None
    grade = result_texts(on_scale(score, template.scale), template.scale)
    alone = len(template.assessments) == 1
    supervisions = {assessment.supervision for assessment in template.assessments}
    return node(
        "result",
        "LearningAssessment",
        title=dict(specifications[0]["title"] if alone else _ASSESSMENT),
        grade=node.note("grade", grade),
        dateIssued=awarding_process["awardingDate"],
        idVerification=vocabulary_concept("supervision", supervisions.pop())
        if len(supervisions) == 1
        else None,
        awardedBy=awarding_process,
        specifiedBy=specifications[0] if alone else None,
    )


def _specification(node: NodeBuilder, template: Template, template_url: str, zone: tzinfo) -> Json:
    """The specification of the achievement.

    It is a Qualification where it has a level or an accreditation, because only this class has properties for them.
    """
    accredited = list(accreditations(node, "achievement", template.types_of_quality_assurance, zone))
    level = template.level if isinstance(template.level, Level) else None
    qualification = bool(level or national_levels(template) or accredited)
    kind = "Qualification" if qualification else "LearningAchievementSpecification"
    specification: Json = {
        "id": template_url,
        "type": kind,
        "title": dict(template.name),
        "description": dict(template.description),
        "homepage": [node.web_page("criteria", f"{template_url}#criteria")],
        "language": [language_concept(template.in_language)],
        "volumeOfLearning": duration(template.workload_hours) if template.workload_hours else None,
        "creditPoint": list(_credits(node, "available", template)),
        "mode": [
            vocabulary_concept("modes_of_participation", code) for code in template.forms_of_participation
        ],
        "thematicArea": [vocabulary_concept("isced_f", template.isced_f)],
        "educationLevel": [vocabulary_concept("cycles", template.cycle)],
        "learningSetting": vocabulary_concept("learning_settings", template.learning_setting),
        "entryRequirement": node.note("prerequisites", template.prerequisites),
        "additionalNote": list(_notes(node, template)),
        "learningOutcome": list(_outcomes(node, template.learning_outcomes)),
        "provenBy": [
            _assessment_specification(node, str(number), assessment)
            for number, assessment in enumerate(template.assessments, 1)
        ],
        "isPartOf": [
            node(
                f"larger-{number}",
                kind,
                title=dict(larger.name),
                homepage=[node.web_page(f"larger-{number}", larger.url)],
            )
            for number, larger in enumerate(template.part_of, 1)
        ],
    }
    if qualification:
        specification["eqfLevel"] = vocabulary_concept("eqf", str(level.value) if level else None)
        specification["nqfLevel"] = [
            vocabulary_concept(name, code) for name, code in national_levels(template)
        ]
        specification["accreditation"] = accredited
        if template.stackability:
            specification["isPartialQualification"] = template.stackability == "integrated"
    return specification


def _assessment_specification(node: NodeBuilder, key: str, assessment: Assessment) -> Json:
    """The LearningAssessmentSpecification; supervision is in a note, because the model has it with a grade only."""
    supervision = vocabulary("supervision")[assessment.supervision].label if assessment.supervision else {}
    return node(
        key,
        "LearningAssessmentSpecification",
        title=dict(assessment_title(assessment)),
        dcType=vocabulary_concept("assessment_types", assessment.type),
        mode=[vocabulary_concept("modes_of_participation", assessment.mode)],
        additionalNote=[node.note(f"supervision-{key}", supervision)],
    )


def _outcomes(node: NodeBuilder, outcomes: Iterable[LearningOutcome]) -> Iterable[Json]:
    # A skill under two outcomes is one concept in RDF, so both have to give it the same label.
    labels: dict[str, Texts] = {}
    for number, outcome in enumerate(outcomes, 1):
        for skill in outcome.esco:
            labels.setdefault(skill.iri, skill.label or outcome.text)
        yield node(
            str(number),
            "LearningOutcome",
            title=dict(outcome.text),
            relatedESCOSkill=[concept(skill.iri, labels[skill.iri], _ESCO_SKILLS) for skill in outcome.esco],
        )


def _credits(node: NodeBuilder, key: str, template: Template) -> Iterable[Json]:
    if template.credits is not None:
        framework = vocabulary_concept("credit_systems", "ECTS")
        yield node(key, "CreditPoint", point=decimal_text(template.credits), framework=framework)


def _notes(node: NodeBuilder, template: Template) -> Iterable[Json | None]:
    """Notes with what the model has no property for: types of quality assurance, stackability, further information."""
    for assurance in template.types_of_quality_assurance:
        label = vocabulary("quality_assurance")[assurance.code].label
        yield node.note(
            f"quality-{assurance.code}",
            {
                language: f"{text} ({text_in(assurance.agency, language)})" if assurance.agency else text
                for language, text in label.items()
            },
        )
    if template.stackability:
        yield node.note("stackability", vocabulary("stackability")[template.stackability].label)
    yield node.note("further-information", template.further_information)
