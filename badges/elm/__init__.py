"""european_credential: an award as a European Digital Credential of the European Learning Model 3, not yet sealed.

It is made from the same template, issuer, learner and award as the badge, and says the same; the Europass Issuer takes
it as an upload and seals it. Nothing is left out silently: `badges.elm.checks.lacks` says what Europass would refuse.
Nodes are named by UUIDs made from the credential's id, so the same award always gives the same document.

Source: European Learning Model 3.2, application profile "EDC generic full".
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from badges.credential import Learner
from badges.elm.builders import AUTHORITY, SNB, Nodes, concept, language, said
from badges.elm.learning import achievement, person
from badges.elm.organisations import awarding, organisation
from badges.issuer import IssuerProfile
from badges.template.model import Template
from signing.json_text import Json
from signing.timestamps import as_timestamp

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """One award, as the badge tells it; `png` is the picture that Europass shows as the credential's page."""

    credential_id: str
    template: Template
    template_url: str
    issuer: IssuerProfile
    learner: Learner
    language: str
    awarded_at: datetime
    now: datetime
    score: Decimal | None = None
    valid_until: datetime | None = None
    png: bytes = b""


def upload(awarded: Awarded) -> Json:
    """What the Europass Issuer takes as "Upload JSON". It finds the learner's e-mail address in the credential."""
    return {"credential": european_credential(awarded), "deliveryDetails": {}}


def upload_batch(awards: Iterable[Awarded]) -> bytes:
    """A ZIP with the upload of each award in a file of its own; the same awards make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as batch:
        for awarded in awards:
            document = upload(awarded)
            name = f"{document['credential']['id'].removeprefix('urn:credential:')}.json"
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            batch.writestr(entry, json.dumps(document, ensure_ascii=False))
    return packed.getvalue()


def european_credential(awarded: Awarded) -> Json:
    """The credential as JSON-LD, whole or not: ask `badges.elm.checks.lacks`."""
    node = Nodes(awarded.credential_id)
    template = awarded.template
    award = awarding(node, awarded.issuer, template.awarding_bodies, awarded.awarded_at)
    claim = achievement(node, template, awarded.template_url, award, awarded.score)
    return said(
        {
            "@context": list(CONTEXTS),
            "id": f"urn:credential:{uuid5(NAMESPACE_URL, awarded.credential_id)}",
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialProfiles": [concept(f"{SNB}credential/e34929035b", {"en": "Generic"})],
            "credentialSchema": [{"id": SCHEMA, "type": "ShaclValidator2017"}],
            "identifier": [
                node(
                    "identifier",
                    "Identifier",
                    schemeName="Open Badges 3.0 credential",
                    notation=awarded.credential_id,
                )
            ],
            "issuer": organisation(node, awarded.issuer),
            "issuanceDate": as_timestamp(awarded.now),
            "issued": as_timestamp(awarded.now),
            "validFrom": as_timestamp(awarded.now),
            "expirationDate": as_timestamp(awarded.valid_until) if awarded.valid_until else None,
            "displayParameter": _display(node, template, awarded.language, awarded.png),
            "credentialSubject": person(node, awarded.learner, awarded.language, claim),
        }
    )


def _display(node: Nodes, template: Template, spoken: str, png: bytes) -> Json:
    primary = language(spoken) or language("en")
    others = [language(code) for code in template.name if code != spoken]
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
