"""Lookups: everything that one verification may ask other hosts for.

The package `badges` has no network of its own: all that is fetched comes in through these functions, so that one budget
covers everything that a badge can make its verifier fetch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from badges.errors import SchemaError, SchemaTooCostlyError
from badges.verify.budget import Budget, Fetch
from signing.json_text import Json
from signing.keys import KeyFinder
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: Gives what is served at the address of a status list; may raise anything when it cannot.
StatusFinder = Callable[[str], bytes]
#: `signing.proofs.check`, or a faster function with the same result.
ProofChecker = Callable[[SecuredCredential, KeyFinder, datetime], VerifiedProof]
#: Where a document breaks a schema: `badges.schemas.json_schema.find_breach`, called in a process that can be ended. A
#: schema is a stranger's program, and the library that applies it has no limit of time. Raises SchemaError, and
#: SchemaTooCostlyError where the process had to be ended.
SchemaChecker = Callable[[Json, Json], str | None]


#: Whether the credential with an id is known to be revoked.
RevokedChecker = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """How to find keys, status lists and other documents, within the `budget` of this verification.

    `fetch` None: only keys and status lists may be fetched. `find_schema_breach` None: schemas of others are not
    applied. `is_revoked`: whether a credential, by its id, is known to be revoked, where its list can only say that it
    is suspended.
    """

    check_proof: ProofChecker
    find_key: KeyFinder
    find_status: StatusFinder
    fetch: Fetch | None
    find_schema_breach: SchemaChecker | None
    now: datetime
    budget: Budget
    is_revoked: RevokedChecker | None = None


def within_budget(lookups: Lookups) -> Lookups:
    """The same Lookups, with which no proof is checked once the budget's time is over.

    That takes up to a second of the processor for each proof, and a badge may carry many. After a schema that costs too
    much no further one is applied.
    """

    def check_proof(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> VerifiedProof:
        lookups.budget.seconds_left()
        return lookups.check_proof(secured, find_key, now)

    return replace(
        lookups,
        check_proof=check_proof,
        find_schema_breach=_until_too_costly(lookups.find_schema_breach)
        if lookups.find_schema_breach
        else None,
    )


def _until_too_costly(find_schema_breach: SchemaChecker) -> SchemaChecker:
    """The same function until a schema costs too much: then no further one of the same badge is tried."""
    costly: list[SchemaTooCostlyError] = []

    def limited(document: Json, schema: Json) -> str | None:
        if costly:
            raise SchemaError("another schema of the badge costs too much already")
        try:
            return find_schema_breach(document, schema)
        except SchemaTooCostlyError as error:
            costly.append(error)
            raise

    return limited
