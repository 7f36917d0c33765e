"""A template goes out as one file, and comes in from one that nobody trusts."""

from __future__ import annotations

import base64
import json
import tomllib
from datetime import date

import pytest

from badges.errors import ClaimError, TemplateError
from badges.issuer import read_issuer
from badges.pictures import OwnPicture
from lti_tool.templates import versions
from lti_tool.templates.files import FORMAT, export_json, import_json, read_file
from tests.badges.test_pictures import picture_file
from tests.fixtures import ROOT, template_data

TODAY = date(2026, 11, 21)
ISSUER = read_issuer(
    tomllib.loads((ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")),
    "https://badges.example.org",
)


def problems(data) -> dict[str, str]:
    file = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(TemplateError) as caught:
        import_json(file, ISSUER, TODAY)
    return dict(caught.value.problems)


def test_what_is_exported_comes_back_the_same(tool, clock):
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), clock())
        found = import_json(export_json(row).encode(), ISSUER, TODAY)
        assert (found.body, found.picture) == (row.body, None)
        versions.set_picture(row, imported_picture(), clock())
        assert import_json(export_json(row).encode(), ISSUER, TODAY).picture


def imported_picture() -> OwnPicture:
    data = {"format": FORMAT, "template": {"name": {"en": "x"}}}
    data["picture"] = "data:image/png;base64," + base64.b64encode(picture_file()).decode()
    picture = import_json(json.dumps(data).encode(), ISSUER, TODAY).picture
    assert picture
    return picture


def test_a_bare_template_is_imported_too(tool):
    assert import_json(json.dumps({"name": {"en": "Bare"}}).encode(), ISSUER, TODAY).body["name"] == {
        "en": "Bare"
    }


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


BEYOND = {
    "name": {"en": "Doctor of Medicine"},
    "level": {"value": 8},
    "types_of_quality_assurance": [{"code": "internal"}, {"code": "iso"}],
}


def test_a_template_that_claims_more_than_the_settings_allow_is_not_imported(tmp_path):
    found = {
        "/level/value": "level_too_high",
        "/types_of_quality_assurance/1/code": "quality_assurance_not_listed",
    }
    assert problems(BEYOND) == found
    wrapped = problems({"format": FORMAT, "template": BEYOND})
    assert wrapped == {f"/template{pointer}": code for pointer, code in found.items()}
    file = tmp_path / "doctor.toml"
    file.write_text('name.en = "Doctor of Medicine"\nlevel = {value = 8}\n', encoding="utf-8")
    with pytest.raises(ClaimError):
        read_file(file, ISSUER, TODAY)


def test_what_a_badge_of_another_system_claims_beyond_the_settings_is_left_out_and_noted():
    alignments = [
        {
            "type": ["Alignment"],
            "targetName": "EQF 8",
            "targetCode": "8",
            "targetType": "ext:EQF",
            "targetUrl": URL,
        },
    ]
    badge = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "achievement": {
                "id": URL,
                "type": ["Achievement"],
                "name": "Doctor of Medicine",
                "criteria": {"narrative": "Heals."},
                "alignment": alignments,
            },
        },
    }
    imported = import_json(json.dumps(badge).encode(), ISSUER, TODAY)
    assert imported.body["name"] and "level" not in imported.body
    assert ("/level/value", "beyond_settings") in [(note.pointer, note.code) for note in imported.notes]


URL = "https://elsewhere.example.org/8"
