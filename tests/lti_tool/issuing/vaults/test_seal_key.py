"""The key of a seal in a device: it signs there, by each algorithm, and never leaves it. The device is SoftHSM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from lti_tool.errors import SealingError
from lti_tool.sealing import Seal
from signing.errors import UnusableKeyError
from signing.seals.certificates import seal_certificate
from signing.seals.jades import verify_seal
from tests.seal_certificates import certificate, later
from tests.softhsm import PIN, TOKEN


@dataclass(frozen=True)
class PublicOnly:
    """What a certificate is made from where the private key is in a device."""

    public: Any

    def public_key(self) -> Any:
        return self.public


@pytest.mark.parametrize("kind", ["P-256", "RSA"])
def test_a_document_is_sealed_in_the_device(device, kind):
    from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
    from lti_tool.issuing.vaults.seal_key import SealKeyInDevice

    vault = Pkcs11Vault(module=device, token=TOKEN, pin=PIN)
    made = vault.make_key(kind)
    own = seal_certificate([certificate(PublicOnly(made.public))])
    key = SealKeyInDevice(vault=vault, name=made.vault_data.decode(), certificate=own)
    sealed = Seal(place="device", find_key=lambda: key).seal_all(["{}", '{"id":"ā"}'], later(1))
    assert [verify_seal(each).document for each in sealed] == ["{}", '{"id":"ā"}']
    # The certificate of another key of the same kind: what the device signs is not given out.
    other = seal_certificate([certificate(PublicOnly(vault.make_key(kind).public))])
    for name, pin, certified, code in (
        (key.name, PIN, other, "wrong_signature"),
        ("no such key", PIN, own, "device_fails"),
        (key.name, "wrong-pin", own, "device_fails"),
    ):
        asked = SealKeyInDevice(
            vault=Pkcs11Vault(module=device, token=TOKEN, pin=pin), name=name, certificate=certified
        )
        with pytest.raises(SealingError) as refused:
            Seal(place="device", find_key=lambda asked=asked: asked).seal_all(["{}"], later(1))
        assert refused.value.code == code and pin not in str(refused.value)
    if kind == "RSA":
        with pytest.raises(UnusableKeyError):
            SealKeyInDevice(vault=vault, name="", certificate=own).sign_all([b""])
