"""A badge that cannot be published yet: what is missing is asked first, on one page, and then it can be published."""

from __future__ import annotations

import re
from io import BytesIO
from json import dumps

from lti_tool.store.models import TemplateVersion
from tests.fixtures import approve_waiting, change_issuer, template_data
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.editor.test_editor import ASSESSMENT, BADGE, LEARNING, rows, zane  # noqa: F401

#: What a teacher has to answer, once the course has said what the badge is called.
ASKED = [
    "name",
    "description",
    "learning_outcomes",
    "workload_hours",
    "level",
    "criteria",
    "assessments",
    "forms_of_participation",
]


def shown(editor) -> list[str]:
    """The fields of the page for what is missing."""
    return re.findall(r'<input type="hidden" name="shown" value="([^"]+)">', editor.page.text)


def test_a_new_badge_asks_for_what_is_missing_and_for_nothing_else(zane):  # noqa: F811
    assert sorted(shown(zane)) == sorted(ASKED)
    assert "What is missing: 7 answers" in zane.text
    assert hidden(zane.page, "step") == "missing"
    assert 'name="/credits"' not in zane.page.text


def test_one_page_of_answers_is_enough_to_publish(zane, web_tool):  # noqa: F811
    answers = {**BADGE, **LEARNING, **ASSESSMENT}
    zane.save("missing", answers, shown=ASKED, go="missing")
    assert "The template can be published." in zane.text
    zane.publish()
    approve_waiting(web_tool)
    assert (rows(web_tool)[-1].status, rows(web_tool)[-1].name) == ("published", "Chart reading")


def test_whoever_answered_some_questions_is_asked_the_others(zane, web_tool):  # noqa: F811
    zane.save("missing", {**BADGE, "/workload_hours": "40"}, shown=ASKED, go="missing")
    left = set(ASKED) - {"description", "workload_hours"}
    assert set(shown(zane)) == left
    assert "What is missing: 5 answers" in zane.text
    assert list(zane.problems()) == ["/criteria"]
    assert rows(web_tool)[-1].body["workload_hours"] == "40"


def test_a_mistake_stays_on_the_page_with_the_other_answers(zane):  # noqa: F811
    zane.save("missing", {**BADGE, "/workload_hours": "-40"}, shown=ASKED, go="missing")
    assert sorted(shown(zane)) == sorted(ASKED)
    assert list(zane.problems()) == ["/workload_hours"]
    assert zane.value("/workload_hours") == "-40"


def test_saving_while_somebody_types_takes_no_field_away(zane):  # noqa: F811
    zane.save("missing", {**BADGE}, shown=ASKED)
    assert sorted(shown(zane)) == sorted(ASKED)
    assert "What is missing: 6 answers" in zane.text


def test_fields_that_were_not_on_the_page_keep_their_values(zane, web_tool):  # noqa: F811
    zane.save("learning", LEARNING)
    zane.save("missing", BADGE, shown=["name", "description"], go="missing")
    assert rows(web_tool)[-1].body["workload_hours"] == "40"
    assert set(shown(zane)) == {"name", "criteria", "assessments", "forms_of_participation"}


def test_names_that_are_no_fields_change_nothing(zane, web_tool):  # noqa: F811
    before = rows(web_tool)[-1].body
    zane.save("missing", {"/name/en": before["name"]["en"]}, shown=["name", "picture", "../x", "", "quality"])
    assert rows(web_tool)[-1].body == before


def test_a_draft_is_opened_where_something_is_missing_and_else_at_its_first_step(zane):  # noqa: F811
    path = zane.version_path
    zane.post(f"{path}/edit")
    assert hidden(zane.page, "step") == "missing"
    zane.save("missing", {**BADGE, **LEARNING, **ASSESSMENT}, shown=ASKED)
    assert "What is missing:" not in zane.text
    zane.post(f"{path}/edit")
    assert hidden(zane.page, "step") == "badge"
    assert shown(zane) == []


def test_what_the_institution_demands_beyond_is_asked_too(zane, web_tool):  # noqa: F811
    change_issuer(web_tool, demands=("edubadges",))
    zane.post(f"{zane.version_path}/edit")
    beyond = set(shown(zane)) - set(ASKED)
    assert beyond
    assert f"What is missing: {len(ASKED) - 1 + len(beyond)} answers" in zane.text


def test_what_is_missing_in_a_file_is_asked_first_and_marked(zane, web_tool):  # noqa: F811
    data = {name: value for name, value in template_data().items() if name != "description"}
    zane.post("/lti/app/templates/import", file=(BytesIO(dumps(data, default=str).encode()), "badge.json"))
    assert shown(zane) == ["name", "description"]
    assert "What is missing: 1 answer" in zane.text
    assert list(zane.problems()) == ["/description"]


def test_the_picture_the_page_and_a_wallet_are_shown_side_by_side(zane, web_tool):  # noqa: F811
    zane.save("missing", {**BADGE, **LEARNING, **ASSESSMENT}, shown=ASKED)
    text = text_of(zane.page)
    previews = text[text.index("The picture") :]
    page, wallet = previews.split("What a wallet shows")
    assert "Micro-credential Name of the learner Chart reading from Riga College" in page
    assert "EQF: Level 4" in wallet
    assert "Chart reading Riga College For everybody who has to read charts." in wallet
    with web_tool.store.read() as session:
        assert session.query(TemplateVersion).count() == 2


def test_a_draft_is_called_no_micro_credential_before_it_is_one(zane):  # noqa: F811
    assert "Micro-credential Name of the learner" not in zane.text
    assert "Badge Name of the learner Data Literacy Fundamentals" in zane.text
