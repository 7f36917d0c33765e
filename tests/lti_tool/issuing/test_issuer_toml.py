"""The profile of an issuer is written as the file that would say the same."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from badges.pictures import fit_logo
from lti_tool.issuing import issuer_changes
from lti_tool.issuing.issuer_file import read_file
from lti_tool.issuing.issuer_toml import as_toml
from lti_tool.store import queries
from lti_tool.store.models import IssuerProfileRow
from tests.fixtures import EXAMPLE_ISSUER, change_issuer, drawn, give_look, rows

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


def in_folder(folder, logo, **changes):
    """The example as a file that names the logo beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "logo.png").write_bytes(logo)
    data = EXAMPLE | {"look": {"logo": "logo.png"}} | changes
    (folder / "issuer.toml").write_text(as_toml(data, "riga-college"), encoding="utf-8")
    return read_file(folder / "issuer.toml")


def encode_otherwise(monkeypatch, **otherwise):
    """Writes each picture as another Pillow would: the same bytes of a file give another PNG."""
    real = Image.Image.save
    monkeypatch.setattr(
        Image.Image,
        "save",
        lambda picture, out, kind=None, **options: real(picture, out, kind, **options | otherwise),
    )


def test_a_logo_that_is_encoded_otherwise_at_a_later_start_undoes_no_page(tool, tmp_path, clock, monkeypatch):
    noise = BytesIO()
    Image.effect_noise((200, 100), 60).save(noise, "PNG")
    logo = noise.getvalue()
    first = in_folder(tmp_path / "first", logo)
    with tool.store.begin() as session:
        issuer_changes.take_over_file(session, tool.issuer, first, clock())
    change_issuer(tool, email="hello@riga-college.example")
    encode_otherwise(monkeypatch, compress_level=1)
    again = in_folder(tmp_path / "first", logo)
    assert again.logo != first.logo
    # The logo as it was stored, in a file of its own, says nothing else either.
    written = in_folder(tmp_path / "written", first.logo)
    assert written.logo_sha256 != first.logo_sha256
    with tool.store.begin() as session:
        for file in (again, written):
            assert not issuer_changes.take_over_file(session, tool.issuer, file, clock())
    assert tool.issuer.profile.email == "hello@riga-college.example"
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1, 2, 3]
    # Another picture is another logo.
    other = in_folder(tmp_path / "other", drawn(colour="blue"))
    with tool.store.begin() as session:
        issuer_changes.take_over_file(session, tool.issuer, other, clock())
    assert tool.issuer.look.logo == other.logo_sha256


def test_the_same_file_is_the_same_logo_where_its_pixels_are_read_otherwise(tool, tmp_path, clock):
    file = in_folder(tmp_path, drawn())
    with tool.store.begin() as session:
        issuer_changes.take_over_file(session, tool.issuer, file, clock())
    change_issuer(tool, email="hello@riga-college.example")
    shrunk_otherwise = replace(file, logo=fit_logo(drawn(colour="#fe0000")))
    with tool.store.begin() as session:
        assert not issuer_changes.take_over_file(session, tool.issuer, shrunk_otherwise, clock())
    assert tool.issuer.profile.email == "hello@riga-college.example"
