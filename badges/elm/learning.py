"""The learner's claim in a European Digital Credential: the achievement, its assessment, its specification."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from badges import prior_learning as recognition
from badges.achievement import assessment_title, national_levels
from badges.credential import Learner, Part
from badges.details import noted_details, recognition_heading
from badges.elm.builders import NodeBuilder, concept, language_concept, vocabulary_concept
from badges.elm.organisations import accreditations
from badges.eu.terms import decimal_text, duration
from badges.issuer import IssuerProfile
from badges.native_words import quality_assurance_in_words
from badges.template.declarations import Declarations
from badges.template.fields import Texts, fields_of
from badges.template.model import Level, Template
from badges.template.outcome_levels import ReachedLevel, level_texts
from badges.template.results import scale_texts
from badges.template.values import Assessment, LearningOutcome
from badges.vocabularies import vocabulary
from signing.json_text import Json
from signing.timestamps import as_timestamp

_ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}
_NOT_STATED: Texts = {"en": "Grade not stated", "lv": "Vērtējums nav norādīts"}
_PART: Texts = {"en": "Part", "lv": "Daļa"}
NO_QUALIFICATION: Texts = {
    "en": "Parts together are not by themselves a level or a qualification.",
    "lv": "Daļas kopā pašas par sevi nav ne līmenis, ne kvalifikācija.",
}
_LEVELS: Texts = {"en": "Level of the learning outcomes", "lv": "Mācīšanās rezultātu līmenis"}
_CRITERIA: Texts = {"en": "What had to be done to get it", "lv": "Kas bija jāpaveic, lai to saņemtu"}


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
    issuer: IssuerProfile,
    awarding_process: Json,
    score: Decimal | None,
    assessed_at: datetime | None,
    decision: Texts,
    parts: tuple[Part, ...] = (),
    reached_levels: tuple[ReachedLevel, ...] = (),
) -> Json:
    """The LearningAchievement; `awarding_process` is that of the achievement and of its assessments alike.

    Days in the template are days of the issuer's zone. `assessed_at` is the date of the assessment, None where it is
    not known. `decision`: what is said of the one by which prior learning was recognised; empty where none was.
    `reached_levels` are those of single outcomes, each an assessment of that outcome.
    """
    specification = _specification(node, template, template_url, issuer)
    _add_parts(node, specification, parts)
    return node(
        "achievement",
        "LearningAchievement",
        title=dict(template.name),
        awardedBy=awarding_process,
        provenBy=[
            *(
                [_recognition(node, awarding_process, assessed_at)]
                if decision
                else _assessments(
                    node,
                    template,
                    awarding_process,
                    _grade(node, template, score, reached_levels),
                    assessed_at,
                    specification["provenBy"],
                )
            ),
            *_levels_of_outcomes(node, template, awarding_process, reached_levels, assessed_at),
        ],
        additionalNote=[node.note("prior-learning", decision)],
        specifiedBy=specification,
        creditReceived=list(credit_points_of(node, "received", template)),
    )


def _add_parts(node: NodeBuilder, specification: Json, parts: tuple[Part, ...]) -> None:
    """Names the badges for which it was awarded. A part of a Qualification would itself be called one, so its parts are
    only told of."""
    if not parts:
        return
    for number, part in enumerate(parts, 1):
        told = {
            language: f"{_PART.get(language, _PART['en'])}: {name}" for language, name in part.name.items()
        }
        specification["additionalNote"].append(node.note(f"part-{number}", told))
    specification["additionalNote"].append(node.note("parts", NO_QUALIFICATION))
    if specification["type"] == "LearningAchievementSpecification":
        specification["hasPart"] = [
            node(f"part-{number}", "LearningAchievementSpecification", title=dict(part.name))
            for number, part in enumerate(parts, 1)
        ]


def _assessments(
    node: NodeBuilder,
    template: Template,
    awarding_process: Json,
    grade: Json | None,
    assessed_at: datetime | None,
    specifications: list[Json],
) -> Iterable[Json]:
    """The LearningAssessments of which the supervision or a grade is known.

    The platform gives one score: it is the grade of the only assessment, or of one more that stands for all together.
    The model requires a grade in each, so the others say that theirs is not stated.
    """
    alone = len(template.assessments) == 1
    common = {
        "dateIssued": as_timestamp(assessed_at) if assessed_at else None,
        "awardedBy": awarding_process,
    }
    if grade and not alone:
        yield node("result", "LearningAssessment", title=dict(_ASSESSMENT), **grade, **common)
    for number, (assessment, specification) in enumerate(
        zip(template.assessments, specifications, strict=True), 1
    ):
        if assessment.supervision or (alone and grade):
            own = grade if alone and grade else {"grade": node.note(f"grade-{number}", _NOT_STATED)}
            yield node(
                f"result-{number}",
                "LearningAssessment",
                title=dict(specification["title"]),
                idVerification=vocabulary_concept("supervision", assessment.supervision),
                specifiedBy=specification,
                **own,
                **common,
            )


def _recognition(node: NodeBuilder, awarding_process: Json, assessed_at: datetime | None) -> Json:
    """The LearningAssessment by which prior learning was recognised: none of the template's was taken."""
    specification = node(
        "prior-learning",
        "LearningAssessmentSpecification",
        title=dict(recognition.assessment_title()),
        dcType=vocabulary_concept("assessment_types", recognition.ASSESSMENT_TYPE),
    )
    return node(
        "result-prior-learning",
        "LearningAssessment",
        title=dict(recognition.assessment_title()),
        grade=node.note("grade-prior-learning", _NOT_STATED),
        idVerification=vocabulary_concept("supervision", recognition.SUPERVISION),
        specifiedBy=specification,
        dateIssued=as_timestamp(assessed_at) if assessed_at else None,
        awardedBy=awarding_process,
    )


def _grade(
    node: NodeBuilder, template: Template, score: Decimal | None, reached_levels: tuple[ReachedLevel, ...]
) -> Json | None:
    """The grade, and the scale with the lowest result that is asked for; None without a grade."""
    if score is None:
        return None
    texts = template.result_texts(score) if reached_levels else template.result_with_level(score)
    return {
        "grade": node.note("grade", texts),
        "additionalNote": [node.note("scale", scale_texts(template.required_value, template.scale))],
    }


def _levels_of_outcomes(
    node: NodeBuilder,
    template: Template,
    awarding_process: Json,
    reached_levels: tuple[ReachedLevel, ...],
    assessed_at: datetime | None,
) -> Iterable[Json]:
    """A LearningAssessment of each outcome of which a level is known, with the level as its grade."""
    for each in reached_levels:
        outcome = template.learning_outcomes[each.outcome - 1]
        level = template.outcome_levels[each.level - 1]
        yield node(
            f"outcome-level-{each.outcome}",
            "LearningAssessment",
            title=dict(outcome.text),
            grade=node.note(f"grade-outcome-{each.outcome}", level.words),
            dateIssued=as_timestamp(assessed_at) if assessed_at else None,
            awardedBy=awarding_process,
        )


def _specification(node: NodeBuilder, template: Template, template_url: str, issuer: IssuerProfile) -> Json:
    """The specification of the achievement.

    It is a Qualification where it has a level or an accreditation, because only this class has properties for them.
    """
    accredited = list(accreditations(node, "achievement", template.types_of_quality_assurance, issuer.zone))
    declared = template.quality.with_those_of(issuer.quality)
    level = template.level if isinstance(template.level, Level) else None
    qualification = bool(level or national_levels(template) or accredited)
    kind = "Qualification" if qualification else "LearningAchievementSpecification"
    specification: Json = {
        "id": template_url,
        "type": kind,
        "identifier": list(programme_identifiers(node, declared)),
        "dcType": [vocabulary_concept("unit_kinds", declared.unit_kind)],
        "title": dict(template.name),
        "description": dict(template.description),
        "homepage": [node.web_page("criteria", f"{template_url}#criteria")],
        "language": [language_concept(template.in_language)],
        "volumeOfLearning": duration(template.workload_hours) if template.workload_hours else None,
        "creditPoint": list(credit_points_of(node, "available", template)),
        "mode": [
            vocabulary_concept("modes_of_participation", code) for code in template.forms_of_participation
        ],
        "thematicArea": [vocabulary_concept("isced_f", template.isced_f)],
        "educationLevel": [vocabulary_concept("cycles", template.cycle)],
        "learningSetting": vocabulary_concept("learning_settings", template.learning_setting),
        "entryRequirement": node.note("prerequisites", template.prerequisites),
        "additionalNote": list(_notes(node, template, issuer)),
        "learningOutcome": list(outcomes_of(node, template.learning_outcomes)),
        "provenBy": [
            assessment_specification(node, str(number), assessment)
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


def assessment_specification(node: NodeBuilder, key: str, assessment: Assessment) -> Json:
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


def outcomes_of(node: NodeBuilder, outcomes: Iterable[LearningOutcome]) -> Iterable[Json]:
    """The LearningOutcomes with their skills of ESCO."""
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


def credit_points_of(node: NodeBuilder, key: str, template: Template) -> Iterable[Json]:
    """The CreditPoint of the template, as an iterable; nothing where it has no credits."""
    if template.credits is not None:
        framework = vocabulary_concept("credit_systems", "ECTS")
        yield node(key, "CreditPoint", point=decimal_text(template.credits), framework=framework)


def programme_identifiers(node: NodeBuilder, declared: Declarations) -> Iterable[Json]:
    """The code and the licence of the programme, each with what it is, in English: the model has one language here."""
    for name in ("programme_code", "licence"):
        if number := getattr(declared, name):
            yield node(name, "Identifier", notation=number, schemeName=_label(name)["en"])


def _notes(node: NodeBuilder, template: Template, issuer: IssuerProfile) -> Iterable[Json | None]:
    """Notes with what the model has no property for, or none in a credential of this profile."""
    for number, assurance in enumerate(template.types_of_quality_assurance, 1):
        yield node.note(
            f"quality-{number}", with_address(quality_assurance_in_words(assurance), assurance.url)
        )
    if template.stackability:
        yield node.note("stackability", vocabulary("stackability")[template.stackability].label)
    yield node.note("further-information", template.further_information)
    yield node.note("criteria", about(_CRITERIA, template.stated_criteria))
    for number, level in enumerate(template.outcome_levels, 1):
        yield node.note(f"outcome-level-{number}", about(_LEVELS, level_texts(level, template.scale)))
    declared = template.quality.with_those_of(issuer.quality)
    if declared.decision_reference:
        decision = {language: declared.decision_reference for language in _label("decision_reference")}
        yield node.note("level-decision", about(_label("decision_reference"), decision))
    yield node.note("recognition", about(recognition_heading(), declared.recognition))
    for number, detail in enumerate(noted_details(template, issuer), 1):
        for place, texts in enumerate(detail.values, 1):
            yield node.note(f"detail-{number}-{place}", about(detail.label, texts))


def with_address(texts: Texts, address: str | None) -> Texts:
    """The texts, each with the address behind it."""
    return {language: f"{text}, {address}" if address else text for language, text in texts.items()}


def about(label: Texts, texts: Texts) -> Texts:
    """The texts, each with what it is about before it, where there is a word for that in its language."""
    return {
        language: f"{label[language]}: {text}" if language in label else text
        for language, text in texts.items()
    }


def _label(name: str) -> Texts:
    return next(field.label for field in fields_of(Declarations) if field.name == name)
