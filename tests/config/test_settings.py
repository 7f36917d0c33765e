"""Settings: a missing or wrong one is named, and the example explains every one."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from config.errors import SettingsError
from config.settings import ca_bundle, issuer_file, private_paths, read_settings, vocabularies_folder
from tests.fixtures import SECRETS

ROOT = Path(__file__).parents[2]
NEEDED = {
    "TOOL_URL": "https://badges.riga-college.example",
    **SECRETS,
    "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
}


def example() -> dict[str, str]:
    """The example as a shell reads it: a value with blanks or angle brackets has to be quoted there."""
    text = (ROOT / "config" / "example.env").read_text(encoding="utf-8")
    words = shlex.split(text, comments=True)
    return dict(word.split("=", 1) for word in words)


def names_that_settings_read() -> set[str]:
    tree = ast.parse((ROOT / "config" / "settings.py").read_text(encoding="utf-8"))
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if re.fullmatch(r"[A-Z][A-Z_]{4,}|(SEAL_)?PKCS1[12]_[A-Z]+", text)}


def refusal(environment: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return str(caught.value)


def names(message: str) -> set[str]:
    """The variables that the lines of a refusal begin with."""
    return {line.split()[0] for line in message.splitlines() if line.split()[0].isupper()}


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_missing_setting_stops_the_start_and_is_named(name: str) -> None:
    assert name in refusal({key: value for key, value in NEEDED.items() if key != name})
    assert name in refusal(NEEDED | {name: "  "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOOL_URL", "badges.riga-college.example"),
        ("SECRET_KEY", "short"),
        ("KEY_ENCRYPTION_KEY", "short"),
        ("LTI_UNBOUND_LAUNCH", "maybe"),
        ("POLL_SECONDS", "0"),
        ("POLL_SECONDS", "ten"),
        ("PRIVATE_HOSTS", "https://moodle.example.org"),
        ("PRIVATE_HOSTS", "moodle.example.org:8443"),
        ("PRIVATE_HOSTS", "10.0.0.0/8"),
        ("PRIVATE_HOSTS", "*.example.org"),
        ("LOG_FORMAT", "yaml"),
        ("EXTENSION_URL", "words.example"),
        ("JWT_ALGORITHM", "HS256"),
        ("SELECTIVE_DISCLOSURE", "partly"),
        ("STATUS_PURPOSE", "refresh"),
        ("POLL_SECONDS", "-5"),
        ("POLL_SECONDS", "86401"),
        ("POLL_SECONDS", "1e3"),
        ("ISSUER_FILE", "/no/such/issuer.toml"),
        ("ISSUER_FILE", "/"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    assert names(refusal(NEEDED | {name: value})) == {name}


def test_all_mistakes_are_named_at_once() -> None:
    wrong = {
        "TOOL_URL": "badges.example.org",
        "SECRET_KEY": "short",
        "KEY_ENCRYPTION_KEY": "",
        "ISSUER_FILE": "",
        "DATABASE_URL": "mysql://localhost/nozimite",
        "BROKER_URL": "kafka://localhost",
        "EXTENSION_URL": "words.example",
        "SMTP_URL": "smtp.example.org:587",
        "MAIL_FROM": "badges",
        "PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so",
        "PKCS11_TOKEN": "",
        "PKCS11_PIN": "1",
        "JWT_ALGORITHM": "HS256",
        "SELECTIVE_DISCLOSURE": "partly",
        "STATUS_PURPOSE": "refresh",
        "LTI_UNBOUND_LAUNCH": "maybe",
        "POLL_SECONDS": "often",
        "PRIVATE_HOSTS": "https://moodle.example.org",
        "CA_BUNDLE": "/no/such/file.pem",
        "LOG_FORMAT": "yaml",
    }
    with pytest.raises(SettingsError) as caught:
        read_settings(wrong)
    assert names(str(caught.value)) == set(wrong) - {"PKCS11_MODULE"}
    assert (
        len(caught.value.problems) == len(wrong) - 1 + 1
    )  # the module is right; one line says how to load settings


def test_what_is_not_set_comes_with_how_to_load_the_environment() -> None:
    assert "set -a; . config/nozimite.env; set +a" in refusal({})
    assert refusal({}).count("set -a") == 1
    assert "set -a" not in refusal(NEEDED | {"LOG_FORMAT": "yaml"})


def test_a_problem_quotes_no_value() -> None:
    for name in ("DATABASE_URL", "BROKER_URL", "SMTP_URL", "TOOL_URL"):
        assert "hunter2" not in refusal(NEEDED | {name: "any://zane:hunter2"})
        assert "hunter2" not in refusal(NEEDED | {name: "smtp://zane:hunter2/@host:port"})


def test_the_required_settings_are_enough() -> None:
    settings = read_settings(NEEDED)
    assert settings.embedded_worker
    assert settings.database_url.startswith("sqlite:///")
    assert settings.smtp_url is None
    assert settings.private_hosts == ()


def test_an_empty_setting_counts_as_not_set() -> None:
    empty = {name: "" for name in names_that_settings_read() - set(NEEDED)}
    assert read_settings(NEEDED | empty) == read_settings(NEEDED)


def test_the_tool_address_has_no_slash_at_its_end() -> None:
    assert (
        read_settings(NEEDED | {"TOOL_URL": "https://badges.example/"}).tool_url == "https://badges.example"
    )


def test_a_real_broker_means_a_separate_worker() -> None:
    assert not read_settings(NEEDED | {"BROKER_URL": "redis://localhost:6379/0"}).embedded_worker


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    file.write_text("a secret of 35 letters kept in a file\n", encoding="utf-8")
    without = {name: value for name, value in NEEDED.items() if name != "SECRET_KEY"}
    assert (
        read_settings(without | {"SECRET_KEY_FILE": str(file)}).secret_key
        == "a secret of 35 letters kept in a file"
    )
    assert "SECRET_KEY_FILE" in refusal(without | {"SECRET_KEY_FILE": str(tmp_path / "none")})


def test_a_device_for_keys_needs_its_token_and_pin() -> None:
    device = {
        "PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so",
        "PKCS11_TOKEN": "Riga",
        "PKCS11_PIN": "5678",
    }
    settings = read_settings(NEEDED | device)
    assert (settings.pkcs11_token, "5678" in repr(settings)) == ("Riga", False)
    assert read_settings(NEEDED).pkcs11_module is None
    for name in ("PKCS11_TOKEN", "PKCS11_PIN"):
        assert name in refusal(NEEDED | device | {name: ""})


def test_the_vocabularies_folder_needs_no_other_setting() -> None:
    assert vocabularies_folder({}) == Path("var/vocabularies") == read_settings(NEEDED).vocabularies_folder
    assert vocabularies_folder({"VOCABULARIES_FOLDER": " "}) == Path("var/vocabularies")
    assert vocabularies_folder({"VOCABULARIES_FOLDER": "/srv/lists"}) == Path("/srv/lists")


WRONG_ADDRESSES = (
    "https://badges example.org",
    "https://badges.example.org/a b",
    "https://badges.example.org/?tool=1",
    "https://badges.example.org?",
    "https://badges.example.org/#top",
    "https://zane@badges.example.org",
    "https://zane:hunter2@badges.example.org",
    "https://",
    "https:///path",
    "https:badges.example.org",
    "https://badges.example.org:0",
    "https://badges.example.org:70000",
    "https://badges.example.org:https",
    "https://-badges.example.org",
    "https://badges..example.org",
    "https://[::1",
    "https://zīme.example.org",
    "https://badges.example.org\\@other.example",
    "http://badges.example.org",
    "http://localhost.example.org",
    "http://192.168.1.5",
    "http://127.0.0.1.example.org",
    "ftp://badges.example.org",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("name", ["TOOL_URL", "EXTENSION_URL"])
@pytest.mark.parametrize("value", WRONG_ADDRESSES)
def test_an_address_that_could_not_stand_in_a_badge_is_refused(name: str, value: str) -> None:
    assert names(refusal(NEEDED | {name: value})) == {name}


@pytest.mark.parametrize(
    "value",
    [
        "https://badges.example.org",
        "https://badges.example.org:8443/nozimite",
        "https://xn--zme-sxa.example.org",
        "http://localhost:8000",
        "http://tool.localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ],
)
def test_an_address_of_the_web_or_of_this_machine_is_accepted(value: str) -> None:
    settings = read_settings(NEEDED | {"TOOL_URL": value, "EXTENSION_URL": value})
    assert (settings.tool_url, settings.extension_url) == (value, value)


@pytest.mark.parametrize(
    "value",
    [
        "smtp.example.org:587",
        "smtp.example.org",
        "smtp+startls://zane:hunter2@smtp.example.org:587",
        "SMTP://smtp.example.org",
        "https://smtp.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://smtp.example.org:port",
        "smtp://smtp.example.org:70000",
        "smtp://smtp.example.org:0",
        "smtps://zane:hun/ter2@smtp.example.org:465",
        "smtps://zane:hun#ter2@smtp.example.org:465",
        "smtps://zane@smtp.example.org",
        "smtps://:hunter2@smtp.example.org",
        "smtps://zane:hunter2@smtp.example.org/mail",
        "smtps://zane:hunter2@smtp.example.org?tls=no",
        "smtps://zane:hunter 2@smtp.example.org",
    ],
)
def test_a_mail_server_that_would_not_be_the_one_meant_is_refused(value: str) -> None:
    assert names(refusal(NEEDED | {"SMTP_URL": value})) == {"SMTP_URL"}


@pytest.mark.parametrize(
    "value",
    [
        "smtp://localhost:25",
        "smtp://127.0.0.1",
        "smtp+starttls://zane%40example.org:hun%2Fter2@smtp.example.org:587",
        "smtps://zane:hunter2@smtp.example.org:465/",
    ],
)
def test_a_mail_server_is_accepted(value: str) -> None:
    assert read_settings(NEEDED | {"SMTP_URL": value}).smtp_url == value


@pytest.mark.parametrize(
    "value",
    [
        "nozimite.sqlite",
        "sqlite://",
        "sqlite:///",
        "sqlite:///?mode=ro",
        "postgresql+psycopg2://localhost/nozimite",
        "postgresql+psycopg://localhost",
        "postgresql+psycopg://zane:hunter2@host:port/nozimite",
        "mysql://localhost/nozimite",
    ],
)
def test_a_database_that_cannot_be_opened_is_refused(value: str) -> None:
    assert names(refusal(NEEDED | {"DATABASE_URL": value})) == {"DATABASE_URL"}


@pytest.mark.parametrize(
    "value",
    [
        "sqlite:////srv/nozimite.sqlite",
        "postgresql+psycopg://nozimite:hun#t|er2@localhost:5432/nozimite",
        "postgresql://nozimite@[::1]/nozimite",
        "postgres://nozimite@localhost/nozimite?sslmode=require",
        "postgresql+psycopg://postgres@/nozimite?host=/run/postgresql",
    ],
)
def test_a_database_is_accepted(value: str) -> None:
    assert read_settings(NEEDED | {"DATABASE_URL": value}).database_url == value


@pytest.mark.parametrize(
    "value",
    ["localhost:6379", "kafka://localhost", "redis://", "redis://host:port/0", "amqp://", "amqp://a b//"],
)
def test_a_broker_that_cannot_be_used_is_refused(value: str) -> None:
    assert names(refusal(NEEDED | {"BROKER_URL": value})) == {"BROKER_URL"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "KEY_ENCRYPTION_KEY"])
@pytest.mark.parametrize(
    "value",
    [
        "a" * 43,
        "ab" * 21 + "a",
        "0" * 42 + "1",
        "passwordpasswordpasswordpasswordpasswordpas",
        "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDE",
    ],
)
def test_a_secret_that_is_easily_guessed_is_refused(name: str, value: str, tmp_path: Path) -> None:
    assert names(refusal(NEEDED | {name: value})) == {name}
    file = tmp_path / "secret"
    file.write_text(value, encoding="utf-8")
    assert names(refusal(NEEDED | {f"{name}_FILE": str(file)})) == {name}


def test_a_secret_of_random_digits_is_accepted() -> None:
    digits = "1c9a04f17b3e52d81c9b04f17b3e52d8"
    assert read_settings(NEEDED | {"SECRET_KEY": digits}).secret_key == digits


def test_no_secret_is_the_same_as_another() -> None:
    same = NEEDED["KEY_ENCRYPTION_KEY"]
    assert names(refusal(NEEDED | {"SECRET_KEY": same})) == {"KEY_ENCRYPTION_KEY"}
    device = {"PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so", "PKCS11_TOKEN": "Riga", "PKCS11_PIN": same}
    assert "PKCS11_PIN must not be the same as KEY_ENCRYPTION_KEY" in refusal(NEEDED | device)
    assert names(refusal(NEEDED | device | {"PKCS11_PIN": "0000"})) == {"PKCS11_PIN"}


@pytest.mark.parametrize(
    "value",
    [
        "a passphrase that is not called one",
        "bm8gc2VjcmV0OiAzMSBieXRlcyBvZiB0aGUgdGVzdA",
        "bm8gc2VjcmV0OiAzMyBieXRlcyBvZiBhbGwgdGhlIHRlc3Q",
        "MDEyMzQ1Njc4OToga25vd24gdG8gZXZlcnkgdGVzdCE+",
        "passphrase:",
        "passphrase: nineteen characters".removesuffix(" characters"),
        "passphrase: correct horse batt",
        "passphrase: password password password password",
        "passphrase: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_a_key_encryption_key_is_32_bytes_or_a_long_passphrase(value: str) -> None:
    assert names(refusal(NEEDED | {"KEY_ENCRYPTION_KEY": value})) == {"KEY_ENCRYPTION_KEY"}


def test_random_bytes_and_a_passphrase_are_told_apart() -> None:
    assert read_settings(NEEDED).key_encryption_key == b"0123456789: known to every test!"
    padded = NEEDED | {"KEY_ENCRYPTION_KEY": SECRETS["KEY_ENCRYPTION_KEY"] + "="}
    assert read_settings(padded).key_encryption_key == b"0123456789: known to every test!"
    text = NEEDED | {"KEY_ENCRYPTION_KEY": "passphrase: correct horse battery staple"}
    assert read_settings(text).key_encryption_key == "correct horse battery staple"


def test_a_passphrase_is_not_the_other_secret() -> None:
    same = NEEDED | {"KEY_ENCRYPTION_KEY": f"passphrase:{NEEDED['SECRET_KEY']}"}
    assert names(refusal(same)) == {"KEY_ENCRYPTION_KEY"}


def test_a_secret_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xff\xfe\x00")
    assert names(refusal(NEEDED | {"SECRET_KEY_FILE": str(file)})) == {"SECRET_KEY_FILE"}
    file.write_bytes(b"\n")
    assert names(refusal(NEEDED | {"SECRET_KEY_FILE": str(file)})) == {"SECRET_KEY_FILE"}


@pytest.mark.parametrize(
    "value",
    [
        "badges",
        "badges@",
        "@example.org",
        "Nozimite",
        "a@example.org, b@example.org",
        "Nozimite <badges@example.org",
        "bad ges@example.org",
        "badges@exa mple.org",
        "badges@example..org",
        "zīme@example.org",
        "a@b@example.org",
    ],
)
def test_a_sender_that_is_no_address_is_refused(value: str) -> None:
    assert names(refusal(NEEDED | {"MAIL_FROM": value})) == {"MAIL_FROM"}


@pytest.mark.parametrize(
    "value", ["badges@example.org", "Nozīmīte <badges@example.org>", '"Riga College, badges" <b@example.org>']
)
def test_a_sender_is_accepted(value: str) -> None:
    assert read_settings(NEEDED | {"MAIL_FROM": value}).mail_from == value


def test_certificates_are_a_pem_file(tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    for content in (
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
    ):
        file.write_bytes(content)
        assert names(refusal(NEEDED | {"CA_BUNDLE": str(file)})) == {"CA_BUNDLE"}
        with pytest.raises(SettingsError, match="CA_BUNDLE"):
            ca_bundle({"CA_BUNDLE": str(file)})
    file.write_bytes(Path(DEFAULT_CA_BUNDLE_PATH).read_bytes())
    assert read_settings(NEEDED | {"CA_BUNDLE": str(file)}).ca_bundle == file
    assert ca_bundle({"CA_BUNDLE": str(file)}) == file


def test_the_certificate_authorities_need_no_other_setting() -> None:
    assert ca_bundle({"CA_BUNDLE": " "}) is None
    with pytest.raises(SettingsError, match="CA_BUNDLE"):
        ca_bundle({"CA_BUNDLE": "/no/such/file.pem"})


@pytest.mark.parametrize("text", ["moodle.lan 10.1.2.3 ::1", "moodle.lan,10.1.2.3, ::1"])
def test_private_hosts_are_a_list(text: str) -> None:
    assert read_settings(NEEDED | {"PRIVATE_HOSTS": text}).private_hosts == ("moodle.lan", "10.1.2.3", "::1")


def test_the_issuers_file_needs_no_other_setting() -> None:
    assert issuer_file({}) is None
    assert issuer_file({"ISSUER_FILE": NEEDED["ISSUER_FILE"]}) == Path(NEEDED["ISSUER_FILE"])
    with pytest.raises(SettingsError, match="ISSUER_FILE"):
        issuer_file({"ISSUER_FILE": "/no/such/issuer.toml"})


def test_secrets_are_not_shown() -> None:
    settings = read_settings(
        NEEDED
        | {
            "DATABASE_URL": "postgresql+psycopg://zane:hunter2@host/nozimite",
            "BROKER_URL": "redis://zane:hunter2@host",
            "SMTP_URL": "smtps://zane:hunter2@host",
        }
    )
    assert "secret of the tests" not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_the_example_explains_every_setting_and_no_other() -> None:
    assert set(example()) == names_that_settings_read()


def test_the_example_shows_the_default_values() -> None:
    filled = {name: value or NEEDED.get(name, "") for name, value in example().items()} | NEEDED
    assert read_settings(filled) == read_settings(NEEDED)


@pytest.mark.parametrize(
    ("broker", "limits", "store"),
    [
        ("", "", "memory://"),
        ("memory://", "", "memory://"),
        ("redis://:p@valkey:6379/0", "", "redis://:p@valkey:6379/0"),
        ("redis://valkey/0", "redis://other/1", "redis://other/1"),
        ("redis://valkey/0", "memory://", "memory://"),
        ("redis+socket:///run/valkey.sock?virtual_host=2", "", "redis+unix:///run/valkey.sock?db=2"),
        ("redis://a/0;redis://b/0", "", "redis://a/0"),
        ("rediss://a/0?ssl_cert_reqs=CERT_REQUIRED", "", "rediss://a/0?ssl_cert_reqs=required"),
        ("amqp://user:p@rabbitmq:5672//", "", "memory://"),
        ("amqps://rabbitmq//", "redis://valkey/1", "redis://valkey/1"),
    ],
)
def test_requests_are_counted_where_the_broker_is_unless_said_otherwise(broker, limits, store) -> None:
    settings = read_settings(NEEDED | {"BROKER_URL": broker, "LIMITS_URL": limits})
    assert settings.limits_url == store
    assert ":p@" not in repr(settings)


@pytest.mark.parametrize("value", ["valkey", "http://valkey", "redis://", "redis://a b", "amqp://rabbitmq//"])
def test_a_limit_store_that_cannot_be_used_is_refused(value) -> None:
    assert names(refusal(NEEDED | {"LIMITS_URL": value})) == {"LIMITS_URL"}


def test_trusted_proxies_are_addresses_and_networks() -> None:
    proxies = read_settings(NEEDED | {"TRUSTED_PROXIES": "127.0.0.1, ::1 172.18.0.5/16"}).trusted_proxies
    assert [str(each) for each in proxies] == ["127.0.0.1/32", "::1/128", "172.18.0.0/16"]
    assert read_settings(NEEDED).trusted_proxies == ()


@pytest.mark.parametrize("value", ["caddy", "127.0.0.1;::1", "172.18.0.0/33", "*"])
def test_a_trusted_proxy_that_is_no_address_is_refused(value) -> None:
    refused = refusal(NEEDED | {"TRUSTED_PROXIES": value})
    assert names(refused) == {"TRUSTED_PROXIES"}
    assert "127.0.0.1" in refused


def test_a_mailbox_for_what_comes_back_can_take_an_addition() -> None:
    assert (
        read_settings(NEEDED | {"BOUNCE_ADDRESS": "bounces@example.org"}).bounce_address
        == "bounces@example.org"
    )
    assert read_settings(NEEDED).bounce_address is None
    for value in (
        "bounces",
        "Bounces <bounces@example.org>",
        "b" * 17 + "@example.org",
        "a+b@example.org",
        "ā@b.example",
    ):
        assert names(refusal(NEEDED | {"BOUNCE_ADDRESS": value})) == {"BOUNCE_ADDRESS"}


def test_a_bounce_secret_is_as_strong_as_the_others_and_none_of_them(tmp_path) -> None:
    assert read_settings(NEEDED).bounce_secret == ""
    secret = "another secret for what comes back, of the tests"
    (tmp_path / "secret").write_text(secret)
    assert read_settings(NEEDED | {"BOUNCE_SECRET_FILE": str(tmp_path / "secret")}).bounce_secret == secret
    assert secret not in repr(read_settings(NEEDED | {"BOUNCE_SECRET": secret}))
    for value in ("short", NEEDED["SECRET_KEY"]):
        assert names(refusal(NEEDED | {"BOUNCE_SECRET": value})) == {"BOUNCE_SECRET"}


def test_a_dkim_key_needs_its_selector(tmp_path) -> None:
    (tmp_path / "dkim.pem").write_text("a key")
    key = {"DKIM_KEY_FILE": str(tmp_path / "dkim.pem")}
    assert read_settings(NEEDED | key | {"DKIM_SELECTOR": "autumn.2026"}).dkim_selector == "autumn.2026"
    assert "DKIM_SELECTOR" in refusal(NEEDED | key)
    assert names(refusal(NEEDED | key | {"DKIM_SELECTOR": "a b"})) == {"DKIM_SELECTOR"}
    assert names(refusal(NEEDED | key | {"DKIM_KEY_FILE": str(tmp_path / "none"), "DKIM_SELECTOR": "a"})) == {
        "DKIM_KEY_FILE"
    }


PROVIDER = {
    "OIDC_ISSUER": "https://idp.example.org/",
    "OIDC_CLIENT_ID": "badges",
    "OIDC_CLIENT_SECRET": "short",
}


def test_a_provider_needs_a_client_and_is_named_exactly_as_it_is_written(tmp_path) -> None:
    settings = read_settings(NEEDED | PROVIDER)
    assert settings.oidc_issuer == "https://idp.example.org/"
    assert "short" not in repr(settings)
    (tmp_path / "secret").write_text("from a file")
    by_file = {**PROVIDER, "OIDC_CLIENT_SECRET": "", "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert read_settings(NEEDED | by_file).oidc_client_secret == "from a file"
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        assert name in refusal(NEEDED | PROVIDER | {name: ""})
    assert names(refusal(NEEDED | PROVIDER | {"OIDC_ISSUER": "http://idp.example.org"})) == {"OIDC_ISSUER"}
    assert read_settings(NEEDED).oidc_issuer is None


def test_values_of_a_claim_give_roles() -> None:
    given = "badge-admins=owner  cn=badges,ou=staff=approver:riga-college"
    assert read_settings(NEEDED | {"OIDC_ROLES": given}).oidc_roles == (
        ("badge-admins", "owner", None),
        ("cn=badges,ou=staff", "approver", "riga-college"),
    )
    for value in ("owner", "=owner", "badge-admins=", "badge-admins=:slug"):
        assert names(refusal(NEEDED | {"OIDC_ROLES": value})) == {"OIDC_ROLES"}


SEAL_IN_FILE = {"SEAL_PKCS12_FILE": __file__, "SEAL_PKCS12_PASSWORD": "opens the short file"}
SEAL_IN_DEVICE = {
    "SEAL_PKCS11_MODULE": "/usr/lib/driver.so",
    "SEAL_PKCS11_TOKEN": "Seal",
    "SEAL_PKCS11_PIN": "2468",
    "SEAL_PKCS11_KEY": "seal",
    "SEAL_CERTIFICATE_FILE": __file__,
}
SEAL_AT_SIGNER = {
    "SEAL_CSC_URL": "https://sign.example/csc/v2/",
    "SEAL_CSC_CREDENTIAL": "seal-1",
    "SEAL_CSC_CLIENT_ID": "nozimite",
    "SEAL_CSC_CLIENT_SECRET": "short",
}


@pytest.mark.parametrize(
    "given", [SEAL_IN_FILE, SEAL_IN_DEVICE, SEAL_AT_SIGNER], ids=["file", "device", "signer"]
)
def test_a_seal_needs_all_that_its_key_needs_and_there_is_one(given: dict[str, str]) -> None:
    settings = read_settings(NEEDED | given)
    assert "short" not in repr(settings) and "2468" not in repr(settings)
    assert settings.seal_time == "sigT"
    first, *others = given
    for name in others:
        assert name in refusal(NEEDED | given | {name: ""})
    # What belongs to a seal that is not set is not asked for.
    assert read_settings(NEEDED | given | {first: ""}).seal_pkcs12_password == ""
    both = NEEDED | SEAL_IN_FILE | SEAL_IN_DEVICE | SEAL_AT_SIGNER
    assert names(refusal(both)) == {"SEAL_PKCS11_MODULE", "SEAL_CSC_URL"}
    assert names(refusal(NEEDED | given | {"SEAL_TIME": "now"})) == {"SEAL_TIME"}


def test_a_signer_is_called_by_https_and_its_pin_may_be_left_out() -> None:
    assert read_settings(NEEDED | SEAL_AT_SIGNER).seal_csc_url == "https://sign.example/csc/v2"
    assert read_settings(NEEDED | SEAL_AT_SIGNER | {"SEAL_CSC_PIN": "246810"}).seal_csc_pin == "246810"
    for address in ("http://sign.example/csc/v2", "sign.example", "https://user:password@sign.example"):
        assert names(refusal(NEEDED | SEAL_AT_SIGNER | {"SEAL_CSC_URL": address})) == {"SEAL_CSC_URL"}


def test_the_file_with_the_key_of_the_seal_is_private() -> None:
    environment = NEEDED | SEAL_IN_FILE
    assert Path(__file__) in private_paths(read_settings(environment), environment)
