"""What a host says of itself is taken only where it is one, and where nothing of it is elsewhere."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.errors import HostError, OutgoingError
from lti_tool.hosts.discovery import FRESH, LONGEST_FRESH, base_of, discover, host_name, stored
from lti_tool.outgoing import Outgoing
from tests.fake_host import API, Answer, FakeHost

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://backpack.example"
DISCOVERY = f"{API}/discovery"


def code_of(ask) -> str:
    with pytest.raises(HostError) as caught:
        ask()
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("backpack.example", BASE),
        (" https://backpack.example/ ", BASE),
        ("https://backpack.example/ims/ob/v3p0", BASE),
        ("backpack.example/ims/ob/v3p0/discovery", BASE),
        ("https://Backpack.example/School/", f"{BASE}/School"),
        ("backpack.example:8443/a/ims/ob/v3p0/", f"{BASE}:8443/a"),
    ],
)
def test_an_address_is_read_as_people_type_it(typed, base):
    assert base_of(typed) == base


@pytest.mark.parametrize(
    "typed",
    [
        *("", "https://", "ftp://backpack.example", "https://user@backpack.example", "https://[::1", "a b"),
        *("https://backpack.example\\@other.example", "https://backpack.example/?a=b", "javascript:alert(1)"),
        *(
            "https://backpack.example#x",
            "https://backpack.example:99999",
            f"https://{'a' * 600}.example",
            "ä.ē",
        ),
    ],
)
def test_what_is_no_address_is_refused(typed):
    assert code_of(lambda: base_of(typed)) == "address"


def test_a_host_is_described_and_asked_again_by_its_etag():
    host = FakeHost()
    found = discover(host, BASE, None, NOW)
    assert found.described is not None and stored(found.described.as_json()) == found.described
    assert (found.described.name, found.described.terms) == ("Backpack of Everybody", f"{BASE}/terms")
    assert found.described.takes_stay and found.described.refresh == f"{BASE}/refresh"
    assert (found.etag, found.fresh_until) == ('"1"', NOW + timedelta(seconds=600))
    again = discover(host, BASE, found.etag, NOW)
    assert again.described is None and again.etag == '"1"'
    host.etag = '"2"'
    host.flow["tokenUrl"] = f"{BASE}/token2"
    changed = discover(host, BASE, found.etag, NOW)
    assert changed.described is not None and changed.described.token == f"{BASE}/token2"
    assert host_name(f"{BASE}:8443/a") == "backpack.example:8443"


@pytest.mark.parametrize(
    ("said", "fresh_until"),
    [
        ("", NOW + FRESH),
        ("max-age=99999999", NOW + LONGEST_FRESH),
        ("private, max-age=5", NOW + timedelta(seconds=5)),
        ("no-store", NOW),
    ],
)
def test_a_description_holds_as_long_as_it_says(said, fresh_until):
    host = FakeHost()
    host.wrong[DISCOVERY] = [Answer(200, host.described, {"Cache-Control": said})]
    assert discover(host, BASE, None, NOW).fresh_until == fresh_until


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, b"<!DOCTYPE html><title>Backpack</title>"), "web_page"),
        (Answer(404, b"\n <html>"), "web_page"),
        (Answer(302, b"", {"Location": "http://169.254.169.254/latest"}), "redirected"),
        (Answer(301, b"", {"Location": f"{BASE}{DISCOVERY}"}), "redirected"),
        (Answer(200, b"nothing"), "not_a_host"),
        (Answer(200, b"[" * 100_000), "not_a_host"),
        (Answer(200, b"[]"), "not_a_host"),
        (Answer(200, {}), "not_a_host"),
        (Answer(200, {"components": [], "info": "x"}), "not_a_host"),
        (Answer(404, {"error": "x"}), "not_a_host"),
        (Answer(304), "redirected"),
        (Answer(503, {}), "unreachable"),
        (Answer(429, {}), "unreachable"),
        (OutgoingError("slow"), "unreachable"),
        (OutgoingError("huge", permanent=True), "refused_address"),
    ],
)
def test_what_is_no_host_is_told_apart(answer, code):
    host = FakeHost()
    host.wrong[DISCOVERY] = [answer]
    assert code_of(lambda: discover(host, BASE, None, NOW)) == code


@pytest.mark.parametrize("name", ["authorizationUrl", "tokenUrl", "refreshUrl", "registration", "revocation"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("https://honest.example/x", "other_host"),
        ("https://backpack.example.evil.example/x", "other_host"),
        ("https://notbackpack.example/x", "other_host"),
        ("https://backpack.example/x#y", "other_host"),
        ("http://backpack.example/x", "refused_address"),
        ("https://user:secret@backpack.example/x", "refused_address"),
        ("/x", "refused_address"),
        (7, "not_a_host"),
    ],
)
def test_an_endpoint_elsewhere_is_refused(name, value, code):
    host = FakeHost()
    host.described = deepcopy(host.described)
    if name in host.flow:
        host.flow[name] = value
    else:
        host.scheme[f"x-imssf-{name}Url"] = value
    assert code_of(lambda: discover(host, BASE, None, NOW)) == code


def test_an_endpoint_below_the_host_is_taken_and_a_host_that_takes_no_badges_is_not():
    host = FakeHost()
    host.flow["tokenUrl"] = "https://login.backpack.example/token"
    del host.flow["refreshUrl"], host.scheme["x-imssf-revocationUrl"]
    found = discover(host, BASE, None, NOW).described
    assert found is not None and found.refresh == found.token and found.revocation is None
    host.flow["scopes"] = {"https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly": ""}
    assert code_of(lambda: discover(host, BASE, None, NOW)) == "takes_none"


def test_links_and_names_of_a_host_are_foreign_text():
    host = FakeHost()
    info = host.described["info"]
    info["termsOfService"], info["x-imssf-privacyPolicyUrl"] = "javascript:alert(1)", 5
    info["title"] = "A\u202eB\n\x00" + "w" * 500
    found = discover(host, BASE, None, NOW).described
    assert found is not None and (found.terms, found.privacy) == ("", "")
    assert len(found.name) == 100 and "\u202e" not in found.name and "\n" not in found.name


def test_a_private_address_is_never_called():
    """By the client that learners' hosts are called with; its own tests have the ways around it."""
    outgoing = Outgoing(resolve=lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 443))])
    assert code_of(lambda: discover(outgoing, "https://inside.example", None, NOW)) == "refused_address"
    for base in ("https://127.0.0.1", "https://169.254.169.254", "https://[::1]", "http://backpack.example"):
        assert code_of(lambda base=base: discover(Outgoing(), base, None, NOW)) == "refused_address"
