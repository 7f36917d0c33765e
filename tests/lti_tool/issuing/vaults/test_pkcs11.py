"""Keys in a device: made there, used there, and never seen. The device is Debian's SoftHSM."""

from __future__ import annotations

import pytest

from badges.verify import verify
from config.errors import SettingsError
from lti_tool.publishing import status_lists
from lti_tool.store import queries
from lti_tool.store.models import CredentialRow
from lti_tool.wiring import build_tool
from signing.errors import UnusableKeyError
from signing.keys import algorithm
from signing.signatures import sign
from signing.signatures import verify as check_signature
from tests.fixtures import ANNA, WITH_TEXTS, complete, make_rule, publish, run_due_jobs, settings_for
from tests.softhsm import PIN, TOKEN


@pytest.fixture
def vault(device):
    from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault

    return Pkcs11Vault(module=device, token=TOKEN, pin=PIN)


@pytest.fixture
def settings(device, empty_sqlite_url, tmp_path):
    def settings(**changes):
        given = {"pkcs11_module": device, "pkcs11_token": TOKEN, "pkcs11_pin": PIN}
        return settings_for(empty_sqlite_url, tmp_path, **(given | changes))

    return settings


@pytest.mark.parametrize("name", ["Ed25519", "P-256", "RSA"])
def test_a_key_signs_without_leaving_the_device(vault, name):
    made = vault.make_key(name)
    key = vault.open(name, made.vault_data)
    assert algorithm(key.public_key()) == key.algorithm == name
    check_signature(made.public, sign(key, b"a badge"), b"a badge")
    assert len(made.vault_data) == 16  # a name, no key


def test_a_missing_key_and_a_wrong_pin_are_named(vault, device):
    from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault

    with pytest.raises(UnusableKeyError, match="not in it"):
        vault.open("Ed25519", b"no such key")
    for token, pin in ((TOKEN, "wrong-pin"), ("another", PIN)):
        with pytest.raises(UnusableKeyError, match="makes no key"):
            Pkcs11Vault(module=device, token=token, pin=pin).make_key("Ed25519")


@pytest.mark.parametrize("jwt", ["ES256", "RS256"])
def test_badges_are_signed_in_the_device_and_verify(settings, platform, clock, jwt):
    tool = build_tool(settings(jwt_algorithm=jwt, selective_disclosure=True), clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        credential = session.query(CredentialRow).options(*WITH_TEXTS).one()
        assert {row.vault for row in queries.issuers.signing_keys(session, tool.issuer.id)} == {"pkcs11"}
    for text in (credential.text, credential.jwt):
        assert verify(text.encode(), tool.find_key, tool.find_status, tool.clock()).verdict == "verified"
    assert status_lists.status_list(tool, credential.status_list_id).text
    tool.store.close()


def test_keys_that_were_in_the_database_stay_there_and_new_ones_go_to_the_device(settings, tool, clock):
    with tool.store.read() as session:
        before = tool.issuer.keyring.signing_key(session, "vc-jwt").kid
    moved = build_tool(settings(), clock)
    with moved.store.begin() as session:
        assert moved.issuer.keyring.signing_key(session, "vc-jwt").kid == before
        clock.advance(seconds=1)
        moved.issuer.keyring.rotate(session, "P-256", clock())
        rows = queries.issuers.signing_keys(session, moved.issuer.id)
        assert {row.kid == before: row.vault for row in rows if row.algorithm == "P-256"} == {
            True: "database",
            False: "pkcs11",
        }
    moved.store.close()


def test_an_unusable_device_stops_the_start(settings, clock):
    build_tool(settings(), clock).store.close()
    for changes in ({"pkcs11_pin": "wrong-pin"}, {"pkcs11_module": "/nowhere.so"}, {"pkcs11_module": None}):
        with pytest.raises(SettingsError, match="PKCS11"):
            build_tool(settings(**changes), clock)
