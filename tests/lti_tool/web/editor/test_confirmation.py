"""Before a template is published, its author sees what will be signed; one that says too little is not published."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from badges.errors import TemplateError
from badges.pictures import OwnPicture
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import files, versions
from lti_tool.templates.draft_hash import draft_hash
from tests.fixtures import approve_waiting, change_issuer, template_data
from tests.lti_tool.web.conftest import hidden
from tests.lti_tool.web.editor.test_editor import ASSESSMENT, BADGE, LEARNING, rows, zane  # noqa: F401
from tests.reviews import let_stop, make_overdue, record_review


@pytest.fixture
def path(zane, web_tool):  # noqa: F811
    """The path of a draft of the course in two languages, ready to be published."""
    with web_tool.store.begin() as session:
        data = template_data() | {"required_value": "70"}
        row = versions.add(session, data, web_tool.clock(), course_id=1)
        return f"/lti/app/templates/{row.template_id}/{row.version}"


def draft(web_tool) -> TemplateVersion:
    return rows(web_tool)[-1]


def test_publishing_asks_once_more_and_shows_what_will_be_signed_in_each_language(zane, path, web_tool):  # noqa: F811
    zane.post(f"{path}/publish")
    assert draft(web_tool).status == "draft"
    assert "an employer reads it like this" in zane.text
    for text in (
        "Data literacy for decision makers",
        "Datu pratība lēmumu pieņēmējiem",
        "The result has to be at least 70 %.",
        "Rezultātam jābūt vismaz 70 %.",
        "Judges whether a data set can answer the question it is used for.",
        "Izvērtē, vai datu kopa spēj atbildēt uz jautājumu, kuram to izmanto.",
        "Level 7",
        "7. līmenis",
    ):
        assert text in zane.text, text
    assert '<dd lang="lv">' in zane.page.text
    zane.post(f"{path}/publish", draft=hidden(zane.page, "draft"))
    approve_waiting(web_tool)
    assert draft(web_tool).status == "published"
    assert "This version can no longer be changed." in zane.post(f"{path}/report").text


def test_a_sentence_in_a_language_without_a_title_is_shown_too(zane, path, web_tool):  # noqa: F811
    """It is signed, and somebody could have hidden a claim in it."""
    with web_tool.store.begin() as session:
        row = session.get_one(TemplateVersion, draft(web_tool).id)
        criteria = row.body["criteria"] | {"fr": "Un doctorat en médecine."}
        versions.save_draft(row, row.body | {"criteria": criteria}, web_tool.clock())
    zane.post(f"{path}/publish")
    assert "Un doctorat en médecine." in zane.text


def test_it_is_the_shown_content_that_is_published(zane, path, web_tool):  # noqa: F811
    zane.post(f"{path}/publish")
    shown = hidden(zane.page, "draft")
    zane.post(f"{path}/save", step="badge", **{**BADGE, "/name/en": "Doctor of Medicine"})
    zane.post(f"{path}/publish", draft=shown)
    assert draft(web_tool).status == "draft"
    assert "The draft was changed after you saw it." in zane.text and "Doctor of Medicine" in zane.text
    again = hidden(zane.page, "draft")
    assert again != shown
    zane.post(f"{path}/publish", draft=again)
    approve_waiting(web_tool)
    assert (draft(web_tool).status, draft(web_tool).name) == ("published", "Doctor of Medicine")


@pytest.mark.parametrize("given", ["x", "0" * 64, "é"])
def test_no_other_text_stands_for_what_was_shown(given, zane, path, web_tool):  # noqa: F811
    zane.post(f"{path}/publish", draft=given)
    assert draft(web_tool).status == "draft"


def test_another_picture_is_another_content(zane, path, web_tool):  # noqa: F811
    with web_tool.store.begin() as session:
        row = session.get_one(TemplateVersion, draft(web_tool).id)
        before = draft_hash(row)
        versions.set_picture(row, OwnPicture(png=b"\x89PNG as if"), web_tool.clock())
        assert draft_hash(row) != before


# --- Too little


def test_a_template_that_says_too_little_is_not_published_and_the_fields_say_so(zane, web_tool):  # noqa: F811
    zane.save("learning", LEARNING)
    zane.save("assessment", {**ASSESSMENT, "/criteria/en": ""})
    zane.save("badge", {"/name/en": "A", "/in_language": "en"})
    path = zane.version_path
    assert "11 of 11 EU elements" in zane.text
    assert "The template can be published." not in zane.text
    assert zane.text.count("says too little to be published.") == 3
    zane.post(f"{path}/publish", draft=draft_hash(draft(web_tool)))
    assert draft(web_tool).status == "draft"
    assert "The template cannot be published yet." in zane.text
    assert "Description: Fill this in: without it the badge says too little to be published." in zane.text
    zane.post(f"{path}/edit?check=yes", step="badge")
    assert zane.problems() == {
        "/name/en": "This says too little to be published. Write it so that a stranger understands it.",
        "/description": "Fill this in: without it the badge says too little to be published.",
    }
    zane.save("badge", BADGE, go="assessment")
    assert zane.problems() == {}  # nobody is told of a field that they have not reached yet
    zane.post(f"{path}/save?check=yes", step="badge", **BADGE, go="assessment")
    assert list(zane.problems()) == ["/criteria"]
    zane.save("assessment", ASSESSMENT)
    zane.publish()
    approve_waiting(web_tool)
    assert draft(web_tool).status == "published"


def test_a_template_whose_review_has_passed_is_not_published_before_it_has_a_new_date(zane, web_tool):  # noqa: F811
    zane.save("learning", LEARNING)
    zane.save("badge", BADGE)
    zane.save("assessment", ASSESSMENT)
    path = zane.version_path
    zane.save("more", {"/review_date": "2026-11-20"})
    assert "Review date The date of the review has passed." in zane.text
    assert "The template can be published." not in zane.text
    zane.post(f"{path}/publish", draft=draft_hash(draft(web_tool)))
    assert "The template cannot be published yet." in zane.text
    assert (
        "Review date: The date of the review has passed. Check the template and set a new date." in zane.text
    )
    zane.post(f"{path}/edit?check=yes", step="more")
    assert list(zane.problems()) == ["/review_date"]
    zane.save("more", {"/review_date": "2026-11-21"})
    zane.publish()
    approve_waiting(web_tool)
    assert draft(web_tool).status == "published"


def test_an_import_says_it_at_the_fields_too(zane):  # noqa: F811
    data = {name: value for name, value in template_data().items() if name != "description"}
    zane.post("/lti/app/templates/import", file=(BytesIO(json.dumps(data, default=str).encode()), "t.json"))
    assert list(zane.problems()) == ["/description"]


def test_the_commands_say_it_too(web_tool):
    data = template_data() | {"name": {"en": "A"}, "description": {}, "criteria": {"en": "At least 62 %"}}
    profile = web_tool.issuer.profile
    imported = files.import_json(json.dumps(data, default=str).encode(), profile, web_tool.clock().date())
    lines = list(files.as_lines(imported, web_tool.issuer.profile))
    assert "too little\t/name/en\tsays_too_little" in lines
    assert "too little\t/description\tsays_nothing" in lines
    assert "percentage\t/criteria/en\t62 %" in lines
    with web_tool.store.begin() as session:
        row = versions.add(session, imported.body, web_tool.clock())
        with pytest.raises(TemplateError, match="/description: says_nothing"):
            versions.publish(row, web_tool.issuer.profile, web_tool.clock())
        assert row.status == "draft"


# --- Percentages


def test_another_percentage_in_the_text_is_warned_of_and_stops_nothing(zane, web_tool):  # noqa: F811
    zane.save("badge", BADGE)
    zane.save("learning", LEARNING)
    percent = {"/criteria/en": "A test with at least 62 %.", "/required_value": "70"}
    zane.save("assessment", {**ASSESSMENT, **percent})
    warning = "The text names a percentage other than the minimum result of 70 %."
    assert warning in zane.text
    zane.save("assessment", {**ASSESSMENT, **percent}, go="report")
    assert warning in zane.text
    zane.post(f"{zane.version_path}/publish")
    assert warning in zane.text and "62 %" in zane.text
    zane.post(f"{zane.version_path}/publish", draft=hidden(zane.page, "draft"))
    approve_waiting(web_tool)
    assert draft(web_tool).status == "published"


def test_a_percentage_without_a_minimum_result_is_warned_of(zane):  # noqa: F811
    zane.save("assessment", {**ASSESSMENT, "/criteria/en": "A test with at least 70 %."})
    assert "no minimum result is entered" in zane.text
    zane.save(
        "assessment", {**ASSESSMENT, "/criteria/en": "A test with at least 70 %.", "/required_value": "70"}
    )
    assert "Check the percentages" not in zane.text


# --- Letters that no font has


def test_what_cannot_be_drawn_is_told_in_the_editor_and_before_publishing(zane, web_tool):  # noqa: F811
    zane.save("badge", {**BADGE, "/name/en": "Solar \U00012000"})
    assert "Some characters cannot be drawn" in zane.text and "\U00012000" in zane.text
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT, go="report")
    assert "Some characters cannot be drawn" in zane.text
    zane.post(f"{zane.version_path}/publish")
    assert "Some characters cannot be drawn" in zane.text
    lines = files.as_lines(files.Imported(body=draft(web_tool).body, picture=None), web_tool.issuer.profile)
    assert "not drawn\t/name/en\t\U00012000" in list(lines)


def test_letters_of_the_issuer_that_cannot_be_drawn_are_told_too(zane, web_tool):  # noqa: F811
    change_issuer(web_tool, name="Riga \U00012000")
    zane.save("badge", BADGE)
    assert "In the issuer settings: /name" in zane.text and "\U00012000" in zane.text
    zane.save("learning", LEARNING)
    zane.save("assessment", ASSESSMENT, go="report")
    assert "In the issuer settings: /name" in zane.text
    zane.post(f"{zane.version_path}/publish")
    assert "In the issuer settings: /name" in zane.text


def test_a_title_of_another_script_is_not_warned_of(zane):  # noqa: F811
    zane.save("badge", {**BADGE, "/name/en": "მზის პანელები"})
    assert "Some characters cannot be drawn" not in zane.text


# --- The minimum


def test_a_minimum_above_the_scale_is_a_problem_at_its_field(zane):  # noqa: F811
    zane.save("assessment", {**ASSESSMENT, "/required_value": "11", "/scale": "10"})
    assert list(zane.problems()) == ["/required_value"]


def test_a_next_version_waits_for_the_review_where_the_issuer_says_so(zane, path, web_tool):  # noqa: F811
    zane.post(f"{path}/publish", draft=draft_hash(draft(web_tool)))
    approve_waiting(web_tool)
    published = draft(web_tool)
    make_overdue(web_tool, published.template_id)
    let_stop(web_tool)
    with web_tool.store.begin() as session:
        row = session.get_one(TemplateVersion, published.id)
        new = versions.next_version(session, row, web_tool.clock())
        versions.save_draft(new, new.body | {"review_date": "2047-01-01"}, web_tool.clock())
    path = path.rpartition("/")[0] + "/2"
    zane.post(f"{path}/report")
    assert "The template can be published." not in zane.text
    assert "Review date: The review of the published version is overdue" in zane.text
    with web_tool.store.begin() as session:
        row = versions.find(session, published.template_id, 2)
        shown = draft_hash(row)
    zane.post(f"{path}/publish", draft=shown)
    assert "The template cannot be published yet." in zane.text
    record_review(web_tool, published.template_id)
    zane.post(f"{path}/report")
    assert "The template can be published." in zane.text
