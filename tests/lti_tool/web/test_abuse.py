"""What hostile, broken and mistaken requests meet at every door."""

import re
from dataclasses import replace

import pytest
from werkzeug.routing import IntegerConverter

from lti_tool.errors import PlatformError
from lti_tool.logs import set_up_logs
from lti_tool.platforms import registrations
from lti_tool.store.models import Award, AwardRule, CredentialRow, Person, PlatformAccount
from lti_tool.web import create_app
from tests.fixtures import ANNA, JANIS, NEW_REGISTRATION, ZANE, complete, learner, rows, run_due_jobs, run_job
from tests.lti_tool.web.conftest import CLAIM, FROM_ELSEWHERE, hidden, policy, text_of

MARK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}%(name)s"
ACTIONS = ["check", "tick", "says/link_opened_to_them", "pause", "conditions"]


@pytest.fixture
def other_school(web_tool, school):
    """Another client of the same platform, as every school of hosted Canvas is."""
    registration = replace(NEW_REGISTRATION, client_id="client-2", name="Another College")
    with web_tool.store.begin() as session:
        registrations.add(session, registration, web_tool.clock())
    return replace(school, registration=registration)


def people_called(tool, user_id):
    with tool.store.read() as session:
        accounts = session.query(PlatformAccount).filter_by(user_id=user_id)
        return [account.person for account in accounts]


def test_two_registrations_of_one_platform_are_separate(
    school, other_school, web_tool, course_rule, annas_badge
):
    stranger = replace(ANNA, name="Somebody Else", email="else@example.org")
    page = other_school.launch(stranger)
    assert annas_badge not in page.text and "Anna" not in page.text
    teacher = other_school.launch(ZANE)
    assert "Anna" not in teacher.text and annas_badge not in teacher.text
    assert {person.name for person in people_called(web_tool, ANNA.user_id)} == {
        "Anna Bērziņa",
        "Somebody Else",
    }
    (award,) = rows(web_tool, Award)
    token = hidden(teacher, "_launch")
    for path in [
        *(f"rules/{course_rule}/{action}" for action in ACTIONS),
        f"awards/{award.id}/revoke",
        f"awards/{award.id}/resend",
        f"awards/{award.id}/retry",
    ]:
        answer = other_school.browser.post(
            f"/lti/app/{path}",
            data={"_launch": token, "confirmed": "yes", "reason": "x", "learner": str(award.person_id)},
        )
        assert answer.status_code == 404, path
    assert [row.status for row in rows(web_tool, Award)] == ["issued"]


def test_a_login_with_one_client_cannot_be_finished_with_another(school, other_school):
    login = school.login()
    form = other_school.form(ZANE, login)
    answer = school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE)
    assert answer.status_code == 400


def test_only_waiting_learners_can_be_confirmed(school, services, course_rule, web_tool, teaching):
    services.inside = [ZANE]
    token = hidden(teaching, "_launch")
    school.browser.post(f"/lti/app/rules/{course_rule}/check", data={"_launch": token})
    everyone = [str(row.id) for row in rows(web_tool, Person)] + [
        "0",
        "-1",
        "9" * 14,
        "9" * 5000,
        "²",
        "٣",
        "x",
    ]
    asked = {
        "_launch": token,
        "learner": everyone,
        "people": everyone,
        "answer": "completed",
        "question": "²",
    }
    for action, status in (("tick", 200), ("answer", 404)):
        answer = school.browser.post(f"/lti/app/rules/{course_rule}/{action}", data=asked)
        assert answer.status_code == status, action
    assert rows(web_tool, Award) == []


def test_no_text_of_a_platform_becomes_markup(school, services, web_tool, course_rule, clock):
    evil = learner(66, name=MARK, email="x@example.org")
    services.everyone.append(evil)
    clock.advance(hours=1)
    complete(web_tool, services, course_rule, evil)
    with web_tool.store.begin() as session:
        told = PlatformError("the platform did not give the tool an access token ({said})", {"said": MARK})
        session.get_one(AwardRule, course_rule).trouble = told.as_json()
    claims = {
        CLAIM + "context": {"id": "42", "title": MARK, "label": MARK},
        CLAIM + "resource_link": {"id": "1", "title": MARK},
        CLAIM + "custom": {"badge": MARK, "rule": MARK, "placed": MARK, MARK: MARK},
        CLAIM + "tool_platform": {"name": MARK, "product_family_code": MARK},
    }
    run_due_jobs(web_tool)
    pages = [
        school.launch(ZANE, **claims),
        school.launch(evil, **claims),
        school.launch(evil, cookies=False, **claims),
        school.launch(evil, **(claims | {CLAIM + "context": None})),
        school.browser.post("/lti/launch", data={"error": MARK, "error_description": MARK}),
        school.browser.get("/lti/login", query_string={"iss": MARK, "login_hint": MARK}),
        school.browser.get("/lti/register", query_string={"code": MARK, "openid_configuration": MARK}),
        school.browser.get(f"/{MARK}"),
    ]
    (credential,) = rows(web_tool, CredentialRow)
    pages.append(school.browser.get(f"/badges/{credential.id}"))
    for page in pages:
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
        assert "49" not in text_of(page)[:200] or "{{7*7}}" in text_of(page)


NAMES = [
    "\u202eannA",
    "A\x0b\x00\x1b[31mnna",
    "A" * 10_000,
    "Ānna \U0001f469\u200d\U0001f393",
    "Anna\r\nBcc: x@y.org",
    "$Person.name.full",
    " ",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_ends_in_a_badge(school, services, web_tool, course_rule, clock, name):
    odd = learner(66, name=name)
    services.everyone.append(odd)
    clock.advance(hours=1)
    assert school.launch(odd).status_code == 200
    services.everyone[-1] = replace(odd, name=None)
    complete(web_tool, services, course_rule, odd)
    run_due_jobs(web_tool)
    assert [row.status for row in rows(web_tool, Award)] == ["issued"]
    (credential,) = rows(web_tool, CredentialRow)
    page = school.browser.get(f"/badges/{credential.id}")
    assert "This badge is genuine" in text_of(page)


def test_an_id_token_from_the_future_is_refused_beyond_a_minute(school, clock):
    now = clock().timestamp()
    assert school.launch(ZANE, iat=now + 59.5, exp=now + 120.5).status_code == 200
    assert school.launch(ZANE, iat=now + 61, exp=now + 120).status_code == 400


def test_every_route_has_security_headers(app, school, teaching, annas_badge):
    """Each page without an id in its address, and each with one, wrong ones too."""
    for rule in app.url_map.iter_rules():
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else annas_badge
            for name, converter in rule._converters.items()
        }
        path = rule.build(values)[1]
        for method in rule.methods & {"GET", "POST"}:
            answer = school.browser.open(path, method=method)
            # /workz tells that there is no worker.
            assert answer.status_code < 500 or path == "/workz", (method, path)
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Strict-Transport-Security"] == "max-age=63072000"
            assert "X-Frame-Options" not in headers
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert "frame-ancestors" in policy(answer), path
            if path.startswith("/lti/") and answer.mimetype == "text/html":
                assert headers["Cache-Control"] == "no-store", path
            location = headers.get("Location", "/")
            assert location.startswith("/") and not location.startswith("//"), path


def test_a_tool_without_tls_asks_for_none(web_tool):
    """Such as the demo: its visitors would no longer reach anything else on their own machine."""
    browser = create_app(replace(web_tool, tool_url="http://badges.example.org")).test_client()
    assert "Strict-Transport-Security" not in browser.get("/healthz").headers


@pytest.fixture
def logging_on():
    """As in production."""
    set_up_logs("json")


def test_the_log_has_no_names_and_no_secrets(
    school, services, web_tool, course_rule, annas_badge, clock, logging_on, capsys
):
    clock.advance(hours=1)
    token = hidden(school.launch(ZANE), "_launch")
    secrets = [token]
    for person in (ANNA, ZANE, JANIS):
        login = school.login()
        form = school.form(person, login)
        secrets += form.values()
        page = school.browser.post("/lti/launch", data=form)
        secrets += re.findall(r'name="_launch" value="([^"]+)"', page.text)
        for again in (form, {**form, "id_token": form["id_token"][:-9] + "A" * 9}, {"state": form["state"]}):
            school.browser.post("/lti/launch", data=again)
    services.everyone.append(learner(66, email="<odd>@example.org"))
    complete(web_tool, services, course_rule, services.everyone[-1], JANIS)
    run_due_jobs(web_tool)
    services.members = None  # as a bug would have it
    run_job(web_tool, f"look-{course_rule}")
    school.browser.post(f"/lti/app/rules/{course_rule}/check", data={"_launch": token})
    school.browser.post(
        "/lti/launch", data={"error": "x", "error_description": "Anna Bērziņa anna@example.org"}
    )
    school.browser.get("/lti/register?code=a-secret-code&registration_token=a-secret-token")
    lines = "".join(capsys.readouterr())
    assert lines.count("{") > 10
    for secret in [*secrets, "Anna", "Bērziņa", "Jānis", "Zane", "@example.org", "eyJ", "a-secret"]:
        assert secret not in lines, secret
    assert not re.search(r"Learner \d", lines)
