"""ctdl_credential: what an issuer offers, in the Credential Transparency Description Language of Credential Engine.

The context is written here, so that nothing has to be fetched to read the document. It has the terms that the registry
of Credential Engine requires of a credential; only that registry can say whether it takes one.

Source: CTDL (credreg.net), the class MicroCredential and "Minimum Data Requirements".
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from badges.elm.builders import without_empty
from badges.eu.terms import decimal_text, duration
from badges.offered import OfferedTemplate
from badges.template.model import Level, Template
from badges.vocabularies import vocabulary
from signing.json_text import Json

_LANGUAGE_MAP = {"@container": "@language"}
_TEXTS = ("name", "description", "keyword", "targetNodeName", "frameworkName", "targetNodeDescription")
_ADDRESSES = ("subjectWebpage", "image", "targetNode", "framework", "costDetails")
CONTEXT: Json = {
    "@version": 1.1,
    "ceterms": "https://purl.org/ctdl/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "schema": "https://schema.org/",
    "credentialStat": "https://purl.org/ctdl/vocabs/credentialStat/",
    "deliveryType": "https://purl.org/ctdl/vocabs/deliveryType/",
    **{f"ceterms:{name}": _LANGUAGE_MAP for name in _TEXTS},
    **{f"ceterms:{name}": {"@type": "@id"} for name in _ADDRESSES},
    "ceterms:exactDuration": {"@type": "xsd:duration"},
    "ceterms:price": {"@type": "xsd:decimal"},
    "schema:value": {"@type": "xsd:decimal"},
}
#: What the registry requires of a credential, beside its class.
REQUIRED = (
    "ceterms:ctid",
    "ceterms:name",
    "ceterms:description",
    "ceterms:subjectWebpage",
    "ceterms:credentialStatusType",
    "ceterms:inLanguage",
    "ceterms:ownedBy",
)
#: Modes of participation -> concepts of CTDL's list of delivery types.
_DELIVERY = {
    "online": "deliveryType:OnlineOnly",
    "presential": "deliveryType:InPerson",
    "blended": "deliveryType:BlendedDelivery",
}


def ctdl_credential(offered: OfferedTemplate, template_id: str, picture_url: str) -> Json:
    """The MicroCredential as JSON-LD; `template_id` is the UUID from which its CTID is made."""
    template = offered.template
    organisation = _organisation(offered)
    credential: Json = without_empty(
        {
            "@context": CONTEXT,
            "@id": offered.page_url,
            "@type": "ceterms:MicroCredential",
            "ceterms:ctid": f"ce-{template_id}",
            "ceterms:name": dict(template.name),
            "ceterms:description": dict(template.description),
            "ceterms:subjectWebpage": offered.page_url,
            "ceterms:image": picture_url,
            "ceterms:inLanguage": list(offered.teaching_languages),
            "ceterms:credentialStatusType": _concept("credentialStat:Active", "Active"),
            "ceterms:ownedBy": organisation,
            "ceterms:offeredBy": organisation,
            "ceterms:keyword": [
                dict(skill.label) for one in template.learning_outcomes for skill in one.esco
            ],
            "ceterms:learningDeliveryType": [
                _concept(_DELIVERY[code], vocabulary("modes_of_participation")[code].label["en"])
                for code in template.forms_of_participation
                if code in _DELIVERY
            ],
            "ceterms:subject": [_alignment("isced_f", template.isced_f, "ISCED-F 2013")]
            if template.isced_f
            else [],
            "ceterms:audienceLevelType": [_level(template)],
            "ceterms:requires": list(_conditions(offered)),
            "ceterms:estimatedDuration": [
                {
                    "@type": "ceterms:DurationProfile",
                    "ceterms:exactDuration": duration(template.workload_hours),
                }
            ]
            if template.workload_hours
            else [],
            "ceterms:creditValue": _credits(template),
            "ceterms:estimatedCost": list(_costs(offered)),
        }
    )
    return credential


def _organisation(offered: OfferedTemplate) -> Json:
    issuer = offered.issuer
    return {
        "@id": issuer.id,
        "@type": "ceterms:CredentialOrganization",
        "ceterms:ctid": f"ce-{uuid5(NAMESPACE_URL, issuer.id)}",
        "ceterms:name": dict(issuer.legal_name) or {"en": issuer.name},
        "ceterms:subjectWebpage": issuer.url,
        "ceterms:email": [issuer.email],
    }


def _costs(offered: OfferedTemplate) -> Iterator[Json]:
    words, price = offered.declared.cost_in_words, offered.declared.asked_price
    if words:
        yield {
            "@type": "ceterms:CostProfile",
            "ceterms:costDetails": offered.page_url,
            "ceterms:description": dict(words),
            "ceterms:price": price.text if price else None,
            "ceterms:currency": price.currency if price else None,
        }


def _conditions(offered: OfferedTemplate) -> Iterator[Json]:
    template, declared = offered.template, offered.declared
    if template.prerequisites or declared.target_group:
        yield {
            "@type": "ceterms:ConditionProfile",
            "ceterms:name": {"en": "To enrol", "lv": "Lai pieteiktos"},
            "ceterms:description": dict(template.prerequisites or declared.target_group),
        }
    yield {
        "@type": "ceterms:ConditionProfile",
        "ceterms:name": {"en": "To get the badge", "lv": "Lai saņemtu nozīmīti"},
        "ceterms:description": dict(template.stated_criteria),
        "ceterms:targetCompetency": list(_competencies(template)),
    }


def _competencies(template: Template) -> Iterator[Json]:
    for outcome in template.learning_outcomes:
        yield {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNodeName": dict(outcome.text)}
        for skill in outcome.esco:
            yield {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNode": skill.iri,
                "ceterms:targetNodeName": dict(skill.label or outcome.text),
                "ceterms:frameworkName": {"en": "ESCO"},
            }


def _level(template: Template) -> Json | None:
    if not isinstance(template.level, Level):
        return None
    return _alignment("eqf", str(template.level.value), "European Qualifications Framework")


def _alignment(vocabulary_name: str, code: str, framework: str) -> Json:
    found = vocabulary(vocabulary_name)[code]
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": found.iri,
        "ceterms:targetNodeName": dict(found.label),
        "ceterms:codedNotation": found.code,
        "ceterms:frameworkName": {"en": framework},
    }


def _concept(node: str, name: str) -> Json:
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": node,
        "ceterms:targetNodeName": {"en": name},
    }


def _credits(template: Template) -> list[Json]:
    if template.credits is None:
        return []
    return [
        {
            "@type": "schema:QuantitativeValue",
            "schema:value": decimal_text(template.credits),
            "schema:unitText": "ECTS",
        }
    ]
