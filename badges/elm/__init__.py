"""european_credential: an award as a European Digital Credential of the European Learning Model 3, not yet sealed.

It is made from the same template, issuer, learner and award as the badge. The institution uploads it to the Europass
Issuer, which seals it; `badges.elm.checks.find_problems` lists what Europass would refuse. Ids of nodes are made from
the credential's id, so the same award always gives the same document.

Source: European Learning Model 3.2, application profile "EDC generic full".
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from badges.credential import Learner, Part
from badges.elm.builders import AUTHORITY, SNB, NodeBuilder, concept, language_concept, without_empty
from badges.elm.learning import achievement, person
from badges.elm.organisations import awarding, organisation
from badges.issuer import IssuerProfile
from badges.template.fields import Texts
from badges.template.model import Template
from badges.template.outcome_levels import ReachedLevel
from signing.json_text import Json
from signing.timestamps import as_timestamp

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class EuropassAward:
    """One award, with the values that its badge has; Europass shows the picture `png` as the credential's page.

    `prior_learning`: what the badge says of the decision that recognised it; empty where none did.
    """

    credential_id: str
    template: Template
    template_url: str
    issuer: IssuerProfile
    learner: Learner
    language: str
    awarded_at: datetime
    now: datetime
    score: Decimal | None = None
    reached_levels: tuple[ReachedLevel, ...] = ()
    assessed_at: datetime | None = None
    valid_until: datetime | None = None
    parts: tuple[Part, ...] = ()
    png: bytes = b""
    prior_learning: Texts = field(default_factory=dict)


def upload_document(award: EuropassAward) -> Json:
    """The JSON for "Upload JSON" of the Europass Issuer, which finds the learner's e-mail address in the credential."""
    return {"credential": european_credential(award), "deliveryDetails": {}}


def upload_archive(awards: Iterable[EuropassAward]) -> bytes:
    """A ZIP with one upload document for each award; the same awards give the same bytes."""
    documents = map(upload_document, awards)
    return packed(
        (document["credential"]["id"], json.dumps(document, ensure_ascii=False)) for document in documents
    )


def packed(files: Iterable[tuple[str, str]]) -> bytes:
    """A ZIP with a file for each credential's id and text; the same ones give the same bytes."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for credential_id, text in files:
            # A ZipInfo of our own has a fixed date; `writestr` with a name would write the time of day.
            entry = zipfile.ZipInfo(f"{credential_id.removeprefix('urn:credential:')}.json")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return zipped.getvalue()


def european_credential(award: EuropassAward) -> Json:
    """The credential as JSON-LD, complete or not: `badges.elm.checks.find_problems` lists what it lacks."""
    node = NodeBuilder(award.credential_id)
    template = award.template
    awarding_process = awarding(node, award.issuer, template.awarding_bodies, award.awarded_at)
    claim = achievement(
        node,
        template,
        award.template_url,
        award.issuer,
        awarding_process,
        award.score,
        award.assessed_at,
        award.prior_learning,
        award.parts,
        award.reached_levels,
    )
    credential: Json = without_empty(
        {
            "@context": list(CONTEXTS),
            "id": f"urn:credential:{uuid5(NAMESPACE_URL, award.credential_id)}",
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialProfiles": [concept(f"{SNB}credential/e34929035b", {"en": "Generic"})],
            "credentialSchema": [{"id": SCHEMA, "type": "ShaclValidator2017"}],
            "identifier": [
                node(
                    "identifier",
                    "Identifier",
                    schemeName="Open Badges 3.0 credential",
                    notation=award.credential_id,
                )
            ],
            "issuer": organisation(node, award.issuer),
            "issuanceDate": as_timestamp(award.now),
            "issued": as_timestamp(award.now),
            "validFrom": as_timestamp(award.now),
            "expirationDate": as_timestamp(award.valid_until) if award.valid_until else None,
            "displayParameter": _display(node, template, award.language, award.png),
            "credentialSubject": person(node, award.learner, award.language, claim),
        }
    )
    return credential


def _display(node: NodeBuilder, template: Template, language: str, png: bytes) -> Json:
    """The DisplayParameter: title, description, languages, and the picture as the only page."""
    primary = language_concept(language) or language_concept("en")
    others = [language_concept(code) for code in template.name if code != language]
    picture = node(
        "page",
        "MediaObject",
        content=base64.b64encode(png).decode(),
        contentEncoding=concept(f"{SNB}encoding/6146cde7dd", {"en": "base64"}),
        contentType=concept(f"{AUTHORITY}file-type/PNG", {"en": "PNG"}),
    )
    page = node("page", "DisplayDetail", page=1, image=picture) if png else None
    return node(
        "display",
        "DisplayParameter",
        title=dict(template.name),
        description=dict(template.description),
        primaryLanguage=primary,
        language=[primary, *others],
        individualDisplay=[node("page", "IndividualDisplay", language=primary, displayDetail=[page])]
        if page
        else [],
    )
