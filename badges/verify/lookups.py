"""Outside: what a verification may ask of the world; everything comes in through it, nothing is fetched otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import ParamSpec, TypeVar

from signing.errors import KeyNotFoundError
from signing.keys import KeyFinder
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: Gives what is served at the address of a status list; may raise anything when it cannot.
StatusFinder = Callable[[str], bytes]
#: The same for any other document: a refreshed credential, a schema, an assertion of Open Badges 2.0.
Fetch = Callable[[str], bytes]
#: `signing.proofs.check`, or what gives the same sooner.
ProofChecker = Callable[[SecuredCredential, KeyFinder, datetime], VerifiedProof]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """`fetch` None: nothing but keys and status lists may be asked for."""

    check_proof: ProofChecker
    find_key: KeyFinder
    find_status: StatusFinder
    fetch: Fetch | None
    now: datetime


#: What one badge may ask for, in all. A sound one asks for two or three things.
MAX_QUESTIONS = 40
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def limited(outside: Lookups) -> Lookups:
    """The same, until it was asked MAX_QUESTIONS times: a badge must not use its verifier against others."""
    numbers = count(1)

    def counted(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        def asked(*arguments: Asked.args, **named: Asked.kwargs) -> Answer:
            if next(numbers) > MAX_QUESTIONS:
                raise KeyNotFoundError("the badge asks for too much")
            return ask(*arguments, **named)

        return asked

    return replace(
        outside,
        find_key=counted(outside.find_key),
        find_status=counted(outside.find_status),
        fetch=counted(outside.fetch) if outside.fetch else None,
    )
