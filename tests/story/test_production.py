"""A production set-up: gunicorn and a worker as processes of their own, PostgreSQL, Valkey, a mail server."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from tests.fixtures import SECRETS
from tests.running_demo import wait

ROOT = Path(__file__).parents[2]
COURSE = "Data Literacy"


@pytest.fixture
def environment(postgres_url, valkey_url, smtp, tmp_path, free_port):
    return {
        **os.environ,
        "TOOL_URL": f"http://tool.localhost:{free_port()}",
        "DATABASE_URL": postgres_url,
        "BROKER_URL": valkey_url,
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "SMTP_URL": smtp.url,
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
        "POLL_SECONDS": "1",
        "PRIVATE_HOSTS": "lms.localhost",
        "WEB_CONCURRENCY": "2",
    }


@pytest.fixture
def lms():
    """The LMS at its own address."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    app = create_lms(url=f"http://lms.localhost:{server.port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://lms.localhost:{server.port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def start(environment, tmp_path):
    """A function that starts a process, which is stopped at the end. Its output is in tmp_path/log-*."""
    processes = []

    def start(*command):
        log = (tmp_path / f"log-{len(processes)}").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        processes.append((process, log))
        return process

    yield start
    for process, log in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def run_command(environment, *words):
    """The standard output of `python -m lti_tool` with these words."""
    done = subprocess.run(
        [sys.executable, "-m", "lti_tool", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_ready(url):
    try:
        return Robot(url).http.get(f"{url}/readyz", timeout=5).ok
    except OSError:
        return False


def test_twelve_complete_and_twelve_mails_go_out(environment, lms, start, smtp, tmp_path):
    port = environment["TOOL_URL"].rpartition(":")[2]
    web = start("gunicorn", "--config", "docker/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}")
    worker = start("lti_tool", "worker")
    # Meanwhile, as an operator does beside the running containers:
    template = "lti_tool/demo/templates/data-literacy.toml"
    printed = run_command(environment, "templates", "add", template, "--publish", "--yes")
    assert "published" in printed
    assert "Riga College" in run_command(environment, "issuer", "confirm")
    wait(lambda: is_ready(environment["TOOL_URL"]))

    robot = Robot(lms)
    robot.register(run_command(environment, "platforms", "invite").strip())
    with ThreadPoolExecutor() as beside:
        listed = beside.submit(run_command, environment, "platforms", "list")
        activity = robot.place_badge(COURSE)
        wait(lambda: "Not checked yet" not in robot.open_activity("Zane", activity).text)
    assert "moodle" in listed.result()
    robot.give_grades(COURSE, complete=12)
    wait(lambda: len(smtp.mails) == 12)
    # A second, in which a thirteenth must not come.
    assert run_command(environment, "worker", "--check") == ""
    assert len(smtp.mails) == 12

    for process in (web, worker):
        process.send_signal(signal.SIGTERM)
    assert (web.wait(30), worker.wait(30)) == (0, 0)
    for log in tmp_path.glob("log-*"):
        text = log.read_text(encoding="utf-8")
        assert "Traceback" not in text
        for secret in ("Anna", "Bērziņa", "@example.org", "eyJ"):
            assert secret not in text
