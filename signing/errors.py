"""The errors of this package.

* SigningError
  x ProofError              the proof does not hold, or is of no known type; `code` names the reason
  x KeyNotFoundError        no public key was found under a verification method
  x UnusableKeyError        a key is damaged, of the wrong kind, or its passphrase is another one
  x DocumentNotPinnedError  a JSON-LD context that is not among the pinned ones; `url`
  x UnsafeDocumentError     a document holds something that a proof would not cover
  x UncompilableError       a credential has no compiled form that could be filled in
  x StatusListError         a status list cannot be read, or has no such entry
  x DecryptionError         a secret cannot be decrypted
  x SealError               a document cannot be sealed, or its seal does not hold; `code` names the reason
  x MistypedError           what was typed from paper is not what was printed
"""

from __future__ import annotations


class SigningError(Exception):
    """Base of all errors of this package."""


class ProofError(SigningError):
    """The proof does not hold, or is of no known type.

    `code` is stable, for reports and tests:
    `unreadable`        neither JSON that all readers agree on nor a compact JWS or SD-JWT; or a proof that is empty
    `no_proof`          a document without a proof, or a JWS without a signature
    `unknown_proof`     no proof of a type known here
    `ed25519_signature_2018`  the older proof of this name, which is not checked here
    `bbs_2023`          a proof of this cryptosuite, which is not checked here
    `malformed`         a part of the proof, or a member that it needs, is missing or not of its form
    `no_key_named`      the proof does not say with which key it was made
    `wrong_purpose`     the proof was not made to assert anything
    `wrong_algorithm`   another algorithm than the proof type has
    `proof_expired`     the proof itself has expired
    `proof_end_unclear` the end of the proof has no time zone, and has come in some zones only
    `key_not_found`     no public key under its verification method
    `key_revoked`       its controller has taken the key back, or its time is over
    `unpinned_context`  the credential uses words from a context this tool does not know
    `unsafe`            the credential holds something the proof does not cover
    `wrong_challenge`   a presentation that was made for another challenge
    `wrong_domain`      a presentation that was made for another site
    `wrong_iss`         the claim iss names another issuer than the credential in the JWS
    `claims_disagree`   the claims of the JWS and the credential in it say different things
    `unreadable_claim`  a moment in the claims of the JWS is not a number
    `bad_signature`     the credential is not what was signed, or not with this key
    `foreign_disclosure`  an SD-JWT discloses something that its issuer did not sign
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


#: Codes of ProofError for a proof of a type that is not checked here.
UNKNOWN_PROOFS = frozenset({"unknown_proof", "ed25519_signature_2018", "bbs_2023"})


class KeyNotFoundError(SigningError):
    """No public key was found under a verification method."""


class UnusableKeyError(SigningError):
    """A key is damaged, of the wrong kind, or its passphrase is another one."""


class DocumentNotPinnedError(SigningError):
    """A JSON-LD context is not among the pinned ones; `url` is its address."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the context {url[:200]!r} is not among those this tool knows")
        self.url = url


class UnsafeDocumentError(SigningError):
    """A document holds something that a proof would not cover, or that two readers would read differently."""


class UncompilableError(SigningError):
    """A credential has no compiled form that could be filled in: sign it by the general path."""


class StatusListError(SigningError):
    """A status list cannot be read, or has no such entry."""


class DecryptionError(SigningError):
    """A secret cannot be decrypted: it was encrypted with another key, or is damaged."""


class SealError(SigningError):
    """A document cannot be sealed, or its seal does not hold. The message holds no secret.

    `code` is stable, for findings and tests. Of a certificate and its key:
    `unreadable`        the file, the certificate or what it states cannot be read
    `wrong_password`    the file of the key is opened by another password
    `no_certificate`    there is no certificate
    `no_key`            there is no private key, or not the one that was named
    `key_not_supported` the key is too weak, or of a kind that no seal here uses
    `key_of_another`    the private key is not that of the certificate
    `authority`         the certificate is that of an authority
    `usage`             the certificate is not meant for signatures
    `natural_person`    the certificate is that of a natural person
    `no_legal_person`   the certificate names no legal person
    `not_yet_valid`     the certificate begins later
    `expired`           the certificate has ended
    Of a seal:
    `wrong_signature`   what signed has not signed this document with the key of the certificate
    `malformed`         it has not the form of a seal of this kind
    `critical`          it has something that must be understood, and is not known here
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class MistypedError(SigningError):
    """What was typed from paper is not what was printed; the message says in which lines."""
