"""The whole product and a small LMS in one process: to be clicked through, or telling its story with no human."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import socket
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Literal

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from config.settings import Settings, read_settings
from lti_tool import admission, awarding, checking, templates
from lti_tool.demo.lms import create_lms
from lti_tool.demo.reading import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.logs import set_up_logs
from lti_tool.store import queries
from lti_tool.store.models import AwardRule
from lti_tool.tasks import Worker
from lti_tool.values import Json
from lti_tool.web import create_app
from lti_tool.wiring import Tool, build_tool

ISSUER_FILE = Path(__file__).parents[1] / "config" / "issuer.example.toml"
TEMPLATES = Path(__file__).parent / "demo" / "templates"
COURSE = "Data Literacy"
COMPLETE = 12
PATIENCE_SECONDS = 60


class ShowcaseError(Exception):
    """The story did not go as it should; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showcase:
    """The tool and the LMS, both answering."""

    tool: Tool
    tool_url: str
    lms_url: str
    registration_url: str


# --- for people


def stay(folder: Path, tool_port: int, lms_port: int, address: str = "127.0.0.1") -> int:
    """Serves until Ctrl-C. What happened is kept in `folder`, and is there again at the next start."""
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
    with _standing(folder, tool_socket, lms_socket) as showcase:
        print(_where_to_click(showcase, folder), flush=True)
        stop.wait()
        print("\nStopping ...", flush=True)
    return 0


def _where_to_click(showcase: Showcase, folder: Path) -> str:
    return f"""
Nozimite is running, with a small LMS beside it. Open these in a browser on this machine:

  The LMS        {showcase.lms_url}/
                 At the top, choose who you are.
  1. Admin       Ieva: "Site administration", add the tool by this address, then activate it:
                 {showcase.registration_url}
  2. Teacher     Zane: open a course, "Add an activity", "Select content", pick a badge, save; open it once.
                 Then "Gradebook": give everybody grades. Twelve of thirty complete.
  3. Learner     Anna: open the badge in her course. It is there a few seconds after her grade.
  4. Verifier    {showcase.tool_url}/verify   drop the picture Anna downloaded.

  Mails          no mail server is set: they are written to {folder / "mail"}
  Data           {folder} (remove the folder to begin anew)

Ctrl-C stops.
"""


# --- with no human


def once(out: Path) -> int:
    """Tells the story and leaves its files in `out`, with summary.json. 0 when all is as it should be."""
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("badge-*", "mails/*.eml", "summary.json"):
        for left_over in out.glob(pattern):
            left_over.unlink()
    began = time.monotonic()
    with (
        TemporaryDirectory(prefix="nozimite-demo-") as folder,
        _standing(Path(folder), listen(0), listen(0), mail=out / "mails") as showcase,
    ):
        try:
            graded_at = _told(showcase)
            summary = _left_behind(showcase, out, graded_at)
        except (ShowcaseError, UnexpectedPageError) as error:
            print(f"The story broke off: {error}", file=sys.stderr)
            return 1
    summary["seconds_total"] = round(time.monotonic() - began, 2)
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out / "summary.json").write_text(text + "\n", encoding="utf-8")
    troubles = _troubles(summary)
    for trouble in troubles:
        print(f"Not as it should be: {trouble}", file=sys.stderr)
    _tell(f"Done in {summary['seconds_total']} s: {out / 'summary.json'}")
    return 1 if troubles else 0


def _told(showcase: Showcase) -> datetime:
    """Registration, placing, thirty grades, twelve badges, one revoked; gives when the grades were in."""
    tool = showcase.tool
    robot = Robot(showcase.lms_url)
    robot.register(showcase.registration_url)
    _tell("The LMS registered the tool by Dynamic Registration.")
    activity = robot.place_badge(COURSE)
    robot.open_activity("Zane", activity)
    rule_id = _wait("the badge to be switched on", lambda: _first_rule(tool))
    _wait("the first look at who may open the link", lambda: _looked(tool, rule_id))
    _tell("Zane placed a badge on a restricted link.")
    graded_at = tool.clock()
    robot.give_grades(COURSE, complete=COMPLETE)
    _tell("Thirty learners have grades.")
    _wait(
        f"{COMPLETE} badges to be delivered",
        lambda: _delivered(tool, rule_id) >= COMPLETE,
        lambda: f"{_delivered(tool, rule_id)} of {COMPLETE} badges delivered",
    )
    with tool.store.begin() as session:
        last = queries.awards_of_rule(session, rule_id)[-1]
        awarding.revoke(session, last, "issued in error (demonstration)", tool.clock())
    _tell("One badge was revoked.")
    return graded_at


def _left_behind(showcase: Showcase, out: Path, graded_at: datetime) -> Json:
    """Writes the badges and what a verifier would fetch, then verifies every file from what was written."""
    tool = showcase.tool
    with tool.store.read() as session:
        rows = queries.credentials(session)
        badges = [(row, awarding.baked(tool.issuer, row)) for row in rows]
        awards = [
            award for rule in queries.all_rules(session) for award in queries.awards_of_rule(session, rule.id)
        ]
        sent = [d.sent_at for award in awards for d in award.deliveries if d.sent_at]
    _fetch_documents(showcase, rows, out)
    files = []
    for number, (row, badge) in enumerate(badges, start=1):
        names = {kind: f"badge-{number:02d}.{kind}" for kind in ("png", "json", "jwt")}
        (out / names["png"]).write_bytes(badge.png)
        (out / names["json"]).write_text(row.text, encoding="utf-8")
        (out / names["jwt"]).write_text(row.jwt, encoding="utf-8")
        verdicts = {checking.check_file((out / name).read_bytes(), out).verdict for name in names.values()}
        verdict = verdicts.pop() if len(verdicts) == 1 else f"disagreeing: {', '.join(sorted(verdicts))}"
        files.append({"png": names["png"], "credential": names["json"], "verdict": verdict})
        _tell(f"Verified {number} of {len(badges)}", passing=number < len(badges))
    waits = sorted((time_ - graded_at).total_seconds() for time_ in sent)
    return {
        "learners": Robot(showcase.lms_url).learners(COURSE),
        "completed": len(awards),
        "issued": len(rows),
        "delivered": len(sent),
        "revoked": sum(1 for award in awards if award.status == "revoked"),
        "seconds_completion_to_delivery": {
            "median": round(median(waits), 2) if waits else None,
            "maximum": round(waits[-1], 2) if waits else None,
        },
        "files": files,
    }


def _fetch_documents(showcase: Showcase, rows: Any, out: Path) -> None:
    """What a verifier would fetch, over HTTP from where it is published."""
    tool = showcase.tool
    issuer = tool.addresses.issuer
    wanted = {
        "did.json": f"{issuer}/did.json",
        "jwks.json": f"{issuer}/jwks.json",
        "status-list.json": tool.addresses.status_list(rows[0].status_list_id) if rows else "",
    }
    for name, url in wanted.items():
        (out / name).write_bytes(tool.outgoing.fetch(url))


def _troubles(summary: Mapping[str, Any]) -> list[str]:
    expected = {
        "learners": 30,
        "completed": COMPLETE,
        "issued": COMPLETE,
        "delivered": COMPLETE,
        "revoked": 1,
    }
    troubles = [
        f"{name} is {summary[name]}, not {count}"
        for name, count in expected.items()
        if summary[name] != count
    ]
    verdicts = sorted(file["verdict"] for file in summary["files"])
    if verdicts != ["revoked"] + ["verified"] * (COMPLETE - 1):
        troubles.append(f"the verdicts are {', '.join(verdicts)}")
    return troubles


def _first_rule(tool: Tool) -> int:
    with tool.store.read() as session:
        rules = queries.all_rules(session)
        return rules[0].id if rules else 0


def _looked(tool: Tool, rule_id: int) -> bool:
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        if rule.trouble:
            raise ShowcaseError(rule.trouble)
        return rule.checked_at is not None


def _delivered(tool: Tool, rule_id: int) -> int:
    with tool.store.read() as session:
        awards = queries.awards_of_rule(session, rule_id)
        return sum(1 for award in awards if any(d.status == "sent" for d in award.deliveries))


def _wait(what: str, condition: Callable[[], Any], progress: Callable[[], str] | None = None) -> Any:
    """What `condition` gives once it gives something; raises ShowcaseError when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        if progress:
            _tell(progress(), passing=True)
        time.sleep(0.1)
    raise ShowcaseError(f"waited {PATIENCE_SECONDS} s in vain for {what}")


def _tell(sentence: str, *, passing: bool = False) -> None:
    """A line of progress; a passing one is overwritten by the next, and shown on a terminal only."""
    terminal = sys.stdout.isatty()
    if passing and not terminal:
        return
    print(f"\r\x1b[K{sentence}" if terminal else sentence, end="" if passing else "\n", flush=True)


# --- both servers


def _standing(
    folder: Path, tool_socket: socket.socket, lms_socket: socket.socket, mail: Path | None = None
) -> AbstractContextManager[Showcase]:
    """The showcase on the embedded default: SQLite, the worker in this process, mails to a folder."""
    settings = _settings(folder, tool_socket.getsockname()[1], mail)
    set_up_logs(settings.log_format, logging.WARNING)
    return running(settings, folder, tool_socket, lms_socket)


@contextmanager
def running(
    settings: Settings,
    folder: Path,
    tool_socket: socket.socket,
    lms_socket: socket.socket,
    manners: Literal["moodle", "canvas"] = "moodle",
) -> Iterator[Showcase]:
    """The tool, its worker and the LMS, until the block ends; `folder` keeps what the LMS and the invitation need."""
    lms_url = f"http://lms.localhost:{lms_socket.getsockname()[1]}"
    tool = build_tool(settings)
    registration_url = _invitation(tool, folder)
    _publish_templates(tool)
    lms = create_lms(
        url=lms_url,
        tool_url=tool.tool_url,
        registration_url=registration_url,
        manners=manners,
        memory_file=folder / "lms.json",
    )
    worker = Worker(tool, settings.broker_url)
    servers = [_serve(create_app(tool), tool_socket), _serve(lms, lms_socket)]
    worker.start()
    try:
        yield Showcase(tool=tool, tool_url=tool.tool_url, lms_url=lms_url, registration_url=registration_url)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        tool_socket.close()
        lms_socket.close()
        worker.stop()
        tool.store.close()


def _settings(folder: Path, port: int, mail: Path | None) -> Settings:
    """The settings of the embedded default; the secrets are made at the first start."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "secrets.json"
    if not kept.exists():
        made = {name: secrets.token_urlsafe(32) for name in ("SECRET_KEY", "KEY_ENCRYPTION_KEY")}
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(made), encoding="utf-8")
    return read_settings(
        {
            "TOOL_URL": f"http://tool.localhost:{port}",
            "DATABASE_URL": f"sqlite:///{(folder / 'nozimite.sqlite').absolute()}",
            "ISSUER_FILE": str(ISSUER_FILE),
            "MAIL_FOLDER": str(mail or folder / "mail"),
            "POLL_SECONDS": "2",
            "ALLOW_PRIVATE_ADDRESSES": "yes",
            "LOG_FORMAT": "console",
            **json.loads(kept.read_text(encoding="utf-8")),
        }
    )


def _invitation(tool: Tool, folder: Path) -> str:
    """The registration address: the same at every start, as long as its invitation is open."""
    kept = folder / "registration-url"
    with tool.store.begin() as session:
        if kept.exists():
            url = kept.read_text(encoding="utf-8")
            if url.startswith(tool.tool_url) and admission.invitation_open(
                session, url.rpartition("=")[2], tool.clock()
            ):
                return url
        url = f"{tool.tool_url}/lti/register?code={admission.invite(session, tool.clock())}"
    kept.write_text(url, encoding="utf-8")
    return url


def _publish_templates(tool: Tool) -> None:
    with tool.store.begin() as session:
        if queries.template_versions(session):
            return
        for file in sorted(TEMPLATES.glob("*.toml")):
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            row = templates.add(session, data, tool.issuer.profile, tool.clock())
            templates.publish(row, tool.issuer.profile, tool.clock())


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the address of a badge is nobody's business."""


def _serve(app: Flask, listening: socket.socket) -> BaseWSGIServer:
    host, port = listening.getsockname()
    server = make_server(
        host,
        port,
        app,
        threaded=True,
        request_handler=_Quiet,
        fd=listening.fileno(),
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def listen(port: int, address: str = "127.0.0.1") -> socket.socket:
    """A listening socket; port 0 takes any that is free."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, port))
    listening.listen(128)
    return listening
