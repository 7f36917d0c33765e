"""One budget for a verification: what it does not suffice for is unknown, and never held against the badge."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from badges.errors import BudgetSpentError
from badges.sentences import sentence
from badges.template.model import Template
from badges.verify import Budget, Report, verify
from badges.verify.budget import FETCHES, SECONDS
from badges.verify.proof import CHANGED
from signing import did
from signing.did_document import did_document
from signing.json_text import Json
from signing.keys import KeyFinder, VerificationMethod
from signing.proofs import check
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof
from tests.badges.verify.reports import demand_sentences, finding

Build = Callable[..., Json]
OB2_CONTEXT = "https://w3id.org/openbadges/v2"


@dataclass
class Net:
    """What is served by address; an address that is not there times out. Each answer takes so many seconds."""

    served: dict[str, bytes]
    seconds: float = 0
    now: float = 0
    asked: list[tuple[str, float]] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def fetch(self, url: str, seconds: float) -> bytes:
        self.asked.append((url, seconds))
        self.now += min(self.seconds, seconds)
        if self.seconds >= seconds or url not in self.served:
            raise TimeoutError(url)
        return self.served[url]

    @property
    def urls(self) -> list[str]:
        return [url for url, _ in self.asked]


@pytest.fixture
def net(world: Any) -> Net:
    """The DID document of the issuer, and its status list."""
    methods = [
        VerificationMethod(id=key.verification_method, controller=world.issuer_id, public=key.public)
        for key in (world.key("eddsa-rdfc-2022"), world.key("vc-jwt"))
    ]
    document = did_document(world.issuer_id, methods)
    return Net({did.did_web_url(world.issuer_id): json.dumps(document).encode(), **world.lists})


@pytest.fixture
def verify_badge(world: Any, net: Net, now: datetime) -> Callable[..., Report]:
    def verified(document: Json | bytes, budget: Budget | None = None, **more: Any) -> Report:
        file = document if isinstance(document, bytes) else world.secure(document).text.encode()
        budget = budget or Budget(net.clock)
        fetch = budget.limited(net.fetch)
        report = verify(
            file,
            lambda method, issuer: did.find_key(method, issuer, fetch),
            fetch,
            now,
            fetch=fetch,
            budget=budget,
            find_schema_breach=lambda _document, _schema: None,
            **more,
        )
        demand_sentences(report)
        return report

    return verified


@pytest.fixture
def badge(solar: Template, built: Build) -> Json:
    return built(solar)


# --- the budget itself


def test_each_address_is_asked_once_and_its_answer_or_silence_kept() -> None:
    net = Net({"a": b"1"})
    fetch = Budget(net.clock).limited(net.fetch)
    for _ in range(2):
        assert fetch("a") == b"1"
        with pytest.raises(TimeoutError):
            fetch("b")
    assert net.urls == ["a", "b"]


def test_after_the_last_fetch_none_is_made() -> None:
    net = Net({str(number): b"" for number in range(FETCHES + 1)})
    budget = Budget(net.clock)
    fetch = budget.limited(net.fetch)
    for number in range(FETCHES):
        fetch(str(number))
    with pytest.raises(BudgetSpentError):
        fetch(str(FETCHES))
    assert (len(net.asked), budget.refusals) == (FETCHES, 1)
    assert fetch("0") == b"", "what is known already costs nothing"


def test_each_fetch_is_given_the_time_that_is_left() -> None:
    net = Net({"a": b"", "b": b"", "c": b""}, seconds=6)
    budget = Budget(net.clock)
    fetch = budget.limited(net.fetch)
    fetch("a")
    fetch("b")
    with pytest.raises(BudgetSpentError):
        fetch("c")
    assert [seconds for _, seconds in net.asked] == [SECONDS, SECONDS - 6, SECONDS - 12]
    with pytest.raises(BudgetSpentError):
        fetch("d")
    assert (len(net.asked), budget.refusals) == (3, 2)


# --- what a report says when it is spent


def test_a_sound_badge_needs_two_fetches(badge: Json, net: Net, verify_badge: Any) -> None:
    assert verify_badge(badge).verdict == "verified"
    assert len(net.asked) == 2


@pytest.mark.parametrize(
    ("fetches", "name"),
    [(0, "proof"), (1, "status")],
)
def test_what_was_not_fetched_could_not_be_checked(
    badge: Json, net: Net, verify_badge: Any, fetches: int, name: str
) -> None:
    report = verify_badge(badge, Budget(net.clock, fetches=fetches))
    assert finding(report, name) == ("unknown", "limit_reached")
    assert report.verdict == "unverifiable"
    assert "could not be checked: " in sentence(name, "limit_reached", "en")
    assert not any(check.outcome == "failed" for check in report.checks)


def test_a_slow_key_leaves_the_proof_unknown(badge: Json, net: Net, verify_badge: Any) -> None:
    net.seconds = SECONDS
    report = verify_badge(badge)
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "limit_reached"))
    assert report.one_ed_tech == "unknown"


def test_endorsements_are_unknown_and_the_badge_itself_is_verified(
    badge: Json, endorsement: Json, world: Any, net: Net, verify_badge: Any
) -> None:
    endorsement["credentialSubject"]["id"] = badge["id"]
    endorsement["credentialStatus"] = [
        badge["credentialStatus"] | {"statusListCredential": f"https://slow.example.org/{number}"}
        for number in range(2)
    ]
    badge["endorsementJwt"] = [world.secure(endorsement, "vc-jwt").text] * 16
    net.seconds = 4
    report = verify_badge(badge)
    assert report.verdict == "verified"
    assert finding(report, "endorsements")[0] == "unknown"
    assert net.now <= SECONDS


def test_no_proof_is_checked_once_the_time_is_over(
    badge: Json, endorsement: Json, world: Any, net: Net, verify_badge: Any
) -> None:
    """That takes the processor's time, and needs no fetch."""
    checked: list[SecuredCredential] = []

    def check_slowly(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> VerifiedProof:
        checked.append(secured)
        net.now += SECONDS / 4
        return check(secured, find_key, now)

    endorsement["credentialSubject"]["id"] = badge["id"]
    badge["endorsementJwt"] = [world.secure(endorsement, "vc-jwt").text] * 16
    report = verify_badge(badge, check_proof=check_slowly)
    assert len(checked) == 4
    assert (report.verdict, finding(report, "endorsements")) == ("verified", ("unknown", "limit_reached"))


def test_a_newer_version_and_a_schema_are_unknown(badge: Json, net: Net, verify_badge: Any) -> None:
    refreshed = badge | {
        "refreshService": {"id": "https://x.example.org", "type": "1EdTechCredentialRefresh"}
    }
    report = verify_badge(refreshed, Budget(net.clock, fetches=1))
    assert finding(report, "refresh") == ("unknown", "limit_reached")
    named = badge | {"credentialSchema": [{"id": "https://x.example.org/s", "type": "JsonSchema"}]}
    report = verify_badge(named, Budget(net.clock, fetches=1))
    assert finding(report, "inline_schemas") == ("unknown", "limit_reached")


def test_a_key_set_without_the_key_proves_nothing_while_the_issuers_own_document_is_not_fetched(
    badge: Json, world: Any, net: Net, verify_badge: Any
) -> None:
    """The key is looked for in two places, and only the absence from both makes it another's."""
    world.issuer_id = badge["issuer"]["id"] = "https://college.example.org/issuer"
    key = world.key("vc-jwt")
    method = "https://college.example.org/keys/1"
    object.__setattr__(key, "verification_method", method)
    net.served = {
        method: json.dumps({"kty": "EC"} | _jwk(key)).encode(),
        "https://college.example.org/.well-known/jwks.json": b'{"keys": []}',
    }
    file = world.secure(badge, "vc-jwt").text.encode()
    for fetches in (1, 2):
        report = verify_badge(file, Budget(net.clock, fetches=fetches))
        assert finding(report, "proof") == ("unknown", "limit_reached"), fetches
        assert finding(report, "key_of_issuer")[0] == "unknown"
        assert report.verdict == "unverifiable"
    assert verify_badge(file).verdict == "wrong_issuer"


def _jwk(key: Any) -> Json:
    from signing.keys import jwk

    return jwk(key.public, key.kid)


@pytest.mark.parametrize("fetches", [0, 1, 2, 3])
def test_a_hosted_badge_of_the_older_standard_is_never_called_anothers(
    net: Net, verify_badge: Any, fetches: int
) -> None:
    """Its issuer's profile may allow the host that it lies on."""
    assertion = {
        "@context": OB2_CONTEXT,
        "id": "https://host.example.org/1",
        "type": "Assertion",
        "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
        "issuedOn": "2026-01-01T00:00:00Z",
        "verification": {"type": "HostedBadge"},
        "badge": {
            "type": "BadgeClass",
            "id": "https://host.example.org/class",
            "issuer": {"id": "https://college.example.org", "type": "Issuer"},
        },
    }
    profile = {
        "id": "https://college.example.org",
        "type": "Issuer",
        "verification": {"allowedOrigins": "host.example.org"},
    }
    net.served = {
        "https://host.example.org/1": json.dumps(assertion).encode(),
        "https://college.example.org": json.dumps(profile).encode(),
    }
    report = verify_badge(json.dumps(assertion).encode(), Budget(net.clock, fetches=fetches))
    if fetches < 2:
        name = ("proof", "key_of_issuer")[fetches]
        assert (report.verdict, finding(report, name)) == ("unverifiable", ("unknown", "limit_reached"))
    else:
        assert report.verdict == "verified"


def test_no_budget_makes_a_sound_badge_changed(
    badge: Json, endorsement: Json, world: Any, net: Net, verify_badge: Any
) -> None:
    badge["refreshService"] = {"id": "https://x.example.org", "type": "1EdTechCredentialRefresh"}
    badge["credentialSchema"] = [{"id": "https://x.example.org/s", "type": "JsonSchema"}]
    endorsement["credentialSubject"]["id"] = badge["id"]
    badge["endorsement"] = [json.loads(world.secure(endorsement).text)]
    net.served |= {
        "https://x.example.org/s": b"{}",
        "https://x.example.org": world.secure(badge).text.encode(),
    }
    for fetches in range(6):
        report = verify_badge(badge, Budget(net.clock, fetches=fetches))
        assert [check for check in report.checks if check.outcome == "failed"] == [], fetches
        assert not {check.code for check in report.checks} & CHANGED
    for seconds in range(1, SECONDS + 1):
        net.now, net.seconds = 0, seconds
        report = verify_badge(badge)
        assert [check for check in report.checks if check.outcome == "failed"] == [], seconds


def test_no_more_is_fetched_once_the_bytes_are_spent() -> None:
    net = Net({"a": b"123456", "b": b"123456", "c": b""})
    budget = Budget(net.clock, max_bytes=10)
    fetch = budget.limited(net.fetch)
    fetch("a"), fetch("b")
    with pytest.raises(BudgetSpentError):
        fetch("c")
    assert (fetch("a"), net.urls, budget.refusals) == (b"123456", ["a", "b"], 1)


def test_what_several_badges_name_is_asked_once_of_one_budget() -> None:
    net = Net({"a": b"1"})
    budget = Budget(net.clock, fetches=1)
    for _ in range(2):
        assert budget.limited(net.fetch)("a") == b"1"
    assert net.urls == ["a"]
