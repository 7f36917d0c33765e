"""What teachers see of the answers about the badges of their course, and of no others."""

from __future__ import annotations

import re

import pytest

from lti_tool.feedback.pools import About
from lti_tool.store import queries
from lti_tool.store.models import Course
from lti_tool.templates import versions
from tests.feedback import add_answers, publish
from tests.fixtures import ANNA, ZANE, add_another_issuer, template_data
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of


@pytest.fixture
def own(school, web_tool):
    """The id of a template of the course 42, which is published."""
    school.launch(ZANE)
    return publish_in(web_tool, 1)


def publish_in(tool, course_id):
    with tool.store.begin() as session:
        row = versions.add(
            session, template_data(), tool.clock(), course_id=course_id, issuer_id=tool.issuer.id
        )
        versions.publish(row, tool.issuer.profile, tool.clock())
        return row.template_id


def answer(tool, template_id, number, audience="claim"):
    about = About(issuer_id=tool.issuer.id, template_id=template_id, audience=audience)
    add_answers(tool, about, number, (4, 4, 4))
    publish(tool)


@pytest.fixture
def page_of(school):
    """The page about a template, for whoever is launched into the course so."""

    def page_of(template_id, person=ZANE, **claims):
        token = hidden(school.launch(person, **claims), "_launch")
        return school.browser.post(f"/lti/app/templates/{template_id}/feedback", data={"_launch": token})

    return page_of


def test_a_teacher_reaches_the_page_from_the_templates_of_the_course(school, own, web_tool):
    token = hidden(school.launch(ZANE), "_launch")
    listed = school.browser.post("/lti/app/templates", data={"_launch": token})
    assert listed.text.count(f'action="/lti/app/templates/{own}/feedback"') == 1


def test_a_teacher_reads_what_may_be_shown_and_no_more(page_of, own, web_tool):
    answer(web_tool, own, 4)
    assert text_of(page_of(own)).count("Nothing can be shown yet") == 3
    answer(web_tool, own, 1)
    page = text_of(page_of(own))
    assert "5 answers" in page and "0 0 0 5 0 4" in page


def test_answers_about_all_versions_are_on_the_page_also_while_a_draft_is_written(page_of, own, web_tool):
    answer(web_tool, own, 5)
    with web_tool.store.begin() as session:
        row = queries.templates.newest_released(session, own)
        versions.next_version(session, row, web_tool.clock())
    assert "5 answers" in text_of(page_of(own))


def test_a_draft_and_a_template_of_nobody_have_no_page(page_of, school, web_tool):
    school.launch(ZANE)
    with web_tool.store.begin() as session:
        draft = versions.add(session, template_data(), web_tool.clock(), course_id=1).template_id
    assert page_of(draft).status_code == 404
    assert page_of("00000000-0000-4000-8000-000000000000").status_code == 404


def test_nobody_reads_what_was_answered_about_a_template_of_others(page_of, school, own, web_tool):
    """The institution's own, of another course, of another issuer, and of the own course as a learner."""
    answer(web_tool, own, 5)
    answer(web_tool, school.badge, 5)
    assert page_of(school.badge).status_code == 404
    assert page_of(own, **{CLAIM + "context": {"id": "43", "title": "Other"}}).status_code == 404
    assert page_of(own, ANNA).status_code == 403
    other = add_another_issuer(web_tool)
    assert page_of(other.template_id).status_code == 404


def test_on_the_page_of_the_course_only_its_own_badges_lead_there(school, course_rule, web_tool):
    """The badge of the link is the institution's."""
    page = school.launch(ZANE)
    assert "badge-card" in page.text and not re.search(r"/lti/app/templates/[\w-]+/feedback", page.text)
    with web_tool.store.begin() as session:
        row = queries.templates.newest_released(session, school.badge)
        row.course_id = session.query(Course).one().id
    assert f"/lti/app/templates/{school.badge}/feedback" in school.launch(ZANE).text
