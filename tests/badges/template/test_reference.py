"""The JSON Schema of a template agrees with its reader."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from badges.errors import TemplateError
from badges.template.model import Template, read_template, template_as_json
from badges.template.reference import template_schema

NAMED = {"name": {"en": "x"}}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(template_schema(), validate_formats=True)


def test_exported_templates_keep_to_the_schema(
    validator: Draft202012Validator, solar: Template, data_literacy: Template
) -> None:
    for template in (solar, data_literacy):
        validator.validate(template_as_json(template))


@pytest.mark.parametrize(
    "fields",
    [
        {"workload_hours": 40},
        {"workload_hours": "40,5"},
        {"level": "not-applicable"},
        {"level": {"value": 4}},
        {"lki_level": "4"},
        {"validity": {"months": "24"}},
        {"validity": {"last_day": "2027-12-31"}},
        {"quality": {"accredited": True, "declarations": {"nzqa.no-gaps": {"en": "None."}}}},
        {"assessments": [{"type": "quiz", "supervision": "supid"}]},
        {"learning_outcomes": [{"text": {"en": "x"}, "esco": []}]},
        {
            "types_of_quality_assurance": [
                {"code": "esg", "url": "https://a.example/1", "valid_from": "2020-02-29"}
            ]
        },
    ],
    ids=str,
)
def test_both_take_it(validator: Draft202012Validator, fields: dict[str, Any]) -> None:
    read_template(NAMED | fields)
    validator.validate(NAMED | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": {}},
        {"name": {"en": "x" * 201}},
        {"name": {"tlh": "x"}},
        {"misspelt": 1},
        {"credits": 0},
        {"credits": 400.5},
        {"credits": "many"},
        {"lki_level": 9},
        {"validity": {"months": 0}},
        {"validity": {"months": 12, "last_day": "2027-12-31"}},
        {"validity": "24"},
        {"level": {"framework": "EQF"}},
        {"level": {"value": 0}},
        {"level": 4},
        {"cycle": "fourth"},
        {"forms_of_participation": "online"},
        {"forms_of_participation": ["telepathy"]},
        {"assessments": [{}]},
        {"assessments": [{"type": "quiz", "summative": "yes"}]},
        {"assessments": [{"type": "quiz"}] * 51},
        {"awarding_bodies": [{"legal_name": {"en": "x"}, "country": "LV", "eidas_identifier": "x"}]},
        {"part_of": [{"name": {"en": "x"}, "url": "javascript:1"}]},
        {"change_log": [{"day": "2026-02-30", "text": "x"}]},
        {"change_log": [{"text": "x"}]},
        {"quality": {"declarations": {"nothing": {"en": "x"}}}},
        {"quality": {"review_months": 0}},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_both_refuse_it(validator: Draft202012Validator, fields: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        read_template(NAMED | fields)
    assert not validator.is_valid(NAMED | fields)
