"""jose, which shares no code with ours, verifies the seal of a European Digital Credential."""

from __future__ import annotations

import json

import pytest

from signing.seals.certificates import seal_certificate
from signing.seals.jades import seal_all
from signing.seals.key_files import KeyInFile
from tests.seal_certificates import certificate, key, later

DOCUMENT = json.dumps({"id": "urn:credential:1", "title": 'Rīga & "āķis" <b> 文'}, ensure_ascii=False)


@pytest.mark.parametrize("member", ["sigT", "iat"])
@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_they_accept_our_seal_and_refuse_a_changed_document(others, kind, member):
    signer = KeyInFile(certificate=seal_certificate([certificate(key(kind))]), private=key(kind))
    sealed = json.loads(seal_all([DOCUMENT], signer, later(1), member)[0])
    assert others("joseVerifiesSeal", sealed=sealed) == {"verified": True, "document": DOCUMENT}
    assert not others("joseVerifiesSeal", sealed=sealed | {"payload": DOCUMENT + " "})["verified"]
