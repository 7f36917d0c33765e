"""The page of an approver's link, and what the teacher sees meanwhile."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest

from lti_tool import jobs
from lti_tool.store import queries
from lti_tool.store.models import Approval, TemplateVersion
from lti_tool.templates import approval_requests, versions
from lti_tool.web import create_app
from tests.fixtures import ANNA, ZANE, change_authority, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, hidden, text_of
from tests.lti_tool.web.conftest import policy as csp
from tests.lti_tool.web.editor.test_editor import ASSESSMENT, BADGE, LEARNING, Editor, rows

APPROVER = "quality@riga-college.example"


@pytest.fixture
def zane(school):
    """Zane at the report of a complete badge."""
    editor = Editor(school.browser, school.launch(ZANE)).post("/lti/app/templates/new")
    editor.save("badge", BADGE)
    editor.save("learning", LEARNING)
    editor.save("assessment", ASSESSMENT)
    editor.path = editor.version_path
    return editor


@pytest.fixture
def asked(zane):
    """The badge, sent for approval."""
    return zane.publish()


@pytest.fixture
def code(asked, web_tool, tmp_path):
    return code_in_mail(web_tool, tmp_path)


def code_in_mail(tool, folder):
    run_due_jobs(tool)
    newest = max(folder.glob("mail/approval-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    text = message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    return re.search(r"https://badges.example.org/lti/approval\?code=([\w-]+)", text)[1]


@pytest.fixture
def approver(app):
    """A browser that was never launched anywhere."""
    return browser_of(app)


def answer(browser, code, said, **more):
    return browser.post("/lti/approval", data={"code": code, "answer": said, **more})


def state(tool):
    with tool.store.read() as session:
        events = [(each.what, each.id) for each in queries.events.events(session)]
        approvals = [(each.status, each.code_hash, each.answered_at) for each in session.query(Approval)]
    return events, approvals, rows(tool)[-1].status


def test_the_teacher_reads_since_when_it_waits_and_who_is_asked(asked, web_tool):
    assert "Waiting for approval" in asked.text
    assert f"Asked: {APPROVER}." in asked.text and "Waiting since 21 November 2026" in asked.text
    assert rows(web_tool)[-1].status == "draft"
    listed = asked.post("/lti/app/templates").text
    assert "Waiting for approval" in listed and APPROVER in listed
    step = asked.post(f"{asked.path}/edit").text
    assert "This draft waits for approval. If you change it, the request is withdrawn" in step


def test_scanners_that_fetch_the_link_change_nothing(code, web_tool, approver):
    before = state(web_tool)
    for fetch in (approver.get, approver.head, approver.get):
        assert fetch(f"/lti/approval?code={code}").status_code == 200
        assert fetch(f"/lti/approval?code={code}&answer=approved&lang=lv").status_code == 200
    assert state(web_tool) == before
    # A code in the address does not count where something is changed.
    assert approver.post(f"/lti/approval?code={code}", data={"answer": "approved"}).status_code == 404
    assert approver.post("/lti/approval", data={"code": code}).status_code == 400
    assert state(web_tool)[1:] == before[1:]


def test_the_page_shows_what_will_be_signed_in_every_language_it_has(zane, web_tool, tmp_path, approver):
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()
        texts = {"en": "Reads a chart.", "lv": "Lasa diagrammu.", "de": "Liest ein Diagramm."}
        body = row.body | {
            "name": {"en": "Chart reading", "lv": "Diagrammu lasīšana", "de": "Diagramme lesen"},
            "description": texts,
            # Somebody could hide a claim in a language that the title does not have.
            "criteria": {"en": "A marked assignment.", "fr": "Un doctorat en médecine."},
        }
        versions.save_draft(row, body, web_tool.clock())
    zane.publish()
    code = code_in_mail(web_tool, tmp_path)
    page = approver.get(f"/lti/approval?code={code}")
    shown = text_of(page)
    for words in (*texts.values(), "Diagramme lesen", "Un doctorat en médecine.", "Riga College", "40"):
        assert words in shown, words
    assert "Reads a chart and says what it hides." in shown  # the learning outcome
    assert "Zane Ozola wants to award the badge below in the name of Riga College." in shown
    latvian = text_of(approver.get(f"/lti/approval?code={code}&lang=lv"))
    assert "Zane Ozola vēlas piešķirt tālāk redzamo nozīmīti. Piešķīrējiestāde: Rīgas koledža." in latvian
    assert f'href="?code={code}&amp;lang=lv"' in page.text
    assert csp(page)["frame-ancestors"] == ["'none'"]
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"


def test_approving_publishes_and_tells_the_teacher(code, web_tool, approver, asked, tmp_path):
    assert "You have approved this badge" in text_of(answer(approver, code, "approved"))
    assert rows(web_tool)[-1].status == "published"
    assert "You have approved this badge" in text_of(approver.get(f"/lti/approval?code={code}"))
    assert "This version can no longer be changed." in asked.post(f"{asked.path}/report").text
    run_due_jobs(web_tool)
    assert any(ZANE.email in path.read_text() for path in tmp_path.glob("mail/approval-*-approved*.eml"))
    history = asked.post("/lti/app/templates").text
    assert "approval asked for, Zane Ozola" in history and "approved, Riga College" in history


def test_declining_needs_a_reason_which_the_teacher_reads(code, web_tool, approver, asked):
    page = answer(approver, code, "declined", reason="  ")
    assert "Say what the teacher should change." in text_of(page) and 'aria-invalid="true"' in page.text
    assert state(web_tool)[1][-1][0] == "open"
    answer(approver, code, "declined", reason="<b>Too long</b> a title")
    report = asked.post(f"{asked.path}/report")
    assert "Not approved" in report.text and "&lt;b&gt;Too long&lt;/b&gt; a title" in report.page.text
    assert f"{APPROVER} declined it" in report.text
    asked.publish()
    assert "Waiting for approval" in asked.text


def test_the_answer_is_in_the_language_in_which_the_page_was_read(code, approver):
    page = approver.get(f"/lti/approval?code={code}&lang=lv")
    (action,) = set(re.findall(r'action="(/lti/approval[^"#]*)', page.text))
    given = approver.post(action, data={"code": code, "answer": "approved"})
    assert "Jūs šo nozīmīti apstiprinājāt" in text_of(given)


def test_a_second_answer_is_told_what_the_first_was(code, web_tool, approver):
    answer(approver, code, "approved")
    assert "You have approved this badge" in text_of(answer(approver, code, "declined", reason="No."))
    assert rows(web_tool)[-1].status == "published"


def test_the_second_approver_is_told_who_was_first(zane, web_tool, tmp_path, clock):
    change_authority(web_tool, approvers=[APPROVER, "rector@riga-college.example"])
    tool, profile = web_tool, web_tool.issuer.profile
    with tool.store.begin() as session:
        row = session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()
        approval_requests.ask(session, row, profile, clock(), by=approval_requests.events.TOOL)
    run_due_jobs(tool)
    codes = [
        re.search(
            r"code=([\w-]+)",
            message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)).get_content(),
        )[1]
        for path in sorted(tmp_path.glob("mail/approval-*.eml"))
    ]
    browser = browser_of(create_app(tool))
    answer(browser, codes[0], "approved")
    for page in (
        answer(browser, codes[1], "declined", reason="No."),
        browser.get(f"/lti/approval?code={codes[1]}"),
    ):
        assert "Somebody has answered before you" in text_of(page)
        assert f"{APPROVER} has approved this badge. 21 November 2026" in text_of(page)


def test_a_withdrawn_or_changed_draft_is_no_longer_answered(code, asked, approver, web_tool, tmp_path, clock):
    asked.post(f"{asked.path}/withdraw")
    assert "Waiting for approval" not in asked.text
    assert "The teacher has withdrawn the request" in text_of(answer(approver, code, "approved"))
    clock.advance(minutes=1)
    asked.publish()
    again = code_in_mail(web_tool, tmp_path)
    asked.post(f"{asked.path}/edit")
    asked.save("badge", BADGE | {"/name/en": "Doctor of charts"})
    page = answer(approver, again, "approved")
    assert "The badge has been changed since" in text_of(page) and "Doctor of charts" not in page.text
    assert rows(web_tool)[-1].status == "draft"
    assert "You changed the draft after you had asked for approval" in asked.post(f"{asked.path}/report").text


def test_after_seven_days_the_page_says_so_and_the_teacher_can_ask_again(
    code, asked, approver, clock, web_tool, school
):
    clock.advance(days=7)
    assert "This page has ended" in text_of(approver.get(f"/lti/approval?code={code}"))
    jobs.sweep(web_tool, "sweep", {})
    again = Editor(school.browser, school.launch(ZANE)).post(f"{asked.path}/report")
    assert "Nobody has answered within 7 days." in again.text and "Ask again" in again.text


@pytest.mark.parametrize("guess", ["", "x", "../../etc/passwd", "é" * 50, "0" * 43])
def test_a_guessed_code_says_nothing(guess, approver, code):
    for page in (
        approver.get("/lti/approval", query_string={"code": guess}),
        answer(approver, guess, "approved"),
    ):
        assert page.status_code == 404 and "Chart reading" not in page.text


def test_without_an_approver_the_teacher_is_told_who_approves(zane, web_tool, school):
    change_authority(web_tool, approvers=[])
    editor = Editor(browser_of(create_app(web_tool)), zane.page)
    editor.publish()
    assert (
        "The operator of Nozimite sees it in the list of what waits, and approves it: Riga College"
        in editor.text
    )


def test_the_only_approver_who_teaches_is_told_that_the_operator_approves(zane, web_tool):
    change_authority(web_tool, approvers=[ZANE.email])
    editor = Editor(browser_of(create_app(web_tool)), zane.page)
    editor.publish()
    assert "The only approver has written this badge, and nobody approves their own." in editor.text


def test_learners_and_other_courses_withdraw_nothing(asked, school, web_tool):
    learner = Editor(school.browser, school.launch(ANNA))
    assert learner.post(f"{asked.path}/withdraw").page.status_code in (403, 404)
    with web_tool.store.read() as session:
        assert {each.status for each in session.query(Approval)} == {"open"}


def test_a_published_badge_is_placed_without_asking_anybody(school, web_tool):
    from tests.lti_tool.web.teacher.test_placement import REQUEST

    zane = Editor(school.browser, school.launch(ZANE, **REQUEST))
    zane.post("/lti/app/place", badge=school.badge, condition="link_opened_to_them")
    assert zane.page.status_code == 200
    assert hidden(zane.page, "JWT"), "the link goes to the platform at once"
    with web_tool.store.read() as session:
        assert session.query(Approval).count() == 0
