"""Keys are found where their issuer says they are, and nobody can pass a key off as another's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from signing.did import did_jwk, did_key, did_web_url, find_key, key_in_proof
from signing.did_document import did_document, revoked_method
from signing.errors import KeyNotFoundError
from signing.keys import VerificationMethod, generate, jwk, multikey, same_key

RIGA = "did:web:badges.riga.example:issuers:college"
RIGA_PAGE = "https://badges.riga.example/issuers/college/did.json"
KID = "https://badges.riga.example/keys/p1.json"
COLLEGE = "https://college.example/issuer"


@pytest.fixture(scope="module")
def ed25519():
    return generate("Ed25519").public_key()


@pytest.fixture(scope="module")
def p256():
    return generate("P-256").public_key()


def web(pages):
    """A fetch of these pages alone; a page is JSON, or bytes as they are."""

    def fetch(url):
        if url not in pages:
            raise OSError("404")
        return pages[url] if isinstance(pages[url], bytes) else json.dumps(pages[url]).encode()

    return fetch


def riga(*publics):
    methods = [
        VerificationMethod(id=f"{RIGA}#k{number}", controller=RIGA, public=public)
        for number, public in enumerate(publics, 1)
    ]
    return did_document(RIGA, methods)


def nowhere(url):
    pytest.fail(f"{url} is not to be fetched")


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:riga.example", "https://riga.example/.well-known/did.json"),
        (RIGA, RIGA_PAGE),
        (
            "did:web:badges.localhost%3A8443:issuers:college",
            "https://badges.localhost:8443/issuers/college/did.json",
        ),
    ],
)
def test_a_did_web_has_one_page(did, url):
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:key:z6Mk",
        "did:web:riga.example:..:secret",
        "did:web:riga.example:",
        "did:web:riga.example%2Fx",
        "did:web:anna%40riga.example",
        "did:web:riga.example:a%2Fb",
        "did:web:riga.example:a%3Fb",
        "did:web:riga.example:a%23b",
        "did:web:riga.example%3A80%3A80",
        "did:web:rīga.example",
    ],
)
def test_a_did_web_that_hides_an_address_is_refused(did):
    with pytest.raises(ValueError, match="did:web"):
        did_web_url(did)


def test_a_did_document_lists_each_key_in_the_form_validators_read(ed25519, p256):
    document = riga(ed25519, p256)
    assert document["id"] == RIGA
    assert document["assertionMethod"] == [f"{RIGA}#k1", f"{RIGA}#k2"]
    # No service is announced that nobody answers.
    assert "service" not in document
    first, second = document["verificationMethod"]
    assert first == {
        "id": f"{RIGA}#k1",
        "controller": RIGA,
        "type": "Multikey",
        "publicKeyMultibase": multikey(ed25519),
    }
    assert second["type"] == "JsonWebKey"
    assert second["publicKeyJwk"] == jwk(p256, "k2")


@pytest.mark.parametrize("algorithm", ["Ed25519", "P-256", "P-384"])
def test_a_did_key_is_found_without_a_page(algorithm):
    public = generate(algorithm).public_key()
    did = did_key(public)
    for address in (did, f"{did}#{did.removeprefix('did:key:')}"):
        found = find_key(address, "anybody", nowhere)
        assert same_key(found.public, public)
        assert found.controller == did


def test_both_keys_of_a_did_web_are_found(ed25519, p256):
    fetch = web({RIGA_PAGE: riga(ed25519, p256)})
    for number, public in ((1, ed25519), (2, p256)):
        found = find_key(f"{RIGA}#k{number}", RIGA, fetch)
        assert (found.id, found.controller) == (f"{RIGA}#k{number}", RIGA)
        assert same_key(found.public, public)


def test_names_relative_to_the_document_and_embedded_methods_are_read(ed25519):
    method = {"id": "#k1", "type": "Multikey", "controller": RIGA, "publicKeyMultibase": multikey(ed25519)}
    relative = {"id": RIGA, "verificationMethod": [method], "assertionMethod": ["#k1"]}
    embedded = {"id": RIGA, "assertionMethod": [method]}
    for document in (relative, embedded):
        assert same_key(find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: document})).public, ed25519)


def test_a_key_that_may_not_assert_is_not_found(ed25519):
    for document in (
        riga(ed25519) | {"assertionMethod": []},
        riga(ed25519) | {"assertionMethod": [f"{RIGA}#k2"]},
        {
            name: part
            for name, part in (riga(ed25519) | {"authentication": [f"{RIGA}#k1"]}).items()
            if name != "assertionMethod"
        },
    ):
        with pytest.raises(KeyNotFoundError):
            find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: document}))


def test_a_document_cannot_speak_for_somebody_else(ed25519):
    evil = "did:web:evil.example"
    method = {"id": f"{evil}#k", "type": "Multikey", "publicKeyMultibase": multikey(ed25519)}
    for document in (
        {
            "id": evil,
            "verificationMethod": [method | {"controller": RIGA}],
            "assertionMethod": [f"{evil}#k"],
        },
        {
            "id": RIGA,
            "verificationMethod": [method | {"controller": RIGA}],
            "assertionMethod": [f"{evil}#k"],
        },
    ):
        with pytest.raises(KeyNotFoundError):
            find_key(f"{evil}#k", RIGA, web({"https://evil.example/.well-known/did.json": document}))


def test_a_document_of_the_web_controls_its_own_keys(ed25519):
    method = {
        "id": f"{COLLEGE}#k",
        "type": "Multikey",
        "controller": COLLEGE,
        "publicKeyMultibase": multikey(ed25519),
    }
    document = {"id": COLLEGE, "verificationMethod": [method], "assertionMethod": [f"{COLLEGE}#k"]}
    found = find_key(f"{COLLEGE}#k", COLLEGE, web({COLLEGE: document}))
    assert found.controller == COLLEGE


def test_a_key_in_the_address_proves_nothing_about_the_address(ed25519):
    """`https://issuer#z6Mk…` is taken by some validators without asking the issuer: anybody could be any college."""
    with pytest.raises(KeyNotFoundError):
        find_key(f"{COLLEGE}#{multikey(ed25519)}", COLLEGE, web({COLLEGE: {"id": COLLEGE}}))


def test_a_bare_jwk_is_the_issuers_when_its_did_document_lists_the_key(p256, ed25519):
    pages = {KID: jwk(p256, "p1"), RIGA_PAGE: riga(ed25519, p256)}
    assert find_key(KID, RIGA, web(pages)).controller == RIGA


def test_a_bare_jwk_that_the_issuer_does_not_list_has_its_address_as_controller(p256, ed25519):
    pages = {KID: jwk(p256, "p1"), RIGA_PAGE: riga(ed25519, generate("P-256").public_key())}
    found = find_key(KID, RIGA, web(pages))
    assert found.controller == KID
    assert same_key(found.public, p256)


def test_whether_a_bare_jwk_is_the_issuers_stays_unknown_while_the_issuers_host_does_not_answer(p256):
    with pytest.raises(KeyNotFoundError):
        find_key(KID, RIGA, web({KID: jwk(p256, "p1")}))


def test_a_bare_jwk_is_the_issuers_when_the_key_set_of_its_host_lists_it(p256):
    keys = "https://college.example/.well-known/jwks.json"
    pages = {KID: jwk(p256, "p1"), keys: {"keys": ["x", {"kty": "RSA"}, jwk(p256, "p1")]}}
    assert find_key(KID, COLLEGE, web(pages)).controller == COLLEGE
    pages[keys] = {"keys": [jwk(p256, "p1") | {"iss": "https://college.example/another"}]}
    assert find_key(KID, COLLEGE, web(pages)).controller == KID
    pages[keys] = {"keys": [jwk(p256, "p1") | {"iss": COLLEGE}]}
    assert find_key(KID, COLLEGE, web(pages)).controller == COLLEGE


def test_a_bare_jwk_is_a_did_keys_only_when_it_is_the_same_key(p256):
    pages = web({KID: jwk(p256, "p1")})
    assert find_key(KID, did_key(p256), pages).controller == did_key(p256)
    assert find_key(KID, did_key(generate("P-256").public_key()), pages).controller == KID
    assert find_key(KID, "urn:uuid:1", pages).controller == KID


def test_the_id_of_an_issuer_may_answer_with_its_keys(p256, ed25519):
    def listing(public):
        method = {"id": f"{COLLEGE}#k", "controller": COLLEGE, "publicKeyJwk": jwk(public, "k")}
        return {"id": COLLEGE, "verificationMethod": [method], "assertionMethod": [f"{COLLEGE}#k"]}

    keys = "https://college.example/.well-known/jwks.json"
    pages = {KID: jwk(p256, "p1"), COLLEGE: listing(p256)}
    assert find_key(KID, COLLEGE, web(pages)).controller == COLLEGE
    assert find_key(KID, COLLEGE, web(pages | {keys: {"keys": []}})).controller == COLLEGE
    assert find_key(KID, COLLEGE, web(pages | {COLLEGE: listing(ed25519)})).controller == KID
    assert find_key(KID, COLLEGE, web({KID: jwk(p256, "p1"), keys: {"keys": []}})).controller == KID
    with pytest.raises(KeyNotFoundError):
        find_key(KID, COLLEGE, web({KID: jwk(p256, "p1")}))


def test_a_key_of_a_set_is_found_by_its_name(p256, ed25519):
    keys = "https://college.example/.well-known/jwks.json"
    page = {"keys": [jwk(ed25519, "e1"), jwk(p256, "p1")]}
    found = find_key(f"{keys}#p1", COLLEGE, web({keys: page}))
    assert (found.id, found.controller) == (f"{keys}#p1", COLLEGE)
    assert same_key(found.public, p256)
    elsewhere = "https://evil.example/keys"
    forged = {"keys": [jwk(generate("P-256").public_key(), "p1")]}
    found = find_key(f"{elsewhere}#p1", COLLEGE, web({elsewhere: forged, keys: page}))
    assert found.controller == f"{elsewhere}#p1"
    for address, content in ((keys, page), (f"{keys}#k9", page), (f"{keys}#p1", {"keys": page["keys"] * 2})):
        with pytest.raises(KeyNotFoundError):
            find_key(address, COLLEGE, web({keys: content}))


def test_a_did_jwk_is_found_without_a_page(p256, ed25519):
    for public in (p256, ed25519, generate("P-384").public_key()):
        did = did_jwk(jwk(public, "k"))
        for address in (did, f"{did}#0"):
            found = find_key(address, did, nowhere)
            assert (found.id, found.controller) == (f"{did}#0", did)
            assert same_key(found.public, public)


def test_a_did_jwk_is_anothers_key_only_when_that_one_lists_it(p256, ed25519):
    did = did_jwk(jwk(p256, "k"))
    assert find_key(did, RIGA, web({RIGA_PAGE: riga(ed25519, p256)})).controller == RIGA
    assert find_key(did, RIGA, web({RIGA_PAGE: riga(ed25519)})).controller == did
    assert find_key(KID, did, web({KID: jwk(p256, "p1")})).controller == did
    with pytest.raises(KeyNotFoundError):
        find_key(did, RIGA, web({}))


def test_a_revoked_key_has_its_end(ed25519):
    ended = datetime(2026, 1, 1, tzinfo=UTC)
    method = VerificationMethod(id=f"{RIGA}#k1", controller=RIGA, public=ed25519, ends=ended)
    document = did_document(RIGA, [method])
    assert document["verificationMethod"][0]["revoked"] == "2026-01-01T00:00:00Z"
    assert document["assertionMethod"] == []
    assert find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: document})) == replace(method, asserts=False)
    document["verificationMethod"][0]["expires"] = "2025-01-01T00:00:00Z"
    assert find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: document})).ends == datetime(2025, 1, 1, tzinfo=UTC)
    document["verificationMethod"][0]["revoked"] = "soon"
    with pytest.raises(KeyNotFoundError):
        find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: document}))


def test_a_key_that_an_address_spells_is_read_as_the_reference_validator_does(ed25519, p256):
    spelled = multikey(ed25519)
    for address, controller in (
        (f"{COLLEGE}#{spelled}", COLLEGE),
        (f"did:key:{spelled}", f"did:key:{spelled}"),
        (f"did:key:{spelled}#{spelled}", f"did:key:{spelled}"),
    ):
        assert key_in_proof(address, COLLEGE).controller == controller
        assert same_key(key_in_proof(address, COLLEGE).public, ed25519)
    assert same_key(key_in_proof(did_jwk(jwk(p256, "k")), COLLEGE).public, p256)
    for address in ("", COLLEGE, f"{COLLEGE}#k1", "did:jwk:", "did:jwk:e30"):
        with pytest.raises(KeyNotFoundError):
            key_in_proof(address, COLLEGE)


def test_a_bare_multikey_cannot_name_its_own_controller(ed25519):
    address = "https://evil.example/key"
    page = {
        "id": address,
        "type": "Multikey",
        "controller": RIGA,
        "publicKeyMultibase": multikey(ed25519),
    }
    other = generate("Ed25519").public_key()
    assert find_key(address, RIGA, web({address: page, RIGA_PAGE: riga(other)})).controller == address
    assert find_key(address, RIGA, web({address: page, RIGA_PAGE: riga(ed25519)})).controller == RIGA


def test_a_published_private_key_is_not_used(p256, ed25519):
    pages = {KID: jwk(p256, "p1") | {"d": "AAAA"}, RIGA_PAGE: riga(ed25519, p256)}
    with pytest.raises(KeyNotFoundError, match="private"):
        find_key(KID, RIGA, web(pages))


@pytest.mark.parametrize(
    "page",
    [b"", b"<html>", b"\xff", b"[]", b'{"keys":[]}', b"{}", b'{"kty":"EC"}', b'{"kty":"EC","kty":"EC"}'],
)
def test_a_page_without_a_key_gives_no_key(page):
    with pytest.raises(KeyNotFoundError):
        find_key(KID, RIGA, web({KID: page}))


@pytest.mark.parametrize(
    "part",
    [
        {"verificationMethod": 7},
        {"verificationMethod": {"id": 7}},
        {"verificationMethod": [None, [], {"id": f"{RIGA}#k1"}]},
        {"verificationMethod": [{"id": f"{RIGA}#k1", "publicKeyMultibase": "u"}]},
        {"verificationMethod": [{"id": f"{RIGA}#k1", "publicKeyJwk": []}]},
        {"assertionMethod": {"x": 1}},
        {"id": [RIGA]},
    ],
)
def test_a_malformed_document_has_no_key(part, ed25519):
    with pytest.raises(KeyNotFoundError):
        find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: riga(ed25519) | part}))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "urn:x",
        "did:example:1#k",
        "did:key:z6Mk",
        "did:key:zzz#z",
        "did:jwk:",
        "did:jwk:e30",
        "did:jwk:e30#1",
        "did:jwk:W10",
        "did:jwk:*",
        "did:jwk:" + "A" * 100_000,
        "did:web:#k",
        "did:web:[::1#k",
        "ftp://riga.example/k",
        "http://riga.example/k",
        "https://[::1/k",
        "https:///k",
        "http://localhost.evil.example/k",
        "file:///etc/passwd",
    ],
)
def test_an_address_of_another_kind_is_never_fetched(address):
    with pytest.raises(KeyNotFoundError):
        find_key(address, RIGA, nowhere)


def test_plain_http_is_for_this_machine_alone(p256, ed25519):
    kid = "http://badges.localhost:8000/keys/p1.json"
    pages = {kid: jwk(p256, "p1"), RIGA_PAGE: riga(ed25519, p256)}
    assert find_key(kid, RIGA, web(pages)).controller == RIGA


def test_whatever_fetching_raises_means_that_there_is_no_key():
    def broken(url):
        raise RuntimeError("a bug of the caller")

    with pytest.raises(KeyNotFoundError):
        find_key(f"{RIGA}#k1", RIGA, broken)


def test_a_revoked_key_is_revoked_at_its_other_addresses_too(p256):
    """A thief may publish the stolen key on a page of their own."""
    ended = datetime(2026, 1, 1, tzinfo=UTC)
    document = did_document(
        RIGA, [VerificationMethod(id=f"{RIGA}#p1", controller=RIGA, public=p256, ends=ended)]
    )
    for address, page in ((KID, jwk(p256, "p1")), (did_jwk(jwk(p256, "p1")), None)):
        found = find_key(address, RIGA, web({RIGA_PAGE: document, KID: page}))
        assert (found.controller, found.ends, found.asserts) == (RIGA, ended, False)


def test_the_page_of_a_revoked_key_has_no_bare_jwk(p256):
    ended = datetime(2026, 1, 1, tzinfo=UTC)
    page = revoked_method(VerificationMethod(id=KID, controller=RIGA, public=p256, ends=ended))
    assert "kty" not in page
    assert page["revoked"] == "2026-01-01T00:00:00Z"
    assert find_key(KID, RIGA, web({RIGA_PAGE: riga(p256), KID: page})).ends == ended


def test_a_key_named_by_its_multikey_is_published_as_one(p256):
    address = f"{RIGA}#{multikey(p256)}"
    document = did_document(RIGA, [VerificationMethod(id=address, controller=RIGA, public=p256)])
    assert document["verificationMethod"][0]["publicKeyMultibase"] == multikey(p256)
    assert same_key(find_key(address, RIGA, web({RIGA_PAGE: document})).public, p256)


# --- a `kid` that is no address: the issuer's own document says what it means


@pytest.mark.parametrize("kid", ["k2", "#k2", "p1"])
def test_a_name_is_looked_up_in_the_document_of_the_issuer(p256, ed25519, kid):
    document = riga(ed25519, p256)
    document["verificationMethod"][1]["publicKeyJwk"]["kid"] = "p1"
    found = find_key(kid, RIGA, web({RIGA_PAGE: document}))
    assert same_key(found.public, p256)
    assert found.controller == RIGA


def test_a_name_is_looked_up_in_the_key_set_and_the_document_of_a_host(p256, ed25519):
    key_set = {"keys": [jwk(p256, "p1"), jwk(ed25519, "e1") | {"iss": "https://college.example/another"}]}
    address = f"{COLLEGE}#e2"
    method = {
        "id": address,
        "type": "Multikey",
        "controller": COLLEGE,
        "publicKeyMultibase": multikey(ed25519),
    }
    document = {"id": COLLEGE, "verificationMethod": [method], "assertionMethod": [address]}
    pages = {"https://college.example/.well-known/jwks.json": key_set, COLLEGE: document}
    assert same_key(find_key("p1", COLLEGE, web(pages)).public, p256)
    assert same_key(find_key("e2", COLLEGE, web(pages)).public, ed25519)
    assert same_key(find_key("e2", COLLEGE, web({COLLEGE: document})).public, ed25519)
    for answers in (pages, {}, {COLLEGE: document | {"id": "https://elsewhere.example"}}):
        with pytest.raises(KeyNotFoundError):
            find_key("e1", COLLEGE, web(answers))


def test_an_issuer_that_is_its_own_key_has_no_other_names_for_it(ed25519):
    issuer = did_key(ed25519)
    assert find_key(issuer.removeprefix("did:key:"), issuer, nowhere).controller == issuer
    spelled = did_jwk(jwk(ed25519, "k"))
    assert find_key("0", spelled, nowhere).controller == spelled
    for kid, whose in (("k1", issuer), ("k1", spelled), ("k1", "urn:uuid:1"), ("", issuer), ("#", issuer)):
        with pytest.raises(KeyNotFoundError):
            find_key(kid, whose, web({}))


def test_a_did_document_of_another_did_is_not_the_issuers(p256):
    """Whoever can put a file on the host of a DID could else lend it the keys of any document."""
    other = riga(p256) | {"id": "did:web:elsewhere.example"}
    with pytest.raises(KeyNotFoundError):
        find_key(f"{RIGA}#k1", RIGA, web({RIGA_PAGE: other}))
    bare = {KID: jwk(p256, "p1")}
    assert find_key(KID, RIGA, web(bare | {RIGA_PAGE: riga(p256)})).controller == RIGA
    assert find_key(KID, RIGA, web(bare | {RIGA_PAGE: other})).controller == KID


def test_a_document_of_somebody_else_names_no_key_of_the_issuer(p256):
    with pytest.raises(KeyNotFoundError):
        find_key("k1", RIGA, web({RIGA_PAGE: riga(p256) | {"id": "did:web:elsewhere.example"}}))
