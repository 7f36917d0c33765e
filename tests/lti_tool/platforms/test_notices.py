"""Notices of our plugin for Moodle: which course they name, and which are not believed."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_tool.errors import LaunchError
from lti_tool.platforms.claims import CLAIM
from lti_tool.platforms.notices import NOTICE_TYPE, changed_courses
from lti_tool.values import Registration
from tests.fixtures import NOW

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key())) | {"kid": "k1", "alg": "RS256"}
REGISTRATION = Registration(
    id=1,
    platform_id="https://moodle.example.org",
    client_id="client-1",
    auth_login_url="",
    auth_token_url="",
    jwks_url="",
    deployments=frozenset({"2"}),
)


def claims(**changes):
    """The claims of a good notice about course 42. A change to None takes a claim away."""
    good = {
        "iss": REGISTRATION.platform_id,
        "aud": REGISTRATION.client_id,
        "iat": NOW.timestamp(),
        "exp": NOW.timestamp() + 300,
        "nonce": "n",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": "2",
        CLAIM + "notice": {"id": "1", "timestamp": NOW.isoformat(), "type": NOTICE_TYPE},
        CLAIM + "context": {"id": "42"},
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(private=PRIVATE, algorithm="RS256", kid="k1", **changes):
    return jwt.encode(claims(**changes), private, algorithm=algorithm, headers={"kid": kid})


def read(*tokens, now=NOW, registration=REGISTRATION, keys=(KEY,)):
    body = json.dumps({"notices": [{"jwt": token} for token in tokens]}).encode()
    return changed_courses(body, registration, {key["kid"]: key for key in keys}.get, now)


def test_a_notice_names_its_course_and_a_message_may_have_several():
    assert read(signed()) == {"42"}
    assert read(signed(), signed(**{CLAIM + "context": {"id": 43}})) == {"42", "43"}
    assert read() == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://evil.example"}, "bad_token"),
        ({"aud": "client-2"}, "bad_token"),
        ({"aud": None}, "bad_token"),
        ({"exp": None}, "bad_token"),
        ({"iat": None}, "bad_token"),
        ({"exp": NOW.timestamp() - 61}, "bad_token"),
        ({"iat": NOW.timestamp() + 61}, "bad_token"),
        ({"iat": NOW.timestamp() - 601}, "bad_token"),
        ({CLAIM + "deployment_id": "3"}, "unlisted_deployment"),
        ({CLAIM + "deployment_id": None}, "unlisted_deployment"),
        ({CLAIM + "notice": {"type": "LtiHelloWorldNotice"}}, "wrong_message"),
        ({CLAIM + "notice": None}, "wrong_message"),
        ({CLAIM + "notice": NOTICE_TYPE}, "wrong_message"),
        ({CLAIM + "context": None}, "wrong_message"),
        ({CLAIM + "context": "42"}, "wrong_message"),
        ({CLAIM + "context": {"id": "4" * 300}}, "wrong_message"),
    ],
)
def test_a_notice_of_somebody_else_or_of_another_kind_is_refused(changes, code):
    with pytest.raises(LaunchError) as refused:
        read(signed(**changes))
    assert refused.value.code == code


def test_a_notice_that_the_platform_did_not_sign_is_refused():
    head, body, signature = signed().split(".")
    _, other_body, _ = signed(**{CLAIM + "context": {"id": "43"}}).split(".")
    unsigned = jwt.encode(claims(), None, algorithm="none", headers={"kid": "k1"})
    by_secret = signed(private="s" * 64, algorithm="HS256")
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for token in (
        f"{head}.{other_body}.{signature}",
        f"{head}.{body}.",
        unsigned,
        by_secret,
        signed(private=stranger),
        signed(kid="k2"),
        signed(algorithm="RS512"),
    ):
        with pytest.raises(LaunchError) as refused:
            read(token)
        assert refused.value.code in ("bad_signature", "bad_token")


def test_one_notice_that_is_not_sound_refuses_the_message():
    with pytest.raises(LaunchError):
        read(signed(), signed(aud="client-2"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"notices":null}',
        b'{"notices":[1]}',
        b'{"notices":[{}]}',
        b'{"notices":[{"jwt":1}]}',
        b'{"notices":[{"jwt":"a.b.c"}]}',
        b'{"notices":{"jwt":"a"}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_of_notices_is_refused(body):
    with pytest.raises(LaunchError):
        changed_courses(body, REGISTRATION, {"k1": KEY}.get, NOW)


def test_a_message_of_many_notices_is_refused_before_any_is_checked():
    asked = []
    body = json.dumps({"notices": [{"jwt": signed()}] * 21}).encode()
    with pytest.raises(LaunchError):
        changed_courses(body, REGISTRATION, asked.append, NOW)
    assert asked == []


@pytest.mark.parametrize("site", ["moodle", "moodle51"])
def test_recorded_notices_of_running_sites_are_read(shared, site):
    file = shared / "data" / "moodle" / "plugin" / f"record-notice-{site}.test.json"
    recorded = json.loads(file.read_text(encoding="utf-8"))
    sent = recorded["jwt_claims"]
    registration = Registration(
        id=1,
        platform_id=sent["iss"],
        client_id=sent["aud"],
        auth_login_url="",
        auth_token_url="",
        jwks_url="",
    )
    keys = {key["kid"]: key for key in recorded["jwks"]["keys"]}
    body = json.dumps(recorded["request"]["body"]).encode()
    now = datetime.fromtimestamp(sent["iat"], UTC)
    assert changed_courses(body, registration, keys.get, now) == {"2"}
    with pytest.raises(LaunchError):
        changed_courses(body, registration, keys.get, now + timedelta(minutes=10))
