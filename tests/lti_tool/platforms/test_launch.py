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
from lti_tool.platforms.launch import launch
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


def test_a_launch_gives_plain_values(world):
    arrival = world.arrive()
    assert arrival.bound
    told = arrival.launch
    assert (told.registration_id, told.deployment_id) == (1, "1")
    assert (told.user_id, told.name, told.email) == ("4", "Anna Ozola", "anna@riga.example")
    assert (told.context_id, told.context_title, told.resource_link_id) == ("2", "Data literacy", "7")
    assert told.is_learner
    assert not told.is_teacher


def test_a_launch_without_its_cookie_is_valid_and_not_bound(world):
    answer = world.login()
    assert not world.post(answer, world.token(answer), cookies=False).bound


def test_the_cookie_of_another_launch_does_not_bind(world):
    other, answer = world.login(), world.login()
    form = {"id_token": world.token(answer), "state": answer.state}
    cookies = {answer.cookie_name: other.cookie_value}
    arrival = launch(form, cookies, world.find, world.memory, world.key_sets, world.clock())
    assert not arrival.bound


def test_no_web_framework_and_no_database_is_needed():
    code = (
        "import sys, lti_tool.platforms.launch; print({'flask', 'sqlalchemy', 'celery'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_a_launch_without_a_user_is_taken(world):
    told = world.arrive(without=("sub", "name", "email")).launch
    assert (told.user_id, told.name, told.email) == (None, None, None)


def test_a_deployment_never_seen_before_is_learned(world):
    told = world.arrive(**{CLAIM + "deployment_id": "106:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"}).launch
    assert told.deployment_id == "106:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"


def test_variables_the_platform_did_not_expand_are_left_out(world):
    told = world.arrive(
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
    assert (told.name, told.email) == ("Anna", None)
    assert told.custom == {"badge": "b-1", "canvas_user_id": "42", "price": "$5 a day", "on": "true"}


def test_what_a_database_cannot_store_is_cleaned_away(world):
    told = world.arrive(
        name="An\u0000na \ud800", **{CLAIM + "context": {"id": "2", "title": "A\u0000"}}
    ).launch
    assert told.name == "Anna ?"
    assert told.context_title == "A"
    told.name.encode()


def test_only_roles_in_the_course_decide(world):
    elsewhere = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
    told = world.arrive(
        **{CLAIM + "roles": [elsewhere + "Instructor", elsewhere + "Administrator", LEARNER]}
    ).launch
    assert told.is_learner
    assert not told.is_teacher
    nobody = world.arrive(**{CLAIM + "roles": [elsewhere + "Instructor", elsewhere + "Student"]}).launch
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
def test_staff_are_teachers_and_no_learners_however_the_role_is_written(world, roles):
    told = world.arrive(**{CLAIM + "roles": roles}).launch
    assert told.is_teacher
    assert not told.is_learner
    assert all("/" in role for role in told.roles)


@pytest.mark.parametrize("role", ["Learner", LEARNER, MEMBERSHIP + "/Learner#NonCreditLearner"])
def test_a_learner_is_one_however_the_role_is_written(world, role):
    assert world.arrive(**{CLAIM + "roles": [role]}).launch.is_learner


def test_the_test_user_of_student_view_is_no_learner(world):
    test_user = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    assert not world.arrive(**{CLAIM + "roles": [LEARNER, test_user]}).launch.is_learner


def test_an_administrator_acting_as_a_learner_is_no_learner(world):
    acting = world.arrive(**{CLAIM + "custom": {"canvas_masquerading_user_id": 9}}).launch
    assert acting.acting_for_other
    assert not acting.is_learner
    literal = {"canvas_masquerading_user_id": "$Canvas.masqueradingUser.id"}
    assert world.arrive(**{CLAIM + "custom": literal}).launch.is_learner


# --- what does not come in


def test_the_same_form_posted_twice_is_refused_the_second_time(world):
    answer = world.login()
    token = world.token(answer)
    world.post(answer, token)
    assert refusal(world.post, answer, token) == "replayed"
    assert refusal(world.post, answer, token, cookies=False) == "replayed"


def test_an_old_token_with_a_fresh_state_is_refused(world):
    old = world.login()
    token = world.token(old)
    world.post(old, token)
    assert refusal(world.post, world.login(), token) == "bad_token"


def test_of_many_who_post_the_same_form_at_once_one_gets_in(world):
    answer = world.login()
    token = world.token(answer)
    world.key_sets.keys(world.registrations[0].jwks_url)
    outcomes = []

    def go():
        try:
            world.post(answer, token)
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


def test_a_forged_token_does_not_use_up_the_nonce_of_the_true_one(world):
    answer = world.login()
    assert refusal(world.post, answer, world.token(answer, key=world.keys.stranger)) == "bad_signature"
    assert world.post(answer, world.token(answer)).bound


@pytest.mark.parametrize("name", ["exp", "iat", "nonce"])
def test_a_token_without_a_claim_it_must_have_is_refused(world, name):
    assert refusal(world.arrive, without=(name,)) == "bad_token"


@pytest.mark.parametrize("name", ["iss", "aud"])
def test_a_token_that_names_no_party_is_refused(world, name):
    assert refusal(world.arrive, without=(name,)) == "bad_token"


@pytest.mark.parametrize(("issued", "lasts"), [(-601, 3600), (-31_536_000, 10**9), (-300, 200), (90, 3600)])
def test_a_token_out_of_its_time_is_refused(world, issued, lasts):
    now = int(world.clock.seconds())
    assert refusal(world.arrive, iat=now + issued, exp=now + issued + lasts) == "bad_token"


@pytest.mark.parametrize(("issued", "lasts"), [(-90, 60), (45, 60), (-500, 3600)])
def test_a_clock_that_is_a_little_off_is_forgiven(world, issued, lasts):
    now = int(world.clock.seconds())
    assert world.arrive(iat=now + issued, exp=now + issued + lasts).bound


@pytest.mark.parametrize(
    "value", ["soon", None, True, [1], float("nan"), float("inf"), pytest.param(10**400, id="huge")]
)
def test_a_time_that_is_none_is_refused(world, value):
    assert refusal(world.arrive, exp=value) == "bad_token"


def test_a_token_that_is_not_valid_yet_is_refused(world):
    assert refusal(world.arrive, nbf=int(world.clock.seconds()) + 300) == "bad_token"


def test_a_token_for_another_tool_is_refused(world):
    assert refusal(world.arrive, aud="tool-9") == "unknown_platform"


def test_a_token_of_another_registration_than_the_login_is_refused(world):
    world.registrations.append(replace(world.registrations[0], id=2, client_id="tool-2"))
    assert refusal(world.arrive, aud="tool-2") == "bad_token"


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
def test_an_audience_that_is_not_clearly_us_is_refused(world, audience, party):
    changes = {"aud": audience} | ({"azp": party} if party else {})
    assert refusal(world.arrive, **changes) == "bad_token"


@pytest.mark.parametrize(
    ("audience", "party"), [(["evil", "tool-1"], "tool-1"), (["tool-1"], None), ("tool-1", "tool-1")]
)
def test_an_audience_list_that_names_us_is_taken(world, audience, party):
    changes = {"aud": audience} | ({"azp": party} if party else {})
    assert world.arrive(**changes).bound


def test_an_authorized_party_that_is_somebody_else_is_refused(world):
    world.registrations.append(replace(world.registrations[0], id=2, client_id="evil"))
    assert refusal(world.arrive, aud=["tool-1", "evil"], azp="evil") == "bad_token"


def test_a_token_of_another_platform_is_refused(world):
    assert refusal(world.arrive, iss="https://stranger.example") == "unknown_platform"


def test_a_token_signed_by_a_stranger_is_refused(world):
    assert refusal(world.arrive, key=world.keys.stranger) == "bad_signature"


def test_a_token_changed_after_signing_is_refused(world):
    answer = world.login()
    header, _, signature = world.token(answer).split(".")
    claims = world.claims | {"nonce": "n", "sub": "5", CLAIM + "roles": [INSTRUCTOR]}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert refusal(world.post, answer, f"{header}.{payload}.{signature}") == "bad_signature"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "HS256", "RS1", "EdDSA", 7])
def test_a_token_without_a_real_signature_is_refused(world, name):
    answer = world.login()
    claims = world.claims | {"nonce": answer.location.split("nonce=")[1].split("&")[0]}
    token = unsigned(claims, {"alg": name, "kid": "first", "typ": "JWT"})
    assert refusal(world.post, answer, token) == "bad_signature"


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(world, encoding):
    answer = world.login()
    secret = world.keys.first.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    claims = world.claims | {"nonce": answer.location.split("nonce=")[1].split("&")[0]}
    head = unsigned(claims, {"alg": "HS256", "kid": "first"}).removesuffix(".")
    mac = base64.urlsafe_b64encode(hmac.new(secret, head.encode(), hashlib.sha256).digest()).rstrip(b"=")
    assert refusal(world.post, answer, f"{head}.{mac.decode()}") == "bad_signature"


def test_a_secret_key_in_the_key_set_is_no_key(world):
    world.publish({"kty": "oct", "k": "c2VjcmV0", "kid": "first", "alg": "HS256"})
    assert refusal(world.arrive) == "bad_signature"


def test_a_key_for_one_algorithm_does_not_serve_another(world, jwk_of):
    world.publish(jwk_of(world.keys.first, "first", alg="RS256"))
    assert refusal(world.arrive, algorithm="RS512") == "bad_signature"
    assert refusal(world.arrive, algorithm="PS256") == "bad_signature"


def test_an_rsa_key_does_not_serve_a_curve(world, jwk_of):
    world.publish(jwk_of(world.keys.first, "first"))
    assert refusal(world.arrive, key=world.keys.curve, algorithm="ES256") == "bad_signature"


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256"])
def test_a_key_without_alg_serves_every_algorithm_of_its_kind(world, jwk_of, algorithm):
    world.clock.advance(hours=2)
    now = int(world.clock.seconds())
    world.publish(jwk_of(world.keys.first, "first"))
    assert world.arrive(algorithm=algorithm, iat=now, exp=now + 60).bound


def test_a_platform_may_sign_with_a_curve(world, jwk_of):
    world.publish(jwk_of(world.keys.curve, "curve", alg="ES256"))
    assert world.arrive(key=world.keys.curve, kid="curve", algorithm="ES256").bound


@pytest.mark.filterwarnings("ignore:The RSA key is")
def test_a_short_key_is_refused(world, jwk_of):
    world.publish(jwk_of(world.keys.short, "short", alg="RS256"))
    assert refusal(world.arrive, key=world.keys.short, kid="short") == "bad_signature"


@pytest.mark.parametrize("broken", [{"n": "!"}, {"n": 7}, {"e": ""}, {"n": "AQAB", "e": "AQAB"}])
def test_a_broken_key_is_refused(world, jwk_of, broken):
    world.publish(jwk_of(world.keys.first, "first", alg="RS256") | broken)
    assert refusal(world.arrive) in ("bad_signature", "bad_token")


def test_a_token_that_names_no_key_is_refused(world):
    answer = world.login()
    token = jwt.encode(world.claims | {"nonce": "n"}, world.keys.first, algorithm="RS256")
    assert refusal(world.post, answer, token) == "bad_signature"


def test_a_token_with_a_critical_header_we_do_not_know_is_refused(world):
    answer = world.login()
    token = jwt.encode(
        world.claims | {"nonce": "n"},
        world.keys.first,
        algorithm="RS256",
        headers={"kid": "first", "crit": ["x"], "x": 1},
    )
    assert refusal(world.post, answer, token) == "bad_token"


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "....", "é.é.é", "e30.W10.x", "WzFd.e30.x", "a" * 300_000, "[" * 100_000]
)
def test_what_is_no_token_is_refused(world, token):
    assert refusal(world.post, world.login(), token) == "bad_token"


def test_deeply_nested_claims_are_refused(world):
    answer = world.login()
    deep = base64.urlsafe_b64encode(b"[" * 60_000).decode()
    assert refusal(world.post, answer, f"{deep}.{deep}.x") == "bad_token"


def test_a_form_without_a_token_is_refused(world):
    assert refusal(world.post, world.login(), "") == "missing_token"


def test_a_form_without_a_state_is_refused(world):
    answer = world.login()
    assert refusal(world.post, answer, world.token(answer), state="") == "missing_state"


def test_a_state_nobody_gave_out_is_refused(world):
    answer = world.login()
    assert refusal(world.post, answer, world.token(answer), state="state-other") == "unknown_state"


def test_the_state_of_another_login_is_refused(world):
    first, second = world.login(), world.login()
    assert refusal(world.post, first, world.token(first), state=second.state) == "bad_token"


@pytest.mark.parametrize("deployment", [None, "", True, {}, []])
def test_a_launch_without_a_deployment_is_refused(world, deployment):
    assert refusal(world.arrive, **{CLAIM + "deployment_id": deployment}) == "no_deployment"
    assert refusal(world.arrive, without=(CLAIM + "deployment_id",)) == "no_deployment"


@pytest.mark.parametrize("version", [None, "1.1", "LTI-1p0", 1.3])
def test_another_version_is_refused(world, version):
    assert refusal(world.arrive, **{CLAIM + "version": version}) == "wrong_version"


@pytest.mark.parametrize("kind", [None, "DataPrivacyLaunchRequest", "LtiEulaRequest", ["x"]])
def test_a_message_we_do_not_know_is_refused(world, kind):
    assert refusal(world.arrive, **{CLAIM + "message_type": kind}) == "wrong_message"


@pytest.mark.parametrize("link", [None, {}, "7", [], {"id": ""}])
def test_a_launch_without_its_link_is_refused(world, link):
    assert refusal(world.arrive, **{CLAIM + "resource_link": link}) == "wrong_message"


def test_a_launch_without_roles_is_refused(world):
    assert refusal(world.arrive, without=(CLAIM + "roles",)) == "wrong_message"


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "lms.example"])
def test_a_deep_linking_request_without_a_return_address_is_refused(world, address):
    settings = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "deep_link_return_url": address,
    }
    changes = {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": settings,
    }
    assert refusal(world.arrive, **changes) == "wrong_message"


@pytest.mark.parametrize(
    "target",
    [None, "", 7, "https://evil.example/", "https://tool.example.evil.example/", "//tool.example/lti/launch"],
)
def test_a_launch_to_another_site_is_refused(world, target):
    assert refusal(world.arrive, **{CLAIM + "target_link_uri": target}) == "wrong_target"


@pytest.mark.parametrize(
    "claim",
    ["context", "resource_link", "launch_presentation", "tool_platform", "custom", "roles", "lis"],
)
@pytest.mark.parametrize("value", ["text", 7, ["x"], None, {"id": {"deep": 1}, "title": [1]}])
def test_claims_of_a_strange_shape_do_no_harm(world, claim, value):
    try:
        world.arrive(**{CLAIM + claim: value})
    except LaunchError as error:
        assert error.code == "wrong_message"


# --- keys and errors of the platform


def test_a_new_key_of_the_platform_is_fetched_when_it_is_first_seen(world, jwk_of):
    assert world.arrive().bound
    world.clock.advance(seconds=40)
    world.publish(
        jwk_of(world.keys.first, "first", alg="RS256"), jwk_of(world.keys.second, "second", alg="RS256")
    )
    assert world.arrive(key=world.keys.second, kid="second").bound


def test_a_key_set_that_cannot_be_had_is_said_so(world):
    world.network.fail("GET", world.registrations[0].jwks_url)
    assert refusal(world.arrive) == "key_set_unreachable"


def test_the_errors_that_canvas_posts_are_passed_on(world, recorded):
    for form in recorded("canvas/oidc_error_form.json"):
        with pytest.raises(LaunchError) as caught:
            launch(form, {}, world.find, world.memory, world.key_sets, world.clock())
        assert caught.value.code == "platform_said"
        assert json.loads(str(caught.value))["error"] == form["error"]


def test_what_the_platform_says_is_cut_and_cleaned(world):
    form = {"error": "x\x1b[31m" * 500, "state": "s"}
    with pytest.raises(LaunchError) as caught:
        launch(form, {}, world.find, world.memory, world.key_sets, world.clock())
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


def replay(world, claims):
    """The recorded launch, signed anew, at the time it was made."""
    world.registrations[0] = replace(
        world.registrations[0], platform_id=claims["iss"], client_id=claims["aud"]
    )
    world.launch_url = claims[CLAIM + "target_link_uri"]
    world.clock.now = world.clock.now.fromtimestamp(claims["iat"] + 2, world.clock.now.tzinfo)
    world.claims = {name: value for name, value in claims.items() if name != "nonce"}
    answer = world.login()
    token = world.token(answer)
    return world.post(answer, token).launch


@pytest.fixture
def moodle(world, recorded):
    def launched(name):
        data = recorded(f"moodle/{name}")
        data = data.get("decoded", data)
        return replay(world, data.get("claims", data))

    return launched


@pytest.fixture
def canvas(world, recorded):
    return lambda name: replay(world, recorded(f"canvas/{name}")["claims"])


@pytest.mark.parametrize("name", MOODLE_TOKENS)
def test_a_recorded_moodle_launch_is_valid(moodle, name):
    told = moodle(name)
    assert (told.context_id, told.deployment_id) == ("2", "1")
    assert "$Foo.bar" not in told.custom.values()


def test_a_recorded_moodle_student_is_a_learner_with_services(moodle):
    told = moodle("08_id_token_student.json")
    assert told.is_learner
    assert (told.user_id, told.email, told.resource_link_id) == ("4", "student01@lab.test", "1")
    assert told.memberships_url.endswith("/CourseSection/2/bindings/1/memberships")
    assert told.line_items_url.endswith("/2/lineitems?type_id=1")
    assert told.line_item_url.endswith("/2/lineitems/4/lineitem?type_id=1")
    assert told.custom["static"] == "abc=def"
    assert "when" not in told.custom


def test_a_recorded_moodle_student_without_name_and_address_may_come_in(moodle):
    told = moodle("08b_id_token_student_privacy_off.json")
    assert (told.name, told.email) == (None, None)
    assert told.is_learner


def test_a_recorded_moodle_teacher_is_one(moodle):
    assert moodle("09_id_token_teacher.json").is_teacher


def test_a_recorded_moodle_deep_linking_request_tells_where_to_answer(moodle):
    told = moodle("06_deeplinking_request_id_token.json")
    assert told.deep_linking.return_url.startswith(
        "https://moodle.lab.test:8443/mod/lti/contentitem_return.php"
    )
    assert told.deep_linking.accept_multiple
    assert told.deep_linking.data is None
    assert told.memberships_url is None
    assert told.resource_link_id is None


@pytest.mark.parametrize("name", CANVAS_TOKENS)
def test_a_recorded_canvas_launch_is_valid(canvas, name):
    told = canvas(name)
    assert told.deployment_id == "3407:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"
    assert not any(value.startswith("$") for value in told.custom.values())


def test_a_recorded_canvas_administrator_is_neither_teacher_nor_learner(canvas):
    told = canvas("launch_course_navigation_id_token.json")
    assert not told.is_teacher
    assert not told.is_learner


def test_a_recorded_canvas_learner_who_teaches_elsewhere_is_a_learner(canvas):
    told = canvas("launch_assignment_id_token.json")
    assert told.is_learner
    assert not told.is_teacher
    assert told.custom == {"canvas_course_id": "1", "canvas_user_id": "42", "canvas_assignment_id": "7"}
