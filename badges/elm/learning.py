"""To whom, and for what: the learner's claim, how it was proven, and what it is a claim to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from badges.achievement import assessment_title, national_levels
from badges.credential import Learner
from badges.elm.builders import Nodes, coded, concept, language
from badges.elm.organisations import accreditations
from badges.eu.terms import duration, percent, plain
from badges.template.model import Level, Template, Texts, text_in
from badges.template.values import Assessment, LearningOutcome
from badges.vocabularies import vocabulary
from signing.json_text import Json

_ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}


def person(node: Nodes, learner: Learner, spoken: str, claim: Json) -> Json:
    return node(
        "learner",
        "Person",
        fullName={spoken: learner.name} if learner.name else {},
        contactPoint=node.mailbox("learner", learner.email),
        hasClaim=[claim],
    )


def achievement(
    node: Nodes, template: Template, template_url: str, award: Json, score: Decimal | None
) -> Json:
    """The claim itself; `award` is the awarding of the whole and of what proves it."""
    specification = _specification(node, template, template_url)
    return node(
        "achievement",
        "LearningAchievement",
        title=dict(template.name),
        awardedBy=award,
        provenBy=[_assessment(node, template, award, score, specification["provenBy"])],
        specifiedBy=specification,
        creditReceived=list(_credits(node, "received", template)),
    )


def _assessment(
    node: Nodes, template: Template, award: Json, score: Decimal | None, specified: list[Json]
) -> Json | None:
    """The one assessment, or all of them together, with the grade; without a grade the model has no room for it."""
    if score is None:
        return None
    grade = f"{percent(score)} %"
    alone = len(template.assessments) == 1
    ways = {assessment.supervision for assessment in template.assessments}
    return node(
        "result",
        "LearningAssessment",
        title=dict(specified[0]["title"] if alone else _ASSESSMENT),
        grade=node.note("grade", {"en": grade, "lv": grade.replace(".", ",")}),
        dateIssued=award["awardingDate"],
        idVerification=coded("supervision", ways.pop()) if len(ways) == 1 else None,
        awardedBy=award,
        specifiedBy=specified[0] if alone else None,
    )


def _specification(node: Nodes, template: Template, template_url: str) -> Json:
    """What was achieved. A level or an accreditation makes it a Qualification, for the model has them there only."""
    accredited = list(accreditations(node, "achievement", template.types_of_quality_assurance))
    level = template.level if isinstance(template.level, Level) else None
    qualification = bool(level or national_levels(template) or accredited)
    kind = "Qualification" if qualification else "LearningAchievementSpecification"
    found: Json = {
        "id": template_url,
        "type": kind,
        "title": dict(template.name),
        "description": dict(template.description),
        "homepage": [node.page("criteria", f"{template_url}#criteria")],
        "language": [language(template.in_language)],
        "volumeOfLearning": duration(template.workload_hours) if template.workload_hours else None,
        "creditPoint": list(_credits(node, "available", template)),
        "mode": [coded("modes_of_participation", code) for code in template.forms_of_participation],
        "thematicArea": [coded("isced_f", template.isced_f)],
        "educationLevel": [coded("cycles", template.cycle)],
        "learningSetting": coded("learning_settings", template.learning_setting),
        "entryRequirement": node.note("prerequisites", template.prerequisites),
        "additionalNote": list(_notes(node, template)),
        "learningOutcome": list(_outcomes(node, template.learning_outcomes)),
        "provenBy": [
            _assessment_specification(node, str(number), assessment)
            for number, assessment in enumerate(template.assessments, 1)
        ],
        "isPartOf": [
            node(place, kind, title=dict(larger.name), homepage=[node.page(place, larger.url)])
            for place, larger in ((f"larger-{number}", one) for number, one in enumerate(template.part_of, 1))
        ],
    }
    if qualification:
        found["eqfLevel"] = coded("eqf", str(level.value) if level else None)
        found["nqfLevel"] = [coded(name, code) for name, code in national_levels(template)]
        found["accreditation"] = accredited
        if template.stackability:
            found["isPartialQualification"] = template.stackability == "integrated"
    return found


def _assessment_specification(node: Nodes, place: str, assessment: Assessment) -> Json:
    """How it is assessed; how it is supervised stands in a note, for the model has that with a grade only."""
    supervision = vocabulary("supervision")[assessment.supervision].label if assessment.supervision else {}
    return node(
        place,
        "LearningAssessmentSpecification",
        title=dict(assessment_title(assessment)),
        dcType=coded("assessment_types", assessment.type),
        mode=[coded("modes_of_participation", assessment.mode)],
        additionalNote=[node.note(f"supervision-{place}", supervision)],
    )


def _outcomes(node: Nodes, outcomes: Iterable[LearningOutcome]) -> Iterable[Json]:
    labels: dict[str, Texts] = {}  # one skill under two outcomes is one concept, with one label
    for number, outcome in enumerate(outcomes, 1):
        for skill in outcome.esco:
            labels.setdefault(skill.iri, skill.label or outcome.text)
        yield node(
            str(number),
            "LearningOutcome",
            title=dict(outcome.text),
            relatedESCOSkill=[concept(skill.iri, labels[skill.iri], _ESCO_SKILLS) for skill in outcome.esco],
        )


def _credits(node: Nodes, place: str, template: Template) -> Iterable[Json]:
    if template.credits is not None:
        framework = coded("credit_systems", "ECTS")
        yield node(place, "CreditPoint", point=plain(template.credits), framework=framework)


def _notes(node: Nodes, template: Template) -> Iterable[Json | None]:
    """What the model has no property for, in the words of our lists."""
    for assurance in template.types_of_quality_assurance:
        label = vocabulary("quality_assurance")[assurance.code].label
        yield node.note(
            f"quality-{assurance.code}",
            {
                spoken: f"{text} ({text_in(assurance.agency, spoken)})" if assurance.agency else text
                for spoken, text in label.items()
            },
        )
    if template.stackability:
        yield node.note("stackability", vocabulary("stackability")[template.stackability].label)
    yield node.note("further-information", template.further_information)
