from __future__ import annotations

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

from signing import document_loader
from signing.document_loader import CONTEXTS, EXTENSION_FILE, find_context, load
from signing.errors import DocumentNotPinnedError

FOLDER = Path(document_loader.__file__).parent / "contexts"


def test_each_pinned_file_has_its_checksum_and_answers_an_address():
    listed = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    files = {path.name for path in FOLDER.glob("*.jsonld")}
    assert set(listed) == files == set(CONTEXTS.values())
    for name in files:
        assert sha256((FOLDER / name).read_bytes()).hexdigest() == listed[name]
        assert f"`{name}`" in (FOLDER / "LICENSES.md").read_text() or name.startswith("open-badges-3.0.")


def test_the_pinned_contexts_say_what_their_publishers_say(shared):
    index = json.loads((shared / "data" / "contexts" / "index.json").read_text())
    compared = 0
    for url, entry in index.items():
        if url in CONTEXTS:
            published = (shared / "data" / "contexts" / entry["file"]).read_text()
            assert json.loads(find_context(url)) == json.loads(published), url
            compared += 1
    assert compared == 18


@pytest.mark.parametrize(
    "url",
    [
        "https://www.w3.org/ns/credentials/v2#",
        "https://www.w3.org/ns/credentials/V2",
        "http://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.json",
        "file:///etc/passwd",
        "../secret",
        "",
        "ftp://badges.riga.example/eu-micro-credential/v1/context.jsonld",
        "https://badges.riga.example/eu-micro-credential/v1/context.jsonld?v=2",
        "https://badges.riga.example/?/eu-micro-credential/v1/context.jsonld",
        "https://badges.riga.example/#/eu-micro-credential/v1/context.jsonld",
    ],
)
def test_a_context_that_is_not_pinned_is_not_loaded(url):
    with pytest.raises(DocumentNotPinnedError) as refused:
        load(url)
    assert refused.value.url == url


def test_every_host_serves_the_same_eu_context():
    urls = [
        f"{host}/eu-micro-credential/v1/context.jsonld"
        for host in ("https://badges.riga.example", "http://localhost:8000", "https://elsewhere.example/tool")
    ]
    ours = (FOLDER / EXTENSION_FILE).read_text()
    assert [find_context(url) for url in urls] == [ours] * 3


def test_a_change_to_a_loaded_context_changes_no_other():
    first = load("https://www.w3.org/ns/credentials/v2")
    first["document"]["@context"].clear()
    assert load("https://www.w3.org/ns/credentials/v2")["document"]["@context"]


def test_no_pinned_context_has_a_feature_that_leaves_json_unsigned():
    """Keys of an index map and nested properties stand in the JSON, not in the statements."""
    for name in set(CONTEXTS.values()):
        text = (FOLDER / name).read_text()
        for feature in ("@index", "@nest", "@included", "@reverse", "@import", '"@base"'):
            assert feature not in text, (name, feature)


def test_a_term_that_decides_has_no_second_name():
    """Else a holder could write `validUntil` under the other name, where no reader looks, with the same signature.

    Open Badges 3.0.0 gives `achievement` the address of the type `Achievement`; a capital is refused as a key.
    """
    names = defaultdict(set)
    for file in set(CONTEXTS.values()) - {"credentials-v1.jsonld"}:
        _collect(json.loads((FOLDER / file).read_text())["@context"], names)
    for word in ("validFrom", "validUntil", "credentialStatus", "credentialSubject", "issuer", "achievement"):
        addresses = [address for address, known_as in names.items() if word in known_as]
        assert addresses
        assert all(
            {name for name in names[address] if not name[0].isupper()} == {word} for address in addresses
        ), word


def _collect(context: object, names: dict[str, set[str]]) -> None:
    for part in context if isinstance(context, list) else [context]:
        for word, definition in part.items() if isinstance(part, dict) else ():
            if word.startswith("@"):
                continue
            address = definition.get("@id") if isinstance(definition, dict) else definition
            if isinstance(address, str):
                names[address].add(word)
            if isinstance(definition, dict) and "@context" in definition:
                _collect(definition["@context"], names)
