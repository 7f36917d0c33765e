"""The forms of a bound credential that are an SD-JWT, of which its holder may leave parts out.

What they say is in `badges.sd_jwt`. In the one the holder is known by their key, in the other by their DID.
"""

from __future__ import annotations

from datetime import datetime

from badges.sd_jwt.issuing import confirm_address, confirm_key, secure_dc_sd_jwt, secure_vc_sd_jwt
from lti_tool.issuing.bound import Form
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.values import Json
from signing.keys import SigningKey
from signing.proofs import SD_JWT
from signing.secured import SecuredCredential


def _as_dc_sd_jwt(new: NewCredential, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    vct = new.issuer.addresses.badge_type
    return secure_dc_sd_jwt(credential, vct, confirm_key(new.holder or ""), key, now)


def _as_vc_sd_jwt(new: NewCredential, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return secure_vc_sd_jwt(credential, confirm_address(new.holder or ""), key, now)


#: Claims of the issuer's type of badges, as EUDI wallets take them.
DC_SD_JWT = Form(name="dc+sd-jwt", proofs=(SD_JWT.name,), secure=_as_dc_sd_jwt)
#: The whole credential, as Credo takes it.
VC_SD_JWT = Form(name="vc+sd-jwt", proofs=(SD_JWT.name,), secure=_as_vc_sd_jwt)
