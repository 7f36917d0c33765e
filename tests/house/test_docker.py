"""The container files: well-formed, without root, and of one mind with the settings and the commands."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.settings import read_settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE_FILES = ("compose.yml", "compose.demo.yml")


def services(name: str) -> dict[str, dict[str, Any]]:
    document: dict[str, dict[str, dict[str, Any]]] = YAML(typ="safe").load(DOCKER / name)
    return document["services"]


def every_service() -> list[Any]:
    return [
        pytest.param(service, id=f"{file}-{name}")
        for file in COMPOSE_FILES
        for name, service in services(file).items()
    ]


def test_the_dockerfile_has_no_fault_hadolint_knows() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint is not built for this kind of machine")
    done = subprocess.run([hadolint, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_a_compose_file_keeps_to_the_compose_specification(name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        DOCKER / name,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", every_service())
def test_a_service_has_a_health_check_and_no_power(service: dict[str, Any]) -> None:
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["image"] == "nozimite" or service["user"] in ("postgres", "valkey")


@pytest.mark.parametrize("service", every_service())
def test_a_port_is_open_to_this_machine_only(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(
        r"^USER (\d+):(\d+)$", (DOCKER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert users and all(int(user) and int(group) for user, group in users)


def test_no_secret_stands_in_a_compose_file() -> None:
    for name in COMPOSE_FILES:
        for service in services(name).values():
            for key, value in service.get("environment", {}).items():
                assert not re.search("SECRET|PASSWORD|KEY", key) or value == "" or value.startswith("${"), key


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_services_get_settings_the_tool_understands(name: str) -> None:
    environment = services("compose.yml")[name]["environment"]
    given = {key: re.sub(r"\$\{[^}]*\}", "password", value) for key, value in environment.items()}
    assert f"../config/issuer.toml:{given['ISSUER_FILE']}:ro" in services("compose.yml")[name]["volumes"]
    settings = read_settings(
        given
        | {
            # In the container it is the file that is mounted there.
            "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
            "TOOL_URL": "https://badges.riga-college.example",
            "SECRET_KEY": "a secret of the tests",
            "KEY_ENCRYPTION_KEY": "another secret of the tests",
        }
    )
    assert not settings.embedded_worker
    assert settings.database_url == "postgresql+psycopg://nozimite:password@postgres/nozimite"
    assert settings.broker_url == "redis://valkey:6379/0"


def commands_of_the_tool() -> list[tuple[str, ...]]:
    """What follows `python -m lti_tool` in the compose files."""
    found = set()
    for name in COMPOSE_FILES:
        for service in services(name).values():
            for words in (service.get("command", []), service["healthcheck"]["test"][1:]):
                if words[1:3] == ["-m", "lti_tool"]:
                    found.add(tuple(words[3:]))
    return sorted(found)


@pytest.mark.parametrize("command", commands_of_the_tool())
def test_the_commands_are_ones_the_tool_has(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lti_tool", command[0], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [word for word in command[1:] if word.startswith("--") and word not in done.stdout] == []


def gunicorn_settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name in ("BROKER_URL", "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(DOCKER / "gunicorn.conf.py"))


def test_a_worker_inside_the_web_process_means_one_web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gunicorn_settings(monkeypatch, WEB_CONCURRENCY="4")["workers"] == 1
    assert gunicorn_settings(monkeypatch, WEB_CONCURRENCY="4", BROKER_URL="")["workers"] == 1
    assert gunicorn_settings(monkeypatch, WEB_CONCURRENCY="4", BROKER_URL="redis://valkey")["workers"] == 4


def test_gunicorn_takes_its_settings_and_finds_the_tool() -> None:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        str(DOCKER / "gunicorn.conf.py"),
        "--print-config",
    ]
    done = subprocess.run(
        [*command, "wsgiref.simple_server:demo_app"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^control_socket_disable\s+= True$", done.stdout, re.MULTILINE)
    assert (ROOT / "lti_tool" / "wsgi.py").is_file()
