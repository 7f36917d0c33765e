"""Nodes of the European Learning Model that achievements, credentials and issuers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal

from badges.days import end_of_day, start_of_day
from badges.model import (
    Accreditation,
    ConceptNode,
    IdentifierNode,
    LegalIdentifier,
    Location,
    Organisation,
)
from badges.template.fields import Texts
from badges.template.values import AwardingBody, QualityAssurance
from badges.vocabularies import vocabulary

#: Labels are always written in these languages, and in those of the template besides.
LABEL_LANGUAGES = ("en", "lv")
#: xsd:boolean as a text, which all who canonicalize it write alike.
TRUE, FALSE = "true", "false"


def concept(vocabulary_name: str, code: str, languages: Sequence[str] = ()) -> ConceptNode:
    """The concept with its labels in English, Latvian and `languages`, as far as the vocabulary has them.

    Raises KeyError for a code that is not in the vocabulary; readers of templates let none through.
    """
    entry = vocabulary(vocabulary_name)[code]
    return ConceptNode(id=entry.iri, pref_label=in_languages(entry.label, languages))


def in_languages(label: Texts, languages: Sequence[str] = ()) -> Texts:
    """The label in English, Latvian and `languages`, as far as it has them."""
    return {code: text for code, text in label.items() if code in LABEL_LANGUAGES or code in languages}


def legal_identifier(node_id: str, number: str | None, country: str | None) -> LegalIdentifier | None:
    """A number given by an authority of a country; None where the number or the country is not known."""
    if not number or not country:
        return None
    return LegalIdentifier(id=node_id, notation=number, spatial=concept("countries", country))


def location(node_id: str, country: str, region: str | None = None, locality: str | None = None) -> Location:
    """A place in a country, named by its locality and region; the language of the names is not known: `und`."""
    name = ", ".join(part for part in (locality, region) if part)
    return Location(
        id=node_id, title={"und": name} if name else {}, spatial_code=(concept("countries", country),)
    )


def organisation(body: AwardingBody, node_id: str) -> Organisation:
    """The Organisation of a body that awards together with the issuer."""
    return Organisation(
        id=node_id,
        legal_name=body.legal_name,
        location=(location(f"{node_id}-place", body.country, body.region, body.locality),),
        homepage=body.url,
        registration=legal_identifier(f"{node_id}-registration", body.registration, body.country),
        eidas_identifier=legal_identifier(f"{node_id}-eidas", body.eidas_identifier, body.country),
    )


def accreditations(
    assurances: Iterable[QualityAssurance], base: str, languages: Sequence[str] = (), zone: tzinfo = UTC
) -> tuple[Accreditation, ...]:
    """An Accreditation for each type of quality assurance; their ids begin with `base`.

    Its first and last day are days of `zone`, the issuer's.
    """
    return tuple(
        _accreditation(assurance, f"{base}-{number}", languages, zone)
        for number, assurance in enumerate(assurances, 1)
    )


def _accreditation(
    assurance: QualityAssurance, node_id: str, languages: Sequence[str], zone: tzinfo
) -> Accreditation:
    """The Accreditation; its types are the EU's concept, if the EU has one for it, and then that of our own list."""
    kind = vocabulary("quality_assurance")[assurance.code]
    eu_code = kind.more.get("accreditation")
    return Accreditation(
        id=node_id,
        title=in_languages(kind.label, languages),
        dc_type=(
            *((concept("accreditation_types", eu_code, languages),) if eu_code else ()),
            concept("quality_assurance", assurance.code, languages),
        ),
        accrediting_agent=Organisation(
            id=f"{node_id}-agency",
            legal_name=assurance.agency,
            location=(location(f"{node_id}-agency-place", assurance.country),) if assurance.country else (),
        )
        if assurance.agency
        else None,
        accreditation_report=assurance.url,
        registered_as=(
            IdentifierNode(
                id=f"{node_id}-reference", notation=assurance.reference, scheme_name=assurance.register
            ),
        )
        if assurance.reference
        else (),
        date_issued=start_of_day(assurance.valid_from, zone) if assurance.valid_from else None,
        expiry_date=end_of_day(assurance.valid_until, zone) if assurance.valid_until else None,
    )


def duration(hours: Decimal) -> str:
    """Hours as an xsd:duration in whole minutes: 40 is PT40H, 1.5 is PT1H30M."""
    minutes = round(hours * 60)
    return f"PT{minutes // 60}H" + (f"{minutes % 60}M" if minutes % 60 else "")


def decimal_text(number: Decimal) -> str:
    """The number without exponent and trailing zeros: 3, 2.5, 100."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
