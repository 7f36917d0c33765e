"""Platforms on the pages of operators: invited, registered, tested, changed, disabled, removed, with their sources."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import asdict
from datetime import timedelta
from html import unescape

import pytest

from lti_tool.doctor import platforms as doctor_of_platforms
from lti_tool.platforms import invitations, registrations, self_tests
from lti_tool.platforms.services import READ_MEMBERS
from lti_tool.self_test.making import ASKED
from lti_tool.self_test.results import STEPS, SelfTest, in_order, not_in_order, untried
from lti_tool.store import outbox, queries
from lti_tool.store.models import (
    AwardRule,
    Course,
    DeploymentRow,
    Event,
    Invitation,
    LookRow,
    RegistrationRow,
    ResourceLink,
    SourceAccess,
    ToolKeyRow,
)
from lti_tool.web import rate_limits
from lti_tool.web.operator.platforms import words
from tests.fixtures import ANNA, NEW_REGISTRATION, ROOT, ZANE, add_another_issuer, rows
from tests.lti_tool.web.conftest import text_of

HOME = "/operator/issuers/riga-college"
PLATFORMS = f"{HOME}/platforms"
ONE = f"{PLATFORMS}/1"
SECRET = "a-token-that-nobody-reads-again"
IN_ORDER = SelfTest(steps=[in_order("keys", "keys_given")], granted=["a/b"])
GRANTS_LESS = SelfTest(
    steps=[
        in_order("keys", "keys_given"),
        not_in_order("scopes", "platform_grants_less", {"number": 1, "host": "x", "scopes": "y"}),
        untried("cookies", "cookies_no_launch"),
    ],
    missing=[READ_MEMBERS],
)


@pytest.fixture
def ieva(join, school):
    return join("manager")


@pytest.fixture
def tested(web_tool):
    """Keeps what a self-test of the platform has found."""

    def tested(found):
        with web_tool.store.begin() as session:
            now = web_tool.clock()
            self_tests.keep(session, 1, found.as_json(), now, is_in_order=found.is_in_order)

    return tested


def acts(tool, *names):
    """The events by these names, with who did it."""
    return [(row.what, row.actor) for row in rows(tool, Event) if row.what in names]


def platform(tool):
    return rows(tool, RegistrationRow)[0]


# --- The list


def test_a_platform_from_which_nobody_has_come_waits_for_its_administrator(join, web_tool):
    with web_tool.store.begin() as session:
        registrations.add(session, NEW_REGISTRATION, web_tool.clock())
    text = text_of(join("support").get(PLATFORMS))
    assert "Riga College Nobody has come from it yet Moodle: an administrator presses" in text
    assert "Last launch None yet Courses 0 Registered" in text


def test_a_platform_in_use_is_in_order(ieva, school):
    school.launch(ZANE)
    assert "Riga College In order Last launch" in text_of(ieva.get(PLATFORMS))


def test_a_platform_in_trouble_says_why_and_what_mends_it(ieva, tested, web_tool):
    tested(GRANTS_LESS)
    text = text_of(ieva.get(PLATFORMS))
    assert "In trouble" in text and "Missing: y." in text and "Moodle: open the settings of the tool" in text
    with web_tool.store.begin() as session:
        platform_row = session.get_one(RegistrationRow, 1)
        platform_row.tool_url = "https://old.example.org"
    tested(IN_ORDER)
    assert "still uses the old address" in text_of(ieva.get(PLATFORMS))
    with web_tool.store.begin() as session:
        registrations.disable(session, 1, web_tool.clock())
    text = text_of(ieva.get(PLATFORMS))
    assert "Riga College Switched off" in text and "old address" not in text


UNREAD = {"sentence": "x", "about": {}}


def add_courses(tool, name, number, **rule):
    """That many courses of the platform whose last look has failed for two days, each with a rule."""
    now = tool.clock()
    with tool.store.begin() as session:
        for each in range(number):
            course = Course(registration_id=1, context_id=f"{name}-{each}")
            session.add(course)
            session.flush()
            link = ResourceLink(course_id=course.id, link_id="1", created_at=now)
            failed = {"source": "member_lists", "outcome": "failed", "began_at": now - timedelta(days=2)}
            session.add_all([link, LookRow(course_id=course.id, **failed)])
            session.flush()
            session.add(
                AwardRule(
                    issuer_id=tool.issuer.id,
                    course_id=course.id,
                    resource_link_id=link.id,
                    created_at=now,
                    **rule,
                )
            )


def test_courses_that_cannot_be_read_are_found_by_as_many_statements_as_one(ieva, web_tool, statements):
    def listed():
        statements.clear()
        text = text_of(ieva.get(PLATFORMS))
        return len(statements), text

    add_courses(web_tool, "in-order", 1, trouble=None)
    add_courses(web_tool, "paused", 1, trouble=UNREAD, paused=True)
    add_courses(web_tool, "removed", 1, trouble=UNREAD, removed_at=web_tool.clock())
    assert "could not be read" not in listed()[1]
    add_courses(web_tool, "one", 1, trouble=UNREAD)
    with_one, text = listed()
    assert "In trouble" in text
    add_courses(web_tool, "more", 29, trouble=UNREAD)
    with_thirty, text = listed()
    assert "30" in text and with_thirty == with_one


def test_nothing_of_another_issuer_is_listed_opened_or_changed(ieva, join, web_tool):
    other = add_another_issuer(web_tool)
    with web_tool.store.begin() as session:
        theirs = NEW_REGISTRATION.__class__(
            **{**asdict(NEW_REGISTRATION), "client_id": "2", "name": "Theirs"}
        )
        number = registrations.add(session, theirs, web_tool.clock(), issuer_id=other.id).id
        name = invitations.name_of(queries.platforms.open_invitations(session, other.id, web_tool.clock())[0])
    page = ieva.get(PLATFORMS)
    assert "Theirs" not in page.text and name not in page.text
    address = f"{PLATFORMS}/{number}"
    for path in ("", "/change", "/sources/csv"):
        assert ieva.get(f"{address}{path}").status_code == 404
    for path in ("/test", "/disable", "/enable", "/remove", "/deployments", "/change", "/sources/csv"):
        assert ieva.press(PLATFORMS, f"{address}{path}", act="any").status_code == 404
    assert ieva.press(PLATFORMS, f"{address}/sources/csv/remove").status_code == 404
    ieva.press(PLATFORMS, f"{PLATFORMS}/invitations/withdraw", invitation=name)
    assert len(rows(web_tool, Invitation)) == 1
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    juris = join("manager", other.id, "Juris")
    mine = text_of(juris.get(f"/operator/issuers/{slug}/platforms"))
    assert "Theirs" in mine and "Riga College" not in mine and name in mine
    with web_tool.store.begin() as session:
        self_tests.schedule(session, number, web_tool.clock())
    outbox.give_up(web_tool.store, self_tests.job_id(number), web_tool.clock(), "x")
    assert "self_test registration:2" in text_of(juris.get(f"/operator/issuers/{slug}"))
    assert "self_test" not in ieva.get(HOME).text


# --- Invitations


def test_an_invitation_is_shown_once_listed_and_withdrawn(ieva, web_tool, clock):
    page = ieva.press(PLATFORMS, f"{PLATFORMS}/invite")
    link = unescape(re.search(r'value="(https://[^"]*/lti/register[^"]*)"', page.text)[1])
    assert "Add LTI Advantage" in page.text and "Turn the key on" in page.text
    assert f'href="{PLATFORMS}?lang=lv"' in page.text
    code = link.rpartition("=")[2]
    with web_tool.store.read() as session:
        assert invitations.issuer_of(session, code, clock()) == web_tool.issuer.id
    listed = ieva.get(PLATFORMS)
    assert code not in listed.text
    (name,) = re.findall(r'name="invitation" value="(\w+)"', listed.text)
    ieva.press(PLATFORMS, f"{PLATFORMS}/invitations/withdraw", invitation="none")
    assert len(rows(web_tool, Invitation)) == 1
    ieva.press(PLATFORMS, f"{PLATFORMS}/invitations/withdraw", invitation=name)
    assert rows(web_tool, Invitation) == []
    what = ("platform_invited", "platform_invitation_withdrawn")
    assert acts(web_tool, *what) == [(each, "account:1") for each in what]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{PLATFORMS}/invite"),
        ("GET", f"{PLATFORMS}/add"),
        ("POST", f"{PLATFORMS}/add"),
        ("GET", f"{ONE}/change"),
        ("POST", f"{ONE}/change"),
        ("GET", f"{ONE}/sources/csv"),
        ("POST", f"{ONE}/sources/csv"),
        ("POST", f"{ONE}/remove"),
    ],
)
def test_who_comes_in_is_changed_only_by_somebody_who_has_just_shown_who_they_are(
    ieva, web_tool, clock, method, path
):
    clock.advance(minutes=6)
    page = ieva.get(path) if method == "GET" else ieva.press(PLATFORMS, path)
    assert page.location.startswith(f"/operator/confirm?to={PLATFORMS}")
    assert ieva.get(page.location).status_code == 200
    assert not rows(web_tool, Invitation) and not rows(web_tool, SourceAccess)
    assert len(rows(web_tool, RegistrationRow)) == 1


# --- Registered by hand, and changed

TYPED = {
    "name": "Another Moodle",
    "product": "moodle",
    "platform_id": "https://other.example.org",
    "client_id": "77",
    "auth_login_url": "https://other.example.org/auth",
    "auth_token_url": "https://other.example.org/token",
    "jwks_url": "https://other.example.org/jwks",
    "token_audience": "",
    "deployment_id": "9",
}


def test_a_platform_is_registered_by_hand_and_tested(ieva, web_tool):
    assert "https://badges.example.org/lti/login" in ieva.get(f"{PLATFORMS}/add").text
    done = ieva.press(f"{PLATFORMS}/add", f"{PLATFORMS}/add", **TYPED)
    assert done.location == f"{PLATFORMS}/2"
    added = rows(web_tool, RegistrationRow)[1]
    assert {name: getattr(added, name) or "" for name in TYPED if name != "deployment_id"} == {
        name: value for name, value in TYPED.items() if name != "deployment_id"
    }
    assert [row.deployment_id for row in rows(web_tool, DeploymentRow) if row.registration_id == 2] == ["9"]
    assert acts(web_tool, "registered")[-1] == ("registered", "account:1")
    assert "The platform is being tested." in text_of(ieva.get(done.location))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("jwks_url", "http://other.example.org/jwks", "does not begin with https"),
        ("jwks_url", "not an address", "the address is not valid"),
        ("auth_login_url", "", "This is missing."),
        ("client_id", "x" * 300, "cannot be used as it is"),
    ],
)
def test_what_cannot_be_used_is_named_beside_its_field_and_the_rest_is_remembered(
    ieva, web_tool, field, value, said
):
    page = ieva.press(f"{PLATFORMS}/add", f"{PLATFORMS}/add", **TYPED | {field: value})
    assert re.search(rf'id="{field}-wrong" role="alert">[^<]*(<bdi>[^<]*</bdi>)?[^<]*{said}', page.text), said
    assert f'aria-describedby="{field}-wrong"' in page.text and 'value="Another Moodle"' in page.text
    assert len(rows(web_tool, RegistrationRow)) == 1


def test_a_client_that_is_registered_is_not_registered_again(ieva, web_tool):
    known = {"platform_id": NEW_REGISTRATION.platform_id, "client_id": NEW_REGISTRATION.client_id}
    page = ieva.press(f"{PLATFORMS}/add", f"{PLATFORMS}/add", **TYPED | known)
    assert "is registered already, and nothing was changed" in text_of(page)
    assert len(rows(web_tool, RegistrationRow)) == 1


def test_the_client_of_another_issuer_is_refused_beside_its_field(ieva, join, web_tool):
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        theirs = f"/operator/issuers/{web_tool.issuers.of(session, other.id).profile.slug}/platforms"
    juris = join("manager", other.id, "Juris")
    taken = {"client_id": NEW_REGISTRATION.client_id, "token_audience": NEW_REGISTRATION.auth_token_url}
    said = r'id="client_id-wrong" role="alert">[^<]*Another issuer has a platform with this client ID'
    page = juris.press(f"{theirs}/add", f"{theirs}/add", **TYPED | taken)
    assert re.search(said, page.text) and 'value="https://other.example.org/token"' in page.text
    assert len(rows(web_tool, RegistrationRow)) == 1 and "Riga College" not in page.text
    one = juris.press(f"{theirs}/add", f"{theirs}/add", **TYPED).location
    assert re.search(said, juris.press(f"{one}/change", f"{one}/change", **TYPED | taken).text)
    assert rows(web_tool, RegistrationRow)[1].client_id == TYPED["client_id"]


def test_nobody_types_in_the_platform_of_another_issuer_whose_logins_would_be_refused(ieva, join, web_tool):
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        theirs = f"/operator/issuers/{web_tool.issuers.of(session, other.id).profile.slug}/platforms"
    juris = join("manager", other.id, "Juris")
    taken = {"platform_id": NEW_REGISTRATION.platform_id}
    said = r'id="platform_id-wrong" role="alert">[^<]*Another issuer has a registration of this platform'
    assert re.search(said, juris.press(f"{theirs}/add", f"{theirs}/add", **TYPED | taken).text)
    one = juris.press(f"{theirs}/add", f"{theirs}/add", **TYPED).location
    assert re.search(said, juris.press(f"{one}/change", f"{one}/change", **TYPED | taken).text)
    canvas = {"platform_id": "https://canvas.instructure.com"}
    assert juris.press(f"{theirs}/add", f"{theirs}/add", **TYPED | canvas).status_code == 303
    assert ieva.press(f"{PLATFORMS}/add", f"{PLATFORMS}/add", **TYPED | canvas | {"client_id": "78"}).location
    with web_tool.store.read() as session:
        assert queries.platforms.find_registration(session, NEW_REGISTRATION.platform_id, None) is not None


def test_addresses_are_changed_and_tested(ieva, web_tool):
    form = ieva.get(f"{ONE}/change")
    assert f'value="{NEW_REGISTRATION.jwks_url}"' in form.text and "deployment_id" not in form.text
    changed = {**asdict(NEW_REGISTRATION), "jwks_url": "https://new.example.org/jwks", "token_audience": ""}
    typed = {name: str(value) for name, value in changed.items() if name in TYPED}
    assert ieva.press(f"{ONE}/change", f"{ONE}/change", **typed).location == ONE
    row = platform(web_tool)
    assert (row.jwks_url, row.token_audience) == ("https://new.example.org/jwks", None)
    assert acts(web_tool, "registration_updated") == [("registration_updated", "account:1")]
    assert 'data-goes-on="yes"' in ieva.get(ONE).text


# --- The self-test


def test_what_a_self_test_has_found_is_told_step_by_step(ieva, tested):
    assert "The platform was not tested yet." in text_of(ieva.get(ONE))
    tested(GRANTS_LESS)
    text = text_of(ieva.get(ONE))
    assert "Keys of the platform: In order The platform gives the keys" in text
    assert "What the platform permits: Not in order Platform 1 (x) does not permit" in text
    assert "Cookies: Not tried yet Nobody has come from the platform yet." in text
    assert "contextmembership.readonly Missing Who is in a course" in text and "score Granted" in text


def test_it_is_made_when_somebody_asks_and_the_page_says_that_it_goes_on(ieva, web_tool):
    assert ieva.press(ONE, f"{ONE}/test").location == f"{ONE}#self-test"
    page = ieva.get(ONE)
    assert "The platform is being tested." in text_of(page) and "self_test." in page.text
    assert "Test now" not in page.text
    assert acts(web_tool, "self_test_asked") == [("self_test_asked", "account:1")]
    outbox.give_up(web_tool.store, "self-test-1", web_tool.clock(), "x")
    text = text_of(ieva.get(ONE))
    assert "failed inside Nozimite" in text and "Test now" in text


def test_it_is_asked_for_only_so_often(ieva, app):
    app.extensions[rate_limits._KEY].enabled = True
    try:
        pages = [ieva.press(ONE, f"{ONE}/test").status_code for _ in range(4)]
    finally:
        app.extensions[rate_limits._KEY].enabled = False
    assert pages == [303, 303, 303, 429]


def test_a_disabled_platform_is_not_tested(ieva, web_tool):
    ieva.press(ONE, f"{ONE}/disable")
    assert "Test now" not in ieva.get(ONE).text
    assert ieva.press(ONE, f"{ONE}/test").status_code == 403
    assert acts(web_tool, "self_test_asked") == []


def test_one_that_found_something_needs_somebody(ieva, tested, web_tool):
    tested(IN_ORDER)
    assert "self-test" not in text_of(ieva.get(HOME))
    tested(GRANTS_LESS)
    page = ieva.get(HOME)
    assert (
        "Riga College: the self-test has found something." in text_of(page) and f'href="{ONE}?' in page.text
    )
    ieva.press(ONE, f"{ONE}/disable")
    assert "self-test" not in text_of(ieva.get(HOME))


def test_what_a_platform_said_is_told_in_the_language_of_the_page_and_escaped(ieva, tested):
    said = {"sentence": "{host} cannot be reached", "about": {"host": "<script>alert(1)</script>"}}
    step = not_in_order("keys", "platform_unreachable", {"number": 1, "host": "<i>"})
    tested(SelfTest(steps=[step.__class__(**{**step.as_json(), "error": said})]))
    page = ieva.get(f"{ONE}?lang=lv")
    assert "<script>alert" not in page.text and "<i>" not in page.text
    assert "Mācību vidi 1 (<i>) nevar sasniegt: <script>alert(1)</script> nav sasniedzam" in text_of(page)


def test_every_code_of_a_self_test_has_its_words_and_no_other():
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "lti_tool" / "self_test").glob("*.py"))
    codes = set(
        re.findall(r'"((?:platform|keys|clock|token|scopes|members|cookies|badge)_\w+|unreached)"', sources)
    )
    codes |= {"no_token"}
    assert codes - doctor_of_platforms.FINDINGS.keys() == words._WORDS.keys()
    assert words._MENDS.keys() <= doctor_of_platforms.FINDINGS.keys()
    assert words.STEP_NAMES.keys() == set(STEPS) and list(words.SCOPES) and set(words.SCOPES) == set(ASKED)


# --- Deployments


def test_deployments_are_listed_taken_off_and_restricted(ieva, web_tool):
    ieva.press(ONE, f"{ONE}/deployments", act="allow", deployment=" 42 ")
    ieva.press(ONE, f"{ONE}/deployments", act="unlist", deployment="1")
    ieva.press(ONE, f"{ONE}/deployments", act="unlist", deployment="1")
    assert [row.deployment_id for row in rows(web_tool, DeploymentRow)] == ["42"]
    ieva.press(ONE, f"{ONE}/deployments", act="only-listed")
    assert "Launches are accepted from these alone." in text_of(ieva.get(ONE))
    ieva.press(ONE, f"{ONE}/deployments", act="any")
    assert "Launches are accepted from any deployment" in text_of(ieva.get(ONE))
    assert ieva.press(ONE, f"{ONE}/deployments", act="x").status_code == 400
    done = [what for what, actor in acts(web_tool, *DEPLOYMENT_ACTS) if actor == "account:1"]
    assert done == list(DEPLOYMENT_ACTS)


DEPLOYMENT_ACTS = ("deployment_listed", "deployment_unlisted", "deployments_restricted", "deployments_opened")


@pytest.mark.parametrize("typed", ["", "x" * 300])
def test_a_deployment_that_cannot_be_is_named_beside_its_field(ieva, web_tool, typed):
    page = ieva.press(ONE, f"{ONE}/deployments", act="allow", deployment=typed)
    assert 'id="deployment-wrong"' in page.text and f'value="{typed}"' in page.text
    assert f'href="{ONE}?lang=lv"' in page.text
    assert [row.deployment_id for row in rows(web_tool, DeploymentRow)] == ["1"]


# --- Sources


def test_a_source_is_set_up_and_its_secret_is_never_shown_again(ieva, web_tool):
    there = f"{ONE}/sources/moodle_web_service"
    assert "Manage tokens" in ieva.get(there).text
    typed = {"address": "https://moodle.example.org/", "token": SECRET}
    assert ieva.press(there, there, **typed).location == f"{ONE}#sources"
    (access,) = rows(web_tool, SourceAccess)
    assert access.settings == {"address": "https://moodle.example.org"}
    assert SECRET.encode() not in access.encrypted_secrets
    with web_tool.store.read() as session:
        given = queries.platforms.source_accesses(session, 1)["moodle_web_service"]
    assert given.secrets(web_tool.decrypt) == {"token": SECRET}
    pages = ieva.get(ONE).text + ieva.get(there).text
    assert SECRET not in pages and "https://moodle.example.org" in pages
    ieva.press(there, f"{there}/remove")
    assert rows(web_tool, SourceAccess) == []
    what = ("source_set_up", "source_removed")
    assert acts(web_tool, *what) == [(each, "account:1") for each in what]
    assert SECRET not in str([vars(row) for row in rows(web_tool, Event)])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"address": "http://moodle.example.org", "token": SECRET}, "address"),
        ({"address": "https://moodle.example.org", "token": ""}, "token"),
        ({"address": "", "token": SECRET}, "address"),
    ],
)
def test_a_refused_setting_is_named_and_a_secret_stands_in_no_page(ieva, web_tool, typed, field):
    there = f"{ONE}/sources/moodle_web_service"
    page = ieva.press(there, there, **typed)
    assert f'id="{field}-wrong"' in page.text and SECRET not in page.text
    assert f'value="{typed["address"]}"' in page.text
    assert rows(web_tool, SourceAccess) == []


@pytest.mark.parametrize("name", ["canvas_rest", "canvas_live_events", "moodle_web_service"])
@pytest.mark.parametrize("language", ["en", "lv"])
def test_each_setting_that_can_be_refused_says_so_in_each_language(ieva, web_tool, name, language):
    with web_tool.store.begin() as session:
        session.get_one(RegistrationRow, 1).product = "moodle" if name.startswith("moodle") else "canvas"
    there = f"{ONE}/sources/{name}?lang={language}"
    typed = {
        "site": "x",
        "client_id": "x",
        "client_secret": "x",
        "jwks_url": "x",
        "address": "x",
        "token": "x",
    }
    page = ieva.press(there, there, **typed)
    assert page.status_code == 200 and "-wrong" in page.text


def test_what_is_made_for_a_source_is_shown_once(ieva, web_tool):
    there = f"{ONE}/sources/xapi"
    page = ieva.press(there, there)
    secret = re.search(r'id="made-password"[^>]*value="([^"]+)"', page.text)[1]
    assert "/sources/xapi/1/" in page.text
    with web_tool.store.read() as session:
        given = queries.platforms.source_accesses(session, 1)["xapi"]
    assert given.secrets(web_tool.decrypt) == {"password": secret}
    assert secret not in ieva.get(there).text + ieva.get(ONE).text
    assert "Messages are sent to https://badges.example.org/sources/xapi/1/" in text_of(ieva.get(ONE))


def test_a_source_is_offered_to_the_platforms_that_can_have_it(ieva):
    text = text_of(ieva.get(ONE))
    assert "Moodle's web service" in text and "Uploaded lists" in text and "Live Events" not in text
    for name in ("canvas_rest", "member_lists", "none"):
        assert ieva.get(f"{ONE}/sources/{name}").status_code == 404
    assert ieva.press(f"{ONE}/sources/csv", f"{ONE}/sources/csv").location == f"{ONE}#sources"
    assert "Uploaded lists Set up" in text_of(ieva.get(ONE))


# --- Disabled, enabled, removed


def test_a_platform_is_disabled_and_enabled_again(ieva, school, web_tool):
    ieva.press(ONE, f"{ONE}/disable")
    assert "is switched off for your learning platform" in text_of(school.login())
    assert "Its badges stay valid." in text_of(ieva.get(ONE))
    ieva.press(ONE, f"{ONE}/enable")
    assert school.launch(ZANE).status_code == 200
    what = ("registration_disabled", "registration_enabled")
    assert acts(web_tool, *what) == [(each, "account:1") for each in what]


def test_a_platform_without_badges_is_removed_and_what_goes_is_said_first(ieva, school, web_tool):
    school.launch(ANNA)
    assert "with its courses (1), its people (2)" in text_of(ieva.get(ONE))
    assert ieva.press(ONE, f"{ONE}/remove").location == PLATFORMS
    assert rows(web_tool, RegistrationRow) == []
    assert "There is no platform yet." in text_of(ieva.get(PLATFORMS))
    assert acts(web_tool, "registration_removed") == [("registration_removed", "account:1")]


def test_a_platform_with_badges_stays(annas_badge, join, web_tool):
    ieva = join("manager")
    page = ieva.get(ONE)
    assert "It cannot be removed: badges refer to it (awards: 1" in text_of(page)
    assert "Remove the platform for good" not in page.text
    assert "was not removed: badges refer to it" in text_of(ieva.press(ONE, f"{ONE}/remove"))
    assert len(rows(web_tool, RegistrationRow)) == 1


# --- The key, and the plugin


def test_the_key_of_all_platforms_is_changed_by_an_owner_of_the_issuer_that_runs_nozimite(
    join, web_tool, clock
):
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        theirs = f"/operator/issuers/{web_tool.issuers.of(session, other.id).profile.slug}/platforms"
    ieva, juris = join(), join(issuer_id=other.id, name="Juris")
    assert "An owner of the issuer that runs Nozimite changes it." in text_of(juris.get(theirs))
    assert juris.press(theirs, f"{theirs}/rotate").status_code == 403
    assert len(rows(web_tool, ToolKeyRow)) == 1
    assert ieva.press(PLATFORMS, f"{PLATFORMS}/rotate").location == PLATFORMS
    assert len(rows(web_tool, ToolKeyRow)) == 2
    assert acts(web_tool, "key_made")[-1] == ("key_made", "account:1")
    clock.advance(minutes=6)
    assert ieva.press(PLATFORMS, f"{PLATFORMS}/rotate").location == f"/operator/confirm?to={PLATFORMS}"


def test_the_plugin_for_moodle_is_downloaded(ieva):
    page = ieva.get(f"{PLATFORMS}/moodle-plugin.zip")
    assert page.mimetype == "application/zip"
    assert "nozimite/version.php" in zipfile.ZipFile(io.BytesIO(page.data)).namelist()


def test_whoever_only_reads_sees_no_button(join, school):
    page = join("auditor").get(PLATFORMS).text + join("support").get(ONE).text
    for word in (
        "Make an address",
        "Register by hand",
        "Test now",
        "Disable",
        "List it",
        "Set it up",
        "Change",
    ):
        assert word not in text_of(join("auditor").get(ONE)) and f">{word}<" not in page
