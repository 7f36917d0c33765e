"""A recognition pack with its issuer's proof: made, recognised in a stranger's file, and checked.

The proof is a Data Integrity proof over the JSON itself (eddsa-jcs-2022), because the pack is a document for people and
their programs, and no linked data. It is made with the key that signs badges and cannot be taken for a badge: a pack
has no `@context`, and no type of a credential.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from badges.eu.parts import language_map
from badges.foreign_json import as_list, issuer_id, object_at, objects
from badges.recognition_pack.content import MOST_BADGES, TYPE
from badges.template.fields import Texts
from signing.errors import UNKNOWN_PROOFS, ProofError
from signing.json_text import Json, read_object
from signing.keys import KeyFinder, SigningKey
from signing.proofs.cryptosuites import EDDSA_JCS_2022
from signing.secured import SecuredCredential

#: What a check found out: that its issuer signed it as it is, that it was changed, that the key is not the issuer's, or
#: that nobody could tell.
PackOutcome = Literal["genuine", "changed", "not_by_issuer", "could_not_check"]
#: The name of the file, also where it is attached to a PDF.
FILE_NAME = "recognition-pack.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPack:
    """A pack that somebody handed in; nothing of it is proven. `credentials` are the texts of its badges.

    `sealed` is the text with the electronic seal around the pack; "" where there is none.
    """

    text: str = field(repr=False)
    issuer_id: str
    issuer_name: Texts
    credentials: tuple[str, ...] = field(repr=False)
    sealed: str = field(default="", repr=False)


def signed_pack(document: Json, key: SigningKey, now: datetime) -> str:
    """The pack with its proof, as JSON. Raises UnusableKeyError, and UnsafeDocumentError."""
    return EDDSA_JCS_2022.secure(document, key, now).text


def looks_like_pack(file: bytes) -> bool:
    """Whether the file may be a pack as JSON: a quick look."""
    return file.lstrip()[:1] == b"{" and TYPE.encode() in file


def looks_like_pdf_with_pack(file: bytes) -> bool:
    """Whether the file may be a PDF to which a pack is attached: a quick look."""
    return file[:1_024].lstrip().startswith(b"%PDF-") and FILE_NAME.encode() in file


def read_pack(text: str) -> ReadPack | None:
    """The pack that a stranger's text is, or that is sealed in it; None for none, or one with no badge or too many."""
    try:
        document = read_object(text)
        if "signatures" not in document:
            return _read(text, document)
        # JAdES, as the general serialization of a JWS with the document as it is.
        inside = document.get("payload")
        read = _read(inside, read_object(inside)) if isinstance(inside, str) else None
    except ProofError:
        return None
    return replace(read, sealed=text) if read else None


def _read(text: str, document: Json) -> ReadPack | None:
    badges = objects(document.get("badges"))
    credentials = tuple(each["credential"] for each in badges if isinstance(each.get("credential"), str))
    if TYPE not in as_list(document.get("type")) or not 0 < len(credentials) == len(badges) <= MOST_BADGES:
        return None
    return ReadPack(
        text=text,
        issuer_id=issuer_id(document) or "",
        issuer_name=language_map(object_at(document, "issuer").get("name")),
        credentials=credentials,
    )


def check_pack(pack: ReadPack, find_key: KeyFinder, now: datetime) -> PackOutcome:
    """Whether the pack is as its issuer signed it. `find_key` may raise what it likes: then nobody could tell.

    Only who issued the badges may say in a pack what they mean: a pack of others' badges is `not_by_issuer`.
    """
    if any(_issuer_of(text) != pack.issuer_id for text in pack.credentials):
        return "not_by_issuer"
    try:
        proof = EDDSA_JCS_2022.check(SecuredCredential(pack.text, EDDSA_JCS_2022.media_type), find_key, now)
    except ProofError as error:
        if error.code in UNKNOWN_PROOFS | {"no_proof", "key_not_found", "no_key_named"}:
            return "could_not_check"
        return "changed" if error.code == "bad_signature" else "not_by_issuer"
    except Exception:  # noqa: BLE001 - the documents of strangers raise errors of many kinds
        return "could_not_check"
    is_issuers = proof.verification_method.controller == pack.issuer_id
    return "genuine" if is_issuers and pack.issuer_id else "not_by_issuer"


def _issuer_of(text: str) -> str | None:
    try:
        return issuer_id(read_object(text))
    except ProofError:
        return None
