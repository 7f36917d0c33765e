"""The pages of recognition of prior learning: each step of a candidate, and what those see who assess and decide."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from lti_tool.operators import accounts
from lti_tool.people import learner_sessions
from lti_tool.prior_learning import certification, identification, portfolio
from lti_tool.store.models import OperatorRow, PriorLearningApplication
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests import prior_learning as steps
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.fixtures import publish
from tests.prior_learning import MET, NOT_MET, found

LANGUAGES = ("en", "lv")
LONG = "Ļ" + "o" * 79
WORDS = "I have kept the books of a small company for six years. " * 4
UNCHECKED = found(MET, identity="none")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """What one candidate has at the institution: an application in each state, by its key, and an offer to begin."""

    offer_id: int
    keys: dict[str, str]


@pytest.fixture(scope="module")
def school(demo):
    tool = demo.tool

    def new_offer(name):
        return steps.offer(tool, publish(tool, name={"en": name, "lv": name}))

    found_by_name = {
        "beginning": steps.begun(tool, new_offer("Data for teachers")),
        "documenting": full_portfolio(tool, new_offer(LONG)),
        "waiting": steps.handed_in(tool, new_offer("Statistics")),
        "to_decide": steps.assessed(tool, new_offer("Charts"), UNCHECKED, UNCHECKED),
        "refused": refused(tool, new_offer("Welding")),
        "appealed": refused(tool, new_offer("Cooking")),
    }
    steps.change(tool, found_by_name["appealed"], certification.appeal, WORDS, tool.clock())
    granted = steps.assessed(tool, new_offer("Spreadsheets"))
    steps.grant(tool, granted)
    with tool.store.read() as session:
        by_id = {row.id: row.key for row in session.query(PriorLearningApplication)}
    keys = {name: by_id[each] for name, each in {**found_by_name, "granted": granted}.items()}
    return School(offer_id=new_offer("Surveys"), keys=keys)


def full_portfolio(tool, offer_id):
    application_id = steps.documenting(tool, offer_id)
    about, now = steps.About(title=LONG, words=WORDS, outcomes=(1, 3)), tool.clock()
    steps.change(tool, application_id, portfolio.add_file, about, steps.PDF, now)
    steps.change(tool, application_id, portfolio.add_link, about, "https://example.org/" + "x" * 120, now)
    steps.change(tool, application_id, portfolio.add_text, about, now)
    steps.change(tool, application_id, identification.ask_help, now)
    counsellor = steps.new_operator(tool, "counsellor")
    steps.change(tool, application_id, identification.advise, counsellor, WORDS, now)
    return application_id


def refused(tool, offer_id):
    application_id = steps.assessed(
        tool, offer_id, found(MET, NOT_MET, MET, MET), found(MET, NOT_MET, MET, MET)
    )
    steps.refuse(tool, application_id, reasons={"": WORDS, "2": "No example of it."})
    return application_id


def sign_in(person, demo):
    with demo.tool.store.begin() as session:
        token = learner_sessions.start_session(session, steps.ADDRESS, demo.tool.clock())
    # Its prefix asks for https; a browser sends it to this machine all the same.
    address = demo.tool_url.replace("http://", "https://")
    person.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address, "secure": True}])


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_wants_to_apply_sees_what_is_asked_for(people, demo, school, language):
    with people(locale=language) as zane:
        page, wrong = zane.page, []
        page.goto(f"{demo.tool_url}/prior-learning?lang={language}")
        wrong += find_faults(zane, f"prior-learning-{language}")
        page.goto(f"{demo.tool_url}/prior-learning/{school.offer_id}?lang={language}")
        wrong += find_faults(zane, f"prior-learning-one-{language}")
        page.locator("#address").fill("new@example.org")
        page.locator("form[action*='/code'] button").click()
        expect(page.locator("#code")).to_be_visible()
        wrong += find_faults(zane, f"prior-learning-code-{language}")
        sign_in(zane, demo)
        page.goto(f"{demo.tool_url}/prior-learning/{school.offer_id}?lang={language}")
        wrong += find_faults(zane, f"prior-learning-begin-{language}")
        assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_candidate_sees_each_step(people, demo, school, language):
    with people(locale=language) as zane:
        sign_in(zane, demo)
        wrong = []
        for name, which, step in (
            ("all", None, ""),
            ("overview", "documenting", ""),
            ("identification", "beginning", "identification"),
            ("documentation", "documenting", "documentation"),
            ("waiting", "waiting", "assessment"),
            ("assessed", "refused", "assessment"),
            ("refused", "refused", "certification"),
            ("appealed", "appealed", "certification"),
            ("granted", "granted", "certification"),
        ):
            path = f"/{school.keys[which]}/{step}".rstrip("/") if which else ""
            zane.page.goto(f"{demo.tool_url}/my/prior-learning{path}?lang={language}")
            assert zane.page.locator("main h1").count()
            wrong += find_faults(zane, f"candidate-{name}-{language}")
        assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_those_who_assess_and_decide_see_what_they_need(people, demo, school, language):
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        join(ieva, demo, language)
        appoint(demo.tool, school.keys["waiting"])
        here = f"{demo.tool_url}/operator/issuers/riga-college/prior-learning"
        with demo.tool.store.read() as session:
            template_id = session.query(PriorLearningApplication).first().template_id
        wrong = []
        for name, address in (
            ("list", here),
            ("offer", f"{here}/offers/{template_id}"),
            ("assess", f"{here}/applications/{school.keys['waiting']}"),
            ("decide", f"{here}/applications/{school.keys['to_decide']}"),
            ("appeal", f"{here}/applications/{school.keys['appealed']}"),
            ("account", f"{demo.tool_url}/operator/account"),
        ):
            ieva.page.goto(f"{address}?lang={language}")
            assert ieva.page.locator("main h1").count()
            wrong += find_faults(ieva, f"operator-prior-learning-{name}-{language}")
        assert wrong == []


def appoint(tool, key):
    """Makes the operator who joined last an assessor of the application, in the next free place."""
    with tool.store.begin() as session:
        row = session.query(OperatorRow).order_by(OperatorRow.id.desc()).first()
        accounts.give_role(session, row, tool.issuer.id, "assessor", tool.clock(), steps.BY)
        application = session.query(PriorLearningApplication).filter_by(key=key).one()
        steps.assessments.appoint(session, application, row, tool.clock(), steps.BY)
