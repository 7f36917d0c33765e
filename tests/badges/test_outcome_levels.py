"""How well the outcomes were met: levels by result, signed as rubric levels, and read wherever a grade is."""

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

from badges.credential import CredentialBuilder
from badges.details import signed_details
from badges.errors import TemplateError
from badges.eu import readers
from badges.eu.elements import read
from badges.issuer import IssuerProfile, read_issuer
from badges.template.model import Template, read_template
from badges.verify.form import check_subject
from signing.json_text import Json

Build = Callable[..., Json]
LEVELS = [
    {"name": {"en": "basic", "lv": "pamata"}},
    {"name": {"en": "proficient", "lv": "prasmīgs"}, "from_result": 70},
    {"name": {"en": "advanced", "lv": "padziļināts"}, "from_result": "87,5"},
]
URL = "https://badges.example.org/achievements/5b2a0c7d/1"
ROOT = Path(__file__).parents[2]
ISSUER = read_issuer(
    tomllib.loads((ROOT / "config/issuer.example.toml").read_text("utf-8")), "https://badges.example.org"
)


def template(**fields: Any) -> Template:
    return read_template({"name": {"en": "Charts", "lv": "Diagrammas"}, "outcome_levels": LEVELS, **fields})


def builder(of: Template, issuer: Any = None) -> CredentialBuilder:
    return CredentialBuilder(
        template=of,
        template_url=URL,
        version=1,
        picture_url=f"{URL}/image.png",
        issuer=issuer or ISSUER,
        language="en",
        extension_url="https://badges.example.org/eu/context.jsonld",
    )


def graded(solar: Template, built: Build, score: str | None, **changes: Any) -> Json:
    with_levels = replace(solar, outcome_levels=template().outcome_levels, **changes)
    of_all = builder(with_levels).achieved_levels(None if score is None else Decimal(score))
    return built(with_levels, score=score and Decimal(score), achieved_levels=of_all)


@pytest.mark.parametrize(
    ("score", "number"),
    [("0", 1), ("0.69", 1), ("0.6999999999999999", 2), ("0.7", 2), ("0.874", 2), ("0.875", 3), ("1", 3)],
)
def test_a_result_reaches_the_highest_level_that_it_is_enough_for(score, number):
    assert template().level_reached(Decimal(score)) == number


def test_without_a_result_or_below_the_lowest_level_there_is_none():
    assert template().level_reached(None) is None
    from_half = template(outcome_levels=[{"name": {"en": "basic"}, "from_result": 50}])
    assert from_half.level_reached(Decimal("0.49")) is None


def test_points_are_compared_on_their_own_scale():
    in_points = template(outcome_levels=[LEVELS[0], {**LEVELS[1], "from_result": 7}], scale=10)
    assert [in_points.level_reached(Decimal(score)) for score in ("0.69", "0.7")] == [1, 2]


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        ([LEVELS[1], LEVELS[1]], ("/outcome_levels/1/from_result", "levels_not_rising")),
        ([LEVELS[2], LEVELS[1]], ("/outcome_levels/1/from_result", "levels_not_rising")),
        ([LEVELS[0], LEVELS[0]], ("/outcome_levels/1/from_result", "levels_not_rising")),
        ([{**LEVELS[1], "from_result": 101}], ("/outcome_levels/0/from_result", "level_above_the_scale")),
        ([{"from_result": 50}], ("/outcome_levels/0/name", "required")),
        ([{**LEVELS[1], "from_result": "much"}], ("/outcome_levels/0/from_result", "not_a_number")),
    ],
)
def test_levels_rise_on_the_scale(levels, problem):
    with pytest.raises(TemplateError) as error:
        template(outcome_levels=levels)
    assert problem in error.value.problems


def test_the_level_is_signed_as_a_rubric_level_beside_the_grade(solar, built: Build, shared: Path) -> None:
    credential = graded(solar, built, "0.86")
    subject = credential["credentialSubject"]
    grade, level = subject["result"]
    assert grade["value"] == "86"
    _scale, rubric = subject["achievement"]["resultDescription"]
    assert (rubric["resultType"], level["resultDescription"]) == ("RubricCriterionLevel", rubric["id"])
    ids = [each["id"] for each in rubric["rubricCriterionLevel"]]
    assert level["achievedLevel"] == ids[1]
    assert len(set(ids)) == 3
    official = shared / "data/schemas/ob_v3p0_achievementcredential_schema.json"
    assert not list(Draft201909Validator(json.loads(official.read_bytes())).iter_errors(credential))
    assert check_subject(credential).code == "achievement"


def test_the_builder_says_which_level_a_score_reaches(solar: Template, issuer: IssuerProfile) -> None:
    of_solar = builder(replace(solar, outcome_levels=template().outcome_levels), issuer)
    (level,) = of_solar.achieved_levels(Decimal("0.9"))
    assert (level.description, level.level) == (f"{URL}#outcome-levels", f"{URL}#outcome-level-3")
    assert of_solar.achieved_levels(None) == ()


def test_readers_see_grade_and_level_in_both_languages(solar: Template, built: Build) -> None:
    credential = graded(solar, built, "0.86")
    shown = [dict(each) for each in readers.results(credential)]
    assert {"en": "86 %", "lv": "86 %"} in shown
    assert shown[-1] == {"en": "proficient", "lv": "prasmīgs"}
    (grade,) = (each for each in read(credential) if each.element.code == "grade")
    assert {
        "en": "Level of the learning outcomes: proficient",
        "lv": "Mācīšanās rezultātu līmenis: prasmīgs",
    } in grade.values
    assert "86 %, proficient" in json.dumps(credential["credentialSubject"]["provenBy"])


def test_all_levels_are_shown_with_what_they_take(solar: Template, built: Build) -> None:
    (detail,) = (
        each
        for each in signed_details(graded(solar, built, None))
        if each.label["en"].startswith("Levels of the learning outcomes")
    )
    assert [value["lv"] for value in detail.values] == [
        "pamata",
        "prasmīgs (vismaz 70 %)",
        "padziļināts (vismaz 87,5 %)",
    ]


def test_skills_are_aligned_only_where_the_grade_is_of_one_outcome(solar: Template, built: Build) -> None:
    with_skills = next(each for each in solar.learning_outcomes if each.esco)
    for outcomes, aligned in (((with_skills,), True), ((with_skills, with_skills), False)):
        credential = graded(solar, built, "0.86", learning_outcomes=outcomes)
        rubric = credential["credentialSubject"]["achievement"]["resultDescription"][1]
        assert ("alignment" in rubric) is aligned


def test_a_template_without_levels_signs_what_it_signed_before(solar: Template, built: Build) -> None:
    credential = built(solar)
    assert len(credential["credentialSubject"]["result"]) == 1
    assert "rubricCriterionLevel" not in json.dumps(credential)


@pytest.mark.parametrize("level", [f"{URL}#outcome-level-9", "", 7, None, {}, [f"{URL}#outcome-level-2"]])
def test_a_level_that_is_not_explained_is_not_shown(solar: Template, built: Build, level: Any) -> None:
    credential = graded(solar, built, "0.86")
    credential["credentialSubject"]["result"][1]["achievedLevel"] = level
    assert len(readers.results(credential)) == 1


def test_the_verifier_says_that_a_level_is_not_explained(solar: Template, built: Build) -> None:
    credential = graded(solar, built, "0.86")
    credential["credentialSubject"]["result"][1]["achievedLevel"] = f"{URL}#outcome-level-9"
    assert check_subject(credential).code == "unknown_level"


@pytest.mark.parametrize(
    "rubric", [None, {}, "x", [None], [{"id": {}}], [{"id": "a", "title": 3}], [{"name": "no id"}]]
)
def test_whatever_a_stranger_writes_as_levels_is_read(solar: Template, built: Build, rubric: Any) -> None:
    credential = json.loads(json.dumps(graded(solar, built, "0.86")))
    credential["credentialSubject"]["achievement"]["resultDescription"][1]["rubricCriterionLevel"] = rubric
    readers.results(credential)
    signed_details(credential)
    check_subject(credential)
