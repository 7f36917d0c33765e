"""A template goes out as one file, and comes in from one that nobody trusts."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest

from badges.errors import TemplateError
from lti_tool.templates import versions
from lti_tool.templates.files import FORMAT, export_json, import_json
from tests.badges.test_pictures import picture_file
from tests.fixtures import template_data

TODAY = date(2026, 11, 21)


def problems(data) -> dict[str, str]:
    file = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(TemplateError) as caught:
        import_json(file, TODAY)
    return dict(caught.value.problems)


def test_what_is_exported_comes_back_the_same(tool, clock):
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), clock())
        found = import_json(export_json(row).encode(), TODAY)
        assert (found.body, found.picture) == (row.body, None)
        versions.set_picture(row, imported_picture(), clock())
        assert import_json(export_json(row).encode(), TODAY).picture


def imported_picture() -> bytes:
    data = {"format": FORMAT, "template": {"name": {"en": "x"}}}
    data["picture"] = "data:image/png;base64," + base64.b64encode(picture_file()).decode()
    picture = import_json(json.dumps(data).encode(), TODAY).picture
    assert picture
    return picture


def test_a_bare_template_is_imported_too(tool):
    assert import_json(json.dumps({"name": {"en": "Bare"}}).encode(), TODAY).body["name"] == {"en": "Bare"}


def test_every_problem_has_its_json_pointer():
    found = problems(
        {
            "format": FORMAT,
            "surprise": 1,
            "picture": "no picture",
            "template": {
                "name": {"en": "<b>x</b>", "xx": "y"},
                "workload_hours": -1,
                "level": {"value": 9},
                "learning_outcomes": [{"text": {"en": "a\u0000b"}, "esco": [{"iri": "http://x.example"}]}],
                "assessments": [{"type": "crystal ball"}],
            },
        }
    )
    assert found == {
        "/surprise": "unknown_field",
        "/picture": "not_a_picture",
        "/template/name/en": "markup",
        "/template/name/xx": "unknown_language",
        "/template/workload_hours": "out_of_range",
        "/template/level/value": "out_of_range",
        "/template/learning_outcomes/0/text/en": "not_text",
        "/template/learning_outcomes/0/esco/0/iri": "not_an_esco_skill",
        "/template/assessments/0/type": "unknown_code",
    }


@pytest.mark.parametrize(
    "file",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": ' * 5000, b"1" * 5000],
    ids=["nothing", "half", "not UTF-8", "deep", "deeper", "long number"],
)
def test_a_file_that_is_neither_json_nor_a_badge_is_refused(file):
    assert problems(file) == {"": "not_a_badge"}


@pytest.mark.parametrize("data", [[], "x", None, 1, {"format": "other", "template": []}, {"format": FORMAT}])
def test_json_that_is_no_template_is_refused(data):
    assert problems(data)
