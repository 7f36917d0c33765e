"""The electronic seal around a recognition pack."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from badges.foreign_json import object_at, objects
from badges.recognition_pack.signed import ReadPack
from badges.seals import CheckedSeal, check_seal
from signing.errors import ProofError
from signing.json_text import read_object


def check_pack_seal(pack: ReadPack, now: datetime) -> CheckedSeal:
    """What is found of the seal around the pack, which has one; every badge in it names the issuer."""
    return check_seal(pack.sealed, pack.text, [_identifiers(each) for each in pack.credentials], now)


def _identifiers(credential: str) -> Collection[str]:
    """The identifiers that the issuer has as a legal person for electronic seals, as its badge says."""
    try:
        issuer = object_at(read_object(credential), "issuer")
    except ProofError:
        return ()
    return {
        each["identifier"]
        for each in objects(issuer.get("otherIdentifier"))
        if each.get("identifierType") == "ext:eIDASLegalIdentifier"
        and isinstance(each.get("identifier"), str)
    }
