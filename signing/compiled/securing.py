"""secure_filled: a filled-in form with its eddsa-rdfc-2022 proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from signing.compiled.form import CompiledForm
from signing.data_integrity import MEDIA_TYPE, options_of, usual_options_text
from signing.errors import UnusableKeyError
from signing.json_text import as_text
from signing.keys import SigningKey
from signing.multibase import base58
from signing.proofs import EDDSA_RDFC_2022
from signing.secured import SecuredCredential
from signing.signatures import sign


def secure_filled(
    form: CompiledForm, values: Sequence[Any], key: SigningKey, now: datetime
) -> SecuredCredential:
    """The credential of these values with its proof: the same bytes as `EDDSA_RDFC_2022.secure` would give.

    Raises UnusableKeyError for a key that is not Ed25519, UnsafeDocumentError for values that a proof would not cover.
    """
    if key.algorithm != "Ed25519":
        raise UnusableKeyError(f"{EDDSA_RDFC_2022.name} needs a key of Ed25519")
    options_hash, options = _options(key.verification_method, now.replace(microsecond=0))
    signature = sign(key.private, options_hash + sha256(form.canonical(values)).digest())
    return SecuredCredential(
        form.text(values, f'{options[:-1]},"proofValue":"z{base58(signature)}"}}'), MEDIA_TYPE
    )


@lru_cache(maxsize=64)
def _options(verification_method: str, now: datetime) -> tuple[bytes, str]:
    """The hash of the proof's options, and the options as JSON: the same for all that is signed in one second."""
    options = options_of(EDDSA_RDFC_2022.identifying, verification_method, now)
    return sha256(usual_options_text(options).encode()).digest(), as_text(options)
