"""A teacher writes a badge in four steps, and publishes it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from markupsafe import escape as escaped
from werkzeug.datastructures import MultiDict

from badges.quality import framework_codes
from badges.sentences.verdict_words import EU_LANGUAGES
from badges.template.declarations import Declarations
from badges.template.fields import fields_of
from badges.template.model import Template, read_template
from badges.vocabularies import vocabulary
from lti_tool.people import operator_sessions
from lti_tool.platforms import registrations
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.web.editor.fields import STEPS, all_fields, declarations_step
from tests.badges.test_pictures import picture_file
from tests.fixtures import ANNA, NEW_REGISTRATION, ZANE, approve_waiting, change_issuer, template_data
from tests.lti_tool.web.conftest import CLAIM, hidden, policy, text_of
from tests.lti_tool.web.teacher.test_placement import REQUEST


class Editor:
    """Somebody at the editor, by the forms of the page that was shown last."""

    def __init__(self, browser, page) -> None:
        self.browser, self.page = browser, page
        self.token = hidden(page, "_launch") if '"_launch"' in page.text else ""

    def post(self, action: str, **form: Any) -> Editor:
        """Posts to one of the tool's addresses, with what a page's form would bring along."""
        fields = MultiDict({"_launch": self.token})
        for name, value in form.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        self.page = self.browser.post(action, data=fields)
        return self

    @property
    def text(self) -> str:
        return text_of(self.page)

    @property
    def version_path(self) -> str:
        """The address of the template that is being written."""
        return re.search(r'action="(/lti/app/templates/[0-9a-f-]{36}/[0-9]+)/', self.page.text)[1]

    def save(self, step: str, fields: dict[str, Any], **form: Any) -> Editor:
        return self.post(f"{self.version_path}/save", step=step, **fields, **form)

    def publish(self) -> Editor:
        """Looks at what will be signed, and publishes it."""
        path = self.version_path
        self.post(f"{path}/publish")
        return self.post(f"{path}/publish", draft=hidden(self.page, "draft"))

    def problems(self) -> dict[str, str]:
        """The sentences at the fields, by the field."""
        found = re.findall(r'id="wrong:([^"]+)" data-problem >(.*?)</p>', self.page.text, re.S)
        return {pointer: unescape(sentence).strip() for pointer, sentence in found}

    def value(self, pointer: str) -> str:
        """What stands in a field of the page."""
        found = re.search(
            rf'<input[^>]* name="{re.escape(pointer)}"[^>]* value="([^"]*)"', self.page.text
        ) or re.search(
            rf'<textarea[^>]* name="{re.escape(pointer)}"[^>]*>\n(.*?)</textarea>', self.page.text, re.S
        )
        return unescape(found[1])


def rows(tool) -> list[TemplateVersion]:
    with tool.store.read() as session:
        return session.query(TemplateVersion).order_by(TemplateVersion.id).all()


@pytest.fixture
def zane(school, web_tool):
    """Zane in her course, with a badge just begun."""
    editor = Editor(school.browser, school.launch(ZANE))
    return editor.post("/lti/app/templates/new")


@pytest.fixture
def operator(school, web_tool):
    """The institution's editor, with a badge just begun."""
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    editor = Editor(school.browser, school.browser.post("/lti/editor", data={"code": code}))
    return editor.post("/lti/app/templates/new")


BADGE = {
    "/name/en": "Chart reading",
    "/description/en": "For everybody who has to read charts.",
    "/in_language": "en",
}
LEARNING = {
    "/learning_outcomes/0/text/en": "Reads a chart and says what it hides.",
    "/workload_hours": "40",
    "/credits": "1,5",
    "/level": "4",
}
ASSESSMENT = {
    "/criteria/en": "A marked assignment.",
    "/assessments/0/type": "markedAssignment",
    "/forms_of_participation": ["online", "blended"],
    "/types_of_quality_assurance/0/code": "internal",
}


def test_a_new_badge_knows_the_course_and_the_language(zane, web_tool):
    assert zane.value("/name/en") == "Data Literacy Fundamentals"
    draft = rows(web_tool)[-1]
    assert (draft.status, draft.version, draft.course_id) == ("draft", 1, 1)
    assert draft.body["in_language"] == "en"


def test_the_shortest_way_to_a_published_badge(zane, web_tool):
    zane.save("badge", BADGE, go="learning")
    assert "Learning outcomes" in zane.text
    zane.save("learning", LEARNING, go="assessment")
    zane.save("assessment", ASSESSMENT, go="more")
    assert "11 of 11 EU elements" in zane.text
    zane.save("more", {}, go="report")
    path = zane.version_path
    zane.publish()
    assert "Waiting for approval" in zane.text and rows(web_tool)[-1].status == "draft"
    approve_waiting(web_tool)
    zane.post(f"{path}/report")
    assert "This version can no longer be changed." in zane.text
    published = rows(web_tool)[-1]
    assert (published.status, published.name) == ("published", "Chart reading")
    address = f"/achievements/{published.template_id}/1"
    assert zane.browser.get(f"{address}/image.png").data.startswith(b"\x89PNG")
    page = zane.browser.get(address)
    assert "Reads a chart and says what it hides." in text_of(page)


BEYOND = {
    "en": {
        "/level/value": "Riga College awards badges up to EQF level 7 only. Choose a lower level.",
        "/cycle": "Riga College awards badges up to EQF level 7 only. Choose a lower level.",
        "/awarding_bodies/0/legal_name": (
            "The settings of Riga College list none that a badge may name. Remove this entry."
        ),
        "/types_of_quality_assurance/0/code": (
            "This is not in the settings of Riga College. A badge may name: external QA in line with EQAVET: State "
            "Education Quality Service (example); external QA in line with ESG (EQAR/DEQAR-registered agency): Quality "
            "Agency for Higher Education (example)."
        ),
        "/types_of_quality_assurance/1/agency/en": (
            "The settings of Riga College say something else here. Enter what they say, or ask the operator."
        ),
    },
    "lv": {
        "/level/value": "Rīgas koledža piešķir nozīmītes tikai līdz EKI 7. līmenim. Izvēlieties zemāku līmeni.",
        "/cycle": "Rīgas koledža piešķir nozīmītes tikai līdz EKI 7. līmenim. Izvēlieties zemāku līmeni.",
        "/awarding_bodies/0/legal_name": (
            "Iestādes „Rīgas koledža” iestatījumos nav nevienas vērtības, ko šeit drīkst norādīt. Noņemiet šo ierakstu."
        ),
        "/types_of_quality_assurance/0/code": (
            "Šīs vērtības nav iestādes „Rīgas koledža” iestatījumos. Drīkst norādīt: ārējā kvalitātes nodrošināšana "
            "atbilstoši EQAVET: Izglītības kvalitātes valsts dienests (piemērs); ārējā kvalitātes nodrošināšana "
            "atbilstoši ESG: Augstākās izglītības kvalitātes aģentūra (piemērs)."
        ),
        "/types_of_quality_assurance/1/agency/en": (
            "Iestādes „Rīgas koledža” iestatījumos šeit norādīts kas cits. Ievadiet to pašu vai jautājiet uzturētājam."
        ),
    },
}


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_claim_beyond_the_settings_is_refused_at_its_field(school, web_tool, language):
    presentation = {"locale": language, "return_url": "https://moodle.riga-college.example/return"}
    launched = school.launch(ZANE, **{CLAIM + "launch_presentation": presentation})
    zane = Editor(school.browser, launched).post("/lti/app/templates/new")
    before = rows(web_tool)[-1].body
    learning = {"/level": "8", "/cycle": "third", "/workload_hours": "40"}
    found = zane.save("learning", learning).problems()
    assessment = {
        "/types_of_quality_assurance/0/code": "iso",
        "/types_of_quality_assurance/1/code": "eqavet",
        "/types_of_quality_assurance/1/agency/en": "ENQA",
        "/types_of_quality_assurance/1/valid_until": "2048-03-14",
    }
    found |= zane.save("assessment", assessment).problems()
    bodies = {
        "/awarding_bodies/0/legal_name/en": "University of Oxford",
        "/awarding_bodies/0/country": "GB",
        "/review_date": before["review_date"],
    }
    found |= zane.save("more", bodies).problems()
    assert found == BEYOND[language]
    assert zane.value("/awarding_bodies/0/legal_name/en") == "University of Oxford"  # nothing typed is lost
    assert rows(web_tool)[-1].body == before | {"workload_hours": "40"}


def test_a_claim_that_the_settings_no_longer_allow_is_marked_and_hinders_no_other_step(zane, web_tool):
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data() | {"level": {"value": 8}}, web_tool.clock(), course_id=1)
        path = f"/lti/app/templates/{row.template_id}/1"
    zane.post(f"{path}/edit", step="learning")
    assert zane.problems().keys() == {"/level/value"}
    zane.post(f"{path}/save", step="badge", **{"/name/en": "Medicine", "/in_language": "en"})
    assert zane.problems() == {} and rows(web_tool)[-1].name == "Medicine"
    report = zane.post(f"{path}/report").text
    assert "Riga College awards badges up to EQF level 7 only." in report
    zane.post(f"{path}/publish")
    assert rows(web_tool)[-1].status == "draft"


def test_an_imported_template_that_claims_more_is_refused_with_its_field(zane, web_tool):
    file = BytesIO(json.dumps({"name": {"en": "Doctor"}, "level": {"value": 8}}).encode())
    zane.post("/lti/app/templates/import", file=(file, "doctor.json"))
    assert "This file cannot be imported. Nothing was saved." in zane.text
    assert "/level/value Riga College awards badges up to EQF level 7 only." in zane.text


def test_every_field_of_a_template_can_be_written():
    """Nothing in a template is out of reach of somebody at the editor, but what the declarations are for."""
    reached = {field.path[0] for step in STEPS for field in step.fields}
    assert reached | {"quality"} == set(Template.__dataclass_fields__)
    steps = [declarations_step(code) for code in framework_codes()]
    written = {field.name for step in (*STEPS, *steps) for field in step.fields}
    # Each declaration is asked for by some framework.
    assert {f"quality/{field.name}" for field in fields_of(Declarations)} - {
        "quality/declarations"
    } <= written


def test_what_few_templates_need_is_folded_away(zane):
    zane.post(f"{zane.version_path}/edit", step="learning")
    shown, folded = zane.page.text.split('<details class="rare"')
    assert 'name="/workload_hours"' in shown and 'name="/workload_hours"' not in folded
    assert 'name="/cycle"' in folded and 'name="/quality/unit_kind"' in folded


def test_every_vocabulary_of_the_table_is_there():
    for step in STEPS:
        for field in all_fields(step.fields):
            assert not field.vocabulary or len(vocabulary(field.vocabulary)), field.name


def test_saving_each_step_as_shown_changes_nothing(zane, web_tool):
    """Saving each step as it is shown changes nothing, whatever the template says."""
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), course_id=1)
        path = f"/lti/app/templates/{row.template_id}/{row.version}"
        before = dict(row.body)
    for step in STEPS:
        zane.post(f"{path}/edit", step=step.code)
        zane.post(f"{path}/save", **submitted_fields(zane.page))
        assert zane.problems() == {}
    assert rows(web_tool)[-1].body == before


def test_the_missing_elements_lead_to_their_fields(zane):
    assert "6 of 11 EU elements" in zane.text
    jumps = re.findall(r'name="go" value="(\w+)" formaction="[^"#]*/save#([^"]+)"', zane.page.text)
    assert ("learning", "/workload_hours") in jumps
    assert ("assessment", "/assessments") in jumps
    for step, pointer in jumps:
        zane.post(f"{zane.version_path}/edit", step=step)
        assert f'id="{pointer}"' in zane.page.text


BAD = [
    ("badge", {"/name/en": ""}, "/name", "Fill this in"),
    ("badge", {"/name/en": "x" * 201}, "/name/en", "too long"),
    ("badge", {"/name/en": "A <b>bold</b> claim"}, "/name/en", "HTML"),
    ("badge", {"/name/en": "x", "/description/en": "a\x0bb"}, "/description/en", "cannot be shown"),
    ("badge", {"/name/en": "x", "/description/xx": "y"}, "/description/xx", "Choose a language"),
    ("learning", {"/workload_hours": "-40"}, "/workload_hours", "greater than 0 and at most 10000"),
    ("learning", {"/workload_hours": "1e99"}, "/workload_hours", "greater than 0"),
    ("learning", {"/workload_hours": "forty"}, "/workload_hours", "in digits"),
    ("learning", {"/credits": "0,001"}, "/credits", "two decimals"),
    ("learning", {"/level": "9"}, "/level/value", "from 1 to 8"),
    ("learning", {"/level": "high"}, "/level", "Choose an entry"),
    ("learning", {"/lki_level": "0"}, "/lki_level", "from 1 to 8"),
    ("learning", {"/level": "not-applicable", "/lki_level": "4"}, "/lki_level", "no level applies"),
    ("learning", {"/isced_f": "12345"}, "/isced_f", "Choose an entry"),
    (
        "learning",
        {"/learning_outcomes/0/text/en": "x", "/learning_outcomes/0/esco": "https://evil.example/skill"},
        "/learning_outcomes/0/esco/0/iri",
        "Search for the skill",
    ),
    (
        "assessment",
        {"/assessments/0/type": "crystalBall"},
        "/assessments/0/type",
        "Choose an entry",
    ),
    ("assessment", {"/assessments/0/mode": "online"}, "/assessments/0/type", "Fill this in"),
    (
        "assessment",
        {"/forms_of_participation": ["nowhere"]},
        "/forms_of_participation/0",
        "Choose an entry",
    ),
    (
        "assessment",
        {
            "/types_of_quality_assurance/0/code": "internal",
            "/types_of_quality_assurance/0/url": "javascript:alert(1)",
        },
        "/types_of_quality_assurance/0/url",
        "beginning with https://",
    ),
    (
        "assessment",
        {
            "/types_of_quality_assurance/0/code": "internal",
            "/types_of_quality_assurance/0/valid_from": "2099-01-01",
        },
        "/types_of_quality_assurance/0/valid_from",
        "is in the future",
    ),
    ("more", {"/review_date": "next year"}, "/review_date", "year-month-day"),
    (
        "more",
        {"/change_log/0/day": "2099-01-01", "/change_log/0/text": "x"},
        "/change_log/0/day",
        "is in the future",
    ),
]


@pytest.mark.parametrize(
    ("step", "fields", "pointer", "says"), BAD, ids=[f"{bad[2]} {bad[3]}" for bad in BAD]
)
def test_a_problem_is_shown_at_its_field_with_the_typed_text(zane, web_tool, step, fields, pointer, says):
    before = dict(rows(web_tool)[-1].body)
    zane.save(step, fields, go="report")
    assert says in zane.problems()[pointer]
    assert "has to be fixed" in zane.text
    name = next((name for name in fields if name == pointer), None)
    if name and isinstance(fields[name], str) and "\x00" not in fields[name]:
        assert escaped(fields[name]) in zane.page.text
    after = rows(web_tool)[-1].body
    assert after.get(pointer.split("/")[1]) == before.get(pointer.split("/")[1])
    assert zane.page.status_code == 200


def test_valid_fields_beside_an_invalid_one_are_saved(zane, web_tool):
    zane.save("learning", LEARNING | {"/credits": "many"})
    body = rows(web_tool)[-1].body
    assert body["workload_hours"] == "40" and "credits" not in body
    assert zane.value("/credits") == "many"


def test_the_problems_are_shown_in_latvian(school, web_tool):
    launch = {CLAIM + "launch_presentation": {"locale": "lv"}}
    zane = Editor(school.browser, school.launch(ZANE, **launch)).post("/lti/app/templates/new")
    zane.save("learning", {"/workload_hours": "-1", "/level": "9"})
    assert "Ievadiet skaitli, kas lielāks par 0" in zane.problems()["/workload_hours"]
    assert "Jālabo 2 lauki." in zane.text


def test_rows_are_added_and_removed_and_empty_ones_are_not_saved(zane, web_tool):
    outcome = "/learning_outcomes/{}/text/en".format
    zane.save("learning", {outcome(0): "One"}, add="/learning_outcomes")
    assert zane.value(outcome(1)) == ""
    zane.save("learning", {outcome(0): "One", outcome(1): "", outcome(2): "<i>Three</i>"})
    assert set(zane.problems()) == {outcome(2)}  # at the row where it was typed
    zane.save("learning", {outcome(0): "One", outcome(1): "", outcome(2): "Three"})
    assert [one["text"]["en"] for one in rows(web_tool)[-1].body["learning_outcomes"]] == ["One", "Three"]
    zane.save("learning", {outcome(0): "One", outcome(1): "Three"}, remove="/learning_outcomes/0")
    assert [one["text"]["en"] for one in rows(web_tool)[-1].body["learning_outcomes"]] == ["Three"]


def test_a_language_is_added_and_nothing_in_the_first_is_lost(zane, web_tool):
    zane.save("badge", {"/name/en": "Charts", "/in_language": "en"}, languages=["en", "lv"])
    assert zane.value("/name/lv") == ""
    zane.save(
        "badge",
        {"/name/en": "Charts", "/name/lv": "Diagrammas", "/in_language": "lv"},
        languages=["en", "lv"],
    )
    assert rows(web_tool)[-1].body["name"] == {"en": "Charts", "lv": "Diagrammas"}
    # the agency's Latvian name came with the issuer, and was in no field of the page before
    zane.post(f"{zane.version_path}/edit", step="assessment")
    assert "Izglītības kvalitātes valsts dienests" in zane.page.text


def test_every_language_of_the_eu_is_offered_by_its_own_name_too(zane):
    zane.post(f"{zane.version_path}/edit", step="badge")
    offered = re.findall(r'<option value="(\w\w)" ?(?:selected)?>([^<]+) – ([^<]+)</option>', zane.page.text)
    further = {code for code, _label, _native in offered}
    assert set(EU_LANGUAGES) <= further
    assert offered.count(("el", "Greek", "Ελληνικά")) == 2, "as the main language, and as a further one"


def test_a_badge_may_be_written_in_greek_alone(zane, web_tool):
    greek = {
        "/name/el": "Ανάγνωση γραφημάτων",
        "/description/el": "Για όποιον διαβάζει γραφήματα.",
        "/in_language": "el",
    }
    zane.save("badge", {"/name/en": "", **greek}, languages=["el"])
    assert not zane.problems()
    body = rows(web_tool)[-1].body
    assert (body["in_language"], body["name"]) == ("el", {"el": "Ανάγνωση γραφημάτων"})
    assert '<input type="text" id="/name/el" name="/name/el" lang="el"' in zane.page.text


def test_skills_are_found_by_words_and_named_in_every_language(zane, web_tool):
    zane.post("/lti/app/search", vocabulary="esco", pointer="/learning_outcomes/0/esco", words="data")
    (name, iri), *others = re.findall(
        r'name="([^"]+)" value="(http://data.europa.eu/esco/[^"]+)"', zane.page.text
    )
    assert others and name == "/learning_outcomes/0/esco"
    zane.post("/lti/app/templates/new")
    zane.save("learning", {"/learning_outcomes/0/text/en": "Reads", name: iri})
    (skill,) = rows(web_tool)[-1].body["learning_outcomes"][0]["esco"]
    assert skill["iri"] == iri and skill["label"]["en"] and skill["label"]["lv"]


def test_without_scripts_a_button_searches(zane):
    zane.save("learning", {"/isced_f?": "database"}, search="/isced_f")
    assert 'name="/isced_f" value="0612"' in zane.page.text


def test_only_vocabularies_of_the_editor_are_searched(zane):
    for name in ("../../config", "verify", "accreditation_types", ""):
        assert zane.post("/lti/app/search", vocabulary=name, words="a").page.status_code == 404


def test_an_uploaded_picture_is_used_or_refused_at_its_field(zane, web_tool):
    zane.post(f"{zane.version_path}/picture", picture=(BytesIO(picture_file()), "own.png"))
    assert rows(web_tool)[-1].own_picture
    zane.post(f"{zane.version_path}/picture", picture=(BytesIO(b"GIF89a"), "own.gif"))
    assert "not a PNG, JPEG or SVG picture" in zane.text
    zane.post(f"{zane.version_path}/picture")
    assert "Choose a file first." in zane.text
    zane.post(f"{zane.version_path}/picture", drawn="yes")
    assert not rows(web_tool)[-1].own_picture


def test_a_request_over_the_limit_is_answered_with_413(zane):
    file = {"data": b"x" * 1_100_000, "content_type": "multipart/form-data; boundary=x"}
    assert zane.browser.post(f"{zane.version_path}/picture", **file).status_code == 413


# --- a template's life on the pages


@pytest.fixture
def published_path(zane, web_tool):
    """Zane's badge, published."""
    zane.save("badge", BADGE)
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT)
    zane.publish()
    approve_waiting(web_tool)
    return f"/lti/app/templates/{rows(web_tool)[-1].template_id}/1"


def test_an_incomplete_template_cannot_be_published(zane, web_tool):
    zane.post(f"{zane.version_path}/publish")
    assert "The template cannot be published yet." in zane.text
    assert rows(web_tool)[-1].status == "draft"


def test_a_published_version_cannot_be_changed_but_has_a_next_one(zane, published_path, web_tool):
    refused = zane.post(f"{published_path}/save", step="badge", **{"/name/en": "Changed"}).page
    assert refused.status_code == 403 and rows(web_tool)[-1].name == "Chart reading"
    zane.post(f"{published_path}/next")
    zane.save("badge", {"/name/en": "Chart reading II", "/in_language": "en"})
    first, second = rows(web_tool)[-2:]
    assert (first.name, second.name, second.version) == ("Chart reading", "Chart reading II", 2)


def test_a_retired_template_cannot_be_placed_and_its_page_stays(zane, published_path, web_tool, school):
    zane.post(f"{published_path}/retire")
    assert "Retired" in zane.text
    template_id = rows(web_tool)[-1].template_id
    assert template_id not in school.launch(ZANE, **REQUEST).text
    address = f"/achievements/{template_id}/1"
    assert "It is no longer awarded" in text_of(zane.browser.get(address))
    data = zane.browser.get(address, headers={"Accept": "application/ld+json"})
    assert address in data.json["id"]
    assert zane.browser.get(f"{address}/image.png").data.startswith(b"\x89PNG")


def test_a_draft_has_no_public_page(zane, web_tool):
    draft = rows(web_tool)[-1]
    for path in ("", "/image.png"):
        assert zane.browser.get(f"/achievements/{draft.template_id}/1{path}").status_code == 404


def test_an_exported_template_can_be_imported(zane, published_path, web_tool):
    file = zane.post(f"{published_path}/export").page
    assert file.headers["Content-Disposition"].startswith("attachment")
    zane.post("/lti/app/templates/import", file=(BytesIO(file.data), "template.json"))
    first, second = rows(web_tool)[-2:]
    assert (second.status, second.body, second.course_id) == ("draft", first.body, 1)


def test_a_file_that_cannot_be_imported_is_refused_with_pointers(zane, web_tool):
    before = len(rows(web_tool))
    bad = {"name": {"en": "x"}, "level": {"value": 12}, "owner": "<script>"}
    zane.post("/lti/app/templates/import", file=(BytesIO(json.dumps(bad).encode()), "bad.json"))
    assert "Nothing was saved." in zane.text
    assert "/level/value" in zane.text and "/owner" in zane.text
    zane.post("/lti/app/templates/import")
    assert len(rows(web_tool)) == before


def test_the_list_shows_who_did_what(zane, published_path):
    zane.post("/lti/app/templates")
    assert "approval asked for, Zane Ozola" in zane.text
    zane.post(f"{published_path}/copy")
    zane.post("/lti/app/templates")
    assert "created as a copy, Zane Ozola" in zane.text


def test_a_draft_can_be_deleted(zane, web_tool):
    before = len(rows(web_tool))
    zane.post(f"{zane.version_path}/discard")
    assert len(rows(web_tool)) == before - 1


# --- the quality report


def test_the_report_shows_the_result_of_each_rule_and_the_field_to_correct(zane):
    zane.post(f"{zane.version_path}/report")
    assert "Give the micro-credential a title. Met" in zane.text
    assert "State at least one learning outcome. Not met Go to the field" in zane.text
    assert "Add the entry requirements. Recommended Go to the field" in zane.text
    assert f'action="{zane.version_path}/edit#/learning_outcomes"' in zane.page.text


def test_a_framework_asks_for_its_own_declarations(zane, web_tool):
    change_issuer(web_tool, demands=["eu_annex_2"])
    zane.post(f"{zane.version_path}/report")
    assert "Not stated Go to the field" in zane.text
    zane.post(f"{zane.version_path}/edit", step="eu_annex_2")
    zane.save(
        "eu_annex_2",
        {"/quality/declarations/eu_annex_2.1-scope/en": "It does.", "/quality/in_catalogue": "yes"},
    )
    quality = rows(web_tool)[-1].body["quality"]
    assert quality["declarations"] == {"eu_annex_2.1-scope": {"en": "It does."}}
    assert quality["in_catalogue"] is True


@pytest.mark.parametrize(
    ("amount", "currency", "stored", "shown"),
    [
        ("150", "EUR", "150 EUR", "150"),
        ("19,50", "PLN", "19.50 PLN", "19.50"),
        ("1 500", "EUR", "1500 EUR", "1500"),
        ("0", "EUR", "0", "0"),
        ("0,00", "USD", "0", "0"),
        ("", "EUR", None, ""),
    ],
)
def test_a_price_is_typed_as_an_amount_and_a_currency(zane, web_tool, amount, currency, stored, shown):
    zane.save("catalogue", {"/quality/price/amount": amount, "/quality/price/currency": currency})
    assert rows(web_tool)[-1].body.get("quality", {}).get("price") == stored
    zane.post(f"{zane.version_path}/edit", step="catalogue")
    assert f'name="/quality/price/amount" value="{shown}"' in zane.page.text
    chosen = currency if stored not in (None, "0") else "EUR"
    assert re.findall(r'<option value="(\w{3})" selected>', zane.page.text) == (
        [chosen] if shown not in ("", "0") else []
    )


@pytest.mark.parametrize("amount", ["much", "-5", "1e3", "1.234", "99999999", "١٥", "<b>"])
def test_what_is_no_price_is_shown_again_with_what_to_type(zane, web_tool, amount):
    zane.save("catalogue", {"/quality/price/amount": amount, "/quality/price/currency": "EUR"})
    assert "Enter the amount in digits, such as 150 or 19.50, or 0 if it is free." in zane.text
    assert f'value="{escaped(amount)}"' in zane.page.text
    assert "price" not in rows(web_tool)[-1].body.get("quality", {})


def test_level_and_form_are_taken_from_the_programme_code_when_the_teacher_says_so(zane, web_tool):
    zane.save("latvia", {"/quality/programme_code": "33 484 01 1"})
    assert "33 484 01 1 is the code of: vocational secondary education." in zane.text
    assert "Level: EQF and LKI 4 Form of participation: On site" in zane.text
    body = rows(web_tool)[-1].body
    assert "level" not in body and "forms_of_participation" not in body
    zane.save("learning", {"/workload_hours": "40"}, programme="yes")
    body = rows(web_tool)[-1].body
    assert (body["level"], body["lki_level"]) == ({"framework": "EQF", "value": 4}, 4)
    assert (body["forms_of_participation"], body["workload_hours"]) == (["presential"], "40")
    assert "is the code of" not in zane.text
    zane.save("latvia", {"/quality/programme_code": "foo"})
    assert "is the code of" not in zane.text


def test_a_level_beyond_the_settings_is_not_taken_from_the_programme_code(zane, web_tool):
    zane.save("latvia", {"/quality/programme_code": "51 310"}, programme="yes")
    assert "level" not in rows(web_tool)[-1].body


def folded(editor) -> str:
    """What a closed part of the report holds."""
    return " ".join(re.findall(r"<details class=\"report\">(.*?)</details>", editor.page.text, re.S))


def frameworks_on(editor) -> set[str]:
    return set(re.findall(r'<h2 id="f-([a-z0-9_]+)"', editor.page.text))


def test_a_teacher_reads_of_the_frameworks_alone_that_the_institution_chose(zane, web_tool):
    zane.post(f"{zane.version_path}/report")
    assert frameworks_on(zane) == {"eu_annex_1"}
    change_issuer(web_tool, demands=["latvia"])
    for requested in ("", "nzqa", "all"):
        zane.post(f"{zane.version_path}/report", framework=requested)
        assert frameworks_on(zane) == {"eu_annex_1", "latvia"}
        assert "Show all" not in zane.text


def test_the_operator_who_chooses_the_frameworks_sees_the_others_folded(operator, web_tool):
    change_issuer(web_tool, demands=["latvia"])
    operator.post(f"{operator.version_path}/report")
    assert frameworks_on(operator) == set(framework_codes())
    for code in framework_codes():
        assert (f'id="f-{code}"' in folded(operator)) == (code not in ("eu_annex_1", "latvia"))
    operator.post(f"{operator.version_path}/report", framework="nzqa")
    assert 'id="f-nzqa"' not in folded(operator)
    assert "so teachers do not see them" in operator.text


def test_all_frameworks_can_be_printed_on_one_page(operator):
    operator.post(f"{operator.version_path}/report", framework="all")
    assert frameworks_on(operator) == set(framework_codes())
    assert folded(operator) == ""


def test_what_rests_on_a_tick_is_shown_as_declared_by_the_issuer(zane, web_tool):
    change_issuer(web_tool, demands=["eu_annex_2"])
    zane.post(f"{zane.version_path}/report")
    asked = (
        "Portability: publish a privacy notice and set how long data are kept. Nozimite sees it where the settings of "
        "the issuer say whom to ask about data, and for how many years awards are kept."
    )
    assert f"{asked} Declared by the issuer" in zane.text
    change_issuer(web_tool, privacy={"contact": "dpo@riga-college.example", "awards_years": 10})
    zane.post(f"{zane.version_path}/report")
    assert f"{asked} Met" in zane.text


def test_the_report_shows_what_the_latvian_regulations_have_of_each_element(zane, web_tool):
    change_issuer(web_tool, demands=["latvia"])
    zane.post(f"{zane.version_path}/report")
    assert "Title Met" not in zane.text
    (table,) = re.findall(r'<table class="folding results">(.*?)</table>', zane.page.text, re.S)
    assert table.count('<th scope="row">') == 11
    for word in ("Met", "Partly", "Not met", "Not regulated", "MK 52", "MK 322", "MK 395"):
        assert word in table


# --- who may


def test_learners_may_not_write_templates(school, web_tool, zane):
    anna = Editor(school.browser, school.launch(ANNA))
    for action in (
        "/lti/app/templates",
        "/lti/app/templates/new",
        f"{zane.version_path}/edit",
        "/lti/app/search",
    ):
        assert anna.post(action).page.status_code == 403
    anna = school.launch(ANNA, **REQUEST)
    assert anna.status_code == 403


def test_templates_cannot_be_written_without_a_session(school, zane):
    for action in ("/lti/app/templates/new", f"{zane.version_path}/save", f"{zane.version_path}/report"):
        assert school.browser.post(action, data={"_launch": "stolen"}).status_code == 403


ACTIONS = ("edit", "save", "picture", "publish", "withdraw", "next", "retire", "discard")


def test_another_course_can_neither_see_nor_change_a_draft(school, zane, web_tool):
    path = zane.version_path
    other = Editor(school.browser, school.launch(ZANE, **{CLAIM + "context": {"id": "99", "title": "Other"}}))
    for action in (*ACTIONS, "report", "copy", "export"):
        assert other.post(f"{path}/{action}", step="badge").page.status_code == 404, action
    assert "Data Literacy Fundamentals" not in other.post("/lti/app/templates").text


def test_another_course_of_the_platform_may_copy_a_published_template(school, zane, published_path, web_tool):
    other = Editor(school.browser, school.launch(ZANE, **{CLAIM + "context": {"id": "99", "title": "Other"}}))
    assert "Chart reading" in other.post("/lti/app/templates").text
    assert other.post(f"{published_path}/copy").page.status_code == 200
    assert rows(web_tool)[-1].course_id != rows(web_tool)[-2].course_id
    for action in ACTIONS:
        assert other.post(f"{published_path}/{action}", step="badge").page.status_code == 404, action


def test_another_registration_can_neither_see_nor_place_it(school, zane, published_path, web_tool, network):
    template_id = rows(web_tool)[-1].template_id
    elsewhere = replace(NEW_REGISTRATION, client_id="client-2")
    with web_tool.store.begin() as session:
        registrations.add(session, elsewhere, web_tool.clock())
    school.registration = elsewhere
    choosing = school.launch(ZANE, **REQUEST)
    assert template_id not in choosing.text and school.badge in choosing.text
    other = Editor(school.browser, choosing)
    for action in (*ACTIONS, "report", "copy", "export"):
        assert other.post(f"{published_path}/{action}", step="badge").page.status_code == 404, action
    assert (
        "Choose a badge first."
        in other.post("/lti/app/place", badge=template_id, condition="link_opened_to_them").text
    )
    link = {CLAIM + "custom": {"badge": template_id, "rule": '{"condition":"link_opened_to_them"}'}}
    assert "Chart reading" not in text_of(school.launch(ZANE, **link))


def test_a_published_badge_can_be_placed_at_once(school, web_tool):
    zane = Editor(school.browser, school.launch(ZANE, **REQUEST))
    zane.post("/lti/app/templates/new")
    zane.save("badge", BADGE)
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT)
    path = zane.version_path
    zane.publish()
    assert "Place it in the course" not in zane.text
    approve_waiting(web_tool)
    zane.post(f"{path}/report")
    template_id = hidden(zane.page, "badge")
    zane.post("/lti/app/choose", badge=template_id)
    assert re.search(rf'value="{template_id}" required checked', zane.page.text)
    assert (
        zane.post("/lti/app/place", badge=template_id, condition="link_opened_to_them").page.status_code
        == 200
    )


def test_a_course_title_that_cannot_be_a_badge_title_is_not_used(school, web_tool):
    for title in ("<script>alert(1)</script>", "x" * 300, "R&amp;D"):
        course = {CLAIM + "context": {"id": "77", "title": title}}
        page = Editor(school.browser, school.launch(ZANE, **course)).post("/lti/app/templates/new")
        assert page.value("/name/en") == "New badge"


# --- the institution's own address


def test_the_operators_address_opens_the_editor_once(school, web_tool, published):
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    entry = school.browser.get(f"/lti/editor?code={code}")
    assert policy(entry)["frame-ancestors"] == ["'none'"] and code in entry.text
    school.browser.get(f"/lti/editor?code={code}")  # looking does not use it up
    operator = Editor(school.browser, school.browser.post("/lti/editor", data={"code": code}))
    assert "Data literacy for decision makers" in operator.text
    assert school.browser.post("/lti/editor", data={"code": code}).status_code == 403
    operator.post("/lti/app/templates/new")
    assert policy(operator.page)["frame-ancestors"] == ["'none'"]
    assert rows(web_tool)[-1].course_id is None
    assert operator.post("/lti/app/course").page.status_code == 403  # it is no launch


def test_the_operators_session_ends(school, web_tool, clock):
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    clock.advance(minutes=16)
    assert school.browser.post("/lti/editor", data={"code": code}).status_code == 403
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    operator = Editor(school.browser, school.browser.post("/lti/editor", data={"code": code}))
    clock.advance(hours=4, seconds=1)
    assert operator.post("/lti/app/templates").page.status_code == 403


def submitted_fields(page) -> dict[str, Any]:
    """What a browser would send of the form of a step, as it is shown."""
    form = page.text[page.text.index('id="step"') : page.text.index("</form>", page.text.index('id="step"'))]
    found = MultiDict()
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ("checked" in tag or not re.search('type="(radio|checkbox)"', tag)):
            found.add(unescape(name[1]), unescape(value[1]) if value else "")
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S):
        found.add(name, unescape(text))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        found.add(name, unescape(chosen[0]) if chosen else "")
    found.pop("_launch")
    return dict(found.lists())


HOSTILE = (
    "",
    " ",
    "x" * 2100,
    "\x0b\x0c",
    "<b>&lt;</b>",
    "-1",
    "0",
    "9" * 400,
    "1e999999",
    "NaN",
    "٣",
    "not-applicable",
    "{}",
    "../../etc/passwd",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "2026-02-30",
    "0000-00-00",
)


def names(fields, around="") -> list[str]:
    """The name of every control of a form, and of some that no form has."""
    found = []
    for field in fields:
        pointer = around + field.pointer
        found += [pointer, f"{pointer}/en", f"{pointer}/zz", f"{pointer}/-1", f"{pointer}?"]
        for number in ("0", "7", "999"):
            found += names(field.parts, f"{pointer}/{number}")
    return found


@pytest.mark.parametrize("hostile", HOSTILE, ids=[repr(hostile[:12]) for hostile in HOSTILE])
def test_no_input_breaks_a_page_or_a_template(zane, web_tool, hostile):
    for step in (*STEPS, declarations_step("eu_annex_2"), declarations_step("latvia")):
        fields = dict.fromkeys(names(step.fields), hostile)
        page = zane.save(
            step.code, fields, languages=hostile, go=hostile, add=hostile, remove=hostile, search=hostile
        ).page
        assert page.status_code == 200, step.code
        assert "49" not in zane.text and "<b>&lt;" not in page.text
        assert read_template(rows(web_tool)[-1].body, web_tool.clock().date())
    for step in STEPS:
        assert zane.post(f"{zane.version_path}/edit", step=step.code).page.status_code == 200
    assert zane.post(f"{zane.version_path}/report", framework=hostile).page.status_code == 200


def test_a_validity_is_a_number_of_months_or_a_last_day(zane, web_tool):
    zane.save("more", {"/validity/months": "24"})
    assert rows(web_tool)[-1].body["validity"] == {"months": 24}
    zane.save("more", {"/validity/months": "24", "/validity/last_day": "2027-12-31"})
    assert "/validity/last_day" in zane.problems()
    assert "not both" in zane.text
    assert rows(web_tool)[-1].body["validity"] == {"months": 24}
    zane.save("more", {"/validity/last_day": "2027-12-31"})
    assert rows(web_tool)[-1].body["validity"] == {"last_day": "2027-12-31"}
    zane.save("more", {})
    assert "validity" not in rows(web_tool)[-1].body


def test_levels_of_the_outcomes_are_written_lowest_first(zane, web_tool):
    zane.save("badge", BADGE, to="learning").save("learning", LEARNING, to="assessment")
    falling = {
        "/outcome_levels/0/name/en": "advanced",
        "/outcome_levels/0/from_result": "90",
        "/outcome_levels/1/name/en": "basic",
        "/outcome_levels/1/from_result": "50",
    }
    zane.save("assessment", ASSESSMENT | falling, to="more")
    not_rising = "This level does not begin above the one before it. Begin with the lowest level."
    assert zane.problems() == {"/outcome_levels/1/from_result": not_rising}
    zane.save("assessment", ASSESSMENT | falling | {"/outcome_levels/0/from_result": "10"}, to="more")
    assert zane.problems() == {}
    assert rows(web_tool)[-1].body["outcome_levels"] == [
        {"name": {"en": "advanced"}, "from_result": "10"},
        {"name": {"en": "basic"}, "from_result": "50"},
    ]


@pytest.mark.parametrize(
    ("scale", "results"), [("", ["50", "70", "90"]), ("10", ["5", "7", "9"]), ("0,5", [])]
)
def test_one_press_writes_the_levels_of_the_list_for_the_scale_of_the_template(
    zane, web_tool, scale, results
):
    zane.save("badge", BADGE, to="learning").save("learning", LEARNING, go="assessment")
    assert "Use a ready scale: basic, proficient, advanced" in zane.text
    zane.save("assessment", ASSESSMENT | {"/scale": scale, "/required_value": ""}, levels="ready")
    assert zane.problems() == {}
    levels = rows(web_tool)[-1].body.get("outcome_levels", [])
    assert [each["from_result"] for each in levels] == results
    assert [each["code"] for each in levels] == ["basic", "proficient", "advanced"][: len(results)]
    assert ("Use a ready scale" in zane.text) is (results == [])


def test_a_level_of_the_list_with_a_name_of_its_own_is_asked_about(zane, web_tool):
    zane.save("badge", BADGE, to="learning").save("learning", LEARNING, to="assessment")
    both = {"/outcome_levels/0/code": "basic", "/outcome_levels/0/name/en": "poor"}
    zane.save("assessment", ASSESSMENT | both, to="more")
    words = "Choose a level of the list, or enter a name of your own, not both."
    assert zane.problems() == {"/outcome_levels/0/name": words}
