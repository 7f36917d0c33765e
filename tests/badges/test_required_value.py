"""The minimum result belongs to the template: its sentence, its scale and the result of an award never disagree."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from badges.achievement import standalone_achievement
from badges.errors import TemplateError
from badges.eu import readers
from badges.eu.elements import read
from badges.issuer import IssuerProfile
from badges.jsonld import as_jsonld
from badges.template.model import Template, read_template
from badges.template.wording import other_percentages, too_little
from signing.json_text import Json

Build = Callable[..., Json]
NAMES = {"en": "Charts", "lv": "Diagrammas"}


def template(**fields: Any) -> Template:
    return read_template({"name": NAMES, **fields})


# --- The sentence


@pytest.mark.parametrize(
    ("fields", "en", "lv"),
    [
        ({"required_value": "70"}, "The result has to be at least 70 %.", "Rezultātam jābūt vismaz 70 %."),
        (
            {"required_value": "72,5"},
            "The result has to be at least 72.5 %.",
            "Rezultātam jābūt vismaz 72,5 %.",
        ),
        (
            {"required_value": "4", "scale": "10"},
            "The result has to be at least 4 of 10 points.",
            "Rezultātam jābūt vismaz 4 no 10 punktiem.",
        ),
    ],
)
def test_the_criteria_are_made_from_the_minimum_result_in_each_language(fields, en, lv):
    assert template(**fields).stated_criteria == {"en": en, "lv": lv}


def test_the_sentence_follows_what_the_author_wrote():
    written = template(required_value="70", criteria={"en": "A test of 20 questions.", "lv": "Tests"})
    assert written.stated_criteria == {
        "en": "A test of 20 questions. The result has to be at least 70 %.",
        "lv": "Tests. Rezultātam jābūt vismaz 70 %.",
    }


def test_a_language_without_criteria_of_its_own_falls_back_whole():
    """A sentence about the result alone would hide what else has to be done."""
    written = template(required_value="70", criteria={"en": "A test."})
    assert written.stated_criteria == {"en": "A test. The result has to be at least 70 %."}


def test_in_other_languages_the_author_says_it():
    written = read_template(
        {
            "name": {"de": "Diagramme"},
            "in_language": "de",
            "criteria": {"de": "Ein Test."},
            "required_value": 70,
        }
    )
    assert written.stated_criteria == {"de": "Ein Test."}


def test_without_a_minimum_result_the_criteria_are_the_authors():
    assert template(criteria={"en": "A test."}).stated_criteria == {"en": "A test."}


# --- The field


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"required_value": 101}, ("/required_value", "above_the_scale")),
        ({"required_value": 11, "scale": 10}, ("/required_value", "above_the_scale")),
        ({"required_value": 0}, ("/required_value", "out_of_range")),
        ({"scale": 0}, ("/scale", "out_of_range")),
    ],
)
def test_the_minimum_lies_on_the_scale(fields, problem):
    with pytest.raises(TemplateError) as error:
        template(**fields)
    assert problem in error.value.problems


@pytest.mark.parametrize(
    ("score", "reached"),
    [
        ("0.7", True),
        ("0.6999999999999999", True),
        ("0.71", True),
        ("0.699", False),
        ("0", False),
        (None, True),
    ],
)
def test_a_result_reaches_the_minimum_as_platforms_keep_points(score, reached):
    for fields in ({"required_value": 70}, {"required_value": 7, "scale": 10}):
        assert template(**fields).is_reached(score and Decimal(score)) is reached


# --- The credential


def test_the_credential_says_the_minimum_of_the_template_and_the_result_of_the_learner(
    solar: Template, built: Build, shared: Path
) -> None:
    credential = built(replace(solar, required_value=Decimal(70)), language="en")
    (scale,) = credential["credentialSubject"]["achievement"]["resultDescription"]
    assert (scale["requiredValue"], scale["valueMin"], scale["valueMax"]) == ("70", "0", "100")
    assert scale["resultType"] == "Percent"
    (result,) = credential["credentialSubject"]["result"]
    assert (result["value"], result["resultDescription"]) == ("86", scale["id"])
    criteria = credential["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "The result has to be at least 70 %." in criteria
    assert readers.criteria(credential)["lv"].endswith("Rezultātam jābūt vismaz 70 %.")
    official = shared / "data/schemas/ob_v3p0_achievementcredential_schema.json"
    assert not list(Draft201909Validator(json.loads(official.read_bytes())).iter_errors(credential))


def test_points_are_stated_on_their_own_scale(solar: Template, built: Build) -> None:
    credential = built(replace(solar, required_value=Decimal(4), scale=Decimal(10)), language="en")
    (scale,) = credential["credentialSubject"]["achievement"]["resultDescription"]
    assert (scale["requiredValue"], scale["valueMax"], scale["resultType"]) == ("4", "10", "RawScore")
    assert credential["credentialSubject"]["result"][0]["value"] == "8.6"
    assert "8.6 of 10 points" in json.dumps(credential["credentialSubject"]["provenBy"])


@pytest.mark.parametrize(
    ("fields", "en", "lv"),
    [
        (
            {"required_value": Decimal("72.5")},
            "86 % (at least 72.5 % needed)",
            "86 % (vajadzīgs vismaz 72,5 %)",
        ),
        (
            {"required_value": Decimal(4), "scale": Decimal(10)},
            "8.6 of 10 points (at least 4 needed)",
            "8,6 no 10 punktiem (vajadzīgs vismaz 4)",
        ),
        ({}, "86 %", "86 %"),
    ],
)
def test_whoever_reads_the_badge_sees_both(fields, en, lv, solar: Template, built: Build) -> None:
    readings = {one.element.code: one.values for one in read(built(replace(solar, **fields)))}
    grade, date = readings["grade"]
    assert grade == {"en": en, "lv": lv}
    assert date["en"] == "Date of the assessment: 19 November 2026"


def test_the_minimum_is_announced_before_anybody_has_a_result(
    solar: Template, built: Build, issuer: IssuerProfile
) -> None:
    asked = replace(solar, required_value=Decimal(70))
    announced = as_jsonld(
        standalone_achievement(
            template=asked,
            template_url="https://a.example",
            version=1,
            picture_url="",
            issuer=issuer,
            language="en",
        )
    )
    assert announced["resultDescription"][0]["requiredValue"] == "70"
    unscored = built(asked, score=None)["credentialSubject"]
    assert unscored["achievement"]["resultDescription"][0]["requiredValue"] == "70"
    assert "result" not in unscored
    assert "resultDescription" not in built(solar, score=None)["credentialSubject"]["achievement"]


# --- What a template says


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"criteria": {"en": "At least 62 %"}}, [("/criteria/en", "62 %")]),
        ({"criteria": {"lv": "vismaz 62,5%"}}, [("/criteria/lv", "62,5%")]),
        ({"description": {"en": "You need 62 per cent."}}, [("/description/en", "62 per cent")]),
        ({"description": {"en": "62 percent"}}, [("/description/en", "62 percent")]),
        ({"description": {"lv": "62 procenti"}}, [("/description/lv", "62 procenti")]),
        ({"criteria": {"en": "At least 70 %, or 70,0%, or 70 percent"}}, []),
        ({"criteria": {"en": "20 questions in 1.62 hours"}}, []),
        (
            {"criteria": {"en": "62 % and 70 %", "lv": "62 %"}},
            [("/criteria/en", "62 %"), ("/criteria/lv", "62 %")],
        ),
    ],
)
def test_another_percentage_in_free_text_is_found(fields, found):
    assert list(other_percentages(template(required_value=70, **fields))) == found


def test_a_percentage_without_a_minimum_result_is_found_too():
    assert list(other_percentages(template(criteria={"en": "At least 70 %"}))) == [("/criteria/en", "70 %")]
    on_points = template(required_value=4, scale=10, criteria={"en": "At least 40 %, not 50 %"})
    assert list(other_percentages(on_points)) == [("/criteria/en", "50 %")]


@pytest.mark.parametrize(
    ("required", "text", "found"),
    [
        (70, "The project (60 %) and the written examination (40 %) are each marked.", []),
        (60, "The project (60 %) and the written examination (40 %) are each marked.", []),
        (None, "Projekts (60 %) un rakstisks eksāmens (40 %) ir novērtēti.", []),
        (70, "Three tests: 30 %, 30 % and 40 %.", []),
        (70, "A test (60 %) and a project (40 %). You pass with at least 62 %.", ["62 %"]),
        (70, "At least 62 %. The test counts 60 %, the project 40 %.", ["62 %"]),
        (70, "At least 60 % in the test and 40 % attendance.", ["60 %", "40 %"]),
        (70, "vismaz 60 % testā un vismaz 40 % projektā", ["60 %", "40 %"]),
        (70, "The test is passed with 60 %; 40 % of the course is online.", ["60 %", "40 %"]),
        (70, "60 % of the course is online.", ["60 %"]),
        (70, "At least 70 %, of which the test is 100 %.", ["100 %"]),
    ],
)
def test_weights_of_a_grade_are_no_other_result(required, text, found):
    given = template(required_value=required, criteria={"en": text})
    assert [written for _, written in other_percentages(given)] == found


def test_the_template_of_the_demo_is_not_warned_about(shared_templates):
    assert list(other_percentages(shared_templates["data-literacy"])) == []


@pytest.fixture
def shared_templates():
    """The templates of the demo by the name of their file."""
    folder = Path(__file__).parents[2] / "lti_tool" / "demo" / "templates"
    return {
        path.stem: read_template(tomllib.loads(path.read_text("utf-8"))) for path in folder.glob("*.toml")
    }


FULL = {
    "description": {"en": "Reads charts and says what they hide."},
    "criteria": {"en": "A marked assignment."},
}


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        (FULL, ()),
        ({}, (("/description", "says_nothing"), ("/criteria", "says_nothing"))),
        ({**FULL, "name": {"en": "A"}}, (("/name/en", "says_too_little"),)),
        ({**FULL, "name": {"en": "?!…", "lv": "Diagrammas"}}, (("/name/en", "says_too_little"),)),
        ({**FULL, "name": {"en": "Go"}}, ()),
        ({**FULL, "description": {"en": "x"}}, (("/description/en", "says_too_little"),)),
        (
            {**FULL, "criteria": {"en": "A marked assignment.", "lv": "."}},
            (("/criteria/lv", "says_too_little"),),
        ),
        # The sentence about the minimum result says what has to be done.
        ({"description": FULL["description"], "required_value": 70}, ()),
    ],
)
def test_a_template_that_says_too_little_is_found(fields, problems):
    assert too_little(template(**fields)) == problems
