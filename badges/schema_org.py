"""course: what an issuer offers, as a Course of schema.org with the micro-credential to which it leads.

Search engines read it in the page of the offer. Source: schema.org 29, and what Google documents of courses.
"""

from __future__ import annotations

from collections.abc import Iterator

from badges.elm.builders import without_empty
from badges.eu.terms import decimal_text, duration
from badges.offered import OfferedTemplate
from badges.template.fields import Texts
from badges.template.model import Level, Template, text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

CONTEXT = "https://schema.org"
#: Modes of participation for which Google has a word of its own; others keep theirs.
_MODES = {"online": "Online", "presential": "Onsite", "blended": "Blended"}


def course(offered: OfferedTemplate, language: str, picture_url: str) -> Json:
    """The Course as JSON-LD, with its texts in `language` as far as they are written in it."""
    template, declared = offered.template, offered.declared

    def said(texts: Texts) -> str:
        return text_in(texts, language, template.in_language)

    price = declared.asked_price
    workload = duration(template.workload_hours) if template.workload_hours else None
    node: Json = without_empty(
        {
            "@context": CONTEXT,
            "@type": "Course",
            "@id": offered.page_url,
            "url": offered.page_url,
            "name": said(template.name),
            "description": said(template.description),
            "inLanguage": _languages(offered),
            "image": picture_url,
            "provider": _provider(offered, language),
            "educationalLevel": _level(template, language),
            "about": _term("isced_f", template.isced_f, language),
            "teaches": list(_outcomes(template, language)),
            "coursePrerequisites": said(template.prerequisites),
            "timeRequired": workload,
            "numberOfCredits": _credits(template),
            "audience": {"@type": "EducationalAudience", "audienceType": said(declared.target_group)}
            if declared.target_group
            else None,
            "accessibilitySummary": said(declared.accessibility),
            "isAccessibleForFree": price.is_free if price else None,
            "offers": _offer(offered, language),
            "hasCourseInstance": {
                "@type": "CourseInstance",
                "courseMode": [_MODES.get(code, code) for code in template.forms_of_participation],
                "courseWorkload": workload,
                "inLanguage": _languages(offered),
            },
            "educationalCredentialAwarded": _credential(offered, language),
        }
    )
    return node


def _languages(offered: OfferedTemplate) -> str | list[str]:
    """The language of teaching, or several."""
    first, *others = offered.teaching_languages
    return [first, *others] if others else first


def _offer(offered: OfferedTemplate, language: str) -> Json | None:
    """What it costs: nothing of what nobody has said, so an amount only where one is stated."""
    declared, price = offered.declared, offered.declared.asked_price
    if not declared.cost_in_words:
        return None
    offer = {
        "@type": "Offer",
        "description": text_in(declared.cost_in_words, language, offered.template.in_language),
        "url": declared.enrolment_url or offered.page_url,
    }
    if price is None:
        return offer
    category = "Free" if price.is_free else "Paid"
    return offer | {"category": category, "price": price.text, "priceCurrency": price.currency}


def course_list(courses: list[Json], name: str, url: str) -> Json:
    """Several courses as an ItemList."""
    items = [
        {
            "@type": "ListItem",
            "position": number,
            "item": {key: value for key, value in each.items() if key != "@context"},
        }
        for number, each in enumerate(courses, 1)
    ]
    return {"@context": CONTEXT, "@type": "ItemList", "@id": url, "name": name, "itemListElement": items}


def _credential(offered: OfferedTemplate, language: str) -> Json:
    template = offered.template
    return {
        "@type": "EducationalOccupationalCredential",
        "@id": offered.template_url,
        "url": offered.template_url,
        "name": text_in(template.name, language, template.in_language),
        "description": text_in(template.stated_criteria, language, template.in_language),
        "credentialCategory": "Micro-credential",
        "educationalLevel": _level(template, language),
        "competencyRequired": list(_outcomes(template, language)),
        "recognizedBy": [
            {"@type": "Organization", "name": text_in(assurance.agency, language), "url": assurance.url}
            for assurance in template.types_of_quality_assurance
            if assurance.agency
        ],
        "validFor": f"P{template.validity.months}M"
        if template.validity and template.validity.months
        else None,
    }


def _provider(offered: OfferedTemplate, language: str) -> Json:
    issuer = offered.issuer
    return {
        "@type": "EducationalOrganization",
        "@id": issuer.id,
        "name": issuer.name_in(language),
        "legalName": text_in(issuer.legal_name, language),
        "url": issuer.url,
        "email": issuer.email,
        "address": {
            "@type": "PostalAddress",
            "addressCountry": issuer.country,
            "addressLocality": issuer.locality,
            "postalCode": issuer.postal_code,
            "streetAddress": issuer.street,
        },
    }


def _outcomes(template: Template, language: str) -> Iterator[Json]:
    for outcome in template.learning_outcomes:
        text = text_in(outcome.text, language, template.in_language)
        yield {"@type": "DefinedTerm", "name": text}
        for skill in outcome.esco:
            yield {
                "@type": "DefinedTerm",
                "@id": skill.iri,
                "name": text_in(skill.label or outcome.text, language, template.in_language),
                "inDefinedTermSet": "http://data.europa.eu/esco/concept-scheme/skills",
            }


def _level(template: Template, language: str) -> Json | None:
    code = str(template.level.value) if isinstance(template.level, Level) else None
    return _term("eqf", code, language)


def _term(vocabulary_name: str, code: str | None, language: str) -> Json | None:
    if code is None:
        return None
    concepts = vocabulary(vocabulary_name)
    found = concepts[code]
    return {
        "@type": "DefinedTerm",
        "@id": found.iri,
        "termCode": found.code,
        "name": text_in(found.label, language),
        "inDefinedTermSet": concepts.scheme,
    }


def _credits(template: Template) -> Json | None:
    if template.credits is None:
        return None
    return {"@type": "StructuredValue", "value": decimal_text(template.credits), "unitText": "ECTS"}
