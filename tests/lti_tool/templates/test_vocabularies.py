"""An institution's own lists, as an administrator loads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from badges.errors import VocabularyError
from badges.vocabularies import search, set_override_folder, vocabulary
from badges.vocabularies.files import vocabulary_as_json
from lti_tool.commands import main
from lti_tool.errors import NotFoundError
from lti_tool.templates import vocabularies

ROOT = Path(__file__).parents[3]
SKILL = "http://data.europa.eu/esco/skill/11111111-1111-4111-8111-111111111111"
ESCO = (
    "conceptType,conceptUri,skillType,preferredLabel,altLabels,status\n"
    f"KnowledgeSkillCompetence,{SKILL},skill/competence,install photovoltaic systems,,released\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VOCABULARIES_FOLDER", str(tmp_path / "own"))
    yield tmp_path / "own"
    set_override_folder(None)


@pytest.fixture
def esco_file(tmp_path):
    file = tmp_path / "skills_en.csv"
    file.write_text(ESCO, encoding="utf-8")
    return file


def test_all_of_esco_is_loaded_by_one_command(folder, esco_file, capsys):
    assert "install photovoltaic systems" not in [c.label["en"] for c in search("esco", "", "en", 1000)]
    assert main.main(["vocabularies", "load", "esco", str(esco_file)]) == 0
    assert capsys.readouterr().out.startswith("esco\t1\t")
    assert [found.iri for found in search("esco", "photovolt", "lv")] == [SKILL]
    assert main.main(["vocabularies", "show", "esco", "--search", "install"]) == 0
    assert capsys.readouterr().out.split("\t")[1:] == ["install photovoltaic systems", f"{SKILL}\n"]
    assert [file.name for file in folder.iterdir()] == ["esco.json"]


def test_another_process_finds_it_at_once(folder, esco_file):
    set_override_folder(folder)
    assert len(vocabulary("esco")) > 1
    done = subprocess.run(
        [sys.executable, "-m", "lti_tool", "vocabularies", "load", "esco", str(esco_file)],
        cwd=ROOT,
        env=os.environ | {"VOCABULARIES_FOLDER": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("esco\t1\t")
    assert [skill.iri for skill in vocabulary("esco")] == [SKILL]


def test_every_vocabulary_is_listed_with_its_source_and_owner(folder, esco_file, capsys):
    vocabularies.load(folder, "esco", [esco_file])
    assert main.main(["vocabularies", "list"]) == 0
    lines = dict(line.split("\t", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["esco"].split("\t")[2] == "own"
    assert lines["countries"].startswith("249\t2024-02-14\tshipped\tEU Publications Office")


def test_a_vocabulary_is_replaced_by_a_toml_or_json_file(folder, tmp_path):
    set_override_folder(folder)
    toml = (ROOT / "badges" / "vocabularies" / "stackability.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(toml.replace("independent micro-credential", "micro-credential"), encoding="utf-8")
    assert (
        vocabularies.load(folder, "stackability", [own])["standalone"]
        .label["en"]
        .endswith("micro-credential")
    )
    assert vocabulary("stackability")["standalone"].label["en"] == "stand-alone, micro-credential"
    again = tmp_path / "own.json"
    again.write_text(json.dumps(vocabulary_as_json(vocabulary("stackability"))), encoding="utf-8")
    assert len(vocabularies.load(folder, "stackability", [again])) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.toml", "["),
        ("x.json", "{"),
        ("x.json", "[" * 100_000),
        ("x.json", "[]"),
        ("x.toml", ""),
        ("x.toml", "\x00"),
    ],
)
def test_a_file_that_is_no_vocabulary_changes_nothing(folder, tmp_path, name, content, capsys):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert main.main(["vocabularies", "load", "eqf", str(file)]) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert not folder.exists()


def test_an_unknown_vocabulary_is_named(folder, tmp_path, capsys):
    assert main.main(["vocabularies", "load", "esco", str(tmp_path / "skills_en.csv")]) == 2
    assert "skills_en.csv cannot be read" in capsys.readouterr().err
    assert main.main(["vocabularies", "show", "../../etc/passwd"]) == 2
    assert "there is no vocabulary" in capsys.readouterr().err
    with pytest.raises(NotFoundError):
        vocabularies.load(folder, "nothing", [])
    with pytest.raises(VocabularyError, match="is one file"):
        vocabularies.load(folder, "eqf", [])
    assert list(vocabularies.as_lines("eqf", "8", "lv", 5)) == [
        "8\t8. līmenis\thttp://data.europa.eu/snb/eqf/8"
    ]
    assert [line.split("\t")[3:] for line in vocabularies.as_lines("credit_systems", "", "en", 9)] == [
        [],
        ["2020"],
    ]
    assert any(line.startswith("eqf\t8\t") for line in vocabularies.as_list())
