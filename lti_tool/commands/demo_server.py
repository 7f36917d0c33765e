"""The tool and the demo LMS in one process, for `python -m lti_tool demo`."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import socket
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from wsgiref.types import WSGIApplication

from config.settings import Settings, read_settings
from lti_tool.demo.lms import create_lms
from lti_tool.issuing import legal_identity
from lti_tool.logs import set_up_logs
from lti_tool.platforms import invitations
from lti_tool.store import queries
from lti_tool.tasks import Worker
from lti_tool.templates import versions
from lti_tool.web import create_app
from lti_tool.web.server import listen, serve
from lti_tool.wiring import Tool, build_tool

ISSUER_FILE = Path(__file__).parents[2] / "config" / "issuer.example.toml"
TEMPLATES = Path(__file__).parents[1] / "demo" / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDemo:
    """The tool and the LMS while both answer requests. `registration_url` adds the tool to a platform."""

    tool: Tool
    tool_url: str
    lms_url: str
    registration_url: str


def serve_until_stopped(folder: Path, tool_port: int, lms_port: int, address: str = "127.0.0.1") -> int:
    """The exit code, after Ctrl-C or SIGTERM: 0, or 2 where a port is taken. The data in `folder` is used again."""
    try:
        tool_socket, lms_socket = listen(tool_port, address), listen(lms_port, address)
    except OSError as error:
        print(
            f"A port is taken: {error.strerror}. Choose others with --tool-port and --lms-port.",
            file=sys.stderr,
        )
        return 2
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with demo_in_folder(folder, tool_socket, lms_socket) as demo:
        print(_instructions(demo, folder), flush=True)
        stop.wait()
        print("\nStopping ...", flush=True)
    return 0


def _instructions(demo: RunningDemo, folder: Path) -> str:
    return f"""
Nozimite is running, with a small LMS beside it. Open these in a browser on this machine:

  The LMS        {demo.lms_url}/
                 At the top, choose who you are.
  1. Admin       Ieva: "Site administration", add the tool by this address, then activate it:
                 {demo.registration_url}
  2. Teacher     Zane: open a course, "Add an activity", "Select content", pick a badge, save; open it once.
                 Or press "Create a new badge" there: four short steps to one of your own.
                 Then "Gradebook": give everybody grades. Twelve of thirty complete.
  3. Learner     Anna: open the badge in her course. It is there a few seconds after her grade.
  4. Verifier    {demo.tool_url}/verify   drop the picture Anna downloaded.

  Mails          no mail server is set: they are written to {folder / "mail"}
  Data           {folder} (remove the folder to begin anew)

Ctrl-C stops.
"""


# --- both servers


def demo_in_folder(
    folder: Path, tool_socket: socket.socket, lms_socket: socket.socket, mail: Path | None = None
) -> AbstractContextManager[RunningDemo]:
    """The demo on the embedded defaults: SQLite, the worker in this process, mails written to a folder."""
    settings = _settings(folder, tool_socket.getsockname()[1], mail)
    set_up_logs(settings.log_format, logging.WARNING)
    return running_demo(settings, folder, tool_socket, lms_socket)


@contextmanager
def running_demo(
    settings: Settings,
    folder: Path,
    tool_socket: socket.socket,
    lms_socket: socket.socket,
    product: Literal["moodle", "canvas"] = "moodle",
    create_tool_app: Callable[[Tool], WSGIApplication] = create_app,
) -> Iterator[RunningDemo]:
    """The tool, its worker and the LMS, until the block ends. `folder` is for the LMS's state and the invitation."""
    lms_url = f"http://lms.localhost:{lms_socket.getsockname()[1]}"
    tool = build_tool(settings)
    registration_url = _registration_url(tool, folder)
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer.profile, tool.clock())
    _publish_templates(tool)
    lms = create_lms(
        url=lms_url,
        tool_url=tool.tool_url,
        registration_url=registration_url,
        product=product,
        state_file=folder / "lms.json",
    )
    worker = Worker(tool, settings.broker_url)
    servers = [serve(create_tool_app(tool), tool_socket), serve(lms, lms_socket)]
    worker.start()
    try:
        yield RunningDemo(
            tool=tool, tool_url=tool.tool_url, lms_url=lms_url, registration_url=registration_url
        )
    finally:
        # The worker first: a check of a platform that it has begun still needs the LMS.
        worker.stop()
        for server in servers:
            server.shutdown()
            server.server_close()
        tool_socket.close()
        lms_socket.close()
        tool.store.close()


def _settings(folder: Path, port: int, mail: Path | None) -> Settings:
    """The settings of the demo; its secrets are made at the first start.

    They are read again later: with another KEY_ENCRYPTION_KEY the signing keys in the database cannot be opened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    secrets_file = folder / "secrets.json"
    if not secrets_file.exists():
        values = {name: secrets.token_urlsafe(32) for name in ("SECRET_KEY", "KEY_ENCRYPTION_KEY")}
        secrets_file.touch(mode=0o600)
        secrets_file.write_text(json.dumps(values), encoding="utf-8")
    return read_settings(
        {
            "TOOL_URL": f"http://tool.localhost:{port}",
            "DATABASE_URL": f"sqlite:///{(folder / 'nozimite.sqlite').absolute()}",
            "ISSUER_FILE": str(ISSUER_FILE),
            "MAIL_FOLDER": str(mail or folder / "mail"),
            "POLL_SECONDS": "2",
            "ALLOW_PRIVATE_ADDRESSES": "yes",
            "LOG_FORMAT": "console",
            **json.loads(secrets_file.read_text(encoding="utf-8")),
        }
    )


def _registration_url(tool: Tool, folder: Path) -> str:
    """The registration address: the same at every start, as long as its invitation is open."""
    file = folder / "registration-url"
    with tool.store.begin() as session:
        if file.exists():
            url = file.read_text(encoding="utf-8")
            if url.startswith(tool.tool_url) and invitations.is_invitation_open(
                session, url.rpartition("=")[2], tool.clock()
            ):
                return url
        url = f"{tool.tool_url}/lti/register?code={invitations.invite(session, tool.clock())}"
    file.write_text(url, encoding="utf-8")
    return url


def _publish_templates(tool: Tool) -> None:
    """Publishes the templates of the demo, at the first start."""
    with tool.store.begin() as session:
        if queries.templates.template_versions(session):
            return
        for file in sorted(TEMPLATES.glob("*.toml")):
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            row = versions.add(session, data, tool.clock())
            versions.publish(row, tool.issuer.profile, tool.clock())
