"""Sealed European Digital Credentials: what is issued, sealed by the institution that issued it, and by it alone."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.elm.checks import find_problems
from lti_tool.errors import SealingError
from lti_tool.publishing import europass
from lti_tool.sealing import Seal
from lti_tool.store.models import CredentialRow
from signing.errors import UnusableKeyError
from signing.seals.certificates import seal_certificate
from signing.seals.jades import verify_seal
from signing.seals.key_files import KeyInFile
from tests.fixtures import ANNA, NOW, WITH_TEXTS, complete, run_due_jobs
from tests.seal_certificates import COLLEGE, COMPLIANT, DEVICE, SEAL, authority, certificate, key, statements


def seal_of(subject=COLLEGE, place="file", **changes) -> Seal:
    own = seal_certificate([certificate(key(), subject, issuer=authority(), **changes), authority()])
    in_file = KeyInFile(certificate=own, private=key())
    return Seal(place=place, find_key=lambda: in_file)


@pytest.fixture
def one(tool, platform, rule_id) -> europass.Unsealed:
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        return europass.unsealed(tool.issuers, session.query(CredentialRow).options(*WITH_TEXTS).one())


def code(one, seal) -> str:
    with pytest.raises(SealingError) as refused:
        europass.sealed(one, seal, NOW)
    return refused.value.code


def test_what_was_issued_is_sealed_by_its_issuer_and_complete(one):
    found = verify_seal(europass.sealed(one, seal_of(), NOW).decode())
    assert json.loads(found.document) == one.document
    assert find_problems(json.loads(found.document)) == ()
    assert found.certificate.identifier == one.document["issuer"]["eIDASIdentifier"]["notation"]
    assert found.sealed_at == NOW.replace(microsecond=0)


def test_nobody_else_seals_it(one):
    """The seal of one institution on the badge of another would say that the first had awarded it."""
    other = seal_of(COLLEGE | {"organizationIdentifier": "NTRLV-40000000002"})
    assert code(one, other) == "other_legal_person"
    assert code(replace(one, identifier=None), seal_of()) == "other_legal_person"
    assert code(replace(one, identifier=""), seal_of()) == "other_legal_person"
    for batch in ([one], [replace(one, identifier=None)]):
        with pytest.raises(SealingError):
            europass.sealed_batch(batch, other, NOW)


def test_the_badge_of_a_further_issuer_may_be_sealed_by_nobody(tool, one):
    assert one.identifier == "NTRLV-40000000001"

    class OtherFirst:
        """The same issuers, of which another one is the first: this one only calls itself as the certificate does."""

        def __getattr__(self, name):
            return getattr(tool.issuers, name)

        def first(self, session):
            return replace(tool.issuers.first(session), id="another")

    with tool.store.read() as session:
        row = session.query(CredentialRow).options(*WITH_TEXTS).one()
        assert europass.unsealed(OtherFirst(), row).identifier is None


def test_what_europass_would_refuse_or_is_suspended_is_not_sealed(one):
    document = {name: value for name, value in one.document.items() if name != "displayParameter"}
    assert code(replace(one, document=document), seal_of()) == "incomplete"
    assert code(replace(one, is_suspended=True), seal_of()) == "suspended"
    batch = europass.sealed_batch([one, replace(one, document=document)], seal_of(), NOW)
    assert (batch.packed, {lack.code for _, lack in batch.lacking}) == (1, {"missing_displayParameter"})


def test_a_certificate_that_has_ended_seals_nothing(one):
    assert code(one, seal_of(ends=NOW - timedelta(seconds=1))) == "expired"
    assert code(one, seal_of(begins=NOW + timedelta(seconds=1))) == "not_yet_valid"


def test_a_device_that_fails_is_an_error_of_ours(one):
    class Broken:
        certificate = seal_of().certificate()

        def sign_all(self, data):
            raise UnusableKeyError("the device 'Seal': it does not seal with key (DeviceError)")

    assert code(one, Seal(place="device", find_key=Broken)) == "device_fails"


def test_a_batch_has_a_sealed_file_for_each_badge(one):
    batch = europass.sealed_batch([one], seal_of(), NOW)
    with zipfile.ZipFile(io.BytesIO(batch.zip)) as packed:
        (name,) = packed.namelist()
        assert json.loads(verify_seal(packed.read(name).decode()).document) == one.document
        assert name == f"{one.document['id'].removeprefix('urn:credential:')}.json"


def test_no_more_is_said_of_a_seal_than_its_certificate_says_and_its_key_allows():
    qualified = {"extension": statements(COMPLIANT, SEAL, DEVICE)}
    assert (
        seal_of(place="device", **qualified).claim()
        == seal_of(place="remote", **qualified).claim()
        == "qualified"
    )
    # A file is no device for qualified seals, whatever the certificate says.
    assert seal_of(place="file", **qualified).claim() == "qualified_certificate"
    assert seal_of(place="file", extension=statements(COMPLIANT, SEAL)).claim() == "qualified_certificate"
    assert seal_of(place="device").claim() == "none"
