"""Anna's badge for solar panels in both forms, bound to her wallet."""

from __future__ import annotations

from typing import Any

import pytest

from badges.sd_jwt.claims import type_address
from badges.sd_jwt.issuing import confirm_address, confirm_key, secure_dc_sd_jwt, secure_vc_sd_jwt
from signing.did import did_jwk
from signing.keys import SigningKey, generate
from signing.secured import SecuredCredential
from tests.badges.conftest import NOW, TOOL_URL
from tests.signing.sd_jwt.conftest import Holder, anna, new_holder

__all__ = ["anna", "new_holder"]

VCT = type_address(TOOL_URL)


@pytest.fixture
def key(world: Any) -> SigningKey:
    method = f"{world.issuer_id}#p1"
    world.keys[method] = SigningKey(verification_method=method, kid="p1", private=generate("P-256"))
    return world.keys[method]


@pytest.fixture
def forms(built: Any, solar: Any, key: SigningKey, anna: Holder) -> dict[str, SecuredCredential]:
    credential = built(solar)
    return {
        "dc+sd-jwt": secure_dc_sd_jwt(credential, VCT, confirm_key(did_jwk(anna.jwk)), key, NOW),
        "vc+sd-jwt": secure_vc_sd_jwt(credential, confirm_address(did_jwk(anna.jwk)), key, NOW),
    }
