"""A teacher writes a badge in four steps, and publishes it."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from lti_tool import admission, templates
from lti_tool.store.models import TemplateVersion
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.test_deep_linking import REQUEST
from tests.stage import ANNA, NEW_REGISTRATION, ZANE, template_data

NAMED = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')


class Editor:
    """Somebody at the editor, by the forms of the page that was shown last."""

    def __init__(self, browser, page) -> None:
        self.browser, self.page = browser, page
        self.token = hidden(page, "_launch")

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
        ) or re.search(rf'<textarea[^>]* name="{re.escape(pointer)}"[^>]*>\n(.*?)</textarea>', self.page.text, re.S)
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
    assert "This version never changes any more." in zane.words
    published = rows(web_tool)[-1]
    assert (published.status, published.name) == ("published", "Chart reading")
    assert published.picture.startswith(b"\x89PNG")
    page = zane.browser.get(f"/achievements/{published.template_id}/1")
    assert "Reads a chart and says what it hides." in text_of(page)
