"""issue: claims as an SD-JWT, signed by their issuer.

Source: RFC 9901, "Issuer-signed JWT"; SD-JWT-based Verifiable Digital Credentials (draft), "JOSE Header"; W3C Securing
Verifiable Credentials using JOSE and COSE, "Securing with SD-JWT".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal

from signing.json_text import Json
from signing.jws import signed_compact
from signing.keys import JWS_NAMES, SigningKey
from signing.safe_mode import sound_text
from signing.sd_jwt.compact import SdJwt
from signing.sd_jwt.hiding import Path, hide, new_salt
from signing.secured import SecuredCredential

#: The `typ` of an SD-JWT VC, whose claims are plain JSON, and that of a whole credential of VCDM 2.0.
Form = Literal["dc+sd-jwt", "vc+sd-jwt"]


def issue(
    claims: Json,
    form: Form,
    hidden: Collection[Path],
    key: SigningKey,
    decoys: Mapping[Path, int] | None = None,
    make_salt: Callable[[], str] = new_salt,
) -> SecuredCredential:
    """The SD-JWT of the claims, with all disclosures: for their holder, who may leave out what is at the paths.

    `key.verification_method` becomes its `kid`. Raises UnsafeDocumentError as `hide` does, and for a text that readers
    would not agree on.
    """
    payload, disclosures = hide(claims, hidden, decoys, make_salt)
    header = {"alg": JWS_NAMES[key.algorithm], "typ": form, "kid": key.verification_method}
    made = SdJwt(jwt=signed_compact(header, sound_text(payload), key), disclosures=disclosures)
    return SecuredCredential(made.text, f"application/{form}")
