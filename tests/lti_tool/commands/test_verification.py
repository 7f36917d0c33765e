"""Verification of a file: no badge makes the verifier send requests into its own network."""

import json
import socket
import threading
from datetime import UTC, datetime

import pytest

from badges.sentences import LANGUAGES
from badges.verify.report_text import report_as_json, report_as_lines
from lti_tool.commands.verification import check_file
from signing.keys import SigningKey, generate
from signing.proofs import PROOFS

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def private_server():
    """A server on this machine, which no badge may have requests sent to: `port`, and how many `connections` it got."""

    class PrivateServer:
        port = 0
        connections = 0

    with socket.create_server(("127.0.0.1", 0)) as server:
        counted = PrivateServer()
        counted.port = server.getsockname()[1]

        def count():
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return
                counted.connections += 1

        threading.Thread(target=count, daemon=True).start()
        yield counted
        server.shutdown(socket.SHUT_RDWR)


def badge(issuer, method, **changes):
    credential = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Riga College"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:anna",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://riga.example/1",
                "type": ["Achievement"],
                "name": "Welding",
                "description": "Welds.",
                "criteria": {"narrative": "Weld."},
            },
        },
    }
    private = generate("Ed25519")
    key = SigningKey(verification_method=method, kid="k", private=private)
    return PROOFS["eddsa-rdfc-2022"].secure(credential | changes, key, NOW).text.encode()


@pytest.mark.parametrize(
    ("issuer", "method"),
    [
        ("did:web:127.0.0.1%3A{port}", "did:web:127.0.0.1%3A{port}#k"),
        ("did:web:localhost%3A{port}:college", "did:web:localhost%3A{port}:college#k"),
        ("https://127.0.0.1:{port}/issuer", "https://127.0.0.1:{port}/issuer#k"),
        ("http://127.0.0.1:{port}/issuer", "http://127.0.0.1:{port}/issuer#k"),
        ("https://[::ffff:127.0.0.1]:{port}/issuer", "https://[::ffff:127.0.0.1]:{port}/issuer#k"),
        ("https://2130706433:{port}/issuer", "https://2130706433:{port}/issuer#k"),
    ],
)
def test_no_badge_makes_the_verifier_connect_to_private_addresses(private_server, issuer, method):
    issuer, method = (address.format(port=private_server.port) for address in (issuer, method))
    report = check_file(badge(issuer, method), now=NOW)
    assert report.verdict == "unverifiable"
    assert private_server.connections == 0


def test_a_report_has_every_sentence_in_every_language():
    report = check_file(b"nothing of the kind", now=NOW, recipient="anna@example.org")
    (parsed,) = report_as_json(report)["checks"]
    assert set(parsed["says"]) == set(LANGUAGES)
    assert all(text.endswith(".") for text in parsed["says"].values())
    assert json.dumps(report_as_json(report))
    english, latvian = (list(report_as_lines(report, language)) for language in LANGUAGES)
    assert parsed["says"]["lv"] in latvian[1]
    assert english[0] != latvian[0]
