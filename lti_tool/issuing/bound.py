"""Credentials that are bound to a holder: further ones of an award, each for the key of a wallet, in one form.

The award keeps its own, which is bound to nobody, is mailed, shown and downloaded. A bound one says the same with the
holder's DID in the place of the award's number, has its own id and place in a status list, and lives no longer than the
award. Who proves that they have the key, and that the award is theirs, is for the caller to have checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from lti_tool.errors import NotAllowedError
from lti_tool.issuing import gathering, new_credential, storing
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.issuing.storing import Made
from lti_tool.store import queries
from lti_tool.store.database import Store
from lti_tool.store.models.awards import JSON_FORM
from lti_tool.values import Json
from signing.did import key_of_did
from signing.errors import KeyNotFoundError
from signing.keys import SigningKey
from signing.proofs import EDDSA_RDFC_2022, VC_JWT, VC_JWT_RS256
from signing.secured import SecuredCredential

#: A DID that spells an RSA key of 4096 bits has some 800 characters.
MOST_DID_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """As what a wallet has a bound credential.

    `name` stands in the credential's row. `secure` makes the compact text that is stored beside the JSON: of what the
    credential is made of (its `holder` among it), the credential without a proof, and the issuer's key for one of
    `proofs`, names of `lti_tool.issuing.keyring.ALGORITHMS`; it raises SigningError.
    """

    name: str
    proofs: tuple[str, ...]
    secure: Callable[[NewCredential, Json, SigningKey, datetime], SecuredCredential]


def _as_jwt(_new: NewCredential, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return (VC_JWT_RS256 if key.algorithm == VC_JWT_RS256.key else VC_JWT).secure(credential, key, now)


#: JSON with an embedded proof, and a JWT beside it, as every credential is that is bound to nobody. No wallet asks for
#: that JWT, so whichever of the two keys an issuer has does for it.
JSON = Form(name=JSON_FORM, proofs=(VC_JWT.name, VC_JWT_RS256.name), secure=_as_jwt)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCredential:
    """What a holder is given: `text` is in the form that was asked for, byte for byte as it was stored."""

    id: str
    text: str


def issue_bound(
    store: Store, issuers: Issuers, award_id: int, holder: str, form: Form, now: datetime
) -> BoundCredential:
    """The award's credential for the holder, a did:key or did:jwk, in that form; who asks again is given the same.

    It is made of what the award's own credential says, which has to be valid: `AwardStateError` with `not_issued`,
    `revoked`, `suspended` or `expired` else. Raises NotFoundError where there is no such award (any more),
    NotAllowedError for any other DID, where the issuer is not confirmed or has no key, and where the award has as many
    bound credentials in use as it may have; SigningError and MissingElementsError.
    """
    _check_holder(holder)
    while True:
        with store.begin() as session:
            known = queries.credentials.bound_in_use(session, award_id, holder, form.name)
            unbound = gathering.valid_credential(session, award_id, now)
            if known is not None:
                text = known.text if form.name == JSON_FORM else known.jwt
                return BoundCredential(id=known.id, text=text)
            if queries.credentials.count_bound_in_use(session, award_id) >= storing.MOST_BOUND:
                raise NotAllowedError("the badge is bound to as many keys as it may be")
            new = gathering.for_holder(session, issuers, unbound, holder, form.name, form.proofs)
        made = _make(new, form, now)
        # Whoever was faster, or has changed the issuer or the award meanwhile, is seen in the next round.
        with store.begin() as session:
            storing.store_bound(session, issuers, made, unbound.id, now)


def _check_holder(did: str) -> None:
    """Raises NotAllowedError for what is not the DID of a key that it spells itself."""
    if len(did) > MOST_DID_CHARACTERS:
        raise NotAllowedError("the DID is too long")
    try:
        key_of_did(did)
    except KeyNotFoundError as error:
        raise NotAllowedError("a credential is bound to a did:key or did:jwk only") from error


def _make(new: NewCredential, form: Form, now: datetime) -> Made:
    """Builds the credential and secures it, as JSON and in the form. Raises MissingElementsError and SigningError."""
    credential_id = str(uuid4())
    credential = new_credential.built(new, credential_id, now)
    key = next(new.keys[proof] for proof in form.proofs if proof in new.keys)
    return Made(
        id=credential_id,
        new=new,
        secured={
            EDDSA_RDFC_2022.name: new_credential.with_embedded_proof(new, credential, now),
            form.name: form.secure(new, credential, key, now),
        },
    )
