"""Anna, signed in on My badges with an address that she has proved, and a program that she may let in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.people import learner_sessions, sessions
from lti_tool.people.addresses import save_proof
from lti_tool.store import events, queries
from lti_tool.web import rate_limits
from lti_tool.web.current import install
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.attacks.stranger import Stranger, subject
from tests.fixtures import ANNA, JANIS, launch_of
from tests.lti_tool.web.backpack.moodle import Moodle
from tests.lti_tool.web.backpack.moodle_site import HOST, certificates, running_moodle
from tests.lti_tool.web.backpack.program import Program
from tests.lti_tool.web.conftest import browser_of

PRIVATE = "anna@home.example"
OTHER = "janis@home.example"


def identifier(address: str) -> list[dict[str, Any]]:
    """Whom a badge names by the address in plain words."""
    return [
        {
            "type": "IdentityObject",
            "identityHash": address,
            "identityType": "emailAddress",
            "hashed": False,
        }
    ]


def stranger_badge(
    stranger: Stranger,
    number: int = 1,
    address: str = PRIVATE,
    proof: str = "eddsa-rdfc-2022",
    name: str = "Welding",
    **members: Any,
) -> str:
    """The text of a badge of another issuer."""
    about = subject(name, "Welds.", "Weld.")
    del about["id"]
    about["identifier"] = identifier(address)
    credential = {
        "id": f"https://mallory.example/credentials/{number}",
        "validFrom": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
        "name": name,
        "credentialSubject": about,
    }
    return stranger.secure("OpenBadgeCredential", "Liepaja School", credential | members, proof)


@pytest.fixture(scope="session")
def stranger() -> Stranger:
    return Stranger()


@pytest.fixture
def anna(school, web_tool) -> int:
    """Her number; she has proved an address, and has no badge yet."""
    return prove(web_tool, ANNA, PRIVATE)


def prove(tool, member, address) -> int:
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(member, 1), tool.clock())
        person_id = queries.people.person_of(session, 1, member.user_id).id
        save_proof(session, person_id, address, tool.clock(), events.person(person_id))
        return person_id


@pytest.fixture
def outside(app, anna, web_tool):
    """The browser in which Anna is signed in."""
    return signed_in(app, web_tool, PRIVATE)


@pytest.fixture
def janis(app, anna, web_tool):
    """A browser in which another learner is signed in."""
    prove(web_tool, JANIS, OTHER)
    return signed_in(app, web_tool, OTHER)


def signed_in(app, tool, address):
    """A browser with a session that a code to the address has begun: how that goes is tested where it is done."""
    browser = browser_of(app)
    with tool.store.begin() as session:
        token = learner_sessions.start_session(session, address, tool.clock())
    browser.set_cookie(SESSION_COOKIE, token)
    return browser


@pytest.fixture
def own(app):
    """The connection of a program, which is no browser."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_HOST"] = "badges.example.org"
    return client


@pytest.fixture
def program(own, outside) -> Program:
    return Program(own=own, learner=outside)


@pytest.fixture
def inside(program) -> Program:
    """The same, once Anna has let it in for everything."""
    program.come_in()
    return program


@pytest.fixture(scope="session")
def site_certificates(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("moodle"))


@pytest.fixture
def site(site_certificates):
    with running_moodle(site_certificates.context) as site:
        yield site


@pytest.fixture
def calling(app, web_tool, site, site_certificates):
    """The tool, whose verifier calls the site over its socket."""
    tool = replace(web_tool, verifier_outgoing=site.outgoing(site_certificates.ca_bundle, HOST))
    install(app, tool)
    return tool


@pytest.fixture
def moodle(calling, own, outside, site) -> Moodle:
    return Moodle(own=own, learner=outside, site=site.url)


@pytest.fixture
def connected(moodle) -> Moodle:
    moodle.connect()
    return moodle


@pytest.fixture
def limited(app, monkeypatch):
    """Counts what is asked in a minute, from nothing on."""
    limiter = rate_limits._limiter_of(app)
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield
    limiter.reset()


def code_of(answer) -> str:
    """The code of an error of the API."""
    fields = answer.json["imsx_codeMinor"]["imsx_codeMinorField"]
    return fields[0]["imsx_codeMinorFieldValue"]


def changed(text: str) -> str:
    """The badge with another name under the same signature."""
    credential = json.loads(text)
    credential["credentialSubject"]["achievement"]["name"] = "Surgery"
    return json.dumps(credential)
