"""A packed text is restored byte for byte, and says so where it cannot be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.store.models import CredentialRow, TextDictionary
from lti_tool.store.packing import pack, pack_both, unpack, unpack_both
from lti_tool.wiring import build_tool
from signing.multibase import base64url
from tests.fixtures import ANNA, JANIS, complete, make_rule, publish, rows, run_due_jobs, settings_for

DICTIONARY = b'{"type": "OpenBadgeCredential", "name": "Solar panels"}'
PART = st.text("ABab01-_", max_size=40)


@given(text=st.text(max_size=300), dictionary=st.binary(max_size=200))
def test_every_text_comes_back(text, dictionary):
    text = text.encode(errors="replace").decode()
    assert unpack(pack(text, dictionary), dictionary) == text


@given(
    text=st.text("ab{}€", max_size=300),
    payload=st.binary(max_size=200),
    header=st.binary(max_size=50),
    signature=st.binary(max_size=70),
)
def test_every_credential_comes_back_as_json_and_as_a_token(text, payload, header, signature):
    jwt = ".".join(base64url(part) for part in (header, payload, signature))
    assert unpack_both(pack_both(text, jwt, DICTIONARY), DICTIONARY) == (text, jwt)


@given(parts=st.lists(PART, max_size=5))
def test_what_is_no_token_or_not_the_only_way_to_write_it_comes_back_too(parts):
    """`QQ` and `QR` are the same byte: decoded, the second would come back as the first."""
    for jwt in (".".join(parts), "QR.QQ.QQ", "", "....", "ā.b.c"):
        assert unpack_both(pack_both("{}", jwt, DICTIONARY), DICTIONARY) == ("{}", jwt)


@pytest.mark.parametrize(
    "damage",
    [lambda p: p[:-1], lambda p: p + b"x", lambda p: b""],
    ids=["cut off", "more behind it", "empty"],
)
def test_a_damaged_text_is_no_other_text(damage):
    with pytest.raises(ValueError, match="packed"):
        unpack(damage(pack("a text " * 20, DICTIONARY)), DICTIONARY)


def test_a_badge_takes_a_few_hundred_bytes_and_the_dictionary_names_nobody(tool, platform):
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA, JANIS)
    run_due_jobs(tool)
    first, second = rows(tool, CredentialRow)
    (dictionary,) = rows(tool, TextDictionary)
    for row in (first, second):
        assert json.loads(row.text)["id"].endswith(row.id)
        assert row.jwt.count(".") == 2
        assert len(row.packed) < 1000 < len(row.text)
    text = dictionary.body.decode()
    for told in (
        ANNA.name,
        JANIS.name,
        first.id,
        second.id,
        json.loads(first.text)["credentialSubject"]["id"],
    ):
        assert json.dumps(told)[1:-1] not in text


def test_a_base_proof_is_kept_apart_and_makes_the_badge_no_larger(sqlite_url, tmp_path, platform, clock):
    tool = build_tool(settings_for(sqlite_url, tmp_path, selective_disclosure=True), clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        row = session.query(CredentialRow).one()
        base = json.loads(row.base_text)
        assert base == json.loads(row.text) | {"proof": base["proof"]}
        assert len(row.packed) < 1000
        assert len(row.packed_base_text) < len(row.base_text) / 2
    tool.store.close()
