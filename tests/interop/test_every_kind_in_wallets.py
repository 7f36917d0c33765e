"""Every kind of badge into wallets of others, in every form that they take: what they store is what was signed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.fixtures import publish
from tests.interop import kinds
from tests.interop.conftest import OtherLibraries, running_program
from tests.interop.test_wallets import RunningTool, over_https

BADGES = tuple(kind for kind, type_ in kinds.KINDS.items() if type_ == kinds.ACHIEVEMENT)
#: The client, in which form it takes a badge, and how it is asked to. Digital Bazaar's takes none that is bound: see
#: test_wallets.py.
CLIENTS = [
    ("openid4vc", "ob3-json", {}),
    ("openid4vc", "ob3-json-bound", {"binding": "did"}),
    ("openid4vc", "ob3-sdjwt", {"binding": "jwk"}),
    ("openid4vc", "ob3-w3c-sdjwt", {"binding": "did"}),
    ("digitalbazaar", "ob3-json", {"oid4vciVersion": "detect"}),
    ("sphereon", "ob3-json", {}),
    ("sphereon", "ob3-json-bound", {"bound": True}),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTool]:
    with over_https(tmp_path_factory.mktemp("kinds")) as running:
        yield running


@pytest.fixture(scope="module")
def awards(running: RunningTool) -> Mapping[str, int]:
    """The award of each kind of badge."""
    tool = running.tool
    with_levels, known = kinds.award_with_levels(tool), kinds.award_by_prior_learning(tool)
    whole = publish(tool, name={"en": "The whole", "lv": "Kopums"})
    kinds.endorse(tool, whole)
    return dict(zip(BADGES, (with_levels, known, kinds.award_of_pathway(tool, whole)), strict=True))


@pytest.fixture(scope="module")
def wallets(running: RunningTool) -> Iterator[OtherLibraries]:
    yield from running_program("wallets.mjs", NODE_EXTRA_CA_CERTS=str(running.authority))


@pytest.fixture(scope="module")
def credo_wallet(running: RunningTool) -> Iterator[OtherLibraries]:
    yield from running_program("credo.mjs", NODE_EXTRA_CA_CERTS=str(running.authority))


def is_what_was_signed(running: RunningTool, award_id: int, stored: Any) -> bool:
    """Whether it is the award's own credential, or verifies and says the same of the achievement and its parts."""
    own = json.loads(kinds.credential_of(running.tool, award_id).text)
    if stored == own:
        return True
    report = running.tool.verify_own(stored if isinstance(stored, str) else json.dumps(stored))
    told, said = report.credential["credentialSubject"], own["credentialSubject"]
    same = [told.get(name) == said.get(name) for name in ("achievement", "hasPart", "result")]
    return report.verdict == "verified" and all(same)


@pytest.mark.parametrize("kind", BADGES)
@pytest.mark.parametrize(("client", "configuration", "how"), CLIENTS)
def test_each_client_takes_it(running, wallets, awards, kind, client, configuration, how):
    link = running.offer(configuration, award_id=awards[kind]).link
    (stored,) = wallets(client, link=link, **how).get("credentials", [None])
    assert is_what_was_signed(running, awards[kind], stored)


@pytest.mark.parametrize("kind", BADGES)
@pytest.mark.parametrize("configuration", ["ob3-sdjwt", "ob3-w3c-sdjwt"])
def test_credo_keeps_it(running, credo_wallet, awards, kind, configuration):
    link = running.offer(configuration, award_id=awards[kind]).link
    assert is_what_was_signed(running, awards[kind], credo_wallet("take", link=link)["text"])
