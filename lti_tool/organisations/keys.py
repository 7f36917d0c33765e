"""The keys of organisations: made when one first signs, kept as those of issuers are, and used for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.keyring import ALGORITHMS
from lti_tool.issuing.vaults import Vault
from lti_tool.store import Session, events, queries
from lti_tool.store.models import OrganisationKey, OrganisationRow
from signing.did_document import names_of_key
from signing.keys import (
    Algorithm,
    DeviceKey,
    PrivateKey,
    SigningKey,
    VerificationMethod,
    from_jwk,
    jwk,
    short_name,
)

#: The proof of the JSON, which every verifier reads.
JSON_PROOF = "eddsa-rdfc-2022"


def jwt_proof(issuers: Issuers) -> str:
    """The proof of JWTs, as the installation has chosen it for badges."""
    return issuers.proofs[-1]


def signing_key(
    session: Session, issuers: Issuers, row: OrganisationRow, proof: str, now: datetime
) -> SigningKey:
    """The organisation's key for `proof`; it is made where there is none. A JWT names the address of a JWK.

    The organisation is to be locked. Raises SigningError where the device makes no key, or does not open it.
    """
    algorithm = ALGORITHMS[proof]
    key = _current(session, row, algorithm) or make(session, issuers, row, algorithm, now)
    return _opened(issuers, row, key, proof)


def made_key(session: Session, issuers: Issuers, row: OrganisationRow, proof: str) -> SigningKey:
    """The same, and nothing is stored. Raises NotFoundError where there is none, SigningError as `signing_key`."""
    key = _current(session, row, ALGORITHMS[proof])
    if key is None:
        raise NotFoundError("the organisation has no key that signs")
    return _opened(issuers, row, key, proof)


def key_address(row: OrganisationRow, kid: str) -> str:
    """The URL of the key as a JWK, which the header of a VC-JWT names."""
    return f"{row.address}/keys/{kid}.json"


def usable_kids(session: Session, row: OrganisationRow) -> list[str]:
    """The ids of the keys that may sign, newest first."""
    return [each.kid for each in usable(session, row)]


def verification_methods(session: Session, row: OrganisationRow) -> Sequence[VerificationMethod]:
    """Each key of the organisation for its DID document, also retired and withdrawn ones."""
    return [
        VerificationMethod(
            id=f"{row.did}#{name}", controller=row.did, public=public, ends=each.compromised_at
        )
        for each in queries.organisations.keys(session, row.id)
        for public in (from_jwk(each.public_jwk),)
        for name in names_of_key(each.kid, public)
    ]


def usable(session: Session, row: OrganisationRow) -> Sequence[OrganisationKey]:
    """The keys that may sign, newest first."""
    return [each for each in queries.organisations.keys(session, row.id) if each.retired_at is None]


def make(
    session: Session, issuers: Issuers, row: OrganisationRow, algorithm: Algorithm, now: datetime
) -> OrganisationKey:
    """A new key, which signs from now on. Raises SigningError where the device makes none."""
    vault: Vault = issuers.device_vault or issuers.database_vault
    new = vault.make_key(algorithm)
    kid = short_name(new.public)
    key = OrganisationKey(
        kid=kid,
        organisation_id=row.id,
        algorithm=algorithm,
        public_jwk=jwk(new.public, kid),
        vault=vault.NAME,
        vault_data=new.vault_data,
        created_at=now,
    )
    session.add(key)
    session.flush()
    events.record(session, "key_made", "organisation_key", kid, now, why=algorithm, issuer_id=row.issuer_id)
    return key


def _current(session: Session, row: OrganisationRow, algorithm: Algorithm) -> OrganisationKey | None:
    return next((each for each in usable(session, row) if each.algorithm == algorithm), None)


def _opened(issuers: Issuers, row: OrganisationRow, key: OrganisationKey, proof: str) -> SigningKey:
    method = key_address(row, key.kid) if proof.startswith("vc-jwt") else f"{row.did}#{key.kid}"
    return SigningKey(verification_method=method, kid=key.kid, private=_open(issuers, key))


def _open(issuers: Issuers, key: OrganisationKey) -> PrivateKey | DeviceKey:
    for vault in (issuers.database_vault, issuers.device_vault):
        if vault is not None and key.vault == vault.NAME and key.vault_data is not None:
            return vault.open(key.algorithm, key.vault_data)
    raise NotFoundError(f"the private half of {key.kid} is kept in a place that is not set up: {key.vault}")
