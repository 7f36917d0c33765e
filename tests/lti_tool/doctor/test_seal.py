"""What `doctor` finds of the electronic seal: that it cannot be made, that it is another's, that its time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from badges.issuer import IssuerProfile
from lti_tool.doctor import CHECKS, diagnosis
from lti_tool.doctor import settings as settings_check
from lti_tool.doctor.seal import findings_of
from lti_tool.issuing.issuer_file import read_file, read_profile
from lti_tool.sealing import Seal
from signing.errors import SealError, UnusableKeyError
from signing.seals.certificates import seal_certificate
from signing.seals.key_files import KeyInFile
from tests.fixtures import NOW, ROOT
from tests.seal_certificates import COLLEGE, COMPLIANT, SEAL, certificate, key, statements


@pytest.fixture(scope="module")
def profile() -> IssuerProfile:
    data = read_file(ROOT / "config" / "issuer.example.toml").data
    return read_profile(data, "https://badges.example.org", NOW)[0]


def seal(profile: IssuerProfile, subject: dict[str, str] | None = None, **changes: Any) -> Seal:
    named = COLLEGE | {"O": next(iter(profile.legal_name.values()))} | (subject or {})
    own = {"extension": statements(COMPLIANT, SEAL)} | changes
    found = KeyInFile(certificate=seal_certificate([certificate(key(), named, **own)]), private=key())
    return Seal(place="file", find_key=lambda: found)


def codes(one: Seal, profile: IssuerProfile, now: datetime = NOW) -> list[str]:
    found = list(findings_of(one, profile, now))
    for language in ("en", "lv"):
        for each in found:
            worded = diagnosis(CHECKS["seal"], each, language)
            assert "{" not in worded.what + worded.mend
    return [each.code for each in found]


def test_a_seal_that_is_well_is_no_finding(profile):
    assert codes(seal(profile), profile) == []


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "seal_ended"), (0, "seal_ends"), (59, "seal_ends"), (61, None)]
)
def test_a_certificate_that_ends_is_found(profile, days, code):
    one = seal(profile, ends=NOW + timedelta(days=days, hours=1))
    assert codes(one, profile) == ([code] if code else [])


def test_a_certificate_that_begins_later_is_found(profile):
    assert codes(seal(profile, begins=NOW + timedelta(days=1)), profile) == ["seal_fails"]


def test_the_certificate_of_somebody_else_is_found(profile):
    other = seal(profile, {"organizationIdentifier": "NTRLV-40000000002"})
    assert codes(other, profile) == ["seal_of_another"]
    assert codes(seal(profile), replace(profile, eidas_identifier=None)) == ["seal_of_another"]
    assert codes(seal(profile, {"O": "Another name"}), profile) == ["seal_named_otherwise"]


def test_a_certificate_that_europass_does_not_take_is_found(profile):
    assert codes(seal(profile, extension=None), profile) == ["seal_not_qualified"]


def test_a_device_that_refuses_and_a_certificate_that_is_none_are_found(profile):
    certificate_of_it = seal(profile).certificate()

    def refuse(_data: object) -> None:
        raise UnusableKeyError("the device 'Seal': it does not seal with key (PinIncorrect)")

    broken: Any = SimpleNamespace(certificate=certificate_of_it, sign_all=refuse)
    assert codes(Seal(place="device", find_key=lambda: broken), profile) == ["seal_fails"]
    # A remote signer is not made to sign.
    assert codes(Seal(place="remote", find_key=lambda: broken), profile) == []

    def none() -> Any:
        raise SealError("natural_person", "the certificate is that of a natural person, who cannot seal")

    assert codes(Seal(place="remote", find_key=none), profile) == ["seal_fails"]


def test_a_key_with_which_the_tool_does_not_start_is_found():
    problem = "SEAL_PKCS12_FILE: the password does not open the file"
    settings = SimpleNamespace(tool_url="https://badges.example.org", trusted_proxies=("127.0.0.1",))
    refused: Any = SimpleNamespace(refused=(problem,), settings=settings)
    (found,) = settings_check.check(refused)
    assert (found.code, found.about["setting"]) == ("seal_refused", "SEAL_PKCS12_FILE")
