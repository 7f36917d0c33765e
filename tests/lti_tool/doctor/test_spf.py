"""SPF as RFC 7208 says it: which addresses a domain lets send, and which records count for nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lti_tool.doctor.findings import finding
from lti_tool.doctor.mail import sender, spf
from tests.lti_tool.doctor.name_server import NameServer, running_name_server

DOMAIN = "college.example"
MX, WEB, PROVIDER, STRANGER = "1.2.3.4", "1.2.3.5", "1.2.200.7", "9.9.9.9"


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with running_name_server() as running:
        yield running


@pytest.fixture
def names(server: NameServer) -> NameServer:
    server.zone = {
        (DOMAIN, "A"): [WEB],
        (DOMAIN, "MX"): ["10 mx.college.example."],
        ("mx.college.example", "A"): [MX],
        ("mx.college.example", "AAAA"): ["2001:db8:1::5"],
        ("nomail.example", "MX"): ["0 ."],
        **{(f"l{n}.example", "TXT"): [f'"v=spf1 include:l{n + 1}.example -all"'] for n in range(10)},
        ("l10.example", "TXT"): [f'"v=spf1 ip4:{PROVIDER} -all"'],
    }
    server.text("provider.example", "v=spf1 ip4:1.2.200.0/24 ip6:2001:db8:2::/48 ~all")
    server.text("broken.example", "v=spf1 ip4:1.2.3 -all")
    return server


@pytest.mark.parametrize(
    ("record", "address", "verdict"),
    [
        ("v=spf1 -all", MX, "fail"),
        ("v=spf1 ~all", MX, "softfail"),
        ("v=spf1 ?all", MX, "neutral"),
        ("v=spf1 ip4:9.9.9.0/28", MX, "neutral"),
        ("v=spf1 mx -all", MX, "pass"),
        ("v=spf1 mx -all", "2001:db8:1::5", "pass"),
        ("v=spf1 mx -all", STRANGER, "fail"),
        ("v=spf1 -mx +all", MX, "fail"),
        ("v=spf1 a -all", WEB, "pass"),
        ("v=spf1 a -all", MX, "fail"),
        ("v=spf1 a/24 -all", MX, "pass"),
        ("v=spf1 a:mx.college.example -all", MX, "pass"),
        ("v=spf1 a:mx.college.example/32//64 -all", "2001:db8:1::99", "pass"),
        ("v=spf1 a:mx.college.example//64 -all", "1.2.3.99", "fail"),
        ("v=spf1 mx:nomail.example -all", MX, "fail"),
        ("V=SPF1 IP4:1.2.3.0/24 -ALL", MX, "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:9::1", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", MX, "fail"),
        ("v=spf1 include:provider.example -all", PROVIDER, "pass"),
        # What it says of others is not taken over.
        ("v=spf1 include:provider.example -all", STRANGER, "fail"),
        ("v=spf1 redirect=provider.example", STRANGER, "softfail"),
        ("v=spf1 redirect=provider.example -all", PROVIDER, "fail"),
        ("v=spf1 exists:mx.college.example -all", STRANGER, "pass"),
        ("v=spf1 exists:nothing.example -all", STRANGER, "fail"),
        ("v=spf1 exp=why.example ip4:1.2.3.4 -all", MX, "pass"),
        ("v=spf1 exists:%{i}.example -all", MX, "untold"),
        ("v=spf1 ip4:1.2.3.4 include:%{d}.example -all", MX, "pass"),
        ("v=spf1 ptr -all", MX, "untold"),
        ("v=spf1 ip4:1.2.3 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4/33 -all", STRANGER, "unreadable"),
        ("v=spf1 ip4:1.2.3.4//24 -all", STRANGER, "unreadable"),
        ("v=spf1 ip4:2001:db8::/32 -all", STRANGER, "unreadable"),
        ("v=spf1 ip4 -all", STRANGER, "unreadable"),
        # Wherever the error is.
        ("v=spf1 ip4:1.2.3.4 mx: -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 ipv4:9.9.9.9 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 ip4:999.1.1.1 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 ip6:9.9.9.9 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 ip4 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 include -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 exists -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 a/33 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 mx//129 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 include:provider.example/24 -all", MX, "unreadable"),
        ("v=spf1 ip4:1.2.3.4 all:nothing", MX, "unreadable"),
        ("v=spf1 redirect=a.example redirect=b.example", MX, "unreadable"),
        ("v=spf1 include:missing.example -all", MX, "unreadable"),
        ("v=spf1 include: -all", MX, "unreadable"),
        ("v=spf1 include:broken.example -all", MX, "unreadable"),
        ("v=spf1 redirect=missing.example", MX, "unreadable"),
        # Ten look-ups, and eleven.
        ("v=spf1 include:l1.example -all", PROVIDER, "pass"),
        ("v=spf1 include:l0.example -all", PROVIDER, "unreadable"),
        (f"v=spf1 {'a ' * 10} -all", STRANGER, "fail"),
        (f"v=spf1 {'a ' * 11} -all", STRANGER, "unreadable"),
        ("v=spf1 include:college.example -all", STRANGER, "unreadable"),
        ("something else", MX, "none"),
    ],
)
def test_a_record_says_of_an_address(names: NameServer, record: str, address: str, verdict: str) -> None:
    names.text(DOMAIN, record)
    assert spf.evaluate(DOMAIN, address, names.records()) == verdict


def test_a_mail_exchanger_of_eleven_names_is_too_many(names: NameServer) -> None:
    names.text(DOMAIN, "v=spf1 mx -all")
    names.zone[DOMAIN, "MX"] = [f"10 mx{number}.example." for number in range(11)]
    assert spf.evaluate(DOMAIN, MX, names.records()) == "unreadable"


@pytest.mark.parametrize(
    ("record", "mail_server", "addresses", "found"),
    [
        ("v=spf1 a -all", "mail.college.example", [MX], {"host": "mail.college.example", "address": MX}),
        ("v=spf1 a ~all", "mail.college.example", [WEB, MX], {"host": "mail.college.example", "address": MX}),
        ("v=spf1 mx -all", "mail.college.example", [MX], None),
        # Which addresses they send from is not known.
        ("v=spf1 a -all", "mail.college.example", ["10.0.0.5"], None),
        ("v=spf1 a -all", "mail.college.example", [], None),
        ("v=spf1 a -all", "smtp.provider.example", [PROVIDER], None),
        ("v=spf1 a -all", "localhost", ["127.0.0.1"], None),
        ("v=spf1 exists:%{i}.example -all", "mail.college.example", [MX], None),
    ],
)
def test_a_mail_server_of_the_domain_that_its_record_does_not_name_is_found(
    names: NameServer, record: str, mail_server: str, addresses: list[str], found: dict[str, str] | None
) -> None:
    names.text(DOMAIN, record)
    names.zone[mail_server, "A"] = addresses
    wanted = [] if found is None else [finding("spf_lacks_server", domain=DOMAIN, **found)]
    assert list(sender.of_spf(DOMAIN, mail_server, names.records())) == wanted
