"""What no framework lets pass: hours and credits that cannot be, checks that decide nothing, levels that contradict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from badges.eu import elements
from badges.issuer import IssuerProfile
from badges.quality.evaluation import evaluate, facts
from badges.template.model import NOT_APPLICABLE, Level, Template
from badges.template.values import Assessment

TODAY = date(2026, 11, 21)
ANNEX_1 = "eu_annex_1"
CMF = "common_microcredential_framework"
HFD = "hochschulforum_digitalisierung"
IDENTIFYING = (CMF, "paradigms", HFD, "chea", "aqf_review")


def outcome(code: str, rule: str, template: Template, issuer: IssuerProfile) -> str:
    """The outcome of one rule of a framework."""
    report = evaluate(code, template, issuer, TODAY)
    return next(verdict.outcome for verdict in report.verdicts if verdict.rule.code == rule)


def mend(code: str, rule: str, template: Template, issuer: IssuerProfile) -> str:
    report = evaluate(code, template, issuer, TODAY)
    return next(verdict.field for verdict in report.verdicts if verdict.rule.code == rule)


def working(template: Template, hours: str | None, credits_: str | None) -> Template:
    return replace(
        template,
        workload_hours=Decimal(hours) if hours else None,
        credits=Decimal(credits_) if credits_ else None,
    )


def declaring(template: Template, **declarations: Any) -> Template:
    return replace(template, quality=replace(template.quality, **declarations))


# --- hours and credits ---


@pytest.mark.parametrize(
    ("hours", "credits_", "expected"),
    [
        ("100", "1", "fail"),
        ("150", "30", "fail"),
        ("100", "4", "pass"),
        ("150", "6", "pass"),
        ("120", None, "fail"),
    ],
)
def test_the_common_framework_asks_for_4_to_6_credits(
    hours: str, credits_: str | None, expected: str, data_literacy: Template, issuer: IssuerProfile
) -> None:
    assert outcome(CMF, "credits", working(data_literacy, hours, credits_), issuer) == expected


@pytest.mark.parametrize(
    ("hours", "credits_", "expected"),
    [
        ("500", "3", "fail"),
        ("100", "30", "fail"),
        ("100", "3", "pass"),
        ("150", "5", "pass"),
        ("80", "3", "pass"),
        ("120", None, "pass"),
        ("160", None, "fail"),
        (None, "4", "pass"),
        (None, "6", "fail"),
    ],
)
def test_the_german_framework_asks_for_hours_and_credits_that_go_together(
    hours: str | None, credits_: str | None, expected: str, data_literacy: Template, issuer: IssuerProfile
) -> None:
    assert outcome(HFD, "workload", working(data_literacy, hours, credits_), issuer) == expected


@pytest.mark.parametrize(
    ("hours", "credits_", "missing"),
    [
        ("1", "400", ("notional_workload",)),
        ("500", "3", ("notional_workload",)),
        ("19", "1", ("notional_workload",)),
        ("41", "1", ("notional_workload",)),
        ("24", "1", ()),
    ],
)
def test_hours_that_cannot_be_the_work_of_the_credits_are_not_published(
    hours: str, credits_: str, missing: tuple[str, ...], solar: Template, issuer: IssuerProfile
) -> None:
    template = working(solar, hours, credits_)
    assert elements.missing(template, issuer, TODAY) == missing


# --- assessments: only those that decide about the award count ---

IDENTIFIED_QUIZ = Assessment(type="quiz", supervision="supid", summative=False)


@pytest.mark.parametrize("code", IDENTIFYING)
@pytest.mark.parametrize(
    ("deciding", "expected"),
    [
        (Assessment(type="writtenExamination", supervision="nosupnoid", summative=True), "fail"),
        (Assessment(type="writtenExamination", summative=True), "fail"),
        (Assessment(type="writtenExamination", supervision="supid", summative=True), "pass"),
    ],
)
def test_an_identity_check_at_a_formative_quiz_identifies_nobody(
    code: str, deciding: Assessment, expected: str, solar: Template, issuer: IssuerProfile
) -> None:
    template = replace(solar, assessments=(IDENTIFIED_QUIZ, deciding))
    report = evaluate(code, template, issuer, TODAY)
    (found,) = [verdict for verdict in report.verdicts if verdict.rule.code.endswith("identity")]
    assert found.outcome == expected


def test_where_nothing_is_said_about_which_assessment_decides_all_of_them_do(
    solar: Template, issuer: IssuerProfile
) -> None:
    assessments = (
        Assessment(type="quiz", supervision="supid"),
        Assessment(type="portfolio"),
        IDENTIFIED_QUIZ,
    )
    known = facts(replace(solar, assessments=assessments), issuer)
    assert known["deciding_assessments/type"] == ("quiz", "portfolio")
    assert known["deciding_assessments/supervision"] == ("supid",)


@pytest.mark.parametrize("quiz", [Assessment(type="quiz", summative=False), Assessment(type="quiz")])
def test_attendance_that_decides_is_no_assessment_whatever_quiz_stands_beside_it(
    quiz: Assessment, solar: Template, issuer: IssuerProfile
) -> None:
    attended = Assessment(type="levelOfAttendance", summative=True)
    template = replace(solar, assessments=(attended, quiz))
    assert elements.missing(template, issuer, TODAY) == ("type_of_assessment",)
    decides = replace(solar, assessments=(attended, Assessment(type="quiz", summative=True)))
    assert elements.missing(decides, issuer, TODAY) == ()


# --- levels ---


@pytest.mark.parametrize(
    ("eqf", "lki", "national", "cycle"),
    [
        (7, 4, None, "first"),
        (7, 4, None, None),
        (7, None, None, "first"),
        (2, None, None, "second"),
        (7, None, "LQF-4", None),
        (None, None, None, "second"),
    ],
)
def test_levels_that_contradict_each_other_are_not_published(
    eqf: int | None,
    lki: int | None,
    national: str | None,
    cycle: str | None,
    data_literacy: Template,
    issuer: IssuerProfile,
) -> None:
    template = replace(
        data_literacy,
        level=Level(value=eqf) if eqf else NOT_APPLICABLE,
        lki_level=lki,
        national_level=national,
        cycle=cycle,
    )
    assert elements.missing(template, issuer, TODAY) == ("level",)
    assert mend(ANNEX_1, "level.agree", template, issuer) == "/level"


def test_levels_that_agree_are_published(data_literacy: Template, issuer: IssuerProfile) -> None:
    assert (data_literacy.lki_level, data_literacy.cycle) == (7, "second")
    assert elements.missing(data_literacy, issuer, TODAY) == ()
    # Levels of other countries are not numbered as the EQF is.
    foreign = replace(
        data_literacy, level=Level(value=7), lki_level=None, cycle=None, national_level="SCQF-11"
    )
    assert elements.missing(foreign, issuer, TODAY) == ()


# --- quality assurance ---


@pytest.mark.parametrize("lost", [("agency",), ("reference", "url"), ("agency", "reference", "url")])
def test_esg_names_its_agency_and_where_it_is_registered(
    lost: tuple[str, ...], data_literacy: Template, issuer: IssuerProfile
) -> None:
    (esg,) = data_literacy.types_of_quality_assurance
    empty: dict[str, Any] = {"agency": {}, "reference": None, "url": None}
    said = replace(esg, **{name: empty[name] for name in lost})
    template = replace(data_literacy, types_of_quality_assurance=(said,))
    assert elements.missing(template, issuer, TODAY) == ("type_of_quality_assurance",)
    assert mend(ANNEX_1, "type_of_quality_assurance.named", template, issuer) == "/types_of_quality_assurance"


@pytest.mark.parametrize(
    ("review", "expected"),
    [(date(2026, 11, 20), "fail"), (TODAY, "pass"), (date(2027, 1, 1), "pass"), (None, "not_applicable")],
)
@pytest.mark.parametrize("code", ["eu_annex_2", "nzqa"])
def test_a_review_in_the_past_is_no_review(
    code: str, review: date | None, expected: str, solar: Template, issuer: IssuerProfile
) -> None:
    template = replace(solar, review_date=review)
    rule = {"eu_annex_2": "3-review-to-come", "nzqa": "review-to-come"}[code]
    assert outcome(code, rule, template, issuer) == expected
    assert mend(code, rule, template, issuer) == ("/review_date" if expected == "fail" else "")


# --- what has to be attached or written ---


def test_professional_development_in_latvia_comes_with_a_transcript(
    solar: Template, issuer: IssuerProfile
) -> None:
    course = declaring(solar, unit_kind="furtherEducation", transcript=False)
    assert outcome("latvia", "transcript-attached", course, issuer) == "fail"
    assert outcome("latvia", "transcript-attached", declaring(course, transcript=True), issuer) == "pass"
    module = declaring(solar, unit_kind="module", transcript=False)
    assert outcome("latvia", "transcript-attached", module, issuer) == "not_applicable"
    assert outcome("latvia", "transcript", module, issuer) == "warning"


@pytest.mark.parametrize("rule", ["self-assessment", "learner-demand"])
def test_nzqa_fails_without_the_self_assessment_report_and_the_demand_of_learners(
    rule: str, solar: Template, issuer: IssuerProfile
) -> None:
    assert outcome("nzqa", rule, solar, issuer) == "fail"
    assert mend("nzqa", rule, solar, issuer) == f"/quality/declarations/nzqa.{rule}"
    written = declaring(solar, declarations={f"nzqa.{rule}": {"en": "The report of June."}})
    assert outcome("nzqa", rule, written, issuer) == "pass"


def test_a_grade_is_shown_only_where_a_result_is_asked_for(solar: Template, issuer: IssuerProfile) -> None:
    """A badge that a link gives when it opens has no result."""
    gated = replace(solar, required_value=None, scale=None)
    assert outcome(ANNEX_1, "grade", gated, issuer) == "warning"
    assert mend(ANNEX_1, "grade", gated, issuer) == "/required_value"
    assert outcome(ANNEX_1, "grade", replace(gated, required_value=Decimal(60)), issuer) == "declared"


# --- a tick is the word of the issuer ---


@pytest.mark.parametrize(
    ("code", "rule"),
    [("eu_annex_2", "7-privacy"), ("nzqa", "no-duplicate")],
)
def test_what_rests_on_a_tick_is_declared_by_the_issuer_not_met(
    code: str, rule: str, solar: Template, issuer: IssuerProfile
) -> None:
    ticked = declaring(solar, overlap_checked=True, retention_months=12)
    assert outcome(code, rule, ticked, issuer) == "declared"
    unticked = declaring(ticked, overlap_checked=False, retention_months=None)
    keeps_no_record = replace(issuer, quality=replace(issuer.quality, retention_months=None))
    assert outcome(code, rule, unticked, keeps_no_record) == "fail"
    assert evaluate("eu_annex_2", ticked, issuer, TODAY).passes


@pytest.mark.parametrize("stated", [{"learner_feedback": each} for each in (True, False, None)], ids=str)
def test_that_learners_are_asked_for_feedback_is_what_the_tool_does_not_a_claim(
    stated: dict[str, bool | None], solar: Template, issuer: IssuerProfile
) -> None:
    said = declaring(solar, **stated)
    silent = replace(issuer, quality=replace(issuer.quality, learner_feedback=None))
    assert outcome("eu_annex_2", "8-feedback", said, silent) == "pass"
