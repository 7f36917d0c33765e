"""A platform with many learners that launches them into the tool, and the tool as it runs in production."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Response

from lti_tool.platforms import registrations
from lti_tool.values import LEARNER
from lti_tool.web import server
from lti_tool.wiring import build_tool
from tests.fixtures import NEW_REGISTRATION, ROOT, SECRETS, place_badge, publish, settings_for
from tests.load.clients import Answer, Client
from tests.lti_tool.web.conftest import CLAIM, NRPS
from tests.running_demo import wait

PLATFORM = "http://lms.localhost"
COURSES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch that its platform has signed and no browser has posted yet: the form, and the cookie of its login."""

    form: bytes
    cookie: str


@dataclass(frozen=True, kw_only=True)
class School:
    """The platform: its key, and for each course the parameters of the link that stands in it."""

    tool_url: str
    key: rsa.RSAPrivateKey
    links: Sequence[dict[str, str]]

    def login_form(self, person: int) -> bytes:
        """What the platform lets the browser post to begin a login."""
        return urlencode(
            {
                "iss": NEW_REGISTRATION.platform_id,
                "client_id": NEW_REGISTRATION.client_id,
                "login_hint": str(person),
                "target_link_uri": f"{self.tool_url}/lti/launch",
            }
        ).encode()

    def signed(self, person: int, login: Answer) -> Launch:
        """The launch of a person, in answer to the login that the tool has begun."""
        asked = parse_qs(urlsplit(login.header("Location")).query)
        now = int(time.time())
        course = person % len(self.links)
        claims = {
            "iss": NEW_REGISTRATION.platform_id,
            "aud": NEW_REGISTRATION.client_id,
            "sub": str(person),
            "name": f"Learner {person}",
            "email": f"learner{person}@example.org",
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"][0],
            CLAIM + "deployment_id": "1",
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "target_link_uri": f"{self.tool_url}/lti/launch",
            CLAIM + "roles": [LEARNER],
            CLAIM + "context": {"id": str(course), "title": f"Course {course}"},
            CLAIM + "resource_link": {"id": f"link-{course}", "title": "Badge"},
            CLAIM + "custom": self.links[course],
            CLAIM + "launch_presentation": {
                "locale": "lv",
                "return_url": "https://moodle.example.org/mod/lti/return.php",
            },
            NRPS: {"context_memberships_url": f"https://moodle.example.org/members/{course}"},
            CLAIM + "tool_platform": {"product_family_code": "moodle"},
        }
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "school"})
        form = urlencode({"id_token": token, "state": asked["state"][0]}).encode()
        return Launch(form=form, cookie=login.header("Set-Cookie").partition(";")[0])


@contextmanager
def school_at(database_url: str, tool_url: str, folder: Path) -> Iterator[School]:
    """The platform, registered at a tool with that database, with a badge placed in each of its courses."""
    key = rsa.generate_private_key(65537, 2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    body = json.dumps({"keys": [public | {"kid": "school", "alg": "RS256"}]})
    listener = server.listen(0)
    platform = server.serve(Response(body, mimetype="application/json"), listener)
    jwks_url = f"{PLATFORM}:{listener.getsockname()[1]}/jwks"
    tool = build_tool(
        settings_for(
            database_url,
            folder,
            tool_url=tool_url,
            key_encryption_key=urlsafe_b64decode(SECRETS["KEY_ENCRYPTION_KEY"] + "="),
        )
    )
    badge = publish(tool)
    with tool.store.begin() as session:
        registration = registrations.add(
            session, replace(NEW_REGISTRATION, jwks_url=jwks_url), tool.clock()
        ).id
        links = [
            place_badge(session, tool, registration, badge, context_id=str(number))
            for number in range(COURSES)
        ]
    tool.store.close()
    try:
        yield School(tool_url=tool_url, key=key, links=links)
    finally:
        platform.shutdown()
        platform.server_close()
        listener.close()


@contextmanager
def running_tool(
    tool_url: str, folder: Path, database_url: str, valkey_url: str
) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn with the settings of the image, once it answers; its output is in `folder`/web-log.

    It exchanges no process for a new one, which the image does after some thousand requests: a leak would not be seen.
    """
    port = tool_url.rpartition(":")[2]
    environment = os.environ | {
        "TOOL_URL": tool_url,
        "DATABASE_URL": database_url,
        "BROKER_URL": valkey_url,
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(folder / "mail"),
        "JOURNAL_FILE": str(folder / "journal.jsonl"),
        "PRIVATE_HOSTS": "lms.localhost",
        "WEB_CONCURRENCY": "2",
    }
    words = ["--config", "docker/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "--max-requests", "0"]
    with (folder / "web-log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait(lambda: process.poll() is not None or _answers(int(port)))
        assert process.poll() is None, (folder / "web-log").read_text(encoding="utf-8")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _answers(port: int) -> bool:
    try:
        return Client(port).get("/readyz").status == 200
    except OSError:
        return False
