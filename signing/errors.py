"""What can go wrong with a proof.

* SigningError
  x ProofError              the proof does not hold, or is of no known type; `code` names the reason
  x KeyNotFoundError        no public key was found under a verification method
  x UnreadableKeyError      a key is damaged, of no known kind, or its passphrase is wrong
  x DocumentNotPinnedError  a JSON-LD context that is not among the pinned ones; `url`
  x UnsafeDocumentError     a document holds something that a proof would not cover
  x StatusListError         a status list cannot be read, or has no such entry
"""

from __future__ import annotations


class SigningError(Exception):
    """Base of all that signing raises."""


class ProofError(SigningError):
    """The proof does not hold, or is of no known type.

    `code` is stable, for reports and tests:
    `unreadable` (neither JSON nor a JWS), `no_proof`, `unknown_proof`, `malformed`, `wrong_purpose`, `wrong_algorithm`,
    `key_not_found`, `bad_signature`, `unpinned_context`, `unsafe`, `claims_disagree`, `proof_expired`, `proof_from_future`.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class KeyNotFoundError(SigningError):
    """No public key was found under a verification method."""


class UnreadableKeyError(SigningError):
    """A key is damaged, of no known kind, or its passphrase is wrong."""


class DocumentNotPinnedError(SigningError):
    """A JSON-LD context was asked for that is not among the pinned ones."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the context {url[:200]!r} is not among those this tool knows")
        self.url = url


class UnsafeDocumentError(SigningError):
    """A document holds something that a proof would not cover, or that two readers would read differently."""


class StatusListError(SigningError):
    """A status list cannot be read, or has no such entry."""
