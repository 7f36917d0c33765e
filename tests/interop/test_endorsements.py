"""A badge goes on being accepted when an endorsement that it carries is withdrawn; the endorsement does not.

That others accept endorsements of every kind is in test_every_kind.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from lti_tool.store.models import CredentialRow, EndorsementRow
from lti_tool.wiring import build_tool
from tests import organisations
from tests.fixtures import (
    ANNA,
    Clock,
    FakePlatform,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)
from tests.interop.conftest import OtherLibraries
from tests.interop.served import published

JSON_VERIFIERS = ("digitalbazaarVerifies", "verifierCoreVerifies")


@dataclass(frozen=True, kw_only=True)
class Endorsed:
    """An endorsement and a badge that carries it, with what the tool publishes before and after it was withdrawn."""

    text: str
    badge: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@pytest.fixture(scope="module")
def endorsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endorsed]:
    folder = tmp_path_factory.mktemp("tool")
    settings = settings_for(f"sqlite:///{folder / 'tool.sqlite'}", folder)
    tool = build_tool(settings, Clock(datetime.now(UTC).replace(microsecond=0)))
    about = organisations.about_template(tool, publish(tool))
    signed = organisations.sign(tool, organisations.invite_employer(tool), about)
    organisations.show(tool, signed)
    complete(tool, FakePlatform(), make_rule(tool, about.subject.split("/")[-3]), ANNA)
    run_due_jobs(tool)
    (row,), (badge,) = rows(tool, EndorsementRow), rows(tool, CredentialRow)
    before = published(tool, [row.text, badge.text]).pages
    organisations.withdraw(tool, signed)
    after = published(tool, [row.text, badge.text]).pages
    yield Endorsed(text=row.text, badge=badge.text, before=before, after=after)
    tool.store.close()


@pytest.mark.parametrize("verifier", JSON_VERIFIERS)
def test_they_accept_it_until_it_is_withdrawn(others: OtherLibraries, endorsed: Endorsed, verifier: str):
    accepted = others(verifier, pages=endorsed.before, credential=endorsed.text)
    assert accepted["verified"], accepted["message"]
    assert not others(verifier, pages=endorsed.after, credential=endorsed.text)["verified"]


@pytest.mark.parametrize("verifier", JSON_VERIFIERS)
def test_they_accept_a_badge_that_carries_it(others: OtherLibraries, endorsed: Endorsed, verifier: str):
    said = json.loads(endorsed.badge)["credentialSubject"]["achievement"]["endorsement"]
    assert len(said) == 1
    for pages in (endorsed.before, endorsed.after):
        answer = others(verifier, pages=pages, credential=endorsed.badge)
        assert answer["verified"], answer["message"]
