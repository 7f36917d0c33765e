"""At which levels outcomes were met, wherever somebody in a hurry or with care looks at a badge."""

import io
import json

import pytest
from pypdf import PdfReader

from badges.template.outcome_levels import ready_scale
from lti_tool.awarding import looks
from lti_tool.store.models import Award, CredentialRow, TemplateVersion
from lti_tool.values import StatedLevel
from tests.fixtures import ANNA, ZANE, complete, rows, run_due_jobs
from tests.lti_tool.web.conftest import FROM_US, hidden, text_of

BRIEF = "advanced (1 of 4), basic (1 of 4)"


@pytest.fixture
def badge(web_tool, platform, course_rule, clock):
    """The id of Anna's badge: the first outcome was met at the highest level, the third at the lowest."""
    with web_tool.store.begin() as session:
        (version,) = session.query(TemplateVersion).all()
        version.body = version.body | {"outcome_levels": ready_scale(None)}
    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, ANNA)
    with web_tool.store.begin() as session:
        levels = [
            StatedLevel(outcome=outcome, level=level, by="teacher") for outcome, level in ((1, 3), (3, 1))
        ]
        session.query(Award).one().outcome_levels = [each.as_json() for each in levels]
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    return credential.id


def outcomes(tool, language):
    (version,) = rows(tool, TemplateVersion)
    return [each["text"][language] for each in version.body["learning_outcomes"]]


def test_the_public_page_says_it_in_a_line_beside_each_outcome_and_in_full(school, badge, web_tool):
    words = text_of(school.browser.get(f"/badges/{badge}"))
    first, second, third, _fourth = outcomes(web_tool, "en")
    assert f"Outcomes met at {BRIEF}" in words
    assert f"{first} advanced" in words and f"{third} basic" in words
    assert f"{first}: advanced" in words
    assert f"{second} advanced" not in words and f"{second}: " not in words
    assert "proficient (at least 70 %)" in words
    latvian = text_of(school.browser.get(f"/badges/{badge}?lang=lv"))
    assert "Rezultāti sasniegti līmenī padziļināts (1 no 4), pamata (1 no 4)" in latvian
    assert f"{outcomes(web_tool, 'lv')[0]} padziļināts" in latvian


def test_an_upload_is_told_the_same(school, badge):
    text = school.browser.get(f"/badges/{badge}.json").text
    file = {"file": (io.BytesIO(text.encode()), "badge.json")}
    page = school.browser.post("/verify", data=file, content_type="multipart/form-data")
    assert f"Outcomes met at {BRIEF}" in text_of(page)
    jwt = school.browser.get(f"/badges/{badge}.jwt").text
    page = school.browser.post("/verify", data={"text": jwt})
    assert f"Outcomes met at {BRIEF}" in text_of(page)


def test_the_learner_sees_it_on_their_page_and_in_their_list(school, badge):
    page = school.launch(ANNA)
    assert f"Outcomes met at {BRIEF}" in text_of(page)
    mine = school.browser.post("/lti/app/mine", data={"_launch": hidden(page, "_launch")})
    assert f"Learning outcomes: {BRIEF}" in text_of(mine)


def test_certificate_transcript_and_pack_have_it(school, badge, web_tool):
    def words(answer):
        pages = PdfReader(io.BytesIO(answer.data)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    first = outcomes(web_tool, "en")[0]
    certificate = words(school.browser.get(f"/badges/{badge}.pdf?lang=en"))
    assert f"{first}: advanced" in certificate
    form = {"_launch": hidden(school.launch(ANNA), "_launch")}
    assert "advanced (1 of 4), basic" in words(school.browser.post("/lti/app/transcript", data=form))
    pack = school.browser.post("/lti/app/recognition-pack", data={**form, "badge": badge, "form": "json"})
    (packed,) = json.loads(pack.data)["badges"]
    assert {"en": f"{first}: advanced"}.items() <= packed["elements"]["grade"][0].items()


def test_pages_of_the_achievement_say_which_levels_there_are_before_anybody_has_one(school, badge, web_tool):
    (version,) = rows(web_tool, TemplateVersion)
    page = text_of(
        school.browser.get(f"/achievements/{version.template_id}/1", headers={"Accept": "text/html"})
    )
    assert "basic (at least 50 %)" in page and "Outcomes met at" not in page


def test_the_teacher_sees_the_line_in_the_list_of_all_learners(
    school, badge, platform, web_tool, course_rule
):
    looks.look(web_tool.store, platform, course_rule, web_tool.clock())
    form = {"_launch": hidden(school.launch(ZANE), "_launch")}
    listed = school.browser.post(f"/lti/app/rules/{course_rule}/people", data=form, headers=FROM_US)
    assert BRIEF in text_of(listed)
