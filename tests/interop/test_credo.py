"""Credo, on which wallets such as Paradym are built, verifies, keeps and presents a badge in both forms of SD-JWT."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from badges.credential import GivenEvidence
from badges.sd_jwt.claims import type_address
from badges.sd_jwt.issuing import confirm_address, confirm_key, secure_dc_sd_jwt, secure_vc_sd_jwt
from badges.sd_jwt.type_metadata import type_metadata
from lti_tool.store.models import CredentialRow
from signing.multibase import base64url, from_base64url
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import read_disclosure
from signing.secured import SecuredCredential
from tests.badges.conftest import TOOL_URL
from tests.badges.test_credential import RECOGNISED
from tests.badges.verify.reports import finding
from tests.fixtures import rows
from tests.interop.conftest import NOW, IssuerSite, OtherLibraries, running_program
from tests.interop.test_wallets import RunningTool, running

__all__ = ["running"]

VCT = type_address(TOOL_URL)
STORE = {"dc+sd-jwt": "storePlain", "vc+sd-jwt": "storeWhole"}


@pytest.fixture(params=["jwk", "key"])
def holder(request: Any, credo: OtherLibraries) -> Any:
    return credo("newHolder", method=request.param)


@pytest.fixture
def phone(credo: OtherLibraries) -> Any:
    return credo("newHolder", method="jwk")


def bound(site: IssuerSite, credential: Any, form: str, did: str) -> SecuredCredential:
    key = site.keys["sd-jwt"]
    if form == "dc+sd-jwt":
        return secure_dc_sd_jwt(credential, VCT, confirm_key(did), key, NOW)
    return secure_vc_sd_jwt(credential, confirm_address(did), key, NOW)


def kept(credo: OtherLibraries, site: IssuerSite, secured: Any, form: str, **wallet: Any) -> Any:
    pages = site.pages | {VCT: json.dumps(type_metadata(VCT))}
    text = secured if isinstance(secured, str) else secured.text
    return credo(STORE[form], text=text, pages=pages, **wallet)


@pytest.mark.parametrize("form", STORE)
def test_it_keeps_the_badge_as_it_was_signed(
    credo: OtherLibraries, site: IssuerSite, credential: Any, holder: Any, form: str
) -> None:
    secured = bound(site, credential, form, holder["did"])
    answer = kept(credo, site, secured, form, keyId=holder["keyId"])
    assert answer["isValid"], answer
    assert answer["text"] == secured.text
    assert answer["claims"]["credentialSubject"] == credential["credentialSubject"]
    if form == "dc+sd-jwt":
        read = answer["typeMetadata"]
        assert [card["locale"] for card in read["display"]] == ["en", "lv"]
        assert [claim["path"] for claim in read["claims"]] == [
            claim["path"] for claim in type_metadata(VCT)["claims"]
        ]
        assert answer["claims"]["cnf"] == {"jwk": holder["jwk"]}


@pytest.mark.parametrize("form", STORE)
@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": NOW + timedelta(days=9)},
        {"score": None},
        {"evidence": (GivenEvidence(url="https://work.example/1", name="Roof", narrative="See *there*."),)},
        {"score": None, "prior_learning": RECOGNISED},
    ],
    ids=["with an end", "without result", "with evidence", "with prior learning"],
)
def test_it_keeps_badges_of_every_shape(
    credo: OtherLibraries,
    site: IssuerSite,
    built: Callable[..., Any],
    solar: Any,
    phone: Any,
    form: str,
    changes: Any,
) -> None:
    credential = built(solar, awarded_at=NOW, now=NOW, **changes)
    answer = kept(credo, site, bound(site, credential, form, phone["did"]), form)
    assert answer["isValid"], answer


@pytest.mark.parametrize("form", STORE)
def test_it_keeps_nothing_that_was_changed_or_that_another_signed(
    credo: OtherLibraries, site: IssuerSite, credential: Any, phone: Any, form: str
) -> None:
    secured = bound(site, credential, form, phone["did"])
    head, body, rest = secured.text.split(".", 2)
    changed = base64url(from_base64url(body).decode().replace("Riga", "Rega", 1).encode())
    stranger = IssuerSite(id=site.id, keys=site.keys, pages=site.pages)
    for text in (f"{head}.{changed}.{rest}", secured.text.replace(split(secured.text).jwt[-20:], "A" * 20)):
        assert not kept(credo, site, text, form)["isValid"]
    stranger.keys = site.keys | {"sd-jwt": replace(site.keys["sd-jwt"], private=site.keys["vc-jwt"].private)}
    assert not kept(credo, site, bound(stranger, credential, form, phone["did"]), form)["isValid"]


def test_what_it_presents_without_a_name_is_verified_here(
    credo: OtherLibraries, site: IssuerSite, credential: Any, phone: Any
) -> None:
    secured = bound(site, credential, "dc+sd-jwt", phone["did"])
    shown = credo(
        "present",
        text=secured.text,
        keyId=phone["keyId"],
        frame={"credentialSubject": {"result": True, "provenBy": True}},
        audience="https://employer.example",
        nonce="n-1",
        pages=site.pages,
    )["text"]
    names = [read_disclosure(text).name for text in split(shown).disclosures]
    assert sorted(map(str, names)) == ["provenBy", "result"]
    report = site.verify(shown)
    assert (report.verdict, finding(report, "presentation")) == ("verified", ("passed", "presented"))
    assert finding(report, "disclosures") == ("passed", "identity_left_out")
    assert "Anna" not in json.dumps(report.credential)


@pytest.fixture(scope="module")
def wallet(running: RunningTool) -> Iterator[OtherLibraries]:
    """A wallet of Credo that trusts the tool's certificate."""
    yield from running_program("credo.mjs", NODE_EXTRA_CA_CERTS=str(running.authority))


@pytest.mark.parametrize(
    ("configuration", "kind"), [("ob3-sdjwt", "SdJwtVcRecord"), ("ob3-w3c-sdjwt", "W3cV2CredentialRecord")]
)
def test_it_takes_the_badge_from_the_tool_and_says_so(
    running: RunningTool, wallet: OtherLibraries, configuration: str, kind: str
) -> None:
    before = running.taken()
    taken = wallet("take", link=running.offer(configuration).link)
    assert taken["kind"] == kind
    report = running.tool.verify_own(taken["text"])
    assert report.verdict == "verified", report.checks
    assert taken["text"] in [row.jwt for row in rows(running.tool, CredentialRow)]
    assert running.taken() == max(before, 1)
