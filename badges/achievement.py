"""build_achievement: a Template as an Open Badges 3.0 Achievement.

What wallets can show goes into native terms (alignments, credits, results). What the standard has no term for goes into
terms of the European Learning Model, through our extension. Ids of nodes are fragments of the achievement's address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from badges.eu.terms import FALSE, TRUE, accreditations, concept, decimal_text, duration, in_languages
from badges.issuer import IssuerProfile
from badges.model import (
    Achievement,
    Alignment,
    CreditPoint,
    Criteria,
    IdentifierEntry,
    Image,
    LearningAchievementSpecification,
    LearningAssessmentSpecification,
    LearningOutcomeNode,
    Note,
    Related,
    ResultDescription,
)
from badges.native_words import criteria_in_markdown, tags
from badges.result_descriptions import result_descriptions, skill_alignments
from badges.template.fields import Texts
from badges.template.model import NOT_APPLICABLE, Level, Template, text_in
from badges.template.values import Assessment
from badges.vocabularies import vocabulary

#: Of an IdentifierEntry: the licence of a programme, such as Latvian municipalities give.
PROGRAMME_LICENCE = "ext:ProgrammeLicence"

_EQF: Texts = {"en": "European Qualifications Framework", "lv": "Eiropas kvalifikāciju ietvarstruktūra"}
_LKI: Texts = {"en": "Latvian Qualifications Framework", "lv": "Latvijas kvalifikāciju ietvarstruktūra"}


def standalone_achievement(
    *,
    template: Template,
    template_url: str,
    version: int,
    picture_url: str,
    issuer: IssuerProfile,
    language: str,
) -> Achievement:
    """The Achievement as it is served at its own address, outside a credential; so it names its creator.

    As JSON-LD it needs an `@context`: `badges.credential.contexts`.
    """
    achievement = build_achievement(template, template_url, version, picture_url, language, issuer)
    return replace(achievement, creator=issuer.as_profile(language))


def achievement_url(template_url: str, language: str) -> str:
    """The address of the Achievement in one language; `template_url` itself negotiates the language."""
    return f"{template_url}/{language}"


def build_achievement(
    template: Template,
    template_url: str,
    version: int,
    picture_url: str,
    language: str,
    issuer: IssuerProfile,
    result_description: tuple[ResultDescription, ...] = (),
) -> Achievement:
    """The Achievement in `language`, or in another language if the template has no name in that.

    Days in the template are days of the issuer's zone; what the issuer declares for all that it awards is declared for
    the achievement too, where the template says nothing else. `result_description` explains the results of a credential
    that has some. A template that asks for a result, or has levels of its outcomes, explains them before anybody has
    one.
    """
    language = template.language_for(language)
    name = text_in(template.name, language)
    address = achievement_url(template_url, language)
    languages = tuple(template.name)
    declared = template.quality.with_those_of(issuer.quality)
    if not result_description and (template.required_value is not None or template.outcome_levels):
        result_description = result_descriptions(template, template_url, language)
    return Achievement(
        id=address,
        alignment=tuple(_alignments(template, template_url, language)),
        credits_available=template.credits,
        criteria=Criteria(
            id=f"{address}#criteria",
            narrative=criteria_in_markdown(template, language),
        ),
        description=text_in(template.description, language, template.in_language) or name,
        field_of_study=text_in(vocabulary("isced_f")[template.isced_f].label, language)
        if template.isced_f
        else None,
        human_code=declared.programme_code,
        image=Image(id=picture_url, caption=name),
        in_language=language,
        name=name,
        other_identifier=(IdentifierEntry(identifier=declared.licence, identifier_type=PROGRAMME_LICENCE),)
        if declared.licence
        else (),
        related=tuple(
            Related(id=achievement_url(template_url, other), in_language=other, version=str(version))
            for other in languages
            if other != language
        ),
        result_description=result_description,
        tag=tags(template, language),
        version=str(version),
        title=template.name,
        summary=_if_several(template.description),
        # Also where there is one language only: the native term says more than the criteria.
        requirement=template.stated_criteria,
        recognition=declared.recognition,
        dc_type=(concept("unit_kinds", declared.unit_kind, languages),) if declared.unit_kind else (),
        learning_outcome=tuple(
            LearningOutcomeNode(
                id=f"{template_url}#outcome-{number}",
                title=outcome.text,
                related_esco_skill=tuple(skill.iri for skill in outcome.esco),
            )
            for number, outcome in enumerate(template.learning_outcomes, 1)
        ),
        volume_of_learning=duration(template.workload_hours) if template.workload_hours else None,
        credit_point=credit_points(template, f"{template_url}#credits"),
        level_applicable=FALSE if template.level == NOT_APPLICABLE else None,
        level_decision=declared.decision_reference,
        eqf_level=concept("eqf", str(template.level.value), languages)
        if isinstance(template.level, Level)
        else None,
        nqf_level=tuple(concept(name, code, languages) for name, code in national_levels(template)),
        education_level=(concept("cycles", template.cycle, languages),) if template.cycle else (),
        thematic_area=(concept("isced_f", template.isced_f, languages),) if template.isced_f else (),
        learning_setting=concept("learning_settings", template.learning_setting, languages)
        if template.learning_setting
        else None,
        proven_by=tuple(
            LearningAssessmentSpecification(
                id=f"{template_url}#assessment-{number}",
                title=assessment_title(assessment, languages),
                dc_type=(concept("assessment_types", assessment.type, languages),),
                mode=(concept("modes_of_participation", assessment.mode, languages),)
                if assessment.mode
                else (),
            )
            for number, assessment in enumerate(template.assessments, 1)
        ),
        mode=tuple(
            concept("modes_of_participation", code, languages) for code in template.forms_of_participation
        ),
        accreditation=accreditations(
            template.types_of_quality_assurance, f"{template_url}#quality", languages, issuer.zone
        ),
        entry_requirement=Note(id=f"{template_url}#prerequisites", note_literal=template.prerequisites)
        if template.prerequisites
        else None,
        stackability=concept("stackability", template.stackability, languages)
        if template.stackability
        else None,
        is_partial_qualification=(TRUE if template.stackability == "integrated" else FALSE)
        if template.stackability
        else None,
        is_part_of=tuple(
            LearningAchievementSpecification(
                id=f"{template_url}#part-of-{number}", title=larger.name, homepage=larger.url
            )
            for number, larger in enumerate(template.part_of, 1)
        ),
        recognition_of_prior_learning=TRUE
        if any(assessment.type == "recognitionOfPriorLearning" for assessment in template.assessments)
        else None,
        additional_note=(
            Note(id=f"{template_url}#further-information", note_literal=template.further_information),
        )
        if template.further_information
        else (),
    )


def _if_several(texts: Texts) -> Texts:
    """The texts if there is more than one; a single one is already in the native term."""
    return texts if len(texts) > 1 else {}


def national_levels(template: Template) -> tuple[tuple[str, str], ...]:
    """The levels in national frameworks, Latvia's first, as pairs (vocabulary, code)."""
    lki = (("lki", str(template.lki_level)),) if template.lki_level else ()
    other = (("national_levels", template.national_level),) if template.national_level else ()
    return lki + other


def assessment_title(assessment: Assessment, languages: Sequence[str] = ()) -> Texts:
    """The assessment's own title, else the label of its type."""
    return assessment.title or in_languages(vocabulary("assessment_types")[assessment.type].label, languages)


def credit_points(template: Template, node_id: str) -> tuple[CreditPoint, ...]:
    """The template's ECTS credits as a node with its unit, which the native term cannot name; () without credits."""
    if template.credits is None:
        return ()
    return (
        CreditPoint(
            id=node_id, point=decimal_text(template.credits), framework=concept("credit_systems", "ECTS")
        ),
    )


def _alignments(template: Template, template_url: str, language: str) -> Iterable[Alignment]:
    if isinstance(template.level, Level):
        level = vocabulary("eqf")[str(template.level.value)]
        yield Alignment(
            target_code=level.code,
            target_name=f"{text_in({'en': 'EQF', 'lv': 'EKI'}, language)}: {text_in(level.label, language)}",
            target_framework=text_in(_EQF, language),
            target_type="ext:EQF",
            target_url=level.iri,
        )
    for name, code in national_levels(template):
        level = vocabulary(name)[code]
        framework = level.more.get("framework")
        yield Alignment(
            target_code=level.code if framework else f"LKI{level.code}",
            target_name=text_in(level.label, language),
            target_framework=text_in(
                vocabulary("national_frameworks")[framework].label if framework else _LKI, language
            ),
            target_type="ext:NQF",
            target_url=_web_address(level.iri, template_url),
        )
    if template.isced_f:
        area = vocabulary("isced_f")[template.isced_f]
        yield Alignment(
            target_code=area.code,
            target_name=text_in(area.label, language),
            target_framework="ISCED-F 2013",
            target_type="ext:ISCEDF",
            target_url=area.iri,
        )
    for outcome in template.learning_outcomes:
        yield from skill_alignments(outcome, template, language)
    for assurance in template.types_of_quality_assurance:
        kind = vocabulary("quality_assurance")[assurance.code]
        yield Alignment(
            target_code=kind.code,
            target_description=text_in(assurance.agency, language, template.in_language) or None,
            target_name=text_in(kind.label, language),
            target_type="ext:QualityAssurance",
            target_url=assurance.url or _web_address(kind.iri, template_url),
        )
    for larger in template.part_of:
        if larger.url:
            yield Alignment(
                target_name=text_in(larger.name, language, template.in_language),
                target_type="ceterms:Credential",
                target_url=larger.url,
            )


def _web_address(iri: str, otherwise: str) -> str:
    """The IRI where a reader can open it; concepts of our extension are described where the achievement is."""
    return iri if iri.startswith(("https://", "http://")) else otherwise
