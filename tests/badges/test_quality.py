"""A quality framework says of each rule whether it is met, and which field to mend."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from badges.errors import FrameworkError, TemplateError
from badges.eu import elements
from badges.issuer import IssuerProfile, read_issuer
from badges.quality import FIELDS, framework, framework_codes, read_framework
from badges.quality.evaluation import QualityReport, evaluate, facts, failed_rules
from badges.template.declarations import RECOGNITION, Declarations
from badges.template.model import NOT_APPLICABLE, Template, read_template, template_as_json
from badges.template.values import Assessment

#: Rules that fail, of (solar panels: vocational, data literacy: higher education).
EXPECTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "eu_annex_1": ((), ()),
    "eu_annex_2": ((), ()),
    "common_microcredential_framework": (
        ("hours", "level", "credits", "transcript"),
        ("hours", "credits"),
    ),
    "hochschulforum_digitalisierung": (("workload", "level"), ()),
    "nzqa": (
        ("workload", "purpose", "need", "no-duplicate", "annual-review", "self-assessment", "learner-demand"),
        ("purpose", "need", "no-duplicate", "annual-review", "self-assessment", "learner-demand"),
    ),
    "paradigms": ((), ()),
    "microhe": (("credits",), ("credits",)),
    "aqf_review": (("purpose",), ("purpose",)),
    "chea": (("orientation", "purpose"), ("orientation", "purpose")),
    "rutgers_lumina": (("transparency", "access"), ("transparency", "access")),
    "latvia": ((), ()),
    "catalogue": (
        ("target-group", "leads-to", "recognition", "cost", "accessibility"),
        ("target-group", "leads-to", "recognition", "cost", "accessibility"),
    ),
    "edubadges": (("workload", "quality"), ()),
}
#: The profile of each framework in the reference folder.
PROFILES = {
    "eu-2022-annex2": "eu_annex_2",
    "cmf-2019": "common_microcredential_framework",
    "hfd-2019": "hochschulforum_digitalisierung",
    "nzqa-2018": "nzqa",
    "paradigms-2018": "paradigms",
    "microhe-2019": "microhe",
    "aqf-2019": "aqf_review",
    "chea-2019": "chea",
    "rutgers-lumina-2019": "rutgers_lumina",
    "lv-formal-2025": "latvia",
    "edubadges-nl-mc": "edubadges",
}
#: How many rules of ours a framework has beside those of its profile, by strength: values that cannot be, and what its
#: source asks for in text.
OF_OURS = {
    "eu_annex_2": {"must": 1},
    "nzqa": {"must": 3},
    "latvia": {"must": 2},
}
_MINIMAL = """
title = { en = "Mine", lv = "Mans" }
source = "us"
[[rule]]
code = "hours"
field = "workload_hours"
strength = "must"
en = "Enough."
lv = "Gana."
"""


def outcomes(report: QualityReport) -> dict[str, str]:
    return {verdict.rule.code: verdict.outcome for verdict in report.verdicts}


def mends(report: QualityReport) -> dict[str, str]:
    return {verdict.rule.code: verdict.field for verdict in report.verdicts if verdict.field}


def declaring(template: Template, **declarations: object) -> Template:
    return replace(template, quality=replace(template.quality, **declarations))


def test_every_framework_has_its_expected_verdict() -> None:
    assert set(framework_codes()) == set(EXPECTED)
    assert framework_codes()[:2] == ("eu_annex_1", "eu_annex_2")


@pytest.mark.parametrize("code", EXPECTED)
def test_the_shipped_templates_get_the_verdict_of_each_framework(
    code: str, solar: Template, data_literacy: Template, issuer: IssuerProfile
) -> None:
    reports = evaluate(code, solar, issuer), evaluate(code, data_literacy, issuer)
    assert tuple(report.failed for report in reports) == EXPECTED[code]
    assert (
        tuple(failed_rules(code, template, issuer) for template in (solar, data_literacy)) == EXPECTED[code]
    )
    assert [report.passes for report in reports] == [not failed for failed in EXPECTED[code]]


def test_a_rule_that_is_not_met_names_the_field_to_mend(solar: Template, issuer: IssuerProfile) -> None:
    assert mends(evaluate("common_microcredential_framework", solar, issuer)) == {
        "hours": "/workload_hours",
        "level": "/level",
        "credits": "/credits",
        "transcript": "/credits",
        "identity-policy": "/quality/declarations/common_microcredential_framework.identity-policy",
    }
    nowhere = replace(issuer, eidas_identifier=None)
    assert mends(evaluate("eu_annex_2", solar, nowhere))["9-authenticity"] == "issuer:/eidas_identifier"
    unfinished = replace(solar, learning_outcomes=())
    assert mends(evaluate("eu_annex_2", unfinished, issuer))["2-transparency"] == "/learning_outcomes"


def test_a_should_rule_that_is_not_met_is_a_warning_and_does_not_fail(
    solar: Template, issuer: IssuerProfile
) -> None:
    report = evaluate("eu_annex_1", replace(solar, prerequisites={}), issuer)
    assert outcomes(report)["prerequisites"] == "warning"
    assert report.passes


def test_a_declaration_is_missing_until_it_is_written(solar: Template, issuer: IssuerProfile) -> None:
    assert outcomes(evaluate("microhe", solar, issuer))["route"] == "declaration_missing"
    declared = declaring(
        solar, declarations={"microhe.route": {"en": "A third of the installer's certificate."}}
    )
    assert outcomes(evaluate("microhe", declared, issuer))["route"] == "pass"


def test_what_a_template_declares_goes_before_what_its_issuer_declares(
    solar: Template, issuer: IssuerProfile
) -> None:
    assert facts(solar, issuer)["transcript"] is True
    assert facts(declaring(solar, transcript=False), issuer)["transcript"] is False


def test_a_free_text_of_a_template_goes_before_the_same_one_of_its_issuer(
    solar: Template, issuer: IssuerProfile
) -> None:
    """Texts that only the issuer has are kept beside it."""
    general = {"nzqa.no-gaps": {"en": "Of the college."}, "microhe.route": {"en": "A third."}}
    college = replace(issuer, quality=replace(issuer.quality, declarations=general))
    template = declaring(solar, declarations={"nzqa.no-gaps": {"en": "Of the course."}})
    assert facts(template, college)["declarations"] == general | {"nzqa.no-gaps": {"en": "Of the course."}}


def test_days_are_counted_to_the_first_end_of_several(solar: Template, issuer: IssuerProfile) -> None:
    today, assurance = date(2026, 11, 21), solar.types_of_quality_assurance[0]
    assurances = tuple(
        replace(assurance, valid_until=until) for until in (date(2028, 1, 1), date(2026, 11, 23), None)
    )
    known = facts(
        replace(solar, types_of_quality_assurance=assurances),
        replace(issuer, accreditations=assurances[:2]),
        today,
    )
    assert (known["assured_days"], known["accredited_days"]) == (2, 2)


def test_rules_can_be_about_exactly_the_known_facts(solar: Template, issuer: IssuerProfile) -> None:
    assert set(facts(solar, issuer)) == set(FIELDS)


def test_a_field_of_the_objects_in_a_list_has_what_is_stated_in_any_of_them(
    solar: Template, issuer: IssuerProfile
) -> None:
    assessments = (
        Assessment(type="quiz"),
        Assessment(type="portfolio", title={"en": "Work"}, summative=False),
    )
    known = facts(replace(solar, assessments=assessments), issuer)
    assert known["assessments/type"] == ("quiz", "portfolio")
    assert known["assessments/title"] == ({"en": "Work"},)
    assert (known["assessments/supervision"], known["assessments/summative"]) == ((), (False,))


# --- plausible values ---


@pytest.mark.parametrize(
    ("hours", "credits_", "outcome"),
    [
        ("25", "1", "pass"),
        ("80", "3", "pass"),
        ("24", "1", "warning"),
        ("100", "3", "warning"),
        ("40", None, "n/a"),
    ],
)
def test_a_credit_is_25_to_30_hours(
    hours: str, credits_: str | None, outcome: str, solar: Template, issuer: IssuerProfile
) -> None:
    template = replace(solar, workload_hours=Decimal(hours), credits=Decimal(credits_) if credits_ else None)
    report = evaluate("eu_annex_1", template, issuer)
    assert outcomes(report)["notional_workload.hours_a_credit"].replace("not_applicable", "n/a") == outcome
    assert mends(report).get("notional_workload.hours_a_credit", "") == (
        "/workload_hours" if outcome == "warning" else ""
    )


def test_a_level_of_latvian_non_formal_learning_needs_a_decision(
    solar: Template, issuer: IssuerProfile
) -> None:
    course = declaring(solar, unit_kind="nonFormal")
    assert elements.missing(course, issuer) == ("level",)
    assert evaluate("latvia", course, issuer).failed == ("level",)
    assert mends(evaluate("eu_annex_1", course, issuer)) == {
        "level.decision": "/quality/decision_reference",
        "grade": "/required_value",
    }
    assert elements.missing(replace(course, level=NOT_APPLICABLE), issuer) == ("level",), (
        "the LKI level is still there"
    )
    assert elements.missing(replace(course, level=NOT_APPLICABLE, lki_level=None), issuer) == ()
    assert elements.missing(declaring(course, decision_reference="Nr. 1-2/345"), issuer) == ()


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (date(2027, 3, 1), "pass"),
        (date(2027, 1, 20), "pass"),
        (date(2027, 1, 19), "warning"),
        (date(2026, 11, 21), "warning"),
        (date(2026, 11, 20), "fail"),
    ],
)
@pytest.mark.parametrize("whose", ["template", "issuer"])
def test_quality_is_assured_until_its_last_day_and_a_warning_comes_60_days_before(
    until: date, expected: str, whose: str, solar: Template, issuer: IssuerProfile
) -> None:
    assurance = (replace(solar.types_of_quality_assurance[0], valid_until=until),)
    if whose == "template":
        solar, mend = replace(solar, types_of_quality_assurance=assurance), "/types_of_quality_assurance"
    else:
        issuer, mend = replace(issuer, accreditations=assurance), "issuer:/accreditations"
    report = evaluate("eu_annex_1", solar, issuer, date(2026, 11, 21))
    assert report.passes is (expected != "fail")
    assert (mend in mends(report).values()) == (expected != "pass")
    assured = {code: found for code, found in outcomes(report).items() if "type_of_quality" in code}
    assert ("warning" in assured.values()) == (expected == "warning")
    assert elements.missing(solar, issuer, date(2026, 11, 21)) == (
        ("type_of_quality_assurance",) if expected == "fail" else ()
    )
    assert elements.missing(solar, issuer) == (), "no day, no end"


def test_each_framework_has_the_rules_it_is_known_by(shared: Path) -> None:
    """By strength, against the profiles drawn from the sources; a few more are of ours, as those of Annex I."""
    known = json.loads((shared / "data/eu/profiles/quality_profiles.json").read_text(encoding="utf-8"))
    profiles = {profile["id"]: profile["rules"] for profile in known["profiles"]}
    assert set(PROFILES.values()) == set(framework_codes()) - {"eu_annex_1", "catalogue"}
    for profile, code in PROFILES.items():
        wanted = Counter(rule["level"].replace("declared", "stated") for rule in profiles[profile])
        wanted += Counter(OF_OURS.get(code, {}))
        assert Counter(rule.strength for rule in framework(code).rules) == wanted, code


def test_attendance_alone_is_no_assessment(solar: Template, issuer: IssuerProfile) -> None:
    attended = replace(solar, assessments=(Assessment(type="levelOfAttendance"),))
    assert elements.missing(attended, issuer) == ("type_of_assessment",)
    tested = replace(attended, assessments=(*attended.assessments, Assessment(type="quiz")))
    assert elements.missing(tested, issuer) == ()


def test_a_programme_that_is_not_accredited_needs_a_licence(solar: Template, issuer: IssuerProfile) -> None:
    course = declaring(solar, unit_kind="nonFormal", decision_reference="Nr. 7", accredited=False)
    assert evaluate("latvia", course, issuer).failed == ("licence",)
    assert evaluate("latvia", declaring(course, licence="L-12"), issuer).passes


# --- declarations are read as strictly as the rest ---


def test_declarations_read_back_the_same(solar: Template) -> None:
    template = declaring(
        solar,
        prior_learning=False,
        review_months=12,
        target_group={"lv": "Jumiķi"},
        declarations={"nzqa.no-gaps": {"en": "None."}},
    )
    assert read_template(template_as_json(template)) == template


def test_every_problem_of_a_declaration_is_listed() -> None:
    with pytest.raises(TemplateError) as caught:
        read_template(
            {
                "name": {"en": "x"},
                "quality": {
                    "provider": "school",
                    "transcript": "yes",
                    "review_months": 0,
                    "guidance_url": "javascript:alert(1)",
                    "declarations": {"no dot": {"en": "x"}},
                    "summativ": True,
                },
            }
        )
    assert dict(caught.value.problems) == {
        "/quality/summativ": "unknown_field",
        "/quality/provider": "unknown_code",
        "/quality/transcript": "not_yes_or_no",
        "/quality/review_months": "out_of_range",
        "/quality/guidance_url": "not_a_web_address",
        "/quality/declarations/no dot": "unknown_field",
    }
    with pytest.raises(TemplateError, match="/quality: not_an_object"):
        read_template({"name": {"en": "x"}, "quality": []})


def test_an_issuer_may_demand_frameworks_that_exist() -> None:
    data = {"slug": "riga", "name": "Riga College", "demands": ["latvia"]}
    assert read_issuer(data, "https://badges.example.org").demands == ("latvia",)
    with pytest.raises(TemplateError, match=r"/demands/0: unknown_framework"):
        read_issuer(data | {"demands": ["rome"]}, "https://badges.example.org")
    assert read_issuer(data | {"demands": []}, "https://badges.example.org").quality == Declarations()


# --- a framework is one file ---


def test_a_framework_is_data_only(solar: Template, issuer: IssuerProfile) -> None:
    mine = read_framework("mine", _MINIMAL + "at_least = 41\n")
    (rule,) = mine.rules
    assert rule.demand is not None
    assert not rule.demand.met(facts(solar, issuer))
    assert rule.demand.met(facts(replace(solar, workload_hours=Decimal("41")), issuer))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "at_least = 1\nat_most = 2\n",
        "atleast = 1\n",
        "at_least = 1\n[[rule]]\ncode = 'b'\nfield = 'mood'\nstrength = 'must'\nen = 'x'\nlv = 'y'\npresent = true\n",
        "at_least = 1\n[[rule]]\ncode = 'b'\nfield = 'name'\nstrength = 'may'\nen = 'x'\nlv = 'y'\npresent = true\n",
        "at_least = 1\n[[rule]]\ncode = 'b'\nfield = 'name'\nstrength = 'must'\nen = 'x'\npresent = true\n",
        "at_least = 1\n[[rule]]\ncode='hours'\nfield='name'\nstrength='must'\nen='x'\nlv='y'\npresent=true\n",
        "at_least = 1\nbad toml",
        "at_least = 1\n[[element]]\ncode = 'mood'\n",
        "at_least = 1\n[[element]]\ncode = 'title'\n[element.nonFormal]\nlight = 'green'\n"
        "regulation = { en = 'x', lv = 'y' }\nen = 'x'\nlv = 'y'\n",
        "at_least = 1\n[[element]]\ncode = 'title'\n[element.nonFormal]\nlight = 'met'\nen = 'x'\nlv = 'y'\n",
    ],
)
def test_an_invalid_framework_is_refused(wrong: str) -> None:
    with pytest.raises(FrameworkError):
        read_framework("mine", _MINIMAL + wrong)


def test_an_unknown_framework_is_an_error() -> None:
    with pytest.raises(FrameworkError, match="There is no quality framework rome"):
        framework("rome")


def test_what_the_editor_suggests_is_a_command():
    """A busy author reads what to do, not what is wrong."""
    commands = set("Add Correct Count Give Identify Let Name Renew Set State".split())
    sentences = [rule.sentence["en"] for rule in framework("eu_annex_1").rules]
    assert [each for each in sentences if each.split()[0] not in commands] == []


def test_what_the_tool_sees_itself_is_not_only_declared(solar: Template, issuer: IssuerProfile) -> None:
    declared = declaring(solar, in_catalogue=True)
    for code, rule in (("eu_annex_2", "2-catalogue"), ("rutgers_lumina", "transparency")):
        assert outcomes(evaluate(code, declared, issuer))[rule] == "declared"
        for template in (solar, declared):
            assert outcomes(evaluate(code, template, issuer, seen={"in_catalogue": True}))[rule] == "pass"
    assert "transparency" in failed_rules("rutgers_lumina", solar, issuer)
    assert "transparency" not in failed_rules("rutgers_lumina", solar, issuer, seen={"in_catalogue": True})


def test_the_catalogue_asks_for_guidance_in_both_languages(solar: Template, issuer: IssuerProfile) -> None:
    both = {"en": "Everybody.", "lv": "Visiem."}
    guided = declaring(
        solar,
        **dict.fromkeys(("target_group", "leads_to", "cost", "accessibility"), both),
        declarations={RECOGNITION: both},
    )
    assert evaluate("catalogue", guided, issuer).passes
    assert outcomes(evaluate("catalogue", guided, issuer))["both-languages"] == "pass"
    in_one = declaring(guided, cost={"lv": "Bez maksas."})
    assert outcomes(evaluate("catalogue", in_one, issuer))["both-languages"] == "warning"
    without = declaring(guided, declarations={})
    assert mends(evaluate("catalogue", without, issuer))["recognition"] == (
        f"/quality/declarations/{RECOGNITION}"
    )
