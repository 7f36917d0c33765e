"""pack_document: a recognition pack as JSON, made of signed credentials; its JSON Schema is badges/schemas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.details import signed_details
from badges.eu import elements, readers
from badges.recognition_pack.legal_basis import legal_basis
from badges.recognition_pack.quality_then import quality_on_the_day
from badges.recognition_pack.words import pack_texts
from badges.template.fields import Texts
from signing.json_text import Json, read_object
from signing.timestamps import as_timestamp

#: What says of JSON that it is a pack, and of which form: the same at every site, and the id of its JSON Schema.
TYPE = "RecognitionPack"
FORM = "urn:nozimite:recognition-pack:1"
#: In one pack: more than a learner has from one issuer, and few enough to be drawn while somebody waits.
MOST_BADGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBadge:
    """A badge for a pack: the text of its credential as it was signed, and the address of its page."""

    text: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packer:
    """Who makes a pack: the issuer by its id and its name by language, and where its verifier and the schema are."""

    issuer_id: str
    name: Texts
    verifier_url: str
    schema_url: str


def pack_document(badges: Sequence[PackedBadge], packer: Packer, now: datetime) -> Json:
    """The pack of these badges, oldest first, without a proof. Raises ProofError for a text that is no JSON object.

    It says nothing of a badge that is not read from its credential, which stands in it as it was signed.
    """
    read = sorted(
        ((read_object(badge.text), badge) for badge in badges),
        key=lambda each: str(each[0].get("awardedDate")),
    )
    steps = pack_texts(
        "verify_steps", verifier=packer.verifier_url, did=packer.issuer_id, schema=packer.schema_url
    )
    return {
        "type": [TYPE],
        "form": FORM,
        "schema": packer.schema_url,
        "issuer": {"id": packer.issuer_id, "name": dict(packer.name)},
        "issued": as_timestamp(now),
        "badges": [_badge(credential, badge) for credential, badge in read],
        "howToVerify": dict(steps),
    }


def _badge(credential: Json, badge: PackedBadge) -> Json:
    stated = {reading.element.code: _listed(reading.values) for reading in elements.read(credential)}
    details = [
        {"label": dict(detail.label), "values": _listed(detail.values)}
        for detail in signed_details(credential)
    ]
    return {
        "credentialId": credential["id"],
        "page": badge.page_url,
        "title": dict(readers.name(credential)),
        "elements": stated,
        "details": details,
        "qualityOnTheDay": _listed(quality_on_the_day(credential)),
        "legalBasis": _listed(legal_basis(credential)),
        "credential": badge.text,
    } | ({"validUntil": credential["validUntil"]} if "validUntil" in credential else {})


def _listed(texts: Iterable[Texts]) -> list[Json]:
    return [dict(each) for each in texts]
