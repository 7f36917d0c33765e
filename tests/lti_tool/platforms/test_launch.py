"""A launch, and every way in which it is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lti_tool.errors import LaunchError
from lti_tool.platforms import LAUNCH_CODES
from tests.amounts import amount

AT_ONCE = amount("posts of the same form at once", small=12, full=200)

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER = MEMBERSHIP + "#Learner"
INSTRUCTOR = MEMBERSHIP + "#Instructor"


def refusal(action, *arguments, **options):
    with pytest.raises(LaunchError) as caught:
        action(*arguments, **options)
    assert caught.value.code in LAUNCH_CODES
    return caught.value.code


def unsigned(claims, header):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(claims)}."


# --- what comes out


def test_a_launch_is_returned_as_plain_values(lti):
    arrival = lti.launch()
    assert arrival.bound
    launch = arrival.launch
    assert (launch.registration_id, launch.deployment_id) == (1, "1")
    assert (launch.user_id, launch.name, launch.email) == ("4", "Anna Ozola", "anna@riga.example")
    assert (launch.context_id, launch.context_title, launch.resource_link_id) == ("2", "Data literacy", "7")
    assert launch.is_learner
    assert not launch.is_teacher


def test_a_launch_without_its_cookie_is_valid_and_not_bound(lti):
    answer = lti.login()
    assert not lti.post(answer, lti.token(answer), cookies=False).bound


def test_the_cookie_of_another_launch_does_not_bind(lti):
    other, answer = lti.login(), lti.login()
    form = {"id_token": lti.token(answer), "state": answer.state}
    cookies = {answer.cookie_name: other.cookie_value}
    arrival = lti.receive(form, cookies)
    assert not arrival.bound


def test_no_web_framework_and_no_database_is_needed():
    code = (
        "import sys, lti_tool.platforms.launch; print({'flask', 'sqlalchemy', 'celery'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_a_launch_without_a_user_is_accepted(lti):
    launch = lti.launch(without=("sub", "name", "email")).launch
    assert (launch.user_id, launch.name, launch.email) == (None, None, None)


def test_a_deployment_never_seen_before_is_accepted(lti):
    launch = lti.launch(**{CLAIM + "deployment_id": "106:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"}).launch
    assert launch.deployment_id == "106:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"


def test_variables_the_platform_did_not_expand_are_left_out(lti):
    launch = lti.launch(
        name="$Person.name.full",
        email="$Person.email.primary",
        given_name="Anna",
        family_name="$Person.name.family",
        **{
            CLAIM + "custom": {
                "badge": "b-1",
                "canvas_user_id": 42,
                "canvas_module_id": "$Canvas.module.id",
                "permissions": "$Canvas.membership.permissions<manage_grades>",
                "price": "$5 a day",
                "empty": None,
                "list": ["x"],
                "on": True,
            }
        },
    ).launch
    assert (launch.name, launch.email) == ("Anna", None)
    assert launch.custom == {"badge": "b-1", "canvas_user_id": "42", "price": "$5 a day", "on": "true"}


EXT, CUSTOM = CLAIM + "ext", CLAIM + "custom"


@pytest.mark.parametrize(
    ("product", "claims", "username"),
    [
        ("moodle", {EXT: {"user_username": "anna.b"}}, "anna.b"),
        ("moodle", {EXT: {"lms": "moodle-2"}}, None),
        ("moodle", {EXT: {"user_username": ["anna"]}}, None),
        ("moodle", {EXT: {"user_username": "a" * 256}}, None),
        ("moodle", {EXT: "anna"}, None),
        # A teacher writes it into the activity.
        ("moodle", {CUSTOM: {"canvas_login_id": "zane"}}, None),
        (
            "canvas",
            {CUSTOM: {"canvas_login_id": "Anna.BE\u0304RZIN\u0327A@example.org"}},
            "anna.bērziņa@example.org",
        ),
        ("canvas", {CUSTOM: {"canvas_login_id": 171042}}, "171042"),
        ("canvas", {CUSTOM: {"canvas_login_id": "$Canvas.user.loginId"}}, None),
        ("canvas", {CUSTOM: {"canvas_login_id": " "}}, None),
        ("canvas", {}, None),
    ],
)
def test_a_username_is_read_where_the_platform_says_it(lti, product, claims, username):
    lti.registrations[0] = replace(lti.registrations[0], product=product)
    assert lti.launch(**claims).launch.username == username


def test_what_a_database_cannot_store_is_removed(lti):
    launch = lti.launch(
        name="An\u0000na \ud800", **{CLAIM + "context": {"id": "2", "title": "A\u0000"}}
    ).launch
    assert launch.name == "Anna"
    assert launch.context_title == "A"
    launch.name.encode()


def test_only_roles_in_the_course_count(lti):
    elsewhere = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
    launch = lti.launch(
        **{CLAIM + "roles": [elsewhere + "Instructor", elsewhere + "Administrator", LEARNER]}
    ).launch
    assert launch.is_learner
    assert not launch.is_teacher
    nobody = lti.launch(**{CLAIM + "roles": [elsewhere + "Instructor", elsewhere + "Student"]}).launch
    assert not nobody.is_learner
    assert not nobody.is_teacher


@pytest.mark.parametrize(
    "roles",
    [
        ["Instructor"],
        [INSTRUCTOR],
        [LEARNER, INSTRUCTOR],
        [MEMBERSHIP + "/Instructor#TeachingAssistant"],
        ["urn:lti:role:ims/lis/Instructor"],
        [INSTRUCTOR.replace("http:", "https:")],
    ],
)
def test_staff_are_teachers_and_no_learners_in_every_notation_of_the_role(lti, roles):
    launch = lti.launch(**{CLAIM + "roles": roles}).launch
    assert launch.is_teacher
    assert not launch.is_learner
    assert all("/" in role for role in launch.roles)


@pytest.mark.parametrize("role", ["Learner", LEARNER, MEMBERSHIP + "/Learner#NonCreditLearner"])
def test_a_learner_is_one_in_every_notation_of_the_role(lti, role):
    assert lti.launch(**{CLAIM + "roles": [role]}).launch.is_learner


def test_the_test_user_of_student_view_is_no_learner(lti):
    test_user = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    assert not lti.launch(**{CLAIM + "roles": [LEARNER, test_user]}).launch.is_learner


def test_an_administrator_acting_as_a_learner_is_no_learner(lti):
    acting = lti.launch(**{CLAIM + "custom": {"canvas_masquerading_user_id": 9}}).launch
    assert acting.acting_for_other
    assert not acting.is_learner
    literal = {"canvas_masquerading_user_id": "$Canvas.masqueradingUser.id"}
    assert lti.launch(**{CLAIM + "custom": literal}).launch.is_learner


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("Europe/Riga", "Europe/Riga"),
        ("America/Denver", "America/Denver"),
        ("99", None),  # Moodle: the person has chosen none
        (13.5, None),
        ("$Person.address.timezone", None),
        ("Europe", None),
        ("../../etc/passwd", None),
        ("/etc/localtime", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_zone_is_known_where_the_platform_sends_a_name_of_one(lti, sent, known):
    assert lti.launch(**{CLAIM + "custom": {"timezone": sent}}).launch.timezone == known


# --- what does not come in


def test_the_same_form_posted_twice_is_refused_the_second_time(lti):
    answer = lti.login()
    token = lti.token(answer)
    lti.post(answer, token)
    assert refusal(lti.post, answer, token) == "replayed"
    assert refusal(lti.post, answer, token, cookies=False) == "replayed"


def test_an_old_token_with_a_fresh_state_is_refused(lti):
    old = lti.login()
    token = lti.token(old)
    lti.post(old, token)
    assert refusal(lti.post, lti.login(), token) == "bad_token"


def test_of_many_simultaneous_posts_of_a_form_one_is_accepted(lti):
    answer = lti.login()
    token = lti.token(answer)
    lti.key_sets.keys(lti.registrations[0].jwks_url)
    outcomes = []

    def go():
        try:
            lti.post(answer, token)
            outcomes.append("in")
        except LaunchError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=go) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("in") == 1
    assert outcomes.count("replayed") == AT_ONCE - 1


def test_a_forged_token_does_not_use_up_the_nonce_of_the_true_one(lti):
    answer = lti.login()
    assert refusal(lti.post, answer, lti.token(answer, key=lti.keys.unpublished)) == "bad_signature"
    assert lti.post(answer, lti.token(answer)).bound


@pytest.mark.parametrize("name", ["exp", "iat", "nonce"])
def test_a_token_without_a_required_claim_is_refused(lti, name):
    assert refusal(lti.launch, without=(name,)) == "bad_token"


@pytest.mark.parametrize("name", ["iss", "aud"])
def test_a_token_without_issuer_or_audience_is_refused(lti, name):
    assert refusal(lti.launch, without=(name,)) == "bad_token"


@pytest.mark.parametrize(("issued", "lasts"), [(-601, 3600), (-31_536_000, 10**9), (-300, 200), (90, 3600)])
def test_an_expired_or_too_old_token_is_refused(lti, issued, lasts):
    now = int(lti.clock.seconds())
    assert refusal(lti.launch, iat=now + issued, exp=now + issued + lasts) == "bad_token"


@pytest.mark.parametrize(("issued", "lasts"), [(-90, 60), (45, 60), (-500, 3600)])
def test_a_small_difference_of_clocks_is_accepted(lti, issued, lasts):
    now = int(lti.clock.seconds())
    assert lti.launch(iat=now + issued, exp=now + issued + lasts).bound


@pytest.mark.parametrize(
    "value", ["soon", None, True, [1], float("nan"), float("inf"), pytest.param(10**400, id="huge")]
)
def test_a_time_that_is_no_number_is_refused(lti, value):
    assert refusal(lti.launch, exp=value) == "bad_token"


def test_a_token_that_is_not_valid_yet_is_refused(lti):
    assert refusal(lti.launch, nbf=int(lti.clock.seconds()) + 300) == "bad_token"


def test_a_token_for_another_tool_is_refused(lti):
    assert refusal(lti.launch, aud="tool-9") == "unknown_platform"


def test_a_token_of_another_registration_than_the_login_is_refused(lti):
    lti.registrations.append(replace(lti.registrations[0], id=2, client_id="tool-2"))
    assert refusal(lti.launch, aud="tool-2") == "bad_token"


@pytest.mark.parametrize(
    ("audience", "party"),
    [
        (["tool-1", "evil"], None),
        (["tool-1", "evil"], "other"),
        ("tool-1", "evil"),
        ([], None),
        ([7], None),
        (7, None),
    ],
)
def test_an_audience_that_is_not_clearly_the_tool_is_refused(lti, audience, party):
    changes = {"aud": audience} | ({"azp": party} if party else {})
    assert refusal(lti.launch, **changes) == "bad_token"


@pytest.mark.parametrize(
    ("audience", "party"), [(["evil", "tool-1"], "tool-1"), (["tool-1"], None), ("tool-1", "tool-1")]
)
def test_an_audience_list_with_the_tool_is_accepted(lti, audience, party):
    changes = {"aud": audience} | ({"azp": party} if party else {})
    assert lti.launch(**changes).bound


def test_another_authorized_party_is_refused(lti):
    lti.registrations.append(replace(lti.registrations[0], id=2, client_id="evil"))
    assert refusal(lti.launch, aud=["tool-1", "evil"], azp="evil") == "bad_token"


def test_a_token_of_another_platform_is_refused(lti):
    assert refusal(lti.launch, iss="https://stranger.example") == "unknown_platform"


def test_a_token_signed_with_an_unpublished_key_is_refused(lti):
    assert refusal(lti.launch, key=lti.keys.unpublished) == "bad_signature"


def test_a_token_changed_after_signing_is_refused(lti):
    answer = lti.login()
    header, _, signature = lti.token(answer).split(".")
    claims = lti.claims | {"nonce": "n", "sub": "5", CLAIM + "roles": [INSTRUCTOR]}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert refusal(lti.post, answer, f"{header}.{payload}.{signature}") == "bad_signature"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "HS256", "RS1", "EdDSA", 7])
def test_a_token_without_a_real_signature_is_refused(lti, name):
    answer = lti.login()
    claims = lti.claims | {"nonce": answer.location.split("nonce=")[1].split("&")[0]}
    token = unsigned(claims, {"alg": name, "kid": "first", "typ": "JWT"})
    assert refusal(lti.post, answer, token) == "bad_signature"


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(lti, encoding):
    answer = lti.login()
    secret = lti.keys.first.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    claims = lti.claims | {"nonce": answer.location.split("nonce=")[1].split("&")[0]}
    head = unsigned(claims, {"alg": "HS256", "kid": "first"}).removesuffix(".")
    mac = base64.urlsafe_b64encode(hmac.new(secret, head.encode(), hashlib.sha256).digest()).rstrip(b"=")
    assert refusal(lti.post, answer, f"{head}.{mac.decode()}") == "bad_signature"


def test_a_secret_key_in_the_key_set_is_ignored(lti):
    lti.publish({"kty": "oct", "k": "c2VjcmV0", "kid": "first", "alg": "HS256"})
    assert refusal(lti.launch) == "bad_signature"


def test_a_key_for_one_algorithm_is_not_used_for_another(lti, jwk_of):
    lti.publish(jwk_of(lti.keys.first, "first", alg="RS256"))
    assert refusal(lti.launch, algorithm="RS512") == "bad_signature"
    assert refusal(lti.launch, algorithm="PS256") == "bad_signature"


def test_an_rsa_key_is_not_used_for_an_elliptic_curve(lti, jwk_of):
    lti.publish(jwk_of(lti.keys.first, "first"))
    assert refusal(lti.launch, key=lti.keys.curve, algorithm="ES256") == "bad_signature"


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256"])
def test_a_key_without_alg_is_used_for_every_algorithm_of_its_type(lti, jwk_of, algorithm):
    lti.clock.advance(hours=2)
    now = int(lti.clock.seconds())
    lti.publish(jwk_of(lti.keys.first, "first"))
    assert lti.launch(algorithm=algorithm, iat=now, exp=now + 60).bound


def test_a_platform_may_sign_with_an_elliptic_curve(lti, jwk_of):
    lti.publish(jwk_of(lti.keys.curve, "curve", alg="ES256"))
    assert lti.launch(key=lti.keys.curve, kid="curve", algorithm="ES256").bound


@pytest.mark.filterwarnings("ignore:The RSA key is")
def test_a_short_key_is_refused(lti, jwk_of):
    lti.publish(jwk_of(lti.keys.short, "short", alg="RS256"))
    assert refusal(lti.launch, key=lti.keys.short, kid="short") == "bad_signature"


@pytest.mark.parametrize("broken", [{"n": "!"}, {"n": 7}, {"e": ""}, {"n": "AQAB", "e": "AQAB"}])
def test_a_broken_key_is_refused(lti, jwk_of, broken):
    lti.publish(jwk_of(lti.keys.first, "first", alg="RS256") | broken)
    assert refusal(lti.launch) in ("bad_signature", "bad_token")


def test_a_token_that_names_no_key_is_refused(lti):
    answer = lti.login()
    token = jwt.encode(lti.claims | {"nonce": "n"}, lti.keys.first, algorithm="RS256")
    assert refusal(lti.post, answer, token) == "bad_signature"


def test_a_token_with_an_unknown_critical_header_is_refused(lti):
    answer = lti.login()
    token = jwt.encode(
        lti.claims | {"nonce": "n"},
        lti.keys.first,
        algorithm="RS256",
        headers={"kid": "first", "crit": ["x"], "x": 1},
    )
    assert refusal(lti.post, answer, token) == "bad_token"


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "....", "é.é.é", "e30.W10.x", "WzFd.e30.x", "a" * 300_000, "[" * 100_000]
)
def test_a_text_that_is_no_token_is_refused(lti, token):
    assert refusal(lti.post, lti.login(), token) == "bad_token"


def test_deeply_nested_claims_are_refused(lti):
    answer = lti.login()
    deep = base64.urlsafe_b64encode(b"[" * 60_000).decode()
    assert refusal(lti.post, answer, f"{deep}.{deep}.x") == "bad_token"


def test_a_form_without_a_token_is_refused(lti):
    assert refusal(lti.post, lti.login(), "") == "missing_token"


def test_a_form_without_a_state_is_refused(lti):
    answer = lti.login()
    assert refusal(lti.post, answer, lti.token(answer), state="") == "missing_state"


def test_an_unknown_state_is_refused(lti):
    answer = lti.login()
    assert refusal(lti.post, answer, lti.token(answer), state="state-other") == "unknown_state"


def test_the_state_of_another_login_is_refused(lti):
    first, second = lti.login(), lti.login()
    assert refusal(lti.post, first, lti.token(first), state=second.state) == "bad_token"


def test_a_disabled_registration_is_refused_before_its_key_set_is_fetched(lti):
    login = lti.login()
    lti.registrations[0] = replace(lti.registrations[0], disabled=True)
    calls = len(lti.network.calls)
    assert refusal(lti.post, login, lti.token(login)) == "platform_disabled"
    assert len(lti.network.calls) == calls
    assert refusal(lti.login) == "platform_disabled"


def test_a_deployment_that_is_not_listed_is_refused_before_anybody_is_asked_who_they_are(lti):
    lti.registrations[0] = replace(lti.registrations[0], deployments=frozenset({"1", "7"}))
    assert refusal(lti.launch, **{CLAIM + "deployment_id": "2"}) == "unlisted_deployment"
    assert lti.launch(**{CLAIM + "deployment_id": "7"}).launch.deployment_id == "7"


@pytest.mark.parametrize("deployment", [None, "", True, {}, []])
def test_a_launch_without_a_deployment_is_refused(lti, deployment):
    assert refusal(lti.launch, **{CLAIM + "deployment_id": deployment}) == "no_deployment"
    assert refusal(lti.launch, without=(CLAIM + "deployment_id",)) == "no_deployment"


@pytest.mark.parametrize("version", [None, "1.1", "LTI-1p0", 1.3])
def test_another_version_is_refused(lti, version):
    assert refusal(lti.launch, **{CLAIM + "version": version}) == "wrong_version"


@pytest.mark.parametrize("kind", [None, "DataPrivacyLaunchRequest", "LtiEulaRequest", ["x"]])
def test_an_unknown_message_type_is_refused(lti, kind):
    assert refusal(lti.launch, **{CLAIM + "message_type": kind}) == "wrong_message"


@pytest.mark.parametrize("link", [None, {}, "7", [], {"id": ""}])
def test_a_launch_without_its_link_is_refused(lti, link):
    assert refusal(lti.launch, **{CLAIM + "resource_link": link}) == "wrong_message"


def test_a_launch_without_roles_is_by_somebody_without_a_role(lti):
    assert lti.launch(without=(CLAIM + "roles",)).launch.standing == "neither"


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "lms.example"])
def test_a_deep_linking_request_without_a_return_address_is_refused(lti, address):
    settings = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "deep_link_return_url": address,
    }
    changes = {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": settings,
    }
    assert refusal(lti.launch, **changes) == "wrong_message"


@pytest.mark.parametrize(
    "target",
    [None, "", 7, "https://evil.example/", "https://tool.example.evil.example/", "//tool.example/lti/launch"],
)
def test_a_launch_to_another_site_is_refused(lti, target):
    assert refusal(lti.launch, **{CLAIM + "target_link_uri": target}) == "wrong_target"


@pytest.mark.parametrize(
    "claim",
    ["context", "resource_link", "launch_presentation", "tool_platform", "custom", "roles", "lis"],
)
@pytest.mark.parametrize("value", ["text", 7, ["x"], None, {"id": {"deep": 1}, "title": [1]}])
def test_claims_of_an_unexpected_type_are_ignored(lti, claim, value):
    try:
        lti.launch(**{CLAIM + claim: value})
    except LaunchError as error:
        assert error.code == "wrong_message"


# --- keys and errors of the platform


def test_a_new_key_of_the_platform_is_fetched_when_it_is_first_seen(lti, jwk_of):
    assert lti.launch().bound
    lti.clock.advance(seconds=40)
    lti.publish(jwk_of(lti.keys.first, "first", alg="RS256"), jwk_of(lti.keys.second, "second", alg="RS256"))
    assert lti.launch(key=lti.keys.second, kid="second").bound


def test_an_unreachable_key_set_has_its_own_code(lti):
    lti.network.fail("GET", lti.registrations[0].jwks_url)
    assert refusal(lti.launch) == "key_set_unreachable"


def test_the_errors_that_canvas_posts_are_passed_on(lti, recorded):
    for form in recorded("canvas/oidc_error_form.json"):
        with pytest.raises(LaunchError) as caught:
            lti.receive(form, {})
        assert caught.value.code == "platform_said"
        assert json.loads(str(caught.value))["error"] == form["error"]


def test_the_error_of_a_platform_is_cut_and_cleaned(lti):
    form = {"error": "x\x1b[31m" * 500, "state": "s"}
    with pytest.raises(LaunchError) as caught:
        lti.receive(form, {})
    assert len(str(caught.value)) < 500
    assert "\x1b" not in str(caught.value)


# --- recordings of real platforms


MOODLE_TOKENS = [
    "06_deeplinking_request_id_token.json",
    "08_id_token_student.json",
    "08b_id_token_student_privacy_off.json",
    "08c_id_token_with_ltisource_plugin.json",
    "09_id_token_teacher.json",
    "12_submission_review_id_token.json",
]
CANVAS_TOKENS = [
    "launch_course_navigation_id_token.json",
    "launch_assignment_id_token.json",
    "launch_deep_linking_request_id_token.json",
]


def replay(lti, claims):
    """The recorded launch, signed anew, at the time it was made."""
    lti.registrations[0] = replace(lti.registrations[0], platform_id=claims["iss"], client_id=claims["aud"])
    lti.launch_url = claims[CLAIM + "target_link_uri"]
    lti.clock.now = lti.clock.now.fromtimestamp(claims["iat"] + 2, lti.clock.now.tzinfo)
    lti.claims = {name: value for name, value in claims.items() if name != "nonce"}
    answer = lti.login()
    token = lti.token(answer)
    return lti.post(answer, token).launch


@pytest.fixture
def moodle(lti, recorded):
    def launched(name):
        data = recorded(f"moodle/{name}")
        data = data.get("decoded", data)
        return replay(lti, data.get("claims", data))

    return launched


@pytest.fixture
def canvas(lti, recorded):
    return lambda name: replay(lti, recorded(f"canvas/{name}")["claims"])


@pytest.mark.parametrize("name", MOODLE_TOKENS)
def test_a_recorded_moodle_launch_is_valid(moodle, name):
    launch = moodle(name)
    assert (launch.context_id, launch.deployment_id) == ("2", "1")
    assert "$Foo.bar" not in launch.custom.values()


def test_a_recorded_moodle_student_is_a_learner_with_services(moodle):
    launch = moodle("08_id_token_student.json")
    assert launch.is_learner
    assert (launch.user_id, launch.email, launch.resource_link_id) == ("4", "student01@lab.test", "1")
    assert launch.username == "student01"
    assert launch.memberships_url.endswith("/CourseSection/2/bindings/1/memberships")
    assert launch.line_items_url.endswith("/2/lineitems?type_id=1")
    assert launch.line_item_url.endswith("/2/lineitems/4/lineitem?type_id=1")
    assert launch.custom["static"] == "abc=def"
    assert "when" not in launch.custom


def test_a_recorded_moodle_student_without_name_and_address_may_come_in(moodle):
    launch = moodle("08b_id_token_student_privacy_off.json")
    assert (launch.name, launch.email) == (None, None)
    assert launch.is_learner


def test_a_recorded_moodle_teacher_is_one(moodle):
    assert moodle("09_id_token_teacher.json").is_teacher


def test_a_recorded_moodle_deep_linking_request_tells_where_to_answer(moodle):
    launch = moodle("06_deeplinking_request_id_token.json")
    assert launch.deep_linking.return_url.startswith(
        "https://moodle.lab.test:8443/mod/lti/contentitem_return.php"
    )
    assert launch.deep_linking.accept_multiple
    assert launch.deep_linking.data is None
    assert launch.memberships_url is None
    assert launch.resource_link_id is None


@pytest.mark.parametrize("name", CANVAS_TOKENS)
def test_a_recorded_canvas_launch_is_valid(canvas, name):
    launch = canvas(name)
    assert launch.deployment_id == "3407:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"
    assert not any(value.startswith("$") for value in launch.custom.values())


def test_a_recorded_canvas_administrator_is_neither_teacher_nor_learner(canvas):
    launch = canvas("launch_course_navigation_id_token.json")
    assert not launch.is_teacher
    assert not launch.is_learner


def test_a_recorded_canvas_learner_who_teaches_elsewhere_is_a_learner(canvas):
    launch = canvas("launch_assignment_id_token.json")
    assert launch.is_learner
    assert not launch.is_teacher
    assert launch.custom == {"canvas_course_id": "1", "canvas_user_id": "42", "canvas_assignment_id": "7"}
