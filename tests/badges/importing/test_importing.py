"""A badge of another system becomes a draft template: its values are taken, missing elements are named."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.bake import bake
from badges.errors import TemplateError
from badges.eu import elements
from badges.importing import SOURCES, Draft, read_draft
from badges.importing.field_reader import FieldReader
from badges.issuer import IssuerProfile
from badges.template.model import read_template
from signing.json_text import Json
from signing.secured import SecuredCredential
from tests.badges.importing.badges_of_others import EDUBADGE, ESCO, MOODLE, OPEN_EDUCATIONAL_BADGE, PNG

ALL = {
    "edubadges": EDUBADGE,
    "Open Educational Badges": OPEN_EDUCATIONAL_BADGE,
    "Open Badges 2.0, as of Moodle": MOODLE,
}


def _draft(badge: Json) -> Draft:
    return read_draft(json.dumps(badge).encode())


def _changed(badge: Json, **more: Any) -> Json:
    other = deepcopy(badge)
    other["credentialSubject"]["achievement"].update(more)
    return other


def _notes(draft: Draft) -> dict[str, str]:
    return {note.pointer.rpartition("/")[2]: note.code for note in draft.notes}


def test_an_edubadge_fills_the_elements_of_a_template() -> None:
    draft = _draft(EDUBADGE)
    assert draft.source == "edubadges"
    assert draft.picture is None
    assert draft.body == {
        "name": {"nl": "Argumenteren"},
        "description": {"nl": "Deze **microcredential** erkent de vaardigheid."},
        "criteria": {"nl": "De student houdt een betoog."},
        "in_language": "nl",
        "learning_outcomes": [
            {
                "text": {"nl": "data visualiseren"},
                "esco": [{"iri": ESCO, "label": {"nl": "data visualiseren"}}],
            }
        ],
        "credits": "4.5",
        "level": {"framework": "EQF", "value": 6},
        "assessments": [{"type": "writtenExamination", "mode": "presential", "supervision": "supid"}],
        "forms_of_participation": ["blended"],
        "types_of_quality_assurance": [
            {
                "code": "label",
                "agency": {"nl": "NVAO"},
                "reference": "AV-4223",
                "url": "https://nvao.example/decisions/AV-4223",
            }
        ],
    }
    assert _notes(draft) == {
        "targetType": "guessed",
        "3": "no_place",
        "participationType": "guessed",
        "assessmentType": "guessed",
        "educationProgramIdentifier": "no_place",
        "image": "picture_elsewhere",
    }


def test_missing_elements_of_an_import_are_named(issuer: IssuerProfile) -> None:
    assert elements.missing(read_template(_draft(EDUBADGE).body), issuer) == ("notional_workload",)
    missing = elements.missing(read_template(_draft(MOODLE).body), issuer)
    assert "learning_outcomes" in missing and "type_of_assessment" in missing and "title" not in missing


def test_study_load_in_hours_is_the_workload() -> None:
    assert _draft(_changed(EDUBADGE, SBU=240)).body["workload_hours"] == "240"
    assert _draft(_changed(EDUBADGE, timeInvestment=40)).body["workload_hours"] == "40"


def test_a_checked_identity_is_read_without_supervision() -> None:
    [assessment] = _draft(_changed(EDUBADGE, supervisionType=None)).body["assessments"]
    assert assessment == {"type": "writtenExamination", "supervision": "nosupid"}


def test_an_open_educational_badge_gives_its_competencies_and_hours() -> None:
    draft = _draft(OPEN_EDUCATIONAL_BADGE)
    assert draft.source == "Open Educational Badges"
    assert draft.picture == PNG
    assert draft.body["learning_outcomes"] == [
        {
            "text": {"de": "Die Person stellt Daten anschaulich dar."},
            "esco": [{"iri": ESCO, "label": {"de": "Daten visualisieren"}}],
        },
        {"text": {"de": "Fragen stellen"}},
    ]
    assert draft.body["workload_hours"] == "11.5"
    assert draft.body["forms_of_participation"] == ["blended"]
    assert _notes(draft) == {"inLanguage": "language_assumed", "Level": "no_place"}


def test_an_open_educational_badge_of_the_older_standard_is_read_too() -> None:
    older = deepcopy(MOODLE)
    older["badge"]["extensions:StudyLoadExtension"] = {"StudyLoad": 120}
    draft = _draft(older)
    assert (draft.source, draft.body["workload_hours"]) == ("Open Educational Badges", "2")


def test_an_edubadge_of_the_older_standard_is_read_too() -> None:
    older = deepcopy(MOODLE)
    del older["badge"]["@language"], older["badge"]["alignments"]
    older["badge"] |= {
        "extensions:LanguageExtension": {"Language": "nl_NL"},
        "extensions:ECTSExtension": {"ECTS": 2.5},
        "extensions:EQFExtension": {"EQF": 7},
        "extensions:LearningOutcomeExtension": {"LearningOutcome": "Kan argumenteren."},
        "extensions:StudyLoadExtension": {"StudyLoad": 70},
    }
    draft = _draft(older)
    assert (draft.source, draft.body["in_language"], draft.notes) == ("edubadges", "nl", ())
    assert draft.body["credits"] == "2.5"
    assert draft.body["workload_hours"] == "70"
    assert draft.body["level"] == {"framework": "EQF", "value": 7}
    assert draft.body["learning_outcomes"] == [{"text": {"nl": "Kan argumenteren."}}]
    older["badge"]["extensions:EQFExtension"] = {"EQF": "EQF 9"}
    older["badge"]["extensions:StudyLoadExtension"] = 7
    older["badge"]["extensions:TimeInvestmentExtension"] = {"TimeInvestment": 8}
    draft = _draft(older)
    assert ("level" in draft.body, draft.body["workload_hours"]) == (False, "8")
    assert _notes(draft) == {"EQF": "unknown_value"}


def test_a_badge_of_moodle_gives_its_texts_and_its_picture() -> None:
    draft = _draft(MOODLE)
    assert draft.source == "Open Badges 2.0, as of Moodle"
    assert draft.picture == PNG
    assert draft.body == {
        "name": {"lv": "Droša montāža"},
        "description": {"lv": "Kurss par drošu montāžu."},
        "criteria": {"lv": "Kurss pabeigts.\n* Tests"},
        "in_language": "lv",
        "level": {"framework": "EQF", "value": 4},
    }
    assert _draft(MOODLE["badge"]).body == draft.body


def test_moodles_own_file_is_read(shared: Path) -> None:
    draft = read_draft((shared / "data/moodle/70_core_badge_assertion_ob20.json").read_bytes())
    assert draft.body["name"] == {"en": "DLF core badge"}
    assert draft.picture and not draft.notes


def test_every_example_of_the_standard_becomes_a_template(shared: Path) -> None:
    files = sorted((shared / "data/vectors/spec").glob("*achievement*")) + sorted(
        (shared / "data/eu/examples").glob("ob3-*")
    )
    assert files
    for file in files:
        assert read_draft(file.read_bytes()).body["name"]


def test_a_baked_picture_gives_the_template_and_its_picture() -> None:
    baked = bake(PNG, SecuredCredential(text=json.dumps(EDUBADGE), media_type="application/vc+ld+json"))
    draft = read_draft(baked)
    assert draft.body == _draft(EDUBADGE).body
    assert draft.picture == baked


def test_every_source_has_a_name_and_recognises_its_own_badges_only() -> None:
    assert len({source.NAME for source in SOURCES}) == len(SOURCES) == 4
    for name, badge in ALL.items():
        assert name == next(source for source in SOURCES if source.recognises(badge)).NAME
    assert not any(source.recognises({"type": "Person"}) for source in SOURCES)
    plain = _changed(EDUBADGE, type=["Achievement"])
    for term in ("ECTS", "participationType", "assessmentType", "supervisionType", "identityChecked"):
        del plain["credentialSubject"]["achievement"][term]
    assert _draft(plain).source == "Open Badges 3.0"
    assert [note.code for note in _draft(_changed(plain, creditsAvailable=3)).notes].count("no_place") == 2


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (b"", ("", "not_a_badge")),
        (b"\x00" * 100, ("", "not_a_badge")),
        (b"{}", ("", "not_a_badge")),
        (b"[" * 10_000, ("", "not_a_badge")),
        (PNG, ("", "not_a_badge")),
        (json.dumps(MOODLE | {"badge": "https://moodle.example/1"}).encode(), ("/badge", "badge_elsewhere")),
        (
            json.dumps(_changed(EDUBADGE, name="<p></p>")).encode(),
            ("/credentialSubject/achievement/name", "required"),
        ),
        (json.dumps(MOODLE | {"badge": 7}).encode(), ("/badge/name", "required")),
    ],
)
def test_a_file_that_is_no_badge_is_refused_by_pointer(file: bytes, problem: tuple[str, str]) -> None:
    with pytest.raises(TemplateError) as caught:
        read_draft(file)
    assert caught.value.problems == (problem,)


def test_removed_markup_and_cut_text_are_noted() -> None:
    text = "<h1>Jā</h1>\n<script>alert(1)</script><b>nē</b> &lt;i&gt;x&lt;/i&gt; 3 < 4 &amp; 5\x00"
    draft = _draft(_changed(EDUBADGE, description=text, name="n" * 300))
    assert draft.body["description"]["nl"] == "Jā\nnē x 3 < 4 & 5"
    assert draft.body["name"]["nl"] == "n" * 199 + "…"
    assert _notes(draft).items() >= {"description": "markup_removed", "name": "cut"}.items()


@pytest.mark.parametrize(
    ("part", "read"),
    [
        ("<!--", ""),
        ("<script>", ""),
        ("<style>", ""),
        ("&amp;", "&"),
        ("<", "<"),
        ("<b ", "< b "),
        ("<\x00b>", ""),
        ("a\t\n", "a\n"),
        ("\n\n\n\n", ""),
    ],
    ids=repr,
)
def test_text_made_to_take_for_ever_is_read_at_once(part: str, read: str) -> None:
    """So long that whoever reads it once for each part is stopped, after hours, by the time limit of every test."""
    text = part * (4_000_000 // len(part))
    found = FieldReader().text(text, "/x", most=2 * len(text)) or ""
    is_as_meant = found == (read * (len(text) // len(part))).strip()
    assert is_as_meant  # where it is not, pytest shall not compare millions of letters


def test_no_more_of_a_text_is_read_than_could_be_kept() -> None:
    reader = FieldReader()
    assert reader.text("<em>" * 100 + "the end", "/x", most=100) is None
    assert [note.code for note in reader.notes] == ["markup_removed", "cut"]


def test_unknown_values_are_left_out_and_noted() -> None:
    draft = _draft(
        _changed(
            EDUBADGE,
            ECTS=-3,
            SBU="many",
            participationType="by telepathy",
            assessmentType=["testing"],
            supervisionType="supervised online",
            inLanguage="xx",
            alignment=[
                7,
                {"targetType": "ext:EQF", "targetCode": "9"},
                {"targetType": "ext:QualityAssurance"},
            ],
        )
    )
    body = draft.body
    assert not {"credits", "workload_hours", "assessments", "forms_of_participation", "level"} & body.keys()
    assert body["in_language"] == "nl"
    assert body["types_of_quality_assurance"] == [{"code": "label"}]
    assert (
        _notes(draft).items()
        >= {
            "ECTS": "out_of_range",
            "SBU": "not_a_number",
            "participationType": "unknown_value",
            "assessmentType": "unknown_value",
            "supervisionType": "no_place",
            "inLanguage": "language_assumed",
            "0": "unknown_value",
            "1": "no_place",
        }.items()
    )


def test_items_beyond_the_limit_of_a_template_are_cut_and_noted() -> None:
    many = deepcopy(OPEN_EDUCATIONAL_BADGE)
    many["extensions:CompetencyExtension"] = [{"name": f"Kompetenz {number}"} for number in range(80)]
    many["credentialSubject"]["achievement"]["alignment"] = [{"targetName": "x", "targetUrl": ESCO}] * 80
    draft = _draft(many)
    assert len(draft.body["learning_outcomes"]) == 50
    assert _notes(draft)["extensions:CompetencyExtension"] == "too_many"


_UNEXPECTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from(
        ["<b>x</b>", "&amp;lt;b>", "\x00", "data:image/png;base64,AA", ESCO, "online", "testing", "lv"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(ALL)), st.data())
def test_any_values_in_a_badge_give_a_draft_or_a_template_error(name: str, data: st.DataObject) -> None:
    badge = deepcopy(ALL[name])
    for holder in (badge, badge.get("badge"), badge.get("credentialSubject"), _achievement(badge)):
        if isinstance(holder, dict):
            for key in data.draw(st.lists(st.sampled_from(sorted(holder)), max_size=2, unique=True)):
                holder[key] = data.draw(_UNEXPECTED)
    try:
        draft = _draft(badge)
    except TemplateError:
        return
    assert read_template(draft.body).name


def _achievement(badge: Json) -> Any:
    subject = badge.get("credentialSubject")
    return subject.get("achievement") if isinstance(subject, dict) else None


# --- The minimum result


def _open_badge(*descriptions: Json, narrative: str = "A marked test.") -> Json:
    """A badge of the standard alone, with these ResultDescriptions."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://college.example/1",
                "type": ["Achievement"],
                "name": "Charts",
                "criteria": {"narrative": narrative},
                "inLanguage": "en",
                "resultDescription": list(descriptions),
            },
        },
    }


def _described(**fields: Any) -> Json:
    return {"id": "urn:uuid:1", "type": ["ResultDescription"], "name": "Final result", **fields}


@pytest.mark.parametrize(
    ("description", "fields"),
    [
        (
            {"resultType": "Percent", "valueMin": "0", "valueMax": "100", "requiredValue": "70"},
            {"required_value": "70"},
        ),
        ({"resultType": "Percent", "requiredValue": "72.5 %"}, {"required_value": "72.5"}),
        ({"resultType": "Percent", "valueMax": "1", "requiredValue": "0.7"}, {"required_value": "70"}),
        (
            {"resultType": "RawScore", "valueMin": "0", "valueMax": "10", "requiredValue": "4"},
            {"required_value": "4", "scale": "10"},
        ),
        (
            {"resultType": "GradePointAverage", "valueMax": 4, "requiredValue": 2.5},
            {"required_value": "2.5", "scale": "4"},
        ),
        ({"resultType": "Percent", "requiredValue": "0"}, {}),
        ({"resultType": "Percent", "valueMax": "100"}, {}),
    ],
)
def test_the_minimum_result_and_its_scale_are_read(description: Json, fields: dict[str, str]) -> None:
    draft = _draft(_open_badge(_described(**description)))
    assert {name: draft.body[name] for name in ("required_value", "scale") if name in draft.body} == fields
    assert draft.notes == ()


@pytest.mark.parametrize(
    ("description", "notes"),
    [
        ({"resultType": "LetterGrade", "requiredValue": "C"}, {"requiredValue": "not_a_number"}),
        (
            {"resultType": "RubricCriterionLevel", "requiredLevel": "urn:uuid:level"},
            {"requiredLevel": "no_place"},
        ),
        ({"resultType": "RawScore", "requiredValue": "4"}, {"requiredValue": "no_place"}),
        (
            {"resultType": "RawScore", "valueMin": "1", "valueMax": "5", "requiredValue": "4"},
            {"valueMin": "no_place"},
        ),
        (
            {"resultType": "RawScore", "valueMax": "10", "requiredValue": "11"},
            {"requiredValue": "out_of_range"},
        ),
    ],
)
def test_a_minimum_that_a_template_cannot_ask_for_is_noted(description: Json, notes: dict[str, str]) -> None:
    draft = _draft(_open_badge(_described(**description)))
    assert "required_value" not in draft.body and "scale" not in draft.body
    assert _notes(draft) == notes


def test_of_several_minimums_none_is_chosen() -> None:
    asked = _described(resultType="Percent", requiredValue="70")
    draft = _draft(_open_badge(asked, asked, _described(resultType="Percent")))
    assert "required_value" not in draft.body
    assert [(note.pointer.rpartition("/")[2], note.code) for note in draft.notes] == [
        ("requiredValue", "no_place"),
        ("requiredValue", "no_place"),
    ]


def test_an_edubadge_with_a_minimum_keeps_it() -> None:
    draft = _draft(
        _changed(EDUBADGE, resultDescription=[_described(resultType="Percent", requiredValue="55")])
    )
    assert draft.body["required_value"] == "55"


def test_a_badge_of_ours_comes_back_as_its_template() -> None:
    """Its criteria say the minimum already: it is not said twice."""
    draft = _draft(
        _open_badge(
            _described(resultType="Percent", valueMin="0", valueMax="100", requiredValue="70"),
            narrative="A marked test. The result has to be at least 70 %.",
        )
    )
    assert draft.body["criteria"] == {"en": "A marked test."}
    assert read_template(draft.body).stated_criteria["en"] == (
        "A marked test. The result has to be at least 70 %."
    )
