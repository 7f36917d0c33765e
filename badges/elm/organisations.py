"""Organisations in a European Digital Credential: the issuer, further awarding bodies, accrediting agencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from badges.days import end_of_day, start_of_day
from badges.elm.builders import NodeBuilder, country_concept, vocabulary_concept
from badges.issuer import IssuerProfile
from badges.template.values import AwardingBody, QualityAssurance
from badges.vocabularies import vocabulary
from signing.json_text import Json
from signing.timestamps import as_timestamp


def organisation(node: NodeBuilder, issuer: IssuerProfile) -> Json:
    """The issuer as the Organisation in whose name Europass seals the credential."""
    language = _own_language(issuer)
    parts = (issuer.street, issuer.locality, issuer.region, issuer.postal_code)
    address = ", ".join(part for part in parts if part)
    home = country_concept(issuer.country)
    return {
        "id": issuer.id,
        "type": "Organisation",
        "legalName": dict(issuer.legal_name),
        "altLabel": {language: issuer.name},
        "location": [
            node.location("issuer", issuer.country, {language: address} if address else {}),
            *(
                node.location(
                    f"issuer-{number}", place.country, {language: place.region} if place.region else {}
                )
                for number, place in enumerate(issuer.also_in, 1)
            ),
        ],
        "homepage": [node.web_page("issuer", issuer.url)],
        "contactPoint": node.contact_points("issuer", issuer.email),
        "eIDASIdentifier": node.legal_identifier("eidas", issuer.eidas_identifier, home),
        "registration": node.legal_identifier("registration", issuer.registration, home),
        "vatIdentifier": [node.legal_identifier("vat", issuer.vat, home)],
        "identifier": [
            node(f"issuer-{kind}", "Identifier", notation=value, schemeName=kind.removeprefix("ext:"))
            for kind, value in issuer.identifiers
        ],
        "accreditation": list(accreditations(node, "issuer", issuer.accreditations, issuer.zone)),
    }


def awarding(
    node: NodeBuilder, issuer: IssuerProfile, together_with: Sequence[AwardingBody], awarded_at: datetime
) -> Json:
    """The AwardingProcess: when, where, and by which organisations it was awarded."""
    locality = {_own_language(issuer): issuer.locality} if issuer.locality else {}
    return node(
        "award",
        "AwardingProcess",
        awardingBody=[
            organisation(node, issuer),
            *(_awarding_body(node, f"body-{number}", body) for number, body in enumerate(together_with, 1)),
        ],
        awardingDate=as_timestamp(awarded_at),
        location=node.location("award", issuer.country, locality),
    )


def _awarding_body(node: NodeBuilder, key: str, body: AwardingBody) -> Json:
    """A further awarding body as an Organisation."""
    language = next(iter(body.legal_name), "en")
    address = ", ".join(part for part in (body.locality, body.region) if part)
    home = country_concept(body.country)
    return node(
        key,
        "Organisation",
        legalName=dict(body.legal_name),
        location=[node.location(key, body.country, {language: address} if address else {})],
        homepage=[node.web_page(key, body.url)],
        eIDASIdentifier=node.legal_identifier(f"{key}-eidas", body.eidas_identifier, home),
        registration=node.legal_identifier(f"{key}-registration", body.registration, home),
    )


def accreditations(
    node: NodeBuilder, key: str, assurances: Sequence[QualityAssurance], zone: tzinfo
) -> Iterable[Json]:
    """An Accreditation for each quality assurance that has all that the model requires: EU type, agency and country.

    Its first and last day are days of `zone`, the issuer's.
    """
    for number, assurance in enumerate(assurances, 1):
        kind = vocabulary("quality_assurance")[assurance.code]
        eu_type = kind.more.get("accreditation")
        if eu_type and assurance.agency and assurance.country:
            own_key = f"{key}-quality-{number}"
            yield node(
                own_key,
                "Accreditation",
                title=dict(kind.label),
                identifier=[
                    node(own_key, "Identifier", notation=assurance.reference, schemeName=assurance.register)
                    if assurance.reference
                    else None
                ],
                dcType=vocabulary_concept("accreditation_types", eu_type),
                accreditingAgent=node(
                    own_key,
                    "Organisation",
                    legalName=dict(assurance.agency),
                    location=[node.location(own_key, assurance.country, {})],
                ),
                report=node.web_page(own_key, assurance.url),
                dateIssued=as_timestamp(start_of_day(assurance.valid_from, zone))
                if assurance.valid_from
                else None,
                expiryDate=as_timestamp(end_of_day(assurance.valid_until, zone))
                if assurance.valid_until
                else None,
            )


def _own_language(issuer: IssuerProfile) -> str:
    """The language of an issuer's address and name, which say none: most likely that of its first legal name."""
    return next(iter(issuer.legal_name), "en")
