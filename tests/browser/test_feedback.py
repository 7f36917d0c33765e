"""Questions about a badge at a browser: to its learner, to whoever is invited, and what came of them."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lti_tool.feedback import invitations
from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.pools import About
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.people.addresses import save_proof
from lti_tool.store import events
from lti_tool.store.models import Award, MailRefusal, Person, ProvedAddress, TemplateVersion
from tests.browser.page_checks import LANGUAGES, find_faults
from tests.browser.server import run_demo
from tests.browser.test_my_badges import activity, mailed_code  # noqa: F401
from tests.browser.test_operators import join, with_authenticator
from tests.feedback import add_answers, publish
from tests.fixtures import change_issuer
from tests.running_demo import wait

ADDRESS = "anna@home.example"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def template_id(demo, activity):  # noqa: F811
    with demo.tool.store.begin() as session:
        return session.query(Award).first().template_id


def choose(page, questions, value):
    for question in questions:
        page.locator(f"input[name={question}][value='{value}']").check()


def links_of_mail_to_anna(demo, language):
    """Those of the mail that asks her about her badge, and that she gets in this language."""
    tool, folder = demo.tool, Path(demo.tool.mail_folder)
    for path in folder.glob("feedback-*.eml"):
        path.unlink()
    change_issuer(tool, feedback={"later_months": 1})
    with tool.store.begin() as session:
        session.query(ProvedAddress).delete()
        award = session.query(Award).join(Award.person).filter(Person.name == "Anna Bērziņa").one()
        award.person.language = language
        award.claimed_at = tool.clock() - timedelta(days=31)
        award.later_feedback_mailed = award.later_feedback_closed = False
        save_proof(session, award.person_id, ADDRESS, tool.clock(), events.TOOL)
    do_daily(tool, tool.clock())
    path = wait(lambda: next(folder.glob("feedback-*.eml"), None))
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return re.findall(r"http://\S+", mail.get_body(("plain",)).get_content())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_learner_comes_by_the_mail_and_answers(people, demo, activity, language):  # noqa: F811
    link, refusal = links_of_mail_to_anna(demo, language)[:2]
    with people(locale=language) as anna:
        page, found = anna.page, []
        page.goto(link)
        page.locator("#address").fill(ADDRESS)
        page.locator("form[action^='/my/code'] button").click()
        expect(page.locator("#code")).to_be_visible()
        page.locator("#code").fill(mailed_code(demo))
        page.locator("form[action^='/my/session'] button").click()
        form = page.locator("#feedback form")
        expect(page.locator("#feedback summary")).to_be_visible()
        found += find_faults(anna, f"feedback-learner-asked-{language}")
        # The same page is open in another window, too.
        other = anna.context.new_page()
        other.goto(link)
        other.locator("#feedback summary").click()
        choose(other, QUESTIONS["later"], 2)
        form.locator("button").first.click()
        expect(page.locator(".notice.no")).to_be_visible()
        found += find_faults(anna, f"feedback-learner-incomplete-{language}")
        choose(page, QUESTIONS["later"], 4)
        page.locator("main form button").first.click()
        expect(page.locator(".notice.yes")).to_be_visible()
        found += find_faults(anna, f"feedback-learner-thanked-{language}")
        other.locator("#feedback form button").first.click()
        expect(other.locator("#feedback")).to_have_count(0)
        found += find_faults(anna, f"feedback-learner-closed-{language}", other)
        page.goto(refusal)
        found += find_faults(anna, f"feedback-reminders-{language}")
        page.locator("form[action^='/mail/reminders'] button").click()
        expect(page.locator(".notice.yes")).to_be_visible()
        found += find_faults(anna, f"feedback-reminders-refused-{language}")
        assert found == []
    with demo.tool.store.begin() as session:
        session.query(MailRefusal).delete()


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_invited_answers_once(people, demo, template_id, language):
    tool = demo.tool
    with tool.store.begin() as session:
        about = About(issuer_id=tool.issuer.id, template_id=template_id, audience="peer")
        (token,) = invitations.invite(session, about, 1, tool.clock(), events.TOOL)
    with people(locale=language, java_script_enabled=False) as darbs:
        page = darbs.page
        page.goto(f"{tool.tool_url}/feedback/{token}?lang={language}")
        choose(page, QUESTIONS["peer"], 5)
        page.locator("main form button").click()
        expect(page.locator(".notice.yes")).to_be_visible()
    with tool.store.begin() as session:
        (token,) = invitations.invite(session, about, 1, tool.clock(), events.TOOL)
    with people(locale=language) as darbs:
        page, found = darbs.page, []
        page.goto(f"{tool.tool_url}/feedback/{token}?lang={language}")
        found += find_faults(darbs, f"feedback-invited-{language}")
        page.locator("main form button").click()
        expect(page.locator(".notice.no")).to_be_visible()
        choose(page, QUESTIONS["peer"], 5)
        page.locator("main form button").click()
        expect(page.locator(".notice.yes")).to_be_visible()
        found += find_faults(darbs, f"feedback-invited-thanked-{language}")
        darbs.expects_http_errors = True
        page.goto(f"{tool.tool_url}/feedback/{token}?lang={language}")
        found += find_faults(darbs, f"feedback-invited-over-{language}")
        assert found == []


def test_operators_and_teachers_read_what_came_of_it(people, demo, template_id):
    tool = demo.tool
    for audience, number in (("claim", 12), ("later", 5)):
        about = About(issuer_id=tool.issuer.id, template_id=template_id, audience=audience)
        add_answers(tool, about, number - 5, (5, 2, 1))
        add_answers(tool, about, 5, (4, 4, 5))
    publish(tool)
    with people(locale="en-GB") as ieva:
        with_authenticator(ieva)
        page, found = ieva.page, []
        join(ieva, demo, "en", name="Ieva Kalniņa")
        here = f"{tool.tool_url}/operator/issuers/riga-college/templates/{template_id}/feedback"
        for language in LANGUAGES:
            page.goto(f"{here}?lang={language}")
            page.locator("#number").fill("3")
            page.locator("form[action*='/invite'] button").click()
            expect(page.locator("#link")).to_be_visible()
            found += find_faults(ieva, f"operator-feedback-made-{language}")
            page.goto(f"{here}?lang={language}")
            page.locator("form[action*='/withdraw'] button").first.click()
            expect(page.locator(".notice.yes")).to_be_visible()
            found += find_faults(ieva, f"operator-feedback-withdrawn-{language}")
        assert found == []


def test_a_teacher_reads_what_came_of_the_badges_of_the_course(people, demo, activity, template_id):  # noqa: F811
    with demo.tool.store.begin() as session:
        award = session.query(Award).first()
        for row in session.query(TemplateVersion).filter_by(template_id=template_id):
            row.course_id = award.course_id
    with people() as zane:
        found = []
        for language in LANGUAGES:
            zane.open_activity(activity, "Zane", language)
            zane.frame.locator("form[action$='/feedback'] button").click()
            expect(zane.frame.locator("table.results").first).to_be_visible()
            found += find_faults(zane, f"teacher-feedback-{language}")
        assert found == []
