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
from badges.template.declarations import FIELDS as DECLARATIONS
from badges.template.model import Template, read_template
from badges.vocabularies import vocabulary
from lti_tool.people import operator_sessions
from lti_tool.platforms import invitations
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.web.editor.fields import STEPS, all_fields, declarations_step
from tests.badges.test_pictures import picture_file
from tests.fixtures import ANNA, NEW_REGISTRATION, ZANE, template_data
from tests.lti_tool.web.conftest import CLAIM, hidden, policy, text_of
from tests.lti_tool.web.teacher.test_placement import REQUEST


class Editor:
    """Somebody at the editor, by the forms of the page that was shown last."""

    def __init__(self, browser, page) -> None:
        self.browser, self.page = browser, page
        self.token = hidden(page, "_launch") if '"_launch"' in page.text else ""

    def press(self, action: str, **form: Any) -> Editor:
        """Posts to one of the tool's addresses, with what a page's form would bring along."""
        fields = MultiDict({"_launch": self.token})
        for name, value in form.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        self.page = self.browser.post(action, data=fields)
        return self

    @property
    def words(self) -> str:
        return text_of(self.page)

    @property
    def way(self) -> str:
        """The address of the template that is being written."""
        return re.search(r'action="(/lti/app/templates/[0-9a-f-]{36}/[0-9]+)/', self.page.text)[1]

    def save(self, step: str, fields: dict[str, Any], **form: Any) -> Editor:
        return self.press(f"{self.way}/save", step=step, **fields, **form)

    def wrong(self) -> dict[str, str]:
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
    return editor.press("/lti/app/templates/new")


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
    zane.save("badge", {"/name/en": "Chart reading", "/in_language": "en"}, go="learning")
    assert "Learning outcomes" in zane.words
    zane.save("learning", LEARNING, go="assessment")
    zane.save("assessment", ASSESSMENT, go="more")
    assert "11 of 11 EU elements" in zane.words
    zane.save("more", {}, go="report")
    zane.press(f"{zane.way}/publish")
    assert "This version can no longer be changed." in zane.words
    published = rows(web_tool)[-1]
    assert (published.status, published.name) == ("published", "Chart reading")
    assert published.picture.startswith(b"\x89PNG")
    page = zane.browser.get(f"/achievements/{published.template_id}/1")
    assert "Reads a chart and says what it hides." in text_of(page)


def test_every_field_of_a_template_can_be_written():
    """Nothing in a template is out of reach of somebody at the editor, but what the declarations are for."""
    reached = {field.path[0] for step in STEPS for field in step.fields}
    assert reached | {"quality"} == set(Template.__dataclass_fields__)
    steps = [declarations_step(code) for code in framework_codes()]
    written = {field.name for step in (*STEPS, *steps) for field in step.fields}
    # `FIELDS` of the declarations: each is asked for by some framework, and has a line in the table.
    assert {f"quality/{name}" for name in DECLARATIONS} - {"quality/declarations"} <= written


def test_every_vocabulary_of_the_table_is_there():
    for step in STEPS:
        for field in all_fields(step.fields):
            assert not field.vocabulary or len(vocabulary(field.vocabulary)), field.name


def test_what_is_complete_round_trips_through_all_steps(zane, web_tool):
    """Saving each step as it is shown changes nothing, whatever the template says."""
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), course_id=1)
        way = f"/lti/app/templates/{row.template_id}/{row.version}"
        before = dict(row.body)
    for step in STEPS:
        zane.press(f"{way}/edit", step=step.code)
        zane.press(f"{way}/save", **shown(zane.page))
        assert zane.wrong() == {}
    assert rows(web_tool)[-1].body == before


def test_the_missing_elements_lead_to_their_fields(zane):
    assert "6 of 11 EU elements" in zane.words
    jumps = re.findall(r'name="go" value="(\w+)" formaction="[^"#]*/save#([^"]+)"', zane.page.text)
    assert ("learning", "/workload_hours") in jumps
    assert ("assessment", "/assessments") in jumps
    for step, pointer in jumps:
        zane.press(f"{zane.way}/edit", step=step)
        assert f'id="{pointer}"' in zane.page.text


BAD = [
    ("badge", {"/name/en": ""}, "/name", "Fill this in"),
    ("badge", {"/name/en": "x" * 201}, "/name/en", "too long"),
    ("badge", {"/name/en": "A <b>bold</b> claim"}, "/name/en", "HTML"),
    ("badge", {"/name/en": "x", "/description/en": "a\x00b"}, "/description/en", "cannot be shown"),
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
def test_what_is_wrong_is_told_at_its_field_and_kept_there(zane, web_tool, step, fields, pointer, says):
    before = dict(rows(web_tool)[-1].body)
    zane.save(step, fields, go="report")
    assert says in zane.wrong()[pointer]
    assert "has to be fixed" in zane.words
    name = next((name for name in fields if name == pointer), None)
    if name and isinstance(fields[name], str) and "\x00" not in fields[name]:
        assert escaped(fields[name]) in zane.page.text
    after = rows(web_tool)[-1].body
    assert after.get(pointer.split("/")[1]) == before.get(pointer.split("/")[1])
    assert zane.page.status_code == 200


def test_what_is_sound_beside_it_is_saved(zane, web_tool):
    zane.save("learning", LEARNING | {"/credits": "many"})
    body = rows(web_tool)[-1].body
    assert body["workload_hours"] == "40" and "credits" not in body
    assert zane.value("/credits") == "many"


def test_the_sentences_are_there_in_latvian(school, web_tool):
    launch = {CLAIM + "launch_presentation": {"locale": "lv"}}
    zane = Editor(school.browser, school.launch(ZANE, **launch)).press("/lti/app/templates/new")
    zane.save("learning", {"/workload_hours": "-1", "/level": "9"})
    assert "Ievadiet skaitli, kas lielāks par 0" in zane.wrong()["/workload_hours"]
    assert "Jālabo 2 lauki." in zane.words


def test_rows_come_and_go_and_empty_ones_are_not_kept(zane, web_tool):
    outcome = "/learning_outcomes/{}/text/en".format
    zane.save("learning", {outcome(0): "One"}, add="/learning_outcomes")
    assert zane.value(outcome(1)) == ""
    zane.save("learning", {outcome(0): "One", outcome(1): "", outcome(2): "<i>Three</i>"})
    assert set(zane.wrong()) == {outcome(2)}  # at the row where it was typed
    zane.save("learning", {outcome(0): "One", outcome(1): "", outcome(2): "Three"})
    assert [one["text"]["en"] for one in rows(web_tool)[-1].body["learning_outcomes"]] == ["One", "Three"]
    zane.save("learning", {outcome(0): "One", outcome(1): "Three"}, remove="/learning_outcomes/0")
    assert [one["text"]["en"] for one in rows(web_tool)[-1].body["learning_outcomes"]] == ["Three"]


def test_another_language_gets_its_fields_and_nothing_of_the_first_is_lost(zane, web_tool):
    zane.save("badge", {"/name/en": "Charts", "/in_language": "en"}, languages=["en", "lv"])
    assert zane.value("/name/lv") == ""
    zane.save(
        "badge",
        {"/name/en": "Charts", "/name/lv": "Diagrammas", "/in_language": "lv"},
        languages=["en", "lv"],
    )
    assert rows(web_tool)[-1].body["name"] == {"en": "Charts", "lv": "Diagrammas"}
    # the agency's Latvian name came with the issuer, and was in no field of the page before
    zane.press(f"{zane.way}/edit", step="assessment")
    assert "Izglītības kvalitātes valsts dienests" in zane.page.text


def test_skills_are_found_by_words_and_named_in_every_language(zane, web_tool):
    zane.press("/lti/app/search", vocabulary="esco", pointer="/learning_outcomes/0/esco", words="data")
    (name, iri), *others = re.findall(
        r'name="([^"]+)" value="(http://data.europa.eu/esco/[^"]+)"', zane.page.text
    )
    assert others and name == "/learning_outcomes/0/esco"
    zane.press("/lti/app/templates/new")
    zane.save("learning", {"/learning_outcomes/0/text/en": "Reads", name: iri})
    (skill,) = rows(web_tool)[-1].body["learning_outcomes"][0]["esco"]
    assert skill["iri"] == iri and skill["label"]["en"] and skill["label"]["lv"]


def test_without_scripts_a_button_searches(zane):
    zane.save("learning", {"/isced_f?": "database"}, search="/isced_f")
    assert 'name="/isced_f" value="0612"' in zane.page.text


def test_no_list_is_searched_that_the_editor_does_not_use(zane):
    for name in ("../../config", "verify", "accreditation_types", ""):
        assert zane.press("/lti/app/search", vocabulary=name, words="a").page.status_code == 404


def test_a_picture_of_ones_own_is_taken_or_refused_at_its_field(zane, web_tool):
    zane.press(f"{zane.way}/picture", picture=(BytesIO(picture_file()), "own.png"))
    assert rows(web_tool)[-1].own_picture
    zane.press(f"{zane.way}/picture", picture=(BytesIO(b"GIF89a"), "own.gif"))
    assert "neither a PNG nor a JPEG" in zane.words
    zane.press(f"{zane.way}/picture")
    assert "Choose a file first." in zane.words
    zane.press(f"{zane.way}/picture", drawn="yes")
    assert not rows(web_tool)[-1].own_picture


def test_a_file_over_the_limit_of_a_request_is_told_as_that(zane):
    file = {"data": b"x" * 1_100_000, "content_type": "multipart/form-data; boundary=x"}
    assert zane.browser.post(f"{zane.way}/picture", **file).status_code == 413


# --- a template's life on the pages


@pytest.fixture
def done(zane, web_tool):
    """Zane's badge, published."""
    zane.save("badge", {"/name/en": "Chart reading", "/in_language": "en"})
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT)
    zane.press(f"{zane.way}/publish")
    return f"/lti/app/templates/{rows(web_tool)[-1].template_id}/1"


def test_nothing_is_published_before_it_is_complete(zane, web_tool):
    zane.press(f"{zane.way}/publish")
    assert "The template cannot be published yet." in zane.words
    assert rows(web_tool)[-1].status == "draft"


def test_a_published_version_is_written_no_more_but_followed(zane, done, web_tool):
    refused = zane.press(f"{done}/save", step="badge", **{"/name/en": "Changed"}).page
    assert refused.status_code == 403 and rows(web_tool)[-1].name == "Chart reading"
    zane.press(f"{done}/next")
    zane.save("badge", {"/name/en": "Chart reading II", "/in_language": "en"})
    first, second = rows(web_tool)[-2:]
    assert (first.name, second.name, second.version) == ("Chart reading", "Chart reading II", 2)


def test_a_retired_badge_is_offered_no_more_and_its_page_stays(zane, done, web_tool, school):
    zane.press(f"{done}/retire")
    assert "Retired" in zane.words
    template_id = rows(web_tool)[-1].template_id
    assert template_id not in school.launch(ZANE, **REQUEST).text
    address = f"/achievements/{template_id}/1"
    assert "It is no longer awarded" in text_of(zane.browser.get(address))
    data = zane.browser.get(address, headers={"Accept": "application/ld+json"})
    assert address in data.json["id"]
    assert zane.browser.get(f"{address}/image.png").data.startswith(b"\x89PNG")


def test_a_draft_is_seen_by_nobody_outside(zane, web_tool):
    draft = rows(web_tool)[-1]
    for path in ("", "/image.png"):
        assert zane.browser.get(f"/achievements/{draft.template_id}/1{path}").status_code == 404


def test_a_badge_is_saved_as_a_file_and_read_again(zane, done, web_tool):
    file = zane.press(f"{done}/export").page
    assert file.headers["Content-Disposition"].startswith("attachment")
    zane.press("/lti/app/templates/import", file=(BytesIO(file.data), "template.json"))
    first, second = rows(web_tool)[-2:]
    assert (second.status, second.body, second.course_id) == ("draft", first.body, 1)


def test_a_file_that_cannot_be_used_is_told_by_its_places(zane, web_tool):
    before = len(rows(web_tool))
    bad = {"name": {"en": "x"}, "level": {"value": 12}, "owner": "<script>"}
    zane.press("/lti/app/templates/import", file=(BytesIO(json.dumps(bad).encode()), "bad.json"))
    assert "Nothing was saved." in zane.words
    assert "/level/value" in zane.words and "/owner" in zane.words
    zane.press("/lti/app/templates/import")
    assert len(rows(web_tool)) == before


def test_the_list_shows_who_did_what(zane, done):
    zane.press("/lti/app/templates")
    assert "published, Zane Ozola" in zane.words
    zane.press(f"{done}/copy")
    zane.press("/lti/app/templates")
    assert "created as a copy, Zane Ozola" in zane.words


def test_a_draft_can_be_discarded(zane, web_tool):
    before = len(rows(web_tool))
    zane.press(f"{zane.way}/discard")
    assert len(rows(web_tool)) == before - 1


# --- the quality report


def test_the_report_says_of_each_rule_what_came_of_it_and_where_to_mend_it(zane):
    zane.press(f"{zane.way}/report")
    assert "Give the micro-credential a title. Met" in zane.words
    assert "State at least one learning outcome. Not met Go to the field" in zane.words
    assert "Add the entry requirements. Recommended Go to the field" in zane.words
    assert f'action="{zane.way}/edit#/learning_outcomes"' in zane.page.text


def test_a_framework_asks_for_its_own_declarations(zane, web_tool):
    zane.press(f"{zane.way}/report", framework="eu_annex_2")
    assert "Not stated Go to the field" in zane.words
    zane.press(f"{zane.way}/edit", step="eu_annex_2")
    zane.save(
        "eu_annex_2",
        {"/quality/declarations/eu_annex_2.1-scope/en": "It does.", "/quality/in_catalogue": "yes"},
    )
    quality = rows(web_tool)[-1].body["quality"]
    assert quality["declarations"] == {"eu_annex_2.1-scope": {"en": "It does."}}
    assert quality["in_catalogue"] is True


def test_all_frameworks_can_be_printed_on_one_page(zane):
    zane.press(f"{zane.way}/report", framework="all")
    for code in framework_codes():
        assert f'id="f-{code}"' in zane.page.text


# --- who may


def test_a_learner_writes_nothing(school, web_tool, zane):
    anna = Editor(school.browser, school.launch(ANNA))
    for action in ("/lti/app/templates", "/lti/app/templates/new", f"{zane.way}/edit", "/lti/app/search"):
        assert anna.press(action).page.status_code == 403
    anna = school.launch(ANNA, **REQUEST)
    assert anna.status_code == 403


def test_nobody_writes_without_a_launch(school, zane):
    for action in ("/lti/app/templates/new", f"{zane.way}/save", f"{zane.way}/report"):
        assert school.browser.post(action, data={"_launch": "stolen"}).status_code == 403


ACTIONS = ("edit", "save", "picture", "publish", "next", "retire", "discard")


def test_another_course_neither_sees_nor_changes_a_draft(school, zane, web_tool):
    way = zane.way
    other = Editor(school.browser, school.launch(ZANE, **{CLAIM + "context": {"id": "99", "title": "Other"}}))
    for action in (*ACTIONS, "report", "copy", "export"):
        assert other.press(f"{way}/{action}", step="badge").page.status_code == 404, action
    assert "Data Literacy Fundamentals" not in other.press("/lti/app/templates").words


def test_another_course_of_the_platform_may_copy_and_place_what_is_published(school, zane, done, web_tool):
    other = Editor(school.browser, school.launch(ZANE, **{CLAIM + "context": {"id": "99", "title": "Other"}}))
    assert "Chart reading" in other.press("/lti/app/templates").words
    assert other.press(f"{done}/copy").page.status_code == 200
    assert rows(web_tool)[-1].course_id != rows(web_tool)[-2].course_id
    for action in ACTIONS:
        assert other.press(f"{done}/{action}", step="badge").page.status_code == 404, action


def test_another_school_sees_none_of_it_and_cannot_place_it(school, zane, done, web_tool, network):
    template_id = rows(web_tool)[-1].template_id
    elsewhere = replace(NEW_REGISTRATION, client_id="client-2")
    with web_tool.store.begin() as session:
        invitations.add_registration(session, elsewhere, web_tool.clock())
    school.registration = elsewhere
    choosing = school.launch(ZANE, **REQUEST)
    assert template_id not in choosing.text and school.badge in choosing.text
    other = Editor(school.browser, choosing)
    for action in (*ACTIONS, "report", "copy", "export"):
        assert other.press(f"{done}/{action}", step="badge").page.status_code == 404, action
    assert (
        "Choose a badge first."
        in other.press("/lti/app/place", badge=template_id, trigger="gated_link").words
    )
    link = {CLAIM + "custom": {"badge": template_id, "trigger": "gated_link"}}
    assert "Chart reading" not in text_of(school.launch(ZANE, **link))


def test_the_way_leads_back_to_placing(school, web_tool):
    zane = Editor(school.browser, school.launch(ZANE, **REQUEST))
    zane.press("/lti/app/templates/new")
    zane.save("badge", {"/name/en": "Chart reading", "/in_language": "en"})
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT)
    zane.press(f"{zane.way}/publish")
    template_id = hidden(zane.page, "badge")
    zane.press("/lti/app/choose", badge=template_id)
    assert re.search(rf'value="{template_id}" required checked', zane.page.text)
    assert zane.press("/lti/app/place", badge=template_id, trigger="gated_link").page.status_code == 200


def test_a_course_title_that_cannot_be_a_badges_is_not_taken(school, web_tool):
    for title in ("<script>alert(1)</script>", "x" * 300, "R&amp;D"):
        course = {CLAIM + "context": {"id": "77", "title": title}}
        page = Editor(school.browser, school.launch(ZANE, **course)).press("/lti/app/templates/new")
        assert page.value("/name/en") == "New badge"


# --- the institution's own address


def test_the_institutions_address_opens_the_editor_once(school, web_tool, published):
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    door = school.browser.get(f"/lti/editor?code={code}")
    assert policy(door)["frame-ancestors"] == ["'none'"] and code in door.text
    school.browser.get(f"/lti/editor?code={code}")  # looking does not use it up
    institution = Editor(school.browser, school.browser.post("/lti/editor", data={"code": code}))
    assert "Data literacy for decision makers" in institution.words
    assert school.browser.post("/lti/editor", data={"code": code}).status_code == 403
    institution.press("/lti/app/templates/new")
    assert policy(institution.page)["frame-ancestors"] == ["'none'"]
    assert rows(web_tool)[-1].course_id is None
    assert institution.press("/lti/app/course").page.status_code == 403  # it is no launch


def test_the_institutions_session_ends(school, web_tool, clock):
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    clock.advance(minutes=16)
    assert school.browser.post("/lti/editor", data={"code": code}).status_code == 403
    code = operator_sessions.invite_operator(web_tool.expiring_values)
    institution = Editor(school.browser, school.browser.post("/lti/editor", data={"code": code}))
    clock.advance(hours=4, seconds=1)
    assert institution.press("/lti/app/templates").page.status_code == 403


def shown(page) -> dict[str, Any]:
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


NASTY = (
    "",
    " ",
    "x" * 2100,
    "\x00\x0b",
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


@pytest.mark.parametrize("nasty", NASTY, ids=[repr(nasty[:12]) for nasty in NASTY])
def test_nothing_that_can_be_typed_breaks_a_page_or_a_template(zane, web_tool, nasty):
    for step in (*STEPS, declarations_step("eu_annex_2"), declarations_step("latvia")):
        fields = dict.fromkeys(names(step.fields), nasty)
        page = zane.save(
            step.code, fields, languages=nasty, go=nasty, add=nasty, remove=nasty, search=nasty
        ).page
        assert page.status_code == 200, step.code
        assert "49" not in zane.words and "<b>&lt;" not in page.text
        assert read_template(rows(web_tool)[-1].body, web_tool.clock().date())
    for step in STEPS:
        assert zane.press(f"{zane.way}/edit", step=step.code).page.status_code == 200
    assert zane.press(f"{zane.way}/report", framework=nasty).page.status_code == 200
