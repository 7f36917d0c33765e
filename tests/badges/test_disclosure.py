"""A learner shows a badge without name, address or result, and it verifies like any other."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from badges.bake import bake, unbake
from badges.disclosure import PARTS, removable_parts, remove_parts, remove_parts_from_picture
from badges.errors import DisclosureError
from badges.verify import verify
from signing.keys import SigningKey, generate
from signing.proof_set import combined
from signing.proofs import PROOFS
from signing.secured import SecuredCredential
from tests.badges.conftest import NOW


@pytest.fixture
def secured(built: Any, solar: Any, world: Any) -> SecuredCredential:
    """Anna's badge with both proofs, and its status list."""
    method = f"{world.issuer_id}#ecdsa-sd-2023"
    world.keys[method] = SigningKey(verification_method=method, kid="p1", private=generate("P-256"))
    world.publish_list()
    badge = built(solar)
    both = [PROOFS[name].secure(badge, world.key(name), NOW) for name in ("eddsa-rdfc-2022", "ecdsa-sd-2023")]
    return combined(both)


def look(world: Any, file: bytes) -> Any:
    return verify(file, world.find_key, world.find_status, NOW)


@pytest.mark.parametrize("parts", [(), ("name",), ("email",), ("result",), ("name", "result")])
def test_what_is_left_out_is_gone_and_the_rest_verifies(
    secured: Any, world: Any, parts: tuple[str, ...]
) -> None:
    whole = json.loads(secured.text)["credentialSubject"]
    part = remove_parts(secured, parts)
    report = look(world, part.text.encode())
    assert (report.verdict, report.one_ed_tech) == ("verified", "valid"), report.checks
    shown = json.loads(part.text)
    subject = shown["credentialSubject"]
    assert ("Anna" in part.text) == ("name" not in parts)
    kinds = {identity["identityType"] for identity in subject["identifier"]}
    assert ("emailAddress" in kinds) == ("email" not in parts)
    assert ("provenBy" in subject) == ("result" not in parts)
    assert subject["achievement"] == whole["achievement"]
    assert [proof["cryptosuite"] for proof in shown["proof"]] == ["ecdsa-sd-2023"]


def test_a_picture_stays_the_picture(secured: Any, world: Any) -> None:
    drawn = BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "PNG")
    png = drawn.getvalue()
    part = remove_parts_from_picture(bake(png, secured), ["name"])
    assert look(world, part).verdict == "verified"
    assert part == bake(png, unbake(part))


def test_a_badge_belongs_to_somebody(secured: Any) -> None:
    with pytest.raises(DisclosureError) as refused:
        remove_parts(secured, ["name", "email"])
    assert refused.value.code == "nobody_left"


def test_a_part_that_is_none_is_told(secured: Any) -> None:
    with pytest.raises(DisclosureError, match=", ".join(PARTS)):
        remove_parts(secured, ["achievement"])


def test_a_badge_without_the_proof_for_it_cannot_be_parted(
    secured: Any, built: Any, solar: Any, world: Any
) -> None:
    plain = world.secure(built(solar))
    part = remove_parts(secured, ["name"])
    assert (removable_parts(secured), removable_parts(plain)) == (PARTS, ())
    assert removable_parts(remove_parts(secured, ["email"])) == ("result",)
    for one in (plain, part, SecuredCredential("not JSON", ""), SecuredCredential("{}", "")):
        with pytest.raises(DisclosureError) as refused:
            remove_parts(one, ["name"])
        assert refused.value.code == "not_parted"


def test_a_changed_part_is_found(secured: Any, world: Any) -> None:
    part = remove_parts(secured, ["name"])
    document = json.loads(part.text)
    document["credentialSubject"]["achievement"]["criteria"]["narrative"] = "Pay the fee."
    assert look(world, json.dumps(document).encode()).verdict == "changed"
