"""Whatever strangers write and wherever redirects lead: nobody's hosted badge is verified as somebody else's."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from badges.verify import Report
from tests.amounts import amount
from tests.badges.verify.hosted import BADGE, CONTEXT, HOSTED, ISSUER, OTHER, SITE, Web, redirect
from tests.badges.verify.reports import members

#: For each seed.
ATTEMPTS = amount("webs of forged documents around one genuine badge", small=400, full=20_000)
#: Mallory's addresses, and those of an open redirect on the site of the college that leads there.
MINE = [f"{OTHER}/{name}" for name in "abcd"]
OPENED = [f"{SITE}/leave?to={address}" for address in MINE]
ADDRESSES = [HOSTED, BADGE, ISSUER, SITE, *MINE, *OPENED, HOSTED.replace("https", "http"), f"{HOSTED}/../a"]
ODD = [None, "", {}, [], 7, True, "x", [None], [[]], "https://", "https://[", {"id": None}, {"id": ISSUER}]


def issuer_of(report: Report) -> str:
    return next((check.detail for check in report.checks if check.name == "issuer"), "")


def test_no_change_of_the_file_changes_what_is_shown(web: Web, check: Callable[..., Report]) -> None:
    web.pages[HOSTED]["badge"] = dict(web.pages[BADGE])
    genuine = copy.deepcopy(web.pages[HOSTED])
    for index in range(len(members(genuine))):
        for value in [*ODD, *ADDRESSES]:
            file = copy.deepcopy(genuine)
            container, key = members(file)[index]
            container[key] = copy.deepcopy(value)
            report = check(file)
            if report.verdict == "verified":
                assert (report.credential, issuer_of(report)) == (genuine, ISSUER), (key, value)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_speaks_as_a_site_whose_redirects_lead_anywhere(
    web: Web, check: Callable[..., Report], seed: int
) -> None:
    genuine = copy.deepcopy(web.pages)
    random = Random(seed)
    verdicts = set()
    for _ in range(ATTEMPTS):
        web.pages = copy.deepcopy(genuine) | {
            address: redirect(target) for address, target in zip(OPENED, MINE, strict=True)
        }
        web.pages |= {address: forged(random) for address in MINE}
        report = check(forged_file(random))
        verdicts.add(report.verdict)
        if report.verdict == "verified" and urlsplit(issuer_of(report)).hostname == urlsplit(SITE).hostname:
            assert report.credential == genuine[HOSTED], json.dumps(web.pages, default=str)
        if report.verdict == "verified":
            shown: Any = report.shown
            assert shown["issuer"]["id"] == issuer_of(report)
    assert {"verified", "unverifiable"} <= verdicts, "the attempts come close"


def forged_file(random: Random) -> Any:
    document = assertion(random)
    return (
        document
        if random.random() < 0.8
        else {"uid": "1", "recipient": {}, "badge": random.choice(ADDRESSES)}
    )


def forged(random: Random) -> Any:
    """What one of Mallory's addresses answers."""
    kind = random.random()
    if kind < 0.15:
        return redirect(random.choice(ADDRESSES))
    if kind < 0.2:
        return random.choice(["", "<html>", "{}", "[]"])
    return random.choice([assertion, assertion, badge_class, profile])(random)


def assertion(random: Random) -> Any:
    badge = random.choice(ADDRESSES) if random.random() < 0.4 else badge_class(random)
    document = {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": random.choice(MINE + OPENED if random.random() < 0.8 else ADDRESSES),
        "badge": badge,
        "recipient": {"type": "email", "hashed": False, "identity": "mallory@example.net"},
        "issuedOn": "2020-01-01T00:00:00Z",
        "verification": {"type": "hosted"},
    }
    return spoilt(random, document | ({"revoked": True} if random.random() < 0.05 else {}))


def badge_class(random: Random) -> Any:
    named = random.choice([ISSUER, *MINE, *OPENED])
    issuer = named if random.random() < 0.6 else {"id": named, "origin": SITE} | profile(random)
    document = {"type": "BadgeClass", "id": random.choice(ADDRESSES), "name": "Surgery", "issuer": issuer}
    return spoilt(random, document)


def profile(random: Random) -> Any:
    rules = [
        None,
        {},
        {"startsWith": random.choice(["", "https://", SITE, f"{OTHER}/"])},
        {"startsWith": [f"{SITE}/", f"{OTHER}/"]},
        {"allowedOrigins": ["college.example.org", "mallory.example.net"]},
        {"allowedOrigins": [SITE, OTHER], "startsWith": [SITE, OTHER]},
    ]
    named = random.choice(ADDRESSES)
    return spoilt(
        random, {"type": "Issuer", "id": named, "name": "Riga College", "verification": random.choice(rules)}
    )


def spoilt(random: Random, document: Any) -> Any:
    """The document, sometimes with one member that is odd or missing."""
    if random.random() < 0.2:
        container, key = random.choice(members(document))
        container[key] = copy.deepcopy(random.choice([*ODD, *ADDRESSES]))
    return document
