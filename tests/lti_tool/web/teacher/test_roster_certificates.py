"""Certificates of those who are chosen: counted first, in files of a bearable size, for teachers of the course only."""

import io
import re
import zipfile

import pytest

from lti_tool.store.models import Award, CredentialRow, Event
from lti_tool.web.teacher.roster import certificates
from tests.fixtures import ANNA, JANIS, ZANE, rows
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.many_learners import FIRST, multiply


@pytest.fixture
def asked(act, course_rule):
    """The answer to the button of the list, or of the page that asks."""

    def asked(**form):
        return act(f"rules/{course_rule}/people/certificates", roster=course_rule, **form)

    return asked


def names_in(answer):
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_those_who_are_chosen_are_in_the_file_and_who_has_none_is_counted(annas_badge, asked, web_tool):
    multiply(web_tool, range(3))
    with web_tool.store.begin() as session:
        session.get_one(Award, FIRST).status = "revoked"
        session.query(CredentialRow).filter_by(award_id=FIRST).update({"revoked_at": web_tool.clock()})
    page = asked(award=["1", str(FIRST), str(FIRST + 1)])
    assert "Certificates of 2 learners" in text_of(page) and "1 learner is left out" in text_of(page)
    answer = asked(confirmed="yes", award=hidden(page, "award"))
    assert [name.rpartition("-")[0] for name in names_in(answer)] == ["Anna-Bērziņa", f"Learner-{FIRST + 1}"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="certificates-1.zip"' in answer.headers["Content-Disposition"]
    (told,) = [row for row in rows(web_tool, Event) if row.what == "exported"]
    assert (told.why, told.data) == ("certificates", {"rows": 2}) and told.actor


def test_many_come_in_several_files_in_the_order_of_names(annas_badge, asked, web_tool):
    multiply(web_tool, range(certificates.MOST + 10))
    page = asked(all="yes", roster_find="learner")
    told = text_of(page)
    assert f"Download 1 to {certificates.MOST}" in told
    assert f"Download {certificates.MOST + 1} to {certificates.MOST + 10}" in told
    ids = [value.split() for value in re.findall(r'name="award" value="([^"]*)"', page.text)]
    assert [len(each) for each in ids] == [certificates.MOST, 10]


def test_what_is_of_another_badge_is_in_no_file(annas_badge, asked, web_tool):
    multiply(web_tool, range(1))
    with web_tool.store.begin() as session:
        award = session.get_one(Award, FIRST)
        rule = award.rule
        link = type(rule.link)(course_id=award.course_id, link_id="9", created_at=award.earned_at)
        other = type(rule)(
            course_id=award.course_id, link=link, issuer_id=award.issuer_id, created_at=award.earned_at
        )
        session.add(other)
        session.flush()
        award.rule_id = other.id
    assert len(names_in(asked(confirmed="yes", award=f"1 {FIRST} 999999"))) == 1


def test_one_file_is_drawn_at_a_time(annas_badge, asked):
    assert certificates._running.acquire(blocking=False)
    try:
        page = asked(confirmed="yes", award="1")
        assert page.mimetype == "text/html" and "Try again in a few minutes" in text_of(page)
    finally:
        certificates._running.release()
    for _ in range(2):
        answer = asked(confirmed="yes", award="1")
        # As long as it is being sent.
        assert not certificates._running.acquire(blocking=False)
        assert len(names_in(answer)) == 1
        answer.close()


def test_nobody_chosen_is_said(annas_badge, asked, web_tool):
    assert "Choose at least one learner" in text_of(asked())
    with web_tool.store.begin() as session:
        session.query(CredentialRow).update({"suspended_at": web_tool.clock(), "suspension_reason": "x"})
    assert "None of those who are chosen" in text_of(asked(award="1"))
    assert names_in(asked(confirmed="yes", award="1")) == []
    assert [row.data for row in rows(web_tool, Event) if row.what == "exported"] == [{"rows": 0}]


def test_a_learner_and_a_teacher_of_another_course_get_nothing(school, browser, annas_badge, course_rule):
    elsewhere = school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "x"}})
    for page, status in ((school.launch(JANIS), 403), (elsewhere, 404)):
        form = {"_launch": hidden(page, "_launch"), "confirmed": "yes", "award": "1"}
        answer = browser.post(f"/lti/app/rules/{course_rule}/people/certificates", data=form)
        assert answer.status_code == status and ANNA.name.encode() not in answer.data
