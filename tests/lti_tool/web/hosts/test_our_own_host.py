"""Our client at our host, over real HTTP: two installations, one of which brings a badge that the other verifies."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests.structures import CaseInsensitiveDict
from werkzeug.serving import make_server

from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.store.models import BroughtBadge, CredentialRow, HostAccess, KeptBadge, ProgramAccess
from lti_tool.web import create_app, rate_limits
from lti_tool.web.current import install
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, register_once, rows, run_due_jobs, settings_for
from tests.lti_tool.web.backpack.conftest import prove, signed_in
from tests.lti_tool.web.backpack.official import breaches, breaches_of_answer
from tests.lti_tool.web.conftest import FROM_US, text_of
from tests.lti_tool.web.hosts.conftest import ADDRESS, Learner

API = "/ims/ob/v3p0"


class Judged(Outgoing):
    """The way to the host, on which the official OpenAPI document judges what is sent and what is answered."""

    def __init__(self) -> None:
        super().__init__(private_hosts=["localhost"])
        self.seen: list[tuple[str, str, int]] = []

    def request(self, method: str, url: str, **given: Any) -> HttpResponse:
        answer = super().request(method, url, **given)
        path = urlsplit(url).path.removeprefix(API)
        self.seen.append((method, path, answer.status))
        if path in ("/credentials", "/discovery"):
            mimetype = answer.headers.get("Content-Type", "").partition(";")[0]
            read = SimpleNamespace(
                status_code=answer.status,
                mimetype=mimetype,
                data=answer.body,
                text=answer.body.decode(),
                json=json.loads(answer.body) if answer.body and mimetype == "application/json" else None,
            )
            assert breaches_of_answer(read, method.lower(), path) == []
        if path == "/credentials":
            assert breaches(json.loads(given["data"]), "AchievementCredential") == []
        return answer


class ToTheIssuer(Outgoing):
    """The way from the host to the first installation, which it asks for the keys of its issuer."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self.app = app

    def request(self, method: str, url: str, **_: Any) -> HttpResponse:
        parts = urlsplit(url)
        assert method == "GET" and parts.netloc == "badges.example.org"
        got = self.app.test_client().get(parts.path, base_url="https://badges.example.org")
        return HttpResponse(
            status=got.status_code, headers=CaseInsensitiveDict(got.headers), body=got.data, url=url
        )


@contextmanager
def served(app: Any, server: Any):
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def our_host(app, clock, tmp_path):
    """Another installation at a port of this machine, with Anna in it, and the browser in which she is signed in."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://localhost:{server.port}"
    folder = tmp_path / "host"
    folder.mkdir()
    settings = settings_for(f"sqlite:///{folder / 'host.sqlite'}", folder, tool_url=url)
    tool = build_tool(settings, clock)
    tool = replace(tool, verifier_outgoing=ToTheIssuer(app))
    with tool.store.begin() as session:
        register_once(session, clock())
    person_id = prove(tool, ANNA, ADDRESS)
    host_app = create_app(tool)
    rate_limits.switch_off(host_app)
    with served(host_app, server):
        yield SimpleNamespace(url=url, tool=tool, app=host_app, person_id=person_id)
    tool.store.close()


def allow(host: Any, address: str) -> str:
    """Where the host sends her back who has pressed “Allow access” on its page."""
    browser = signed_in(host.app, host.tool, ADDRESS)
    browser.environ_base["wsgi.url_scheme"] = "http"
    browser.environ_base["HTTP_HOST"] = urlsplit(host.url).netloc
    page = browser.get(address.removeprefix(host.url))
    assert "Allow access to your badges?" in text_of(page) and "badges.example.org" in text_of(page)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    action = re.search(r'action="([^"]*authorize[^"]*)"', page.text)
    form = {unescape(name): unescape(value) for name, value in fields} | {"answer": "yes"}
    sent = browser.post(unescape(action[1]), data=form, headers=FROM_US)
    assert sent.status_code == 303
    return str(sent.headers["Location"])


def test_our_client_brings_a_badge_to_our_host_and_both_keep_to_the_document(
    learner, our_host, app, web_tool, clock
):
    way = Judged()
    tool = replace(web_tool, verifier_outgoing=way)
    install(app, tool)
    browser = Learner(browser=learner.browser, host=learner.host)
    there = browser.way(our_host.url)
    page = browser.back(allow(our_host, there))
    assert "The place is connected." in text_of(page)
    assert "Bring it there" in text_of(page)
    browser.press("bring", badge="all")
    run_due_jobs(tool)
    assert rows(tool, BroughtBadge)[0].status == "brought"
    with tool.store.read() as session:
        text = session.query(CredentialRow).one().text
    with our_host.tool.store.read() as session:
        (kept,) = session.query(KeptBadge)
        assert (kept.text, kept.verdict, kept.person_id) == (text, "verified", our_host.person_id)
    # Once more is 304; with a token that has ended, renewed; and the old refresh token is worth nothing.
    clock.advance(hours=2)
    with tool.store.begin() as session:
        from lti_tool.issuing import hosts_to_bring

        hosts_to_bring.bring(session, 1, [session.query(BroughtBadge).one().award_id], clock())
    run_due_jobs(tool)
    assert rows(tool, BroughtBadge)[0].status == "brought"
    assert [each for each in way.seen if each[1] != "/discovery"] == [
        ("POST", "/register", 201),
        ("POST", "/token", 200),
        ("POST", "/credentials", 201),
        ("POST", "/token", 200),
        ("POST", "/credentials", 304),
    ]
    # And it ends at both.
    learner.browser = signed_in(app, tool, ADDRESS)
    page = learner.press("stop")
    assert "has not confirmed" not in text_of(page)
    assert rows(tool, HostAccess) == [] and rows(our_host.tool, ProgramAccess) == []
