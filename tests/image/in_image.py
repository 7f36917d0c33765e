"""The image at work, as docker/compose.yml runs it: read-only, without root and powers, with keys in a device.

`make image-walk`, once `tests/image/build.sh` has built it. It is no part of `make test`: it needs podman, and root.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.serving import make_server

from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from tests import softhsm
from tests.fixtures import ROOT, SECRETS
from tests.running_demo import wait

IMAGE = "localhost/nozimite"
NOBODY = 10001
COURSE = "Data Literacy"
#: Where the driver of SoftHSM is in the container.
DRIVER = "/opt/softhsm/libsofthsm2.so"


def arguments(*more: str) -> list[str]:
    """What `podman` is told: what compose.yml says of every service of the tool."""
    files, processes = (
        resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
    )
    most = min(processes, 4000) if processes > 0 else 4000
    return [
        *("podman", "--runtime", "runc", "run", "--rm", "--init", "--network", "host"),
        *("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--ulimit", f"nofile={files}:{files}", "--ulimit", f"nproc={most}:{most}"),
        *more,
        IMAGE,
    ]


@pytest.fixture
def device(tmp_path: Path) -> list[str]:
    """A SoftHSM with an empty token, for the account of the container: its mounts and settings."""
    folder = tmp_path / "softhsm"
    (folder / "tokens").mkdir(parents=True)
    softhsm.write_configuration(folder / "softhsm2.conf", Path("/var/softhsm/tokens"))
    softhsm.make_token(softhsm.write_configuration(folder / "outside.conf", folder / "tokens"))
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, NOBODY, NOBODY)
    driver = softhsm.driver().resolve().parent
    return ["-v", f"{driver}:/opt/softhsm:ro", "-v", f"{folder}:/var/softhsm"]


@pytest.fixture
def lms() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    app = create_lms(url=f"http://lms.localhost:{server.port}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://lms.localhost:{server.port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def image(
    postgres_server, postgres_url, valkey_url, smtp, tmp_path, free_port, device
) -> Iterator[SimpleNamespace]:
    """`start` starts a command in a container, `run` gives what one prints; all see one volume, and one device."""
    port = free_port()
    # Its socket lies there, and the account of the container has to come that far.
    postgres_server.home.chmod(0o711)
    var = tmp_path / "var"
    var.mkdir()
    os.chown(var, NOBODY, NOBODY)
    settings = {
        "TOOL_URL": f"http://tool.localhost:{port}",
        "DATABASE_URL": postgres_url,
        "BROKER_URL": valkey_url,
        **SECRETS,
        "ISSUER_FILE": "/app/config/issuer.toml",
        "SMTP_URL": smtp.url,
        "MAIL_FOLDER": "/app/var/mail",
        "JOURNAL_FILE": "/app/var/journal.jsonl",
        "POLL_SECONDS": "1",
        "PRIVATE_HOSTS": "lms.localhost",
        "PKCS11_MODULE": DRIVER,
        "PKCS11_TOKEN": softhsm.TOKEN,
        "PKCS11_PIN": softhsm.PIN,
        softhsm.CONFIGURATION: "/var/softhsm/softhsm2.conf",
    }
    environment = tmp_path / "environment"
    environment.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    issuer = ROOT / "config" / "issuer.example.toml"
    given = [
        *(
            "--env-file",
            str(environment),
            "-v",
            f"{var}:/app/var",
            "-v",
            f"{issuer}:/app/config/issuer.toml:ro",
        ),
        *("-v", f"{postgres_server.home}:{postgres_server.home}"),
        *device,
    ]
    containers: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        log = tmp_path / f"log-{len(containers)}"
        with log.open("wb") as out:
            container = subprocess.Popen([*arguments(*given), *command], stdout=out, stderr=out)
        containers.append((container, log))
        return container

    def run(*command: str) -> str:
        done = subprocess.run([*arguments(*given), *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield SimpleNamespace(
        start=start,
        run=run,
        var=var,
        url=settings["TOOL_URL"],
        port=port,
        logs=lambda: [log for _, log in containers],
    )
    for container, _ in containers:
        if container.poll() is None:
            container.send_signal(signal.SIGTERM)
        container.wait(60)


def is_ready(url: str) -> bool:
    try:
        return bool(Robot(url).http.get(f"{url}/readyz", timeout=5).ok)
    except OSError:
        return False


def test_web_and_worker_issue_by_a_device_what_verifies(image, lms, smtp, tmp_path):
    tool = ("python", "-m", "lti_tool")
    image.run(*tool, "migrate")
    web = image.start("gunicorn", "--config", "docker/gunicorn.conf.py", "--bind", f"127.0.0.1:{image.port}")
    worker = image.start(*tool, "worker")
    image.run(*tool, "templates", "add", "lti_tool/demo/templates/data-literacy.toml", "--publish", "--yes")
    image.run(*tool, "issuer", "confirm")
    assert "pkcs11" in image.run(*tool, "keys", "list")
    wait(lambda: is_ready(image.url))
    robot = Robot(lms)
    robot.register(image.run(*tool, "platforms", "invite").strip())
    activity = robot.place_badge(COURSE)
    wait(lambda: "Not checked yet" not in robot.open_activity("Zane", activity).text)
    robot.give_grades(COURSE, complete=3)
    wait(lambda: len(smtp.mails) == 3)
    (picture,) = [part for part in smtp.mails[0].walk() if part.get_content_type() == "image/png"][:1]
    files = {"file": ("badge.png", picture.get_payload(decode=True), "image/png")}
    answer = robot.http.post(f"{image.url}/verify", files=files, headers={"Accept": "application/json"})
    assert answer.json()["verdict"] == "verified", answer.text
    # As compose asks, and as a night's backup does.
    assert image.run(*tool, "worker", "--check") == ""
    image.run(*tool, "backup", "/app/var/backup.zip")
    for container in (web, worker):
        container.send_signal(signal.SIGTERM)
    assert (web.wait(60), worker.wait(60)) == (0, 0)
    assert [log.name for log in image.logs() if "Traceback" in log.read_text()] == []


def test_nothing_but_the_volume_and_tmp_can_be_written_and_nobody_is_root(image):
    words = "id -u; touch /app/x 2>/dev/null || echo closed; touch /app/var/x /tmp/x && echo open"
    assert image.run("sh", "-c", words).split() == [str(NOBODY), "closed", "open"]


def test_the_demo_plays_its_whole_story(image: SimpleNamespace, tmp_path: Path):
    folder = tmp_path / "demo"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    command = [
        *arguments("-v", f"{folder}:/app/var"),
        "python",
        "-m",
        "lti_tool",
        "demo",
        "--once",
        "--out",
        "/app/var/out",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verified 12 of 12" in done.stdout, done.stderr
