"""A level of each learning outcome by itself: signed as a result of its own, and told in a line where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from badges.details import signed_details
from badges.errors import TemplateError
from badges.eu import readers
from badges.eu.elements import read
from badges.eu.rubric_levels import levels_in_brief
from badges.result_descriptions import reached_levels
from badges.template.model import Template, read_template, template_as_json
from badges.template.outcome_levels import ReachedLevel, ready_scale
from badges.verify.form import check_subject
from signing.json_text import Json
from tests.badges.test_outcome_levels import URL, builder

Build = Callable[..., Json]
SKILL = "http://data.europa.eu/esco/skill/97965983-0da4-4902-9daf-d5cd2693ef73"
OUTCOMES = [
    {"text": {"en": "Plans a model", "lv": "Plāno modeli"}, "assessed_by": "Plan"},
    {
        "text": {"en": "Builds a model", "lv": "Veido modeli"},
        "assessed_by": "Model",
        "esco": [{"iri": SKILL, "label": {"en": "3D modelling", "lv": "trīsdimensiju modelēšana"}}],
    },
    {"text": {"en": "Explains a model", "lv": "Izskaidro modeli"}},
]
SCALE = read_template({"name": {"en": "A"}, "outcome_levels": ready_scale(None)}).outcome_levels


@pytest.fixture
def of_each(solar: Template) -> Template:
    outcomes = read_template({"name": {"en": "A"}, "learning_outcomes": OUTCOMES}).learning_outcomes
    return replace(solar, learning_outcomes=outcomes, outcome_levels=SCALE)


def credential_of(template: Template, built: Build, *levels: tuple[int, int], **changes: Any) -> Json:
    reached = [ReachedLevel(outcome=outcome, level=level) for outcome, level in levels]
    score = changes.get("score", Decimal("0.86"))
    achieved = builder(template).achieved_levels(score, reached)
    return built(template, achieved_levels=achieved, **changes)


def descriptions(credential: Json) -> list[Json]:
    found: list[Json] = credential["credentialSubject"]["achievement"]["resultDescription"]
    return found


def test_each_outcome_has_a_rubric_with_its_own_skills(of_each, built: Build, shared: Path) -> None:
    credential = credential_of(of_each, built, (1, 3), (2, 1))
    _grade, plan, build, _explain = descriptions(credential)
    assert [each["title"]["en"] for each in (plan, build)] == ["Plans a model", "Builds a model"]
    assert "alignment" not in plan
    assert [each["targetUrl"] for each in build["alignment"]] == [SKILL]
    results = credential["credentialSubject"]["result"]
    assert [each.get("achievedLevel") for each in results] == [
        None,
        f"{URL}#outcome-1-level-3",
        f"{URL}#outcome-2-level-1",
    ]
    assert [each["resultDescription"] for each in results[1:]] == [plan["id"], build["id"]]
    ids = [level["id"] for each in descriptions(credential)[1:] for level in each["rubricCriterionLevel"]]
    assert len(set(ids)) == 9
    official = shared / "data/schemas/ob_v3p0_achievementcredential_schema.json"
    assert not list(Draft201909Validator(json.loads(official.read_bytes())).iter_errors(credential))
    assert check_subject(credential).code == "achievement"


def test_a_program_knows_the_levels_of_the_list_by_their_codes(of_each, built: Build) -> None:
    rubric = descriptions(credential_of(of_each, built, (1, 3)))[1]["rubricCriterionLevel"]
    assert [each["level"] for each in rubric] == ["basic", "proficient", "advanced"]
    assert rubric[1]["title"] == {"en": "proficient", "lv": "prasmīgs"}
    own = replace(of_each, outcome_levels=(replace(SCALE[0], code=None, name={"en": "Seen"}),))
    assert "level" not in descriptions(credential_of(own, built, (1, 1)))[1]["rubricCriterionLevel"][0]


def test_where_each_outcome_has_its_own_level_the_grade_of_the_whole_decides_none(of_each, built) -> None:
    assert of_each.level_reached(Decimal("0.95")) is None
    credential = credential_of(of_each, built, score=Decimal("0.95"))
    assert "achievedLevel" not in json.dumps(credential)
    assert "advanced" not in json.dumps(credential["credentialSubject"]["provenBy"])


def test_levels_that_somebody_gave_stand_in_the_place_of_the_one_of_the_grade(of_each, built: Build) -> None:
    together = replace(
        of_each,
        learning_outcomes=tuple(replace(each, assessed_by=None) for each in of_each.learning_outcomes),
    )
    by_grade = credential_of(together, built, score=Decimal("0.95"))
    assert levels_in_brief(by_grade)["en"] == "advanced"
    given = credential_of(together, built, (1, 1), score=Decimal("0.95"))
    assert levels_in_brief(given)["en"] == "basic (1 of 3)"
    assert "advanced" not in json.dumps(given["credentialSubject"]["provenBy"])


@pytest.mark.parametrize(
    ("levels", "brief"),
    [
        ([(1, 2), (2, 2), (3, 2)], {"en": "proficient", "lv": "prasmīgs"}),
        (
            [(1, 1), (2, 3), (3, 3)],
            {"en": "advanced (2 of 3), basic (1 of 3)", "lv": "padziļināts (2 no 3), pamata (1 no 3)"},
        ),
        ([(2, 3)], {"en": "advanced (1 of 3)", "lv": "padziļināts (1 no 3)"}),
        ([], {}),
    ],
)
def test_a_line_says_how_many_outcomes_have_which_level(of_each, built: Build, levels, brief) -> None:
    assert levels_in_brief(credential_of(of_each, built, *levels)) == brief


def test_a_level_that_is_stated_twice_does_not_stand_for_two_outcomes(of_each, built: Build) -> None:
    credential = json.loads(json.dumps(credential_of(of_each, built, (1, 3))))
    results = credential["credentialSubject"]["result"]
    results += [results[-1], {**results[-1], "achievedLevel": f"{URL}#outcome-1-level-1"}]
    assert levels_in_brief(credential)["en"] == "advanced (1 of 3)"


def test_readers_see_every_outcome_with_its_level_and_the_scale_once(of_each, built: Build) -> None:
    credential = credential_of(of_each, built, (1, 3), (2, 1))
    (grade,) = (each for each in read(credential) if each.element.code == "grade")
    assert {"en": "Plans a model: advanced", "lv": "Plāno modeli: padziļināts"} in grade.values
    assert {"en": "Builds a model: basic", "lv": "Veido modeli: pamata"} in grade.values
    assert readers.results(credential)[-1]["en"] == "advanced (1 of 3), basic (1 of 3)"
    (scale,) = (
        each
        for each in signed_details(credential)
        if each.label["en"].startswith("Levels of the learning outcomes")
    )
    assert len(scale.values) == 3


def test_the_levels_are_read_back_from_what_was_signed(of_each, built: Build) -> None:
    credential = credential_of(of_each, built, (2, 1), (3, 3), score=None)
    assert reached_levels(credential["credentialSubject"]) == (
        ReachedLevel(outcome=2, level=1),
        ReachedLevel(outcome=3, level=3),
    )


@pytest.mark.parametrize("level", [(4, 1), (1, 4), (99, 99)])
def test_a_level_or_outcome_that_the_template_has_not_is_not_signed(of_each, built: Build, level) -> None:
    assert "achievedLevel" not in json.dumps(credential_of(of_each, built, level))


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        ([{"code": "basic", "name": {"en": "poor"}}], ("/outcome_levels/0/name", "code_and_name")),
        ([{"code": "superb"}], ("/outcome_levels/0/code", "unknown_code")),
        (
            [{"code": "advanced"}, {"code": "basic", "from_result": 9}],
            ("/outcome_levels/1/code", "levels_not_in_order"),
        ),
        ([{"from_result": 9}], ("/outcome_levels/0/name", "required")),
    ],
)
def test_a_level_is_of_the_list_or_has_a_name_of_its_own(levels: Any, problem: tuple[str, str]) -> None:
    with pytest.raises(TemplateError) as error:
        read_template({"name": {"en": "A"}, "outcome_levels": levels})
    assert problem in error.value.problems


@pytest.mark.parametrize("scale", [None, 10, "9.99", 1])
def test_the_ready_scale_fits_every_scale_of_results(scale: Any) -> None:
    fields = {"name": {"en": "A"}, "scale": scale} if scale else {"name": {"en": "A"}}
    read = read_template(fields)
    levels = read_template({**fields, "outcome_levels": ready_scale(read.scale)})
    assert [each.code for each in levels.outcome_levels] == ["basic", "proficient", "advanced"]
    assert read_template(template_as_json(levels)) == levels


def test_a_scale_that_is_too_small_for_three_levels_has_no_ready_ones() -> None:
    assert ready_scale(Decimal("0.05")) == []
