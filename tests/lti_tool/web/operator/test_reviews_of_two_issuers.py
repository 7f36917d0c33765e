"""A story of two issuers in one course: each reviews, is reminded of, stops, counts and sees its own badges alone."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from lti_tool import jobs
from lti_tool.issuing import issuer_changes
from lti_tool.store import queries
from lti_tool.store.models import Award, TemplateReview
from tests.fixtures import DAUGAVA, change_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.operator.test_template_review import FORM
from tests.lti_tool.web.teacher.test_placement import REQUEST, ZANE
from tests.reviews import make_overdue
from tests.two_issuers import add_awarding_issuer

HOMES = ("/operator/issuers/riga-college/reviews", "/operator/issuers/daugava-school/reviews")
OPENED = {"condition": "link_opened_to_them"}


def sweep(tool):
    """The hourly work, and the mails that come of it: their words by their recipients."""
    jobs.sweep(tool, "sweep", {})
    run_due_jobs(tool)
    found = {}
    for file in Path(tool.mail_folder).glob("review-*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        found[mail["To"]] = mail.get_body(("plain",)).get_content()
    return found


def test_each_reviews_its_own(school, annas_badge, join, web_tool, clock):
    other = add_awarding_issuer(web_tool)
    with web_tool.store.begin() as session:
        theirs = web_tool.issuers.of(session, other.id)
        issuer_changes.change(session, theirs, DAUGAVA | {"email": "badges@daugava.example"}, clock())
    for badge in (school.badge, other.template_id):
        make_overdue(web_tool, badge)
    change_issuer(web_tool, reviews={"overdue_stops": True})

    mails = sweep(web_tool)
    assert mails.keys() == {"badges@riga-college.example", "badges@daugava.example"}
    assert "River pilot" not in mails["badges@riga-college.example"]
    assert "Data literacy" not in mails["badges@daugava.example"]
    assert "Nobody can begin with them" in mails["badges@riga-college.example"]
    assert "Nobody can begin with them" not in mails["badges@daugava.example"]
    clock.advance(hours=1)
    assert sweep(web_tool) == mails

    # A teacher of the course may choose the badge of the issuer that stops nothing.
    page = school.launch(ZANE, **REQUEST)
    form = {"_launch": hidden(page, "_launch"), **OPENED}
    placed = {
        badge: 'name="JWT"' in school.browser.post("/lti/app/place", data=form | {"badge": badge}).text
        for badge in (school.badge, other.template_id)
    }
    assert placed == {school.badge: False, other.template_id: True}

    ieva, juris = join(), join(issuer_id=other.id, name="Juris")
    of_river = f"{HOMES[1]}/{other.template_id}"
    assert juris.press(of_river, of_river, **FORM).status_code == 303
    assert [(row.issuer_id, row.template_id) for row in rows(web_tool, TemplateReview)] == [
        (other.id, other.template_id)
    ]
    counts = [
        somebody.get(f"{home}/2026.json").json for somebody, home in zip((ieva, juris), HOMES, strict=True)
    ]
    assert [(each["awards"], each["overdue_reviews"], len(each["templates"])) for each in counts] == [
        (1, 1, 1),
        (0, 0, 1),
    ]
    assert "River pilot" not in text_of(ieva.get(HOMES[0])) and "Data" not in text_of(juris.get(HOMES[1]))
    # The teacher's page marks the first one alone.
    assert text_of(school.launch(ZANE)).count("The review of this badge is overdue") == 1
    with web_tool.store.read() as session:
        assert queries.reviews.reviews_of_issuer(session, web_tool.issuer.id) == []
        assert session.query(Award).one().status == "issued"
