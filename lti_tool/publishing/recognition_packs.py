"""Recognition packs of badges of one learner and one issuer, signed by that issuer, as JSON and as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from badges.in_words import NO_LANGUAGE
from badges.recognition_pack.content import MOST_BADGES, PackedBadge, Packer, pack_document
from badges.recognition_pack.signed import signed_pack
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.publishing.credentials import row_to_give_out
from lti_tool.publishing.publisher import Publisher
from lti_tool.sealing import Seal
from lti_tool.store import Session
from lti_tool.store.models import CredentialRow
from lti_tool.values import Json
from signing.proofs import EDDSA_RDFC_2022
from signing.seals.certificates import SealCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionPack:
    """A pack: its JSON, and the text that was signed; the key of its issuer, and who may seal it, None for nobody."""

    document: Json = field(repr=False)
    signed: str = field(repr=False)
    issuer_id: str
    identifier: str | None

    def as_pdf(self, language: str) -> bytes:
        """The PDF in English and Latvian, `language` first."""
        return self._drawn(language, None)

    def as_pdf_to_seal(self, language: str, certificate: SealCertificate) -> bytes:
        """The PDF, which says that whom the certificate names has sealed it, before that is done."""
        return self._drawn(language, certificate)

    def _drawn(self, language: str, certificate: SealCertificate | None) -> bytes:
        from badges.pdf.recognition_pack import DrawnPack, SealedBy, recognition_pack

        languages = sorted(("en", "lv"), key=lambda each: each != language)
        sealed_by = (
            SealedBy(organisation=certificate.organisation, identifier=certificate.identifier)
            if certificate
            else None
        )
        drawn = DrawnPack(document=self.document, signed=self.signed, sealed_by=sealed_by)
        return recognition_pack(drawn, languages)


def packed_rows(session: Session, credential_ids: Sequence[str]) -> Sequence[CredentialRow]:
    """The credentials for a pack, each once; a learner may have several accounts, so whose they are is asked before.

    Raises NotFoundError where there are none, or one is unknown or suspended; RevokedError where one is revoked;
    NotAllowedError for too many, or those of several issuers: each says what its own badges mean.
    """
    wanted = tuple(dict.fromkeys(credential_ids))
    if len(wanted) > MOST_BADGES:
        raise NotAllowedError(f"a pack has {MOST_BADGES} badges at most")
    rows = [row_to_give_out(session, each) for each in wanted]
    if not rows or any(row.suspended_at for row in rows):
        raise NotFoundError("there is no such badge, or it is suspended")
    if len({row.issuer_id for row in rows}) > 1:
        raise NotAllowedError("a pack has badges of one issuer")
    return rows


def pack_of(publisher: Publisher, session: Session, rows: Sequence[CredentialRow]) -> RecognitionPack:
    """The pack of these credentials, signed now, by the issuer as they name it.

    Raises NotAllowedError where the issuer has no key that signs it, or moved between two of them: under one name it
    cannot speak for the other.
    """
    signers = [publisher.issuers.that_signed(session, row) for row in rows]
    issuer = signers[0]
    if len({each.profile.id for each in signers}) > 1:
        raise NotAllowedError("the issuer moved between these badges: make a pack for each address")
    try:
        # The same key as of badges: the issuer's document names it for all that the issuer says.
        key = issuer.keyring.signing_key(session, EDDSA_RDFC_2022.name)
    except LookupError as error:
        raise NotAllowedError("the issuer has no key that signs") from error
    badges = [PackedBadge(text=row.text, page_url=issuer.addresses.badge_page(row.id)) for row in rows]
    packer = Packer(
        issuer_id=issuer.profile.id,
        name=issuer.profile.legal_name or {NO_LANGUAGE: issuer.profile.name},
        verifier_url=issuer.addresses.verifier,
        schema_url=issuer.addresses.pack_schema,
    )
    now = publisher.clock()
    document = pack_document(badges, packer, now)
    # The seal is that of the first issuer alone, whatever another one calls itself.
    is_first = rows[0].issuer_id == publisher.issuers.first(session).id
    return RecognitionPack(
        document=document,
        signed=signed_pack(document, key, now),
        issuer_id=rows[0].issuer_id,
        identifier=issuer.profile.eidas_identifier if is_first else None,
    )


def sealed_pack(pack: RecognitionPack, seal: Seal, now: datetime) -> str:
    """The signed pack with the seal of the institution around it. Raises SealingError as `Seal.seal_all` does.

    No transaction may be open: a device or a signer may have to be waited for.
    """
    seal.check_identifier(pack.identifier)
    (text,) = seal.seal_all([pack.signed], now)
    return text


def sealed_pdf(pack: RecognitionPack, language: str, seal: Seal, now: datetime) -> bytes:
    """The pack as a PDF that has the seal of the institution itself. Raises SealingError as `Seal.seal_pdf` does.

    No transaction may be open: a device or a signer may have to be waited for.
    """
    seal.check_identifier(pack.identifier)
    return seal.seal_pdf(lambda certificate: pack.as_pdf_to_seal(language, certificate), now)
