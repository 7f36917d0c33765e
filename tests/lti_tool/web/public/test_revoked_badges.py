"""A revoked badge is given out nowhere: its page alone says what became of it."""

import pytest

from lti_tool.awarding import awards
from lti_tool.store import events
from lti_tool.store.models import Award
from tests.fixtures import ANNA, ZANE, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of


@pytest.fixture
def change(web_tool):
    """Does something with Anna's award."""

    def change(act, *words):
        with web_tool.store.begin() as session:
            act(session, session.query(Award).one(), *words, web_tool.clock(), events.person(10_000))
        run_due_jobs(web_tool)

    return change


FILES = (
    "/badges/{}.png",
    "/badges/{}.json",
    "/badges/{}.jwt",
    "/badges/{}.svg",
    "/badges/{}.pdf",
    "/badges/{}/part.png?without=name",
)


def test_no_file_of_a_revoked_badge_is_given_out(school, annas_badge, change):
    mine = hidden(school.launch(ANNA), "_launch")
    change(awards.revoke, "The wrong learner")
    for path in (*(file.format(annas_badge) for file in FILES), f"/credentials/{annas_badge}"):
        for accepted in ("application/json", "application/vc+jwt", "*/*"):
            answer = school.browser.get(path, headers={"Accept": accepted})
            assert answer.status_code == 410, path
            assert b"credentialSubject" not in answer.data
    europass = school.browser.post(f"/lti/app/badges/{annas_badge}/europass", data={"_launch": mine})
    assert europass.status_code == 410
    page = school.browser.get(f"/badges/{annas_badge}")
    assert page.status_code == 200
    assert "This badge has been revoked" in text_of(page) and "The wrong learner" in text_of(page)
    for ending in (".png", ".svg", ".pdf", ".json", ".jwt", "/part.png"):
        assert f"/badges/{annas_badge}{ending}" not in page.text
    assert "Download" not in text_of(page)
    assert f"/badges/{annas_badge}." not in school.launch(ANNA).text
    teacher = school.launch(ZANE)
    token = hidden(teacher, "_launch")
    batch = school.browser.post("/lti/app/rules/1/europass", data={"_launch": token})
    assert batch.mimetype != "application/zip"


def test_what_was_replaced_is_not_given_out_but_leads_to_the_new_one(school, annas_badge, change, web_tool):
    change(awards.correct)
    assert school.browser.get(f"/badges/{annas_badge}.png").status_code == 410
    page = school.browser.get(f"/badges/{annas_badge}")
    with web_tool.store.read() as session:
        new = session.query(Award).one().credential.id
    assert f'href="/badges/{new}"' in page.text
    assert school.browser.get(f"/badges/{new}.png").status_code == 200


def test_what_was_replaced_twice_leads_to_the_newest_one_which_may_be_revoked(
    school, annas_badge, change, web_tool, clock
):
    for act, *words in ((awards.correct,), (awards.correct,), (awards.revoke, "It was not earned")):
        clock.advance(days=1)
        change(act, *words)
    with web_tool.store.read() as session:
        newest = session.query(Award).one().credential.id
    page = school.browser.get(f"/badges/{annas_badge}")
    assert f'href="/badges/{newest}"' in page.text
    assert "Replaced on 22 November 2026 by a corrected badge." in text_of(page)
    assert "valid now" not in text_of(page)


def test_files_of_a_badge_are_kept_for_a_minute_only_and_by_its_readers_browser_alone(school, annas_badge):
    for path in (*(file.format(annas_badge) for file in FILES[:4]), f"/credentials/{annas_badge}"):
        answer = school.browser.get(path, headers={"Accept": "application/json"})
        assert answer.headers["Cache-Control"] == "private, max-age=60", path
    page = school.browser.get(f"/badges/{annas_badge}")
    assert page.headers["Cache-Control"] == "private, no-cache"
