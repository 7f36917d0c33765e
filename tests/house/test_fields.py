"""A field of a template is one declaration, from which everything else that knows fields follows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from badges.template.fields import Group, Items, fields_of
from badges.template.model import Template
from badges.template.reference import fields_table
from tests.house.fields_table import in_readme

ROOT = Path(__file__).parents[2]

#: The only line that is added, above a field that is there.
DECLARATION = """
    study_visits: Texts = declare(
        TextByLanguage(),
        section="more",
        element="further_information",
        label={"en": "Study visits", "lv": "Mācību vizītes"},
        hint={"en": "Where learners go.", "lv": "Kurp izglītojamie dodas."},
        should={"en": "Say where learners go.", "lv": "Norādiet, kurp izglītojamie dodas."},
    )
"""
ABOVE = "    owner: str | None = declare("

#: A test that runs with the field, in a copy of the project.
PROBE = """
import badges.quality
import pytest
from badges.details import published_details
from badges.errors import TemplateError
from badges.quality.evaluation import evaluate
from badges.template.model import read_template
from badges.template.reference import template_schema
from jsonschema_rs import validator_for
from tests.fixtures import template_data
from tests.house.fields_table import in_readme, write
from tests.lti_tool.web.editor.test_editor import ASSESSMENT, LEARNING, rows, zane  # noqa: F401

VISITS = {"en": "A power station"}


def test_it_is_read_and_its_problems_are_found():
    assert read_template({"name": {"en": "x"}, "study_visits": VISITS}).study_visits == VISITS
    with pytest.raises(TemplateError, match="/study_visits/en: markup"):
        read_template({"name": {"en": "x"}, "study_visits": {"en": "<b>x</b>"}})


def test_it_is_in_the_editor_and_in_the_completeness(zane, web_tool):  # noqa: F811
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT, go="more")
    assert "Study visits" in zane.text and "Where learners go." in zane.text
    assert "Say where learners go." in zane.text
    zane.save("more", {"/study_visits/en": "<b>x</b>"})
    assert "/study_visits/en" in zane.problems()
    zane.save("more", {"/study_visits/en": VISITS["en"]})
    assert rows(web_tool)[-1].body["study_visits"] == VISITS
    assert "Say where learners go." not in zane.text


def test_a_report_asks_for_it(web_tool):
    def outcome(data):
        report = evaluate("eu_annex_1", read_template(data), web_tool.issuer.profile)
        return {one.rule.code: one.outcome for one in report.verdicts}["further_information.study_visits"]

    assert outcome(template_data()) == "warning"
    assert outcome({**template_data(), "study_visits": VISITS}) == "pass"


def test_a_rule_of_any_framework_can_be_about_it():
    assert badges.quality.FIELDS["study_visits"] == "/study_visits"


def test_the_schema_has_it():
    validator = validator_for(template_schema())
    assert validator.is_valid({"name": {"en": "x"}, "study_visits": VISITS})
    assert not validator.is_valid({"name": {"en": "x"}, "study_visits": "x"})


def test_it_stands_on_the_page_of_the_achievement(web_tool):
    template = read_template({"name": {"en": "x"}, "study_visits": VISITS})
    details = published_details(template, web_tool.issuer.profile, "course")
    assert ("Study visits", (VISITS,)) in [(detail.label["en"], detail.values) for detail in details]


def test_the_table_has_it(pytestconfig):
    write(pytestconfig.rootpath)
    assert "| `study_visits` | Study visits | texts | 16 | achievement page |" in in_readme(pytestconfig.rootpath)
"""


def test_every_field_has_a_label_and_stands_in_the_table() -> None:
    for field in fields_of(Template):
        parts = fields_of(field.kind.of) if isinstance(field.kind, Items | Group) else ()
        for one in (field, *parts):
            shown = one.kind.control and not isinstance(one.kind, Group)
            assert not shown or one.label.keys() == {"en", "lv"}, one.name
            assert all(texts.keys() in ({"en", "lv"}, set()) for texts in (one.hint, one.must, one.should))
    assert in_readme(ROOT) == fields_table(), "make fields"


def test_a_made_up_field_is_one_declaration(tmp_path: Path) -> None:
    """In a copy of the project, since the modules compute what follows from the declarations when they are loaded."""
    for name in ("signing", "badges", "config", "lti_tool", "tests"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    model = tmp_path / "badges" / "template" / "model.py"
    text = model.read_text("utf-8")
    assert text.count(ABOVE) == 1
    model.write_text(text.replace(ABOVE, DECLARATION.lstrip("\n") + ABOVE), "utf-8")
    probe = tmp_path / "tests" / "lti_tool" / "web" / "editor" / "test_made_up_field.py"
    probe.write_text(PROBE, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(probe)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
