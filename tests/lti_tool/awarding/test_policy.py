"""What an institution settles for all its courses, in the issuer's file."""

import pytest

from config.errors import SettingsError
from lti_tool.observations import Policy
from lti_tool.wiring import build_tool
from tests.fixtures import ROOT, settings_for

ISSUER = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")


@pytest.fixture
def policy_of(sqlite_url, tmp_path, clock):
    """The policy of a tool whose issuer's file ends with these lines."""

    def policy_of(lines):
        file = tmp_path / "issuer.toml"
        file.write_text(f"{ISSUER}\n{lines}", encoding="utf-8")
        tool = build_tool(settings_for(sqlite_url, tmp_path, issuer_file=file), clock)
        policy = tool.issuer.policy
        tool.store.close()
        return policy

    return policy_of


@pytest.mark.parametrize(
    ("lines", "policy"),
    [
        ("", Policy()),
        ("[awarding]", Policy()),
        ("[awarding]\ndemands_own_opening = true", Policy(demands_own_opening=True)),
        ("[awarding]\nassistants_may_confirm = false", Policy(assistants_may_confirm=False)),
    ],
)
def test_the_issuers_file_says_how_badges_are_awarded(policy_of, lines, policy):
    assert policy_of(lines) == policy


@pytest.mark.parametrize(
    "lines", ["[awarding]\nother = true", '[awarding]\ndemands_own_opening = "yes"', "[[awarding]]"]
)
def test_a_wrong_value_stops_the_start_and_is_named(policy_of, lines):
    with pytest.raises(SettingsError, match="awarding"):
        policy_of(lines)
