"""Text is composed (NFC) from wherever it comes in: a file, a form, a platform, a badge of another system."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from badges.importing import read_draft
from badges.issuer import read_issuer
from badges.template.model import read_template
from badges.vocabularies import shipped_vocabulary
from badges.vocabularies.files import check_vocabulary, vocabulary_as_json
from config.settings import read_settings
from lti_tool.commands.main import command_line
from lti_tool.platforms.claims import email, words
from lti_tool.platforms.service_values import read_member
from lti_tool.web import checked_requests
from tests.fixtures import SECRETS

ROOT = Path(__file__).parents[2]
DEMO_TEMPLATES = sorted((ROOT / "lti_tool" / "demo" / "templates").glob("*.toml"))
NAME = "Jānis Bērziņš-Šķēle"


def decomposed(value: Any) -> Any:
    """The value with every letter taken apart from its marks, as macOS writes file names and some programs paste."""
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    if isinstance(value, dict):
        return {name: decomposed(each) for name, each in value.items()}
    return [decomposed(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", DEMO_TEMPLATES, ids=lambda file: file.stem)
def test_of_a_template(file: Path) -> None:
    data = tomllib.loads(file.read_text("utf-8"))
    assert decomposed(data) != data
    assert read_template(decomposed(data)) == read_template(data)


def test_of_the_issuer_s_file() -> None:
    text = (ROOT / "config" / "issuer.example.toml").read_text("utf-8")
    data = {name: value for name, value in tomllib.loads(text).items() if name != "policy"}
    assert decomposed(data) != data
    assert read_issuer(decomposed(data), "https://x.example") == read_issuer(data, "https://x.example")


def test_of_a_list_of_the_institution() -> None:
    shipped = shipped_vocabulary("countries")
    data = vocabulary_as_json(shipped)
    data["concept"][0]["other_names"] = [NAME]
    read = vocabulary_as_json(check_vocabulary(decomposed(data), shipped))
    assert decomposed(data) != data and read == data


def test_of_a_badge_of_another_system() -> None:
    badge = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "BadgeClass",
        "id": "https://x.example/badge",
        "name": NAME,
        "description": NAME,
        "criteria": {"narrative": NAME},
        "tags": [NAME],
    }
    composed, apart = (read_draft(json.dumps(each).encode()) for each in (badge, decomposed(badge)))
    assert apart.body == composed.body and NAME in json.dumps(apart.body, ensure_ascii=False)


def test_of_a_platform() -> None:
    assert words(decomposed(NAME)) == NAME
    member = {"user_id": "7", "name": NAME, "email": "jānis@example.org", "roles": ["Learner"]}
    assert read_member(decomposed(member)) == read_member(member)
    assert email(decomposed("jānis@example.org")) == "jānis@example.org"


def test_of_what_somebody_types() -> None:
    app = Flask("forms")
    checked_requests.set_up(app)
    typed_line = checked_requests.typed_line
    with app.test_request_context(method="POST", data={"reason": decomposed(f" {NAME} \u200b ")}):
        assert typed_line("reason", 50) == NAME
        assert typed_line("reason", 5) == NAME[:5] and typed_line("nothing", 5) == ""


def parameters(command: click.Command) -> Iterator[click.Parameter]:
    """Every argument and option of the command and of those below it."""
    yield from command.params
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from parameters(each)


def test_of_the_command_line() -> None:
    texts = [each for each in parameters(command_line) if isinstance(each.type, click.ParamType)]
    texts = [each for each in texts if each.type.name == "text"]
    assert {"reason", "name", "--search", "--what"} <= {
        opt for each in texts for opt in (each.name, *each.opts)
    }
    for each in texts:
        assert each.type.convert(decomposed(f" {NAME}\u200b "), each, None) == NAME
        with pytest.raises(click.BadParameter, match="UTF-8"):
            each.type.convert("J\udce4nis", each, None)


def test_of_the_settings() -> None:
    environment = SECRETS | {
        "TOOL_URL": "https://badges.example.org",
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FROM": decomposed(f"{NAME} <badges@example.org>"),
    }
    assert read_settings(environment).mail_from == f"{NAME} <badges@example.org>"
