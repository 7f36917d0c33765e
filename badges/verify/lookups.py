"""Lookups: everything that one verification may ask other hosts for.

The package `badges` has no network of its own: all that is fetched comes in through these functions, so that one limit
covers everything that a badge can make its verifier fetch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import ParamSpec, TypeVar

from badges.errors import SchemaError, SchemaTooCostlyError
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import KeyFinder
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: Gives what is served at the address of a status list; may raise anything when it cannot.
StatusFinder = Callable[[str], bytes]
#: The same for any other document: a refreshed credential, a schema, an assertion of Open Badges 2.0.
Fetch = Callable[[str], bytes]
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
    """How to find keys, status lists and other documents.

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
    is_revoked: RevokedChecker | None = None


#: What one badge may look up, in all. A sound badge needs two or three look-ups: a key, a list, perhaps a schema. But
#: each of 16 endorsements may name a key and 4 lists, and every list a key again. Without a common limit, anyone
#: who uploads a badge could make this verifier send hundreds of requests to a host of their choice.
MAX_LOOKUPS = 40
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def with_limit(lookups: Lookups) -> Lookups:
    """The same Lookups, which together fail after MAX_LOOKUPS calls.

    The limit is shared by keys, lists and documents. From then on each call raises KeyNotFoundError, which every check
    already treats as "no answer": such a badge ends as `unknown`, never as valid.
    """
    numbers = count(1)

    def counted(look_up: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        def limited(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
            if next(numbers) > MAX_LOOKUPS:
                raise KeyNotFoundError("the badge asks for too much")
            return look_up(*arguments, **named)

        return limited

    return replace(
        lookups,
        find_key=counted(lookups.find_key),
        find_status=counted(lookups.find_status),
        fetch=counted(lookups.fetch) if lookups.fetch else None,
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
