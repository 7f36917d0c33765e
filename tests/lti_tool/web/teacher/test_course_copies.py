"""A notice that a course was copied: who is believed, and what the teacher of the copy is offered."""

import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_tool.observations import COURSE_COPIED
from lti_tool.platforms.notices import COPY_NOTICE_TYPE, copied_courses
from lti_tool.platforms.signed_tokens import MAX_AGE_SECONDS
from lti_tool.store.models import Award, AwardRule, Course, ObservationRow, RuleVersion
from lti_tool.values import CourseCopy, Registration
from tests.fixtures import NEW_REGISTRATION, NOW, ZANE, rows
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_changes import press

#: How a course is launched that was made as a copy of course 42: its link has another id, and no badge.
COPY = {
    CLAIM + "context": {"id": "77", "title": "Data Literacy, spring"},
    CLAIM + "resource_link": {"id": "9"},
    CLAIM + "custom": {},
}


@pytest.fixture
def notify(school, browser, clock):
    """Sends the notice that course 77 was made of 42, or what the test makes of it; the status of the answer."""

    def notify(key=None, path="/sources/context_copies/1/", **changes):
        now = int(clock().timestamp())
        claims = {
            "iss": NEW_REGISTRATION.platform_id,
            "aud": NEW_REGISTRATION.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": "n",
            CLAIM + "version": "1.3.0",
            CLAIM + "deployment_id": "1",
            CLAIM + "notice": {"id": "1", "timestamp": NOW.isoformat(), "type": COPY_NOTICE_TYPE},
            CLAIM + "context": {"id": "77", "title": "Data Literacy, spring"},
            CLAIM + "origin_contexts": ["42"],
        } | changes
        token = jwt.encode(claims, key or school.key, algorithm="RS256", headers={"kid": "school"})
        return browser.post(path, json={"notices": [{"jwt": token}]}).status_code

    return notify


def copies(tool):
    return [row.value["origins"] for row in rows(tool, ObservationRow) if row.kind == COURSE_COPIED]


def test_a_copy_is_offered_the_rules_of_its_origin_and_awards_nothing_by_itself(
    school, course_rule, notify, web_tool
):
    assert notify() == 204
    assert copies(web_tool) == [["42"]]
    assert [rule.course_id for rule in rows(web_tool, AwardRule)] == [1]
    page = school.launch(ZANE, **COPY)
    words = text_of(page)
    assert "This course is a copy of one with badges" in words
    assert "None of them is awarded here until you decide so." in words
    assert "Award this badge here by the same conditions" in words
    assert rows(web_tool, Award) == []


def test_one_press_takes_a_rule_over_with_all_that_it_asks_for(school, course_rule, notify, web_tool):
    notify()
    page = school.launch(ZANE, **COPY)
    page = press(school, page, "link/badge", as_in=hidden(page, "as_in"))
    words = text_of(page)
    assert "This link awards the badge from now on, by the conditions of the original course." in words
    assert "This course is a copy of one with badges" not in words
    original, taken = rows(web_tool, RuleVersion)
    assert (taken.tree, taken.template_version_id) == (original.tree, original.template_version_id)
    assert (taken.status, taken.reason, taken.settled_by_id is not None) == ("active", "chosen", True)
    assert rows(web_tool, Award) == []


def test_a_rule_that_is_not_offered_cannot_be_taken(school, course_rule, notify, web_tool):
    page = school.launch(ZANE, **COPY)
    assert "is a copy of one with badges" not in text_of(page)
    for version in ("1", "99", "x", ""):
        assert press(school, page, "link/badge", as_in=version).status_code in (400, 404)
    assert len(rows(web_tool, RuleVersion)) == 1


def test_a_badge_that_the_copy_has_is_not_offered(school, course_rule, notify, web_tool):
    notify()
    with_badge = COPY | {CLAIM + "custom": school.custom}
    words = text_of(school.launch(ZANE, **with_badge))
    assert "This badge came with a copy of a course or a backup" in words
    assert "is a copy of one with badges" not in words


def test_however_often_it_is_told_a_copy_is_noted_once(school, course_rule, notify, web_tool):
    for _ in range(20):
        assert notify() == 204
    assert (copies(web_tool), len(rows(web_tool, Course))) == ([["42"]], 2)


@pytest.mark.parametrize("origins", [[], ["43"], ["77"], None, "42", [42.5, {}, None], [["42"]]])
def test_a_course_that_was_made_of_none_of_ours_leaves_nothing(
    school, course_rule, notify, web_tool, origins
):
    assert notify(**{CLAIM + "origin_contexts": origins}) == 204
    assert (copies(web_tool), len(rows(web_tool, Course))) == ([], 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"iat": int(NOW.timestamp()) - MAX_AGE_SECONDS - 10_000},
        {"exp": int(NOW.timestamp()) - 10_000},
        {CLAIM + "notice": {"type": "LtiHelloWorldNotice"}},
        {CLAIM + "notice": {"type": "NozimiteProgressNotice"}},
        {CLAIM + "context": None},
        {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    ],
    ids=range(8),
)
def test_a_notice_that_is_not_sound_is_refused(school, course_rule, notify, web_tool, wrong):
    assert notify(**wrong) == 401
    assert copies(web_tool) == []


def test_a_notice_of_a_copy_is_none_of_progress(school, course_rule, notify, web_tool):
    assert notify(path="/sources/moodle_plugin/1/") == 401


def test_the_recorded_notice_is_read(shared):
    """Of its signature only the claims are left, so it is signed anew by a key of ours."""
    file = shared / "data" / "canvas" / "pns_context_copy_claims.json"
    claims = json.loads(file.read_text(encoding="utf-8"))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "k"}
    token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k"})
    registration = Registration(
        id=1,
        platform_id=claims["iss"],
        client_id=claims["aud"],
        auth_login_url="",
        auth_token_url="",
        jwks_url="",
    )
    at = NOW.fromtimestamp(claims["iat"], tz=NOW.tzinfo) + timedelta(seconds=5)
    body = json.dumps({"notices": [{"jwt": token}]}).encode()
    assert copied_courses(body, registration, {"k": public}.get, at) == (
        CourseCopy(
            context_id="4dde05e8ca1973bcca9bffc13e1548820eee93a3",
            title="zzz",
            origins=("5098686ffc86cae4e0784b533a18af229ff5074e",),
        ),
    )
