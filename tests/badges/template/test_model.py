"""Reading a template: it comes back equal, or every problem is reported with its field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import TemplateError
from badges.template.model import Level, Template, read_template, template_as_json, text_in
from badges.template.validity import Validity


def problems(data: Any) -> dict[str, str]:
    with pytest.raises(TemplateError) as caught:
        read_template(data)
    return dict(caught.value.problems)


def test_what_was_read_reads_back_the_same(solar: Template, data_literacy: Template) -> None:
    for template in (solar, data_literacy):
        assert read_template(template_as_json(template)) == template


def test_all_problems_are_reported_at_once_with_their_fields() -> None:
    found = problems(
        {
            "nam": {"en": "Solar"},
            "description": "just a text",
            "in_language": "Latvian",
            "learning_outcomes": [{"text": {"en": "Works safely."}}, {"text": {}}, "climbs"],
            "workload_hours": "many",
            "credits": -1,
            "level": {"framework": "EQF", "value": 9},
            "assessments": [{"type": "quiz", "supervision": "camera"}, {"type": "guessing"}, {}],
            "types_of_quality_assurance": [{"code": "esg", "url": "javascript:alert(1)"}, {}],
        }
    )
    assert found == {
        "/nam": "unknown_field",
        "/name": "required",
        "/description": "not_an_object",
        "/in_language": "unknown_language",
        "/learning_outcomes/1/text": "required",
        "/learning_outcomes/2": "not_an_object",
        "/workload_hours": "not_a_number",
        "/credits": "out_of_range",
        "/level/value": "out_of_range",
        "/assessments/0/supervision": "unknown_code",
        "/assessments/1/type": "unknown_code",
        "/assessments/2/type": "required",
        "/types_of_quality_assurance/0/url": "not_a_web_address",
        "/types_of_quality_assurance/1/code": "required",
    }


RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("validity", "last_second"),
    [
        ({"months": 24}, "2028-11-21T23:59:59+02:00"),
        ({"months": "3"}, "2027-02-21T23:59:59+02:00"),
        ({"last_day": "2027-06-30"}, "2027-06-30T23:59:59+03:00"),
        (None, None),
        ({}, None),
    ],
)
def test_a_badge_is_valid_to_the_end_of_its_last_day_where_the_issuer_is(validity, last_second) -> None:
    template = read_template({"name": {"en": "x"}, "validity": validity})
    ends = template.valid_until(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), RIGA)
    assert (ends.isoformat() if ends else None) == last_second


@pytest.mark.parametrize(
    ("months", "last_day"), [(1, date(2027, 2, 28)), (13, date(2028, 2, 29)), (11, date(2027, 12, 31))]
)
def test_months_end_with_the_last_day_of_a_shorter_month(months, last_day) -> None:
    assert Validity(months=months).ends(datetime(2027, 1, 31, tzinfo=UTC), UTC).date() == last_day


@pytest.mark.parametrize(
    ("validity", "problem"),
    [
        ({"months": 0}, {"/validity/months": "out_of_range"}),
        ({"months": "two"}, {"/validity/months": "not_a_number"}),
        ({"last_day": "soon"}, {"/validity/last_day": "not_a_date"}),
        ({"months": 6, "last_day": "2027-06-30"}, {"/validity/last_day": "months_or_day"}),
        ({"years": 2}, {"/validity/years": "unknown_field"}),
        ("24", {"/validity": "not_an_object"}),
    ],
)
def test_a_validity_that_cannot_be_used_is_a_problem(validity, problem) -> None:
    assert problems({"name": {"en": "x"}, "validity": validity}) == problem


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_only_an_object_is_a_template(data: Any) -> None:
    assert problems(data) == {"": "not_an_object"}


def test_a_text_of_nothing_but_spaces_is_no_text() -> None:
    assert problems({"name": {"en": "  ", "lv": ""}}) == {"/name": "required"}
    assert read_template({"name": {"en": " Solar ", "lv": ""}}).name == {"en": "Solar"}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", 7, ["a"]])
def test_a_text_holds_only_what_can_be_signed_and_shown(text: Any) -> None:
    assert problems({"name": {"en": text}})["/name/en"] == "not_text"


def test_a_text_or_a_list_that_is_too_long_is_refused() -> None:
    assert problems({"name": {"en": "x" * 201}}) == {"/name/en": "too_long"}
    assert problems({"name": {"en": "x"}, "learning_outcomes": [{"text": {"en": "y"}}] * 51}) == {
        "/learning_outcomes": "too_many"
    }


@pytest.mark.parametrize(
    ("written", "hours"),
    [(40, "40"), ("80", "80"), (1.5, "1.5"), ("2,5", "2.5"), ("", None), (None, None)],
)
def test_hours_are_read_as_forms_and_files_write_them(written: Any, hours: str | None) -> None:
    read = read_template({"name": {"en": "x"}, "workload_hours": written}).workload_hours
    assert read == (None if hours is None else Decimal(hours))


@pytest.mark.parametrize("hours", [0, -1, "NaN", "Infinity", "1e99", 1.234, True, "x", [1]])
def test_hours_that_make_no_sense_are_refused(hours: Any) -> None:
    assert problems({"name": {"en": "x"}, "workload_hours": hours})["/workload_hours"] in (
        "not_a_number",
        "out_of_range",
    )


def test_the_level_may_be_not_applicable() -> None:
    assert read_template({"name": {"en": "x"}, "level": "not-applicable"}).level == "not-applicable"
    assert read_template({"name": {"en": "x"}, "level": {"value": "4"}}).level == Level(value=4)
    assert problems({"name": {"en": "x"}, "level": "four"}) == {"/level": "unknown_code"}
    assert problems({"name": {"en": "x"}, "level": {}}) == {"/level/value": "required"}


def test_a_text_falls_back_to_a_language_that_is_there() -> None:
    texts = {"en": "Badge", "lv": "Nozīmīte"}
    assert text_in(texts, "lv") == "Nozīmīte"
    assert text_in(texts, "de", "lv") == "Nozīmīte"
    assert text_in(texts, "de") == "Badge"
    assert text_in({"lt": "Ženklelis"}, "de") == "Ženklelis"
    assert text_in({}, "en") == ""


TODAY = date(2026, 11, 21)
NAMED: dict[str, Any] = {"name": {"en": "Solar"}}


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        # an unknown code
        ({"assessments": [{"type": "guessing"}]}, "/assessments/0/type", "unknown_code"),
        ({"assessments": [{"type": "quiz", "mode": "asleep"}]}, "/assessments/0/mode", "unknown_code"),
        ({"isced_f": "1234"}, "/isced_f", "unknown_code"),
        ({"national_level": "LQF-9"}, "/national_level", "unknown_code"),
        (
            {"awarding_bodies": [{"legal_name": {"en": "x"}, "country": "XX"}]},
            "/awarding_bodies/0/country",
            "unknown_code",
        ),
        (
            {"types_of_quality_assurance": [{"code": "esg", "register": "X"}]},
            "/types_of_quality_assurance/0/register",
            "unknown_code",
        ),
        ({"description": {"xx": "x"}}, "/description/xx", "unknown_language"),
        ({"description": {"a/b~": "x"}}, "/description/a~1b~0", "unknown_language"),
        # a wrong IRI
        (
            {"learning_outcomes": [{"text": {"en": "x"}, "esco": [{"iri": "https://esco.example/skill/1"}]}]},
            "/learning_outcomes/0/esco/0/iri",
            "not_an_esco_skill",
        ),
        ({"part_of": [{"name": {"en": "x"}, "url": "ftp://x"}]}, "/part_of/0/url", "not_a_web_address"),
        (
            {"awarding_bodies": [{"legal_name": {"en": "x"}, "country": "EE", "eidas_identifier": "7400"}]},
            "/awarding_bodies/0/eidas_identifier",
            "not_an_eidas_identifier",
        ),
        # a level outside 1..8, or beside "not applicable"
        ({"level": {"value": 9}}, "/level/value", "out_of_range"),
        ({"level": {"value": 0}}, "/level/value", "out_of_range"),
        ({"lki_level": -1}, "/lki_level", "not_a_number"),
        ({"level": "not-applicable", "lki_level": 4}, "/lki_level", "level_not_applicable"),
        # a negative or absurd workload
        ({"workload_hours": -40}, "/workload_hours", "out_of_range"),
        ({"workload_hours": 10_001}, "/workload_hours", "out_of_range"),
        ({"credits": "1e9"}, "/credits", "out_of_range"),
        # a date in the future, or in no order
        ({"change_log": [{"day": "2026-11-22", "text": "x"}]}, "/change_log/0/day", "in_the_future"),
        ({"change_log": [{"day": "", "text": "x"}]}, "/change_log/0/day", "required"),
        (
            {"types_of_quality_assurance": [{"code": "esg", "valid_from": "2026-11-22"}]},
            "/types_of_quality_assurance/0/valid_from",
            "in_the_future",
        ),
        (
            {
                "types_of_quality_assurance": [
                    {"code": "esg", "valid_from": "2026-01-01", "valid_until": "2025-01-01"}
                ]
            },
            "/types_of_quality_assurance/0/valid_until",
            "ends_before_it_starts",
        ),
        ({"review_date": "soon"}, "/review_date", "not_a_date"),
        # over-long text, HTML, control characters
        ({"criteria": {"lv": "x" * 5001}}, "/criteria/lv", "too_long"),
        ({"prerequisites": {"en": "<b>None</b>"}}, "/prerequisites/en", "markup"),
        ({"prerequisites": {"en": "<script>alert(1)</script>"}}, "/prerequisites/en", "markup"),
        ({"prerequisites": {"en": "&lt;b&gt;"}}, "/prerequisites/en", "markup"),
        ({"owner": "Riga\x07College"}, "/owner", "not_text"),
    ],
)
def test_bad_input_is_refused_at_the_field(fields: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read_template(NAMED | fields, TODAY)
    assert caught.value.problems == ((pointer, code),)


@pytest.mark.parametrize("text", ["a < b", "R&D", "<3", "5 > 4 & 2 < 3", "x <= y", "tab\tand\nline"])
def test_signs_that_are_not_html_are_accepted(text: str) -> None:
    assert read_template(NAMED | {"criteria": {"en": text}}).criteria == {"en": text.replace("\t", " ")}


def test_a_day_that_had_come_when_it_was_written_stays_readable() -> None:
    fields = NAMED | {"change_log": [{"day": "2026-11-22", "text": "Begun."}]}
    assert read_template(fields).change_log[0].day == date(2026, 11, 22)


def test_a_quality_assurance_may_be_valid_for_one_day() -> None:
    assurance = {"code": "esg", "valid_from": "2026-11-20", "valid_until": "2026-11-20"}
    [read] = read_template(NAMED | {"types_of_quality_assurance": [assurance]}).types_of_quality_assurance
    assert read.valid_from == read.valid_until == date(2026, 11, 20)


@pytest.mark.parametrize("language", ["el", "de", "fr", "ga", "mt"])
def test_a_template_may_be_in_any_language_of_the_union(language: str) -> None:
    assert read_template({"name": {language: "Λέξεις"}, "in_language": language}).name == {language: "Λέξεις"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(Template.__dataclass_fields__)), json_values))
def test_any_data_gives_a_template_or_a_list_of_problems(data: dict[str, Any]) -> None:
    try:
        template = read_template(data)
    except TemplateError as error:
        assert error.problems
    else:
        assert read_template(template_as_json(template)) == template
