"""The tool and the demo LMS in one process, for `python -m lti_tool demo`."""

from __future__ import annotations

import json
import logging
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from wsgiref.types import WSGIApplication

from config.errors import SettingsError
from config.settings import Settings, read_settings
from lti_tool import private_files
from lti_tool.commands import demo_institution
from lti_tool.commands.demo_offers import offer_courses
from lti_tool.demo import canvas_events, canvas_oauth, canvas_rest, college_sign_in, full_swing, saved_state
from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from lti_tool.demo.state import Lms, Operator, SignInClient
from lti_tool.errors import NotAllowedError
from lti_tool.issuing import legal_identity
from lti_tool.logs import set_up_logs
from lti_tool.platforms import invitations, source_access
from lti_tool.sources import SOURCES, set_up
from lti_tool.sources.set_up import read_settings as read_settings_of
from lti_tool.store import queries
from lti_tool.store.events import Act
from lti_tool.tasks import Worker
from lti_tool.templates.starters import publish_starters
from lti_tool.web import create_app
from lti_tool.web.server import listen, serve
from lti_tool.wiring import Tool, build_tool, move_issuers
from lti_tool.worker import stop_signals

Product = Literal["moodle", "canvas"]

ISSUER_FILE = Path(__file__).parents[2] / "config" / "issuer.example.toml"
TEMPLATES = Path(__file__).parents[1] / "demo" / "templates"
#: The colour and the logo of the college, as its file would have them.
LOOK = Path(__file__).parents[1] / "demo" / "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDemo:
    """The tool and the LMS while both answer requests. `registration_url` adds the tool to a platform."""

    tool: Tool
    lms: Lms
    tool_url: str
    lms_url: str
    registration_url: str


#: The names of this machine that the tool may call: those of the LMS, which in Canvas are three, and its own.
LOCAL_HOSTS = ("lms.localhost", "canvas.localhost", "sso.localhost", "tool.localhost")

#: The secrets of a demo, which it makes at its first start.
SECRETS = ("SECRET_KEY", "KEY_ENCRYPTION_KEY", "OIDC_CLIENT_SECRET")

#: The listening sockets of the tool and of the LMS.
Sockets = tuple[socket.socket, socket.socket]

#: The settings that the demo chooses itself: a real database, mail server or key must not be used by it.
CHOSEN = (
    "TOOL_URL",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "KEY_ENCRYPTION_KEY",
    "KEY_ENCRYPTION_KEY_FILE",
    "ISSUER_FILE",
    "DATABASE_URL",
    "BROKER_URL",
    "EXTENSION_URL",
    "SMTP_URL",
    "MAIL_FOLDER",
    "JOURNAL_FILE",
    "PKCS11_MODULE",
    "PKCS11_TOKEN",
    "PKCS11_PIN",
    "PKCS11_PIN_FILE",
    "SEAL_PKCS12_FILE",
    "SEAL_PKCS11_MODULE",
    "SEAL_CSC_URL",
    "POLL_SECONDS",
    "PRIVATE_HOSTS",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_CLIENT_SECRET_FILE",
    "OIDC_ROLE_CLAIM",
    "OIDC_ROLES",
)


def refused_settings(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables in `environment` that are set, and that the demo chooses itself."""
    return tuple(name for name in CHOSEN if environment.get(name, "").strip())


def open_sockets(tool_port: int, lms_port: int, address: str = "127.0.0.1") -> Sockets:
    """The sockets, at any free port where one is 0. Raises NotAllowedError where one cannot be opened."""
    tool_socket = _open_socket(tool_port, address, "--tool-port")
    try:
        return tool_socket, _open_socket(lms_port, address, "--lms-port")
    except NotAllowedError:
        tool_socket.close()
        raise


def _open_socket(port: int, address: str, option: str) -> socket.socket:
    try:
        return listen(port, address)
    except OSError as error:
        raise NotAllowedError(
            f"Cannot listen at {address}, port {port}: {error.strerror}. Choose another with {option} or --listen."
        ) from error


def serve_until_stopped(
    folder: Path, sockets: Sockets, environment: Mapping[str, str], product: Product = "moodle"
) -> int:
    """The exit code, 0, after Ctrl-C or SIGTERM. The data in `folder` is used again; it begins with empty courses."""
    return _serve_until_stopped(folder, sockets, environment, product, lambda _demo: None)


def serve_in_full_swing(
    folder: Path, sockets: Sockets, environment: Mapping[str, str], product: Product = "moodle"
) -> int:
    """As `serve_until_stopped`, but where the folder is new one of the two courses begins in full swing."""
    return _serve_until_stopped(folder, sockets, environment, product, lambda demo: fill_course(demo, folder))


def _serve_until_stopped(
    folder: Path,
    sockets: Sockets,
    environment: Mapping[str, str],
    product: Product,
    prepare: Callable[[RunningDemo], None],
) -> int:
    wait_for_stop = stop_signals()
    with demo_in_folder(folder, sockets, environment, product=product) as demo:
        offer_courses(demo.tool)
        prepare(demo)
        print(_instructions(demo, folder, product), flush=True)
        wait_for_stop()
        print("\nStopping ...", flush=True)
    return 0


def fill_course(demo: RunningDemo, folder: Path) -> None:
    """Has a class taught in one of the courses, where no tool is in the LMS yet. What breaks off is told, and left."""
    lms = demo.lms
    if lms.campus.tools:
        return
    print("A class is being taught, which takes some seconds ...", flush=True)
    try:
        lms.campus.example = full_swing.fill(
            Robot(lms.url),
            lms.campus,
            demo.registration_url,
            lambda: demo_institution.approval_link(folder / "mail"),
        )
    except UnexpectedPageError as error:
        print(f"The class broke off: {error}", file=sys.stderr)
    saved_state.save(lms.campus, lms.keys, folder / "lms.json")


def _instructions(demo: RunningDemo, folder: Path, product: Product) -> str:
    filled = _FILLED if demo.lms.campus.example else ""
    return f"""
Nozimite is running, with a small LMS beside it. Open these in a browser on this machine:

  The LMS        {demo.lms_url}/
{filled}                 At the top, choose who you are.
{_by_hand(demo, product)}  4. Verifier    {demo.tool_url}/verify   drop the picture Anna downloaded.

  Catalogue      {demo.tool_url}/catalogue   what somebody reads who thinks of enrolling.

  Mails          no mail server is set: they are written to {folder / "mail"}
  Data           {folder} (remove the folder to begin anew)

Ctrl-C stops.
"""


_FILLED = """\
                 A course is in full swing: the first page leads everybody to what they see of it.
                 The other course is empty, to do it all by hand:
"""


def _by_hand(demo: RunningDemo, product: Product) -> str:
    added = f"""\
  1. Admin       Ieva: "Site administration", add the tool by this address, then activate it:
                 {demo.registration_url}
"""
    if demo.lms.campus.example:
        added = """\
  1. Admin       Ieva has added the tool; "Site administration" shows what it was given.
"""
    return f"""\
{added}\
  2. Teacher     Zane: open a course, "Add an activity", "Select content", pick a badge, save; open it once.
                 Or press "Create a new badge" there: a page of questions to one of your own. When you publish it,
                 somebody at the college has to approve it: open the link in the newest approval mail, below.
                 Then "Gradebook": give everybody grades. Twelve of thirty complete, and the page says why.
                 Let all thirty complete, and Nozimite asks whether they have, or the link is open to everybody.
{_OPENING[product]}  3. Learner     Anna: open the badge in her course. It is there a few seconds after her grade.
"""


#: How a visitor opens the way on which the platform itself tells who has completed.
_OPENING = {
    "moodle": """\
                 Ieva can install the plugin under "Site administration": Moodle itself then tells who has completed.
""",
    "canvas": """\
                 On the badge's page, under "How Nozimite learns who has completed", Zane can let Nozimite read her
                 course in Canvas: Canvas itself then tells who has completed. Live Events are on from the beginning.
""",
}


# --- both servers


def demo_in_folder(
    folder: Path,
    sockets: Sockets,
    environment: Mapping[str, str],
    mail: Path | None = None,
    product: Product = "moodle",
) -> AbstractContextManager[RunningDemo]:
    """The demo on the embedded defaults: SQLite, the worker in this process, mails written to a folder.

    Settings of `environment` are used, but for those in CHOSEN. Raises SettingsError where one is wrong.
    """
    tool_socket, lms_socket = sockets
    try:
        settings = _settings(folder, sockets, mail, environment)
    except SettingsError:
        tool_socket.close()
        lms_socket.close()
        raise
    set_up_logs(settings.log_format, logging.WARNING)
    return running_demo(settings, folder, tool_socket, lms_socket, product)


@contextmanager
def running_demo(
    settings: Settings,
    folder: Path,
    tool_socket: socket.socket,
    lms_socket: socket.socket,
    product: Product = "moodle",
    create_tool_app: Callable[[Tool], WSGIApplication] = create_app,
) -> Iterator[RunningDemo]:
    """The tool, its worker and the LMS, until the block ends. `folder` is for the LMS's state and the invitation."""
    lms_url = _lms_url(lms_socket)
    # At another port it is another address, which in earnest only an operator may choose.
    move_issuers(settings)
    followers: list[Callable[[Act], None]] = []

    def follow(act: Act) -> None:
        for each in followers:
            each(act)

    tool = build_tool(settings, follow=follow)
    registration_url = _registration_url(tool, folder)
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuers.first(session), tool.clock())
    with tool.store.begin() as session:
        publish_starters(session, tool.issuers.first(session), TEMPLATES, tool.clock())
    lms = create_lms(
        url=lms_url,
        tool_url=tool.tool_url,
        registration_url=registration_url,
        product=product,
        state_file=folder / "lms.json",
        operator=operator_of(tool),
        institution=demo_institution.institution_of(tool),
        sign_in_client=_sign_in_client(tool),
    )
    if product == "canvas":
        followers.append(partial(_set_up_canvas, tool, lms.extensions["lms"]))
    worker = Worker(tool, settings.broker_url)
    servers = [serve(create_tool_app(tool), tool_socket), serve(lms, lms_socket)]
    worker.start()
    try:
        yield RunningDemo(
            tool=tool,
            lms=lms.extensions["lms"],
            tool_url=tool.tool_url,
            lms_url=lms_url,
            registration_url=registration_url,
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


def _set_up_canvas(tool: Tool, lms: Lms, act: Act) -> None:
    """Once the tool is registered: does what an operator does in both, so that a visitor finds it done.

    Canvas gets an API key and the address for Live Events, and the tool what belongs to them.
    """
    if act.what != "registered":
        return
    number = int(act.about.partition(":")[2])
    key = canvas_oauth.new_key(f"{tool.tool_url}/lti/consent", list(canvas_rest.SCOPES))
    typed = {
        "canvas_rest": {"site": lms.url, "client_id": key.client_id, "client_secret": key.secret},
        "canvas_live_events": {"jwks_url": lms.url + canvas_events.KEYS_PATH},
    }
    given = {name: set_up.read_settings(SOURCES[name].SET_UP, values) for name, values in typed.items()}
    with tool.store.begin() as session:
        for name, each in given.items():
            source_access.give(session, number, name, each, tool.encrypt, tool.clock())
    lms.campus.api_key = key
    secret = given["canvas_live_events"].secrets["secret"]
    lms.campus.events_url = f"{tool.tool_url}/sources/canvas_live_events/{number}/{secret}"


def _lms_url(lms_socket: socket.socket) -> str:
    return f"http://lms.localhost:{lms_socket.getsockname()[1]}"


def _sign_in_client(tool: Tool) -> SignInClient | None:
    """The tool as the college's provider is to know it; None where the tool signs nobody in there."""
    if tool.openid is None:
        return None
    client = tool.openid.client
    return SignInClient(
        client_id=client.client_id,
        secret=client.client_secret,
        redirect_uri=f"{tool.tool_url}/operator/return",
    )


def operator_of(tool: Tool) -> Operator:
    """Somebody who does in the tool at once what its operator does by `platforms source set` and `remove`.

    For a client that the LMS has registered: the answer has the address of the source, and the secrets it was given.
    """

    def operate(client_id: str, source: str, typed: Mapping[str, str] | None) -> Mapping[str, str]:
        with tool.store.begin() as session:
            rows = queries.platforms.registrations(session)
            row = next((each for each in reversed(rows) if each.client_id == client_id), None)
            if row is None:
                return {}
            if typed is None:
                source_access.take_away(session, row.id, source, tool.clock())
                return {}
            given = read_settings_of(SOURCES[source].SET_UP, typed)
            source_access.give(session, row.id, source, given, tool.encrypt, tool.clock())
            return {"address": f"{row.tool_url}/sources/{source}/{row.id}/", **given.secrets}

    return operate


def _settings(folder: Path, sockets: Sockets, mail: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of the demo; its secrets are made at the first start.

    They are read again later: with another KEY_ENCRYPTION_KEY the signing keys in the database cannot be opened.
    """
    private_files.make_folder(folder)
    secrets_file = folder / "secrets.json"
    made = json.loads(secrets_file.read_text(encoding="utf-8")) if secrets_file.exists() else {}
    # A folder of an earlier version may lack one.
    if not made.keys() >= set(SECRETS):
        made = {name: secrets.token_urlsafe(32) for name in SECRETS} | made
        private_files.write(secrets_file, json.dumps(made).encode())
    tool_socket, lms_socket = sockets
    others = {name: value for name, value in environment.items() if name not in CHOSEN}
    return read_settings(
        {
            "LOG_FORMAT": "console",
            **others,
            "TOOL_URL": f"http://tool.localhost:{tool_socket.getsockname()[1]}",
            "DATABASE_URL": f"sqlite:///{(folder / 'nozimite.sqlite').absolute()}",
            "ISSUER_FILE": str(issuer_file_in(folder)),
            "MAIL_FOLDER": str(mail or folder / "mail"),
            "JOURNAL_FILE": str(folder / "journal.jsonl"),
            "POLL_SECONDS": "2",
            "PRIVATE_HOSTS": " ".join(LOCAL_HOSTS),
            "OIDC_ISSUER": _lms_url(lms_socket) + college_sign_in.PATH,
            "OIDC_CLIENT_ID": "nozimite",
            "OIDC_ROLE_CLAIM": "groups",
            "OIDC_ROLES": "badge-owners=owner quality=approver audit=auditor",
            **made,
        }
    )


def issuer_file_in(folder: Path) -> Path:
    """The example of an issuer's file with a look, written to the folder, and its logo beside it."""
    for file in LOOK.glob("*.png"):
        (folder / file.name).write_bytes(file.read_bytes())
    text = ISSUER_FILE.read_text(encoding="utf-8") + (LOOK / "look.toml").read_text(encoding="utf-8")
    path = folder / "issuer.toml"
    path.write_text(text, encoding="utf-8")
    return path


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
