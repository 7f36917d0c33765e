"""A learner removes name, e-mail address or result from a credential, and it is verified like any other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from badges.disclosure import PARTS, removable_parts, remove_parts
from badges.errors import DisclosureError
from badges.verify import verify
from signing.keys import SigningKey, generate
from signing.proofs import PROOFS
from signing.secured import SecuredCredential
from tests.badges.conftest import NOW


@pytest.fixture
def secured(built: Any, solar: Any, world: Any) -> SecuredCredential:
    """Anna's credential with its base proof, and its status list."""
    method = f"{world.issuer_id}#ecdsa-sd-2023"
    world.keys[method] = SigningKey(verification_method=method, kid="p1", private=generate("P-256"))
    world.publish_list()
    return PROOFS["ecdsa-sd-2023"].secure(built(solar), world.key("ecdsa-sd-2023"), NOW)


def verify_in(world: Any, file: bytes) -> Any:
    return verify(file, world.find_key, world.find_status, NOW)


@pytest.mark.parametrize("parts", [(), ("name",), ("email",), ("result",), ("name", "result")])
def test_a_removed_part_is_gone_and_the_rest_is_verified(
    secured: Any, world: Any, parts: tuple[str, ...]
) -> None:
    whole = json.loads(secured.text)["credentialSubject"]
    part = remove_parts(secured, parts)
    report = verify_in(world, part.text.encode())
    assert (report.verdict, report.one_ed_tech) == ("verified", "valid"), report.checks
    shown = json.loads(part.text)
    subject = shown["credentialSubject"]
    assert ("Anna" in part.text) == ("name" not in parts)
    kinds = {identity["identityType"] for identity in subject["identifier"]}
    assert ("emailAddress" in kinds) == ("email" not in parts)
    assert ("provenBy" in subject) == ("result" not in parts)
    assert subject["achievement"] == whole["achievement"]
    assert [proof["cryptosuite"] for proof in shown["proof"]] == ["ecdsa-sd-2023"]


def test_the_last_identifier_cannot_be_removed(secured: Any) -> None:
    with pytest.raises(DisclosureError) as refused:
        remove_parts(secured, ["name", "email"])
    assert refused.value.code == "nobody_left"


def test_an_unknown_part_is_refused(secured: Any) -> None:
    with pytest.raises(DisclosureError, match=", ".join(PARTS)):
        remove_parts(secured, ["achievement"])


def test_what_is_not_there_or_alone_names_the_learner_is_not_offered(secured: Any) -> None:
    assert removable_parts(secured) == PARTS
    assert removable_parts(remove_parts(secured, ["email"])) == ("result",)


def test_nothing_is_removed_without_a_base_proof(secured: Any, built: Any, solar: Any, world: Any) -> None:
    plain = world.secure(built(solar))
    part = remove_parts(secured, ["name"])
    for one in (plain, part, SecuredCredential("not JSON", ""), SecuredCredential("{}", "")):
        with pytest.raises(DisclosureError) as refused:
            remove_parts(one, ["name"])
        assert refused.value.code == "not_parted"


def test_a_change_after_removal_is_found(secured: Any, world: Any) -> None:
    part = remove_parts(secured, ["name"])
    document = json.loads(part.text)
    document["credentialSubject"]["achievement"]["criteria"]["narrative"] = "Pay the fee."
    assert verify_in(world, json.dumps(document).encode()).verdict == "changed"
