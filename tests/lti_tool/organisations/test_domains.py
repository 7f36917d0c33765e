"""Whoever controls a domain shows it by the DNS or a file of its own server, and by nothing else."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from lti_tool.errors import DomainError, OutgoingError
from lti_tool.organisations.domains import (
    check_domain,
    domain_of,
    file_address,
    record_name,
    record_text,
)
from lti_tool.outgoing import HttpResponse, Outgoing

CHALLENGE = "n4Jq0rPzYb-Hc2kd83xWm1aVtEeLsUgF"
LINE = record_text(CHALLENGE)


class Site(Outgoing):
    """One answer for every address, and what was asked for."""

    def __init__(self, body: str = "", status: int = 200, kind: str | None = "text/plain") -> None:
        super().__init__()
        self.body, self.status, self.asked = body, status, []
        self.headers = CaseInsensitiveDict({"Content-Type": kind} if kind else {})

    def request(self, method, url, **_):
        self.asked.append(f"{method} {url}")
        return HttpResponse(status=self.status, headers=self.headers, body=self.body.encode(), url=url)


class NoSite(Outgoing):
    def request(self, method, url, **_):
        raise OutgoingError("no answer")


def refusal(outgoing: Outgoing, texts=None, domain: str = "school.example") -> str:
    """The code with which the domain is not taken as shown; "" where it is."""
    try:
        check_domain(outgoing, texts, domain, CHALLENGE)
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "body", [LINE, f"{LINE}\r\n", f"\ufeff{LINE}", f"nozimite=of-another\n  {LINE}  \nelse"]
)
def test_a_file_with_the_line_shows_it(body):
    site = Site(body)
    assert refusal(site) == ""
    assert site.asked == [f"GET {file_address('school.example')}"]


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (Site(""), "another"),
        (Site(record_text("of-another-organisation")), "another"),
        (Site(CHALLENGE), "another"),
        (Site(f"x{LINE}"), "another"),
        (Site(f"{LINE}x"), "another"),
        (Site(LINE.upper()), "another"),
        (Site("\n" * 60 + LINE), "another"),
        (Site(LINE, kind="text/html; charset=utf-8"), "web_page"),
        (Site(f"<!doctype html>\n{LINE}"), "web_page"),
        (Site(LINE, kind="application/json"), "web_page"),
        (Site(LINE, status=302), "redirected"),
        (Site(LINE, status=404), "absent"),
        (Site(LINE, status=500), "absent"),
        (NoSite(), "unreachable"),
    ],
)
def test_anything_else_does_not(site, code):
    assert refusal(site) == code


@pytest.mark.parametrize("domain", ["localhost.localdomain", "127.0.0.1", "10.0.0.1"])
def test_nothing_private_is_asked(domain):
    """The client itself refuses what a name leads to; here the addresses stand in the name."""
    assert refusal(Outgoing(total_seconds=1), domain=domain) in ("refused_address", "unreachable")


def test_a_record_of_the_dns_shows_it_without_the_file():
    asked = []

    def texts(name):
        asked.append(name)
        return ["v=spf1 -all", LINE]

    site = Site("")
    assert refusal(site, texts) == "" and site.asked == []
    assert asked == [record_name("school.example")] == ["_nozimite.school.example"]
    assert refusal(site, lambda _name: ["v=spf1 -all", record_text("another")]) == "another"


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("school.example", "school.example"),
        (" https://School.Example:8443/path?x#y ", "school.example"),
        ("school.example.", "school.example"),
        ("rīga.example", "xn--rga-uta.example"),
        # Looks like paypal.example, and is shown as what it is.
        ("pаypal.example", "xn--pypal-4ve.example"),
    ],
)
def test_a_domain_is_read_as_the_dns_has_it(typed, domain):
    assert domain_of(typed) == domain


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "example", "localhost", "127.0.0.1", "[::1]", "0x7f.1", "a..example", "-a.example"),
        *(
            "a_b.example",
            "https://",
            "https://[",
            "a@b.example/../x y",
            "x" * 64 + ".example",
            "a." * 130 + "lv",
        ),
        *("ex ample.org", "example.org\n.evil.example", "example.1", "https://user:pw@/x"),
    ],
)
def test_what_is_none_is_refused(typed):
    with pytest.raises(DomainError) as refused:
        domain_of(typed)
    assert refused.value.code == "no_domain"


@pytest.mark.parametrize(
    "typed", ["faß.example", "https://FAẞ.example/x", "βόλος.example", "नी\u200d.example"]
)
def test_what_two_standards_read_differently_is_typed_in_ascii(typed):
    with pytest.raises(DomainError) as refused:
        domain_of(typed)
    assert refused.value.code == "two_domains"
    assert domain_of("xn--fa-hia.example") == "xn--fa-hia.example"
