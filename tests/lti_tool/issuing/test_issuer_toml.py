"""The profile of an issuer is written as the file that would say the same."""

from __future__ import annotations

import json
import tomllib

import pytest

from badges.pictures import fit_logo
from lti_tool.issuing import issuer_changes
from lti_tool.issuing.issuer_file import read_file
from lti_tool.issuing.issuer_toml import as_toml
from lti_tool.store import queries
from lti_tool.store.models import IssuerProfileRow
from tests.fixtures import EXAMPLE_ISSUER, drawn, give_look, rows

EXAMPLE = {
    name: value
    for name, value in json.loads(json.dumps(EXAMPLE_ISSUER, default=str)).items()
    if name != "slug"
}


def test_the_example_is_read_back_as_it_was():
    assert tomllib.loads(as_toml(EXAMPLE, "riga-college")) == {"slug": "riga-college", **EXAMPLE}


@pytest.mark.parametrize(
    "value",
    [
        '"quoted" \\ and \n a line',
        "\x7f\x01",
        "Ļoti 🦊",
        "",
        [],
        ["a", 'b"'],
        True,
        7,
        {},
        {"a b": {"c.d": "e"}},
    ],
)
def test_whatever_stands_in_it_is_read_back(value):
    data = {"one": value, "table": {"two": value, "list": [{"three": value}, {"deeper": {"four": value}}]}}
    assert tomllib.loads(as_toml(data, "x")) == {"slug": "x", **data}


def test_as_the_file_it_changes_nothing_with_its_logo_either(tool, tmp_path, clock):
    give_look(tool, logo=drawn((900, 300)))
    with tool.store.read() as session:
        row = queries.issuers.newest_version(session, tool.issuer.id)
        (tmp_path / "issuer.toml").write_text(as_toml(row.body, "riga-college"), encoding="utf-8")
        (tmp_path / "logo.png").write_bytes(row.logo)
    with tool.store.begin() as session:
        file = read_file(tmp_path / "issuer.toml")
        assert not issuer_changes.take_over_file(session, tool.issuer, file, clock())
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1, 2]
    assert fit_logo(file.logo) == file.logo
