"""Where a request comes from is believed from the operator's own proxies, and from nobody else."""

from __future__ import annotations

import runpy
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import request

from lti_tool.web import create_app
from tests.attacks.hammering import at, hammer
from tests.fixtures import ROOT
from tests.lti_tool.web.conftest import TOOL, browser_of

PROXY = "172.18.0.2"


@pytest.fixture
def behind(web_tool):
    """A browser of a tool that trusts these proxies; `seen` is what the last request looked like to the tool."""

    def behind(*trusted, peer=PROXY):
        app = create_app(replace(web_tool, trusted_proxies=[ip_network(each) for each in trusted]))
        seen = {}

        @app.before_request
        def note():
            seen.update(address=request.remote_addr, host=request.host, scheme=request.scheme)
            seen["left"] = [name for name, _ in request.headers if name.startswith("X-Forwarded")]

        return at(browser_of(app), peer), seen

    return behind


def test_without_a_trusted_proxy_nothing_is_believed(behind):
    browser, seen = behind()
    sent = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    sent |= {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Port": "1"}
    browser.get("/", base_url=TOOL, headers=sent)
    assert seen == {"address": PROXY, "host": "badges.example.org", "scheme": "https", "left": []}


def test_a_stranger_who_invents_addresses_is_still_one(behind):
    browser, _ = behind("10.0.0.0/8")
    _, before = hammer(
        lambda n: browser.post("/verify", data={"text": "x"}, headers={"X-Forwarded-For": f"198.51.100.{n}"})
    )
    assert before == 60


def test_a_trusted_proxy_names_the_visitor_the_host_and_the_scheme(behind):
    browser, seen = behind("172.18.0.0/16")
    sent = {
        "X-Forwarded-For": "192.0.2.9",
        "X-Forwarded-Host": "badges.example.org",
        "X-Forwarded-Proto": "https",
    }
    browser.get("/", base_url="http://127.0.0.1:8000", headers=sent)
    assert seen == {"address": "192.0.2.9", "host": "badges.example.org", "scheme": "https", "left": []}


@pytest.mark.parametrize(
    ("said", "visitor"),
    [
        ("192.0.2.9", "192.0.2.9"),
        # Only the last is from the proxy; the visitor has invented the others.
        ("10.0.0.1, 127.0.0.1, 192.0.2.9", "192.0.2.9"),
        # A proxy before the proxy.
        ("203.0.113.5, 192.0.2.9, 172.18.0.7", "192.0.2.9"),
        ("192.0.2.9:4711", "192.0.2.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        # What is no address is not believed, nor what stands before it.
        ("192.0.2.9, unknown", PROXY),
        ("", PROXY),
        ("192.0.2.9\ud7ff", PROXY),
        ("999.1.1.1", PROXY),
        (",,,", PROXY),
        ("172.18.0.9", "172.18.0.9"),
    ],
)
def test_the_visitor_is_the_last_whom_a_trusted_proxy_has_seen(behind, said, visitor):
    browser, seen = behind("172.18.0.0/16")
    browser.get("/", headers={"X-Forwarded-For": said})
    assert seen["address"] == visitor


def test_visitors_behind_a_trusted_proxy_are_counted_each(behind):
    browser, _ = behind(PROXY)
    asked = lambda address, n: browser.post(  # noqa: E731
        "/verify", data={"text": f"{n}"}, headers={"X-Forwarded-For": f"{n}.1.1.1, {address}"}
    )
    assert hammer(lambda n: asked("192.0.2.9", n % 250))[1] == 60
    assert asked("192.0.2.10", 0).status_code != 429


def test_a_made_up_host_is_none_of_the_tools(behind):
    browser, seen = behind(PROXY)
    for host in ("evil.example/x", "a b", "<script>", "a" * 300, "evil.example@badges.example.org", "\x00"):
        browser.get("/", base_url=TOOL, headers={"X-Forwarded-Host": host.replace("\x00", "%00")})
        assert seen["host"] == "badges.example.org"
    for scheme in ("javascript", "HTTPS evil", ""):
        browser.get("/", base_url=TOOL, headers={"X-Forwarded-Proto": scheme})
        assert seen["scheme"] == "https"


def test_a_proxy_that_is_not_trusted_is_logged_once_and_not_named(behind, capsys):
    browser, _ = behind()
    for _ in range(3):
        browser.get("/", headers={"X-Forwarded-For": "192.0.2.9"})
    lines = [line for line in "".join(capsys.readouterr()).splitlines() if "TRUSTED_PROXIES" in line]
    assert len(lines) == 1
    assert "192.0.2.9" not in lines[0] and PROXY not in lines[0]


def test_gunicorn_itself_believes_nobody():
    assert runpy.run_path(str(ROOT / "docker" / "gunicorn.conf.py"))["forwarded_allow_ips"] == ""
