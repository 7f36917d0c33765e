"""Verification of a file: no badge makes the verifier send requests into its own network."""

import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from PIL import Image

from badges.sentences import LANGUAGES
from badges.verify.report_text import report_as_json, report_as_lines
from lti_tool import outgoing
from lti_tool.commands import main
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


def test_no_address_handed_in_makes_the_verifier_connect_to_private_addresses(private_server):
    for place in (
        "https://127.0.0.1:{}/badge",
        "https://localhost:{}/",
        "http://127.0.0.1:{}/",
        "http://[::1]:{}/",
    ):
        report = check_file(place.format(private_server.port).encode(), now=NOW)
        assert report.verdict == "unverifiable"
    assert private_server.connections == 0


@pytest.fixture
def own_authority(tmp_path):
    """A certificate for localhost that no public authority has issued: its PEM file, and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    bundle, chain = tmp_path / "authority.pem", tmp_path / "server.pem"
    bundle.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(bundle.read_bytes() + key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return bundle, context


@pytest.fixture
def issuer_with_own_authority(own_authority):
    """A server on this machine whose certificate comes from its own authority: `port`, and the `asked` addresses."""

    class Issuer:
        port = 0
        asked: list[str]

    _, context = own_authority
    with socket.create_server(("127.0.0.1", 0)) as server:
        issuer = Issuer()
        issuer.port, issuer.asked = server.getsockname()[1], []

        def answer():
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as encrypted:
                        issuer.asked.append(encrypted.recv(4096).split()[1].decode())
                        encrypted.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    continue

        threading.Thread(target=answer, daemon=True).start()
        yield issuer
        server.shutdown(socket.SHUT_RDWR)


def test_verify_asks_an_issuer_whose_authority_the_settings_name(
    issuer_with_own_authority, own_authority, tmp_path, monkeypatch
):
    did = f"did:web:localhost%3A{issuer_with_own_authority.port}"
    file = tmp_path / "badge.json"
    file.write_bytes(badge(did, f"{did}#k"))
    # In place of the public internet, which no setting extends.
    monkeypatch.setenv("PRIVATE_HOSTS", "localhost")
    assert main.main(["verify", str(file)]) == 1
    monkeypatch.setattr(outgoing, "Outgoing", partial(outgoing.Outgoing, private_hosts=["localhost"]))
    assert main.main(["verify", str(file)]) == 1
    assert issuer_with_own_authority.asked == []
    monkeypatch.setenv("CA_BUNDLE", str(own_authority[0]))
    assert main.main(["verify", str(file)]) == 1
    assert "/.well-known/did.json" in issuer_with_own_authority.asked


def test_verify_names_settings_it_cannot_use(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CA_BUNDLE", str(tmp_path / "none.pem"))
    assert main.main(["verify", str(tmp_path / "badge.json")]) == 2
    error = capsys.readouterr().err
    assert "CA_BUNDLE cannot be read" in error


def test_a_report_has_every_sentence_in_every_language():
    report = check_file(b"nothing of the kind", now=NOW, recipient="anna@example.org")
    (parsed,) = report_as_json(report)["checks"]
    assert set(parsed["says"]) == set(LANGUAGES)
    assert all(text.endswith(".") for text in parsed["says"].values())
    assert json.dumps(report_as_json(report))
    english, latvian = (list(report_as_lines(report, language)) for language in LANGUAGES)
    assert parsed["says"]["lv"] in latvian[1]
    assert english[0] != latvian[0]


def test_a_plain_picture_has_no_badge_in_it():
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    report = check_file(picture.getvalue(), now=NOW)
    headline, *_ = report_as_lines(report)
    assert headline.startswith("unusable: There is no badge in this file.")
