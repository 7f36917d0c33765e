"""Who awards: the issuer, those who award with it, who accredited them, and the awarding itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from badges.elm.builders import Nodes, coded, country
from badges.issuer import IssuerProfile
from badges.template.values import AwardingBody, QualityAssurance
from badges.vocabularies import vocabulary
from signing.json_text import Json
from signing.timestamps import as_timestamp


def organisation(node: Nodes, issuer: IssuerProfile) -> Json:
    """The issuer, in whose name the credential is to be sealed."""
    spoken = _spoken(issuer)
    parts = (issuer.street, issuer.locality, issuer.region, issuer.postal_code)
    address = ", ".join(part for part in parts if part)
    home = country(issuer.country)
    return {
        "id": issuer.id,
        "type": "Organisation",
        "legalName": dict(issuer.legal_name),
        "altLabel": {spoken: issuer.name},
        "location": [
            node.location("issuer", issuer.country, {spoken: address} if address else {}),
            *(
                node.location(
                    f"issuer-{number}", place.country, {spoken: place.region} if place.region else {}
                )
                for number, place in enumerate(issuer.also_in, 1)
            ),
        ],
        "homepage": [node.page("issuer", issuer.url)],
        "contactPoint": node.mailbox("issuer", issuer.email),
        "eIDASIdentifier": node.number("eidas", issuer.eidas_identifier, home),
        "registration": node.number("registration", issuer.registration, home),
        "vatIdentifier": [node.number("vat", issuer.vat, home)],
        "identifier": [
            node(f"issuer-{kind}", "Identifier", notation=value, schemeName=kind.removeprefix("ext:"))
            for kind, value in issuer.identifiers
        ],
        "accreditation": list(accreditations(node, "issuer", issuer.accreditations)),
    }


def awarding(
    node: Nodes, issuer: IssuerProfile, together_with: Sequence[AwardingBody], awarded_at: datetime
) -> Json:
    """When and where it was awarded, and by whom all."""
    locality = {_spoken(issuer): issuer.locality} if issuer.locality else {}
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


def _awarding_body(node: Nodes, place: str, body: AwardingBody) -> Json:
    spoken = next(iter(body.legal_name), "en")
    address = ", ".join(part for part in (body.locality, body.region) if part)
    home = country(body.country)
    return node(
        place,
        "Organisation",
        legalName=dict(body.legal_name),
        location=[node.location(place, body.country, {spoken: address} if address else {})],
        homepage=[node.page(place, body.url)],
        eIDASIdentifier=node.number(f"{place}-eidas", body.eidas_identifier, home),
        registration=node.number(f"{place}-registration", body.registration, home),
    )


def accreditations(node: Nodes, place: str, assurances: Sequence[QualityAssurance]) -> Iterable[Json]:
    """Those of which the model can tell type, agency and the agency's country."""
    for number, assurance in enumerate(assurances, 1):
        kind = vocabulary("quality_assurance")[assurance.code]
        eu_type = kind.more.get("accreditation")
        if eu_type and assurance.agency and assurance.country:
            here = f"{place}-quality-{number}"
            yield node(
                here,
                "Accreditation",
                title=dict(kind.label),
                identifier=[
                    node(here, "Identifier", notation=assurance.reference, schemeName=assurance.register)
                    if assurance.reference
                    else None
                ],
                dcType=coded("accreditation_types", eu_type),
                accreditingAgent=node(
                    here,
                    "Organisation",
                    legalName=dict(assurance.agency),
                    location=[node.location(here, assurance.country, {})],
                ),
                report=node.page(here, assurance.url),
                dateIssued=_midnight(assurance.valid_from),
                expiryDate=_midnight(assurance.valid_until),
            )


def _midnight(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _spoken(issuer: IssuerProfile) -> str:
    """The language an issuer's own texts are most likely in: the first of its legal names."""
    return next(iter(issuer.legal_name), "en")
