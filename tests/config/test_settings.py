"""Settings: a missing or wrong one is named, and the example explains every one."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.settings import SettingsError, read_settings, vocabularies_folder

ROOT = Path(__file__).parents[2]
NEEDED = {
    "TOOL_URL": "https://badges.riga-college.example",
    "SECRET_KEY": "a secret of the tests",
    "KEY_ENCRYPTION_KEY": "another secret of the tests",
    "ISSUER_FILE": "config/issuer.toml",
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
    return {text for text in texts if re.fullmatch(r"[A-Z][A-Z_]{4,}|PKCS11_[A-Z]+", text)}


def refusal(environment: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return str(caught.value)


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
        ("ALLOW_PRIVATE_ADDRESSES", "perhaps"),
        ("LOG_FORMAT", "yaml"),
        ("EXTENSION_URL", "words.example"),
        ("JWT_ALGORITHM", "HS256"),
        ("SELECTIVE_DISCLOSURE", "partly"),
        ("STATUS_PURPOSE", "refresh"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    assert name in refusal(NEEDED | {name: value})


def test_the_required_settings_are_enough() -> None:
    settings = read_settings(NEEDED)
    assert settings.embedded_worker
    assert settings.database_url.startswith("sqlite:///")
    assert settings.smtp_url is None
    assert not settings.allow_private_addresses


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
    file.write_text("a secret kept in a file\n", encoding="utf-8")
    without = {name: value for name, value in NEEDED.items() if name != "SECRET_KEY"}
    assert read_settings(without | {"SECRET_KEY_FILE": str(file)}).secret_key == "a secret kept in a file"
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


def test_secrets_are_not_shown() -> None:
    settings = read_settings(
        NEEDED | {name: "any://zane:hunter2@host" for name in ("DATABASE_URL", "BROKER_URL", "SMTP_URL")}
    )
    assert "secret of the tests" not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_the_example_explains_every_setting_and_no_other() -> None:
    assert set(example()) == names_that_settings_read()


def test_the_example_shows_the_default_values() -> None:
    filled = {name: value or NEEDED.get(name, "") for name, value in example().items()} | NEEDED
    assert read_settings(filled) == read_settings(NEEDED)
