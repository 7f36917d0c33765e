"""What other libraries compute on the way to a proof, we compute too, byte for byte, from documents made at random.

The official vectors are not in any registry. These libraries are, and pass those vectors by their own account.
"""

from __future__ import annotations

import json
from hashlib import sha256, sha384
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import bundled_clr_contexts
from openbadgeslib.ob3.contexts import bundled_contexts

from signing import cbor
from signing.canonical import canonicalize
from signing.document_loader import CONTEXTS, OPEN_BADGES, find_context
from signing.jcs import canonical_json
from signing.proofs import PROOFS, ecdsa_sd_2023
from signing.rdfc10 import canonical_nquads
from signing.secured import SecuredCredential
from tests.interop.conftest import FOLDER, NOW

#: Without control characters beyond those that JSON escapes by letter, and without halves of surrogate pairs.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
#: cborg takes U+FEFF at the beginning of a text for a mark of the byte order, and reads the text without it.
CBOR_TEXTS = TEXTS.filter(lambda text: not text.startswith("\ufeff"))
#: What proofs of ecdsa-sd-2023 have in CBOR, and JSON too: it has no bytes.
CBOR = (
    st.integers(0, 2**53 - 1) | CBOR_TEXTS | st.lists(st.integers(0, 300) | st.lists(CBOR_TEXTS), max_size=30)
)
BLANKS = st.sampled_from([f"_:n{number}" for number in range(6)])
LITERALS = st.sampled_from(['"x"', '"ē\\n\\t\\"\\\\"', '"x"@lv', '"1"^^<urn:t>'])
QUADS = st.sets(
    st.tuples(
        BLANKS | st.just("<urn:s>"),
        st.sampled_from(["<urn:p>", "<urn:q>"]),
        BLANKS | LITERALS,
        st.sampled_from(["", "<urn:g>", "_:n0", "_:g"]),
    ),
    min_size=1,
    max_size=12,
)


@given(values=st.lists(JSON, max_size=8))
def test_canonicalize_writes_json_as_we_do(others, values):
    assert others("canonicalizeWrites", values=values)["texts"] == [canonical_json(value) for value in values]


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "values", "weird"])
def test_the_example_of_rfc_8785_has_its_canonical_form(others, name):
    """The examples of the author of the RFC, which the package `canonicalize` ships."""
    folder = FOLDER / "node_modules/canonicalize/test/testdata"
    value = json.loads((folder / "input" / f"{name}.json").read_text(encoding="utf-8"))
    assert canonical_json(value) == (folder / "output" / f"{name}.json").read_text(encoding="utf-8").rstrip(
        "\n"
    )


@given(values=st.lists(CBOR, max_size=8))
def test_cborg_writes_and_reads_cbor_as_we_do(others, values):
    texts = [cbor.encode(value).hex() for value in values]
    assert others("cborgWrites", values=values)["texts"] == texts
    assert others("cborgReads", texts=texts)["values"] == values
    assert [cbor.decode(bytes.fromhex(text)) for text in texts] == values


@pytest.mark.parametrize("digest", [sha256, sha384], ids=["SHA-256", "SHA-384"])
@given(quads=QUADS)
def test_rdf_canonize_orders_statements_as_we_do(others, digest, quads):
    text = "".join(f"{' '.join(filter(None, quad))} .\n" for quad in sorted(quads))
    answer = others("rdfCanonizeCanonicalizes", nquads=text, digest=digest().name)
    assert answer["statements"] == canonical_nquads(quads, digest)


def test_the_pinned_contexts_say_what_packages_say(others):
    packaged: dict[str, Any] = others("packagedContexts")["contexts"]
    bundled: dict[str, Any] = bundled_contexts() | bundled_clr_contexts()
    # The npm package has 3.0.3 as it was before two terms were added to it. openbadgeslib has 3.0.3 also for the
    # address without a number, which answers with 3.0.0.
    del packaged[OPEN_BADGES], bundled[OPEN_BADGES.replace("-3.0.3", "")]
    compared = set()
    for url, context in [*packaged.items(), *bundled.items()]:
        if url in CONTEXTS:
            assert json.loads(find_context(url)) == context, url
            compared.add(url)
    # All but W3C's two contexts for its examples, that of learner records without a number, and our own.
    unpackaged = {
        url
        for url in CONTEXTS
        if "examples" in url
        or "citizenship" in url
        or url.startswith("urn:")
        or url.endswith("clr/v2p0/context.json")
    }
    assert compared == CONTEXTS.keys() - unpackaged


SHOWN = [
    "/id",
    "/awardedDate",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/alignment/1",
]
MANDATORY = ["/issuer", "/validFrom", "/credentialStatus"]


def test_what_we_derive_from_their_base_proof_is_what_they_derive(others, site, credential):
    base = others(
        "digitalbazaarIssues",
        pages=site.pages,
        credential=credential,
        suite="ecdsa-sd-2023",
        curve="P-256",
        mandatory=MANDATORY,
    )["credential"]
    theirs = json.loads(
        others("digitalbazaarDerives", pages=site.pages, credential=base, shown=SHOWN)["credential"]
    )
    ours = json.loads(ecdsa_sd_2023.derive(SecuredCredential(base, ""), SHOWN).text)
    own_proofs, their_proof = ours.pop("proof"), theirs.pop("proof")
    assert ours == theirs
    assert own_proofs == [their_proof]


def test_what_they_derive_from_our_base_proof_is_what_we_derive(others, site, credential):
    base = PROOFS["ecdsa-sd-2023"].secure(credential, site.keys["ecdsa-sd-2023"], NOW)
    theirs = json.loads(
        others("digitalbazaarDerives", pages=site.pages, credential=base.text, shown=SHOWN)["credential"]
    )
    ours = json.loads(ecdsa_sd_2023.derive(base, SHOWN).text)
    (own_proof,), their_proof = ours.pop("proof"), theirs.pop("proof")
    assert own_proof == their_proof
    # They compact the JSON anew, which writes a list of one member as that member.
    assert canonicalize(ours) == canonicalize(theirs)
