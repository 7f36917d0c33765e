"""Canvas's Live Events: whom and which course they name, and which are not believed."""

import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_tool.errors import LaunchError
from lti_tool.platforms.live_events import ISSUER, LiveEvent, read_event
from tests.fixtures import NOW

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key())) | {"kid": "k1", "alg": "RS256"}
ROOT = "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs"
SHARD = 21070000000000000
COMPLETED_AT = "2026-11-20T13:38:00.218Z"


def completed(name="course_completed", **changes):
    """The event that user 123 has completed course 565; a change to None takes a claim away."""
    metadata = {
        "event_name": name,
        "event_time": "2026-11-21T08:59:59.615Z",
        "root_account_id": str(SHARD + 1),
        "root_account_uuid": ROOT,
        "hostname": "school.instructure.com",
        "context_type": "Course",
        "context_id": str(SHARD + 565),
        "producer": "canvas",
    } | changes.pop("metadata", {})
    progress = {"completed_at": COMPLETED_AT, "requirement_completed_count": 6, "requirement_count": 6}
    body = {
        "course": {"id": "565", "name": "Computer Science I"},
        "progress": progress | changes.pop("progress", {}),
        "user": {"id": "123", "email": "inewton@example.com", "name": "Isaac Newton"},
    } | changes.pop("body", {})
    now = int(NOW.timestamp())
    claims = {"metadata": metadata, "body": body, "iss": ISSUER, "iat": now, "exp": now + 3600} | changes
    return {key: value for key, value in claims.items() if value is not None}


def signed(claims=None, private=PRIVATE, kid="k1", algorithm="RS256"):
    token = jwt.encode(claims or completed(), private, algorithm=algorithm, headers={"kid": kid})
    return token.encode()


def read(body, now=NOW, keys=(KEY,)):
    return read_event(body, {key["kid"]: key for key in keys}.get, now)


READ = LiveEvent(
    name="course_completed",
    at=datetime(2026, 11, 21, 8, 59, 59, 615000, tzinfo=UTC),
    course=f"{ROOT}:565",
    user=f"{ROOT}:123",
    completed_at=datetime(2026, 11, 20, 13, 38, 0, 218000, tzinfo=UTC),
)


@pytest.mark.parametrize("frame", [b"%s", b'"%s"', b' "%s"\n', b"%s\r\n"])
def test_an_event_comes_as_it_is_or_between_quotes(frame):
    assert read(frame % signed()) == READ


@pytest.mark.parametrize("missing", [("iat",), ("exp",), ("iat", "exp")])
def test_the_times_of_a_token_may_be_missing(missing):
    assert read(signed(completed(**dict.fromkeys(missing)))) == READ


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://evil.example"}, "bad_token"),
        ({"iss": None}, "bad_token"),
        ({"exp": NOW.timestamp() - 61}, "bad_token"),
        ({"iat": NOW.timestamp() + 61}, "bad_token"),
        ({"exp": "tomorrow"}, "bad_token"),
        ({"exp": 10**400}, "bad_token"),
        ({"metadata": None}, "bad_token"),
    ],
)
def test_a_token_of_somebody_else_or_of_another_time_is_refused(changes, code):
    if "metadata" in changes:
        claims = {key: value for key, value in completed().items() if key != "metadata"}
    else:
        claims = completed(**changes)
    with pytest.raises(LaunchError) as raised:
        read(signed(claims))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'""',
        b"{}",
        json.dumps(completed()).encode(),  # not signed at all
        jwt.encode(completed(), key=None, algorithm="none", headers={"kid": "k1"}).encode(),
        jwt.encode(
            completed(), "a secret that is long enough for HMAC", algorithm="HS256", headers={"kid": "k1"}
        ).encode(),
        signed(private=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        signed(kid="k2"),
        signed()[:-4] + b"AAAA",
        signed()[:200],
        b"a.b.c",
        "ā".encode() + signed(),
        signed() * 400,
        b"\xff\x00" * 1000,
        signed() + b"." + signed(),
    ],
)
def test_what_is_not_signed_by_canvas_is_refused(body):
    with pytest.raises(LaunchError) as raised:
        read(body)
    assert raised.value.code in ("bad_token", "bad_signature")


def test_keys_change_and_an_older_one_stays_good():
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other.public_key())) | {"kid": "k2"}
    keys = (KEY, public)
    assert read(signed(), keys=keys) == read(signed(private=other, kid="k2"), keys=keys) == READ
    with pytest.raises(LaunchError):
        read(signed(private=other, kid="k1"), keys=keys)


@pytest.mark.parametrize(
    "progress",
    [
        {"completed_at": None},
        {"completed_at": ""},
        {"completed_at": "2026-11-20"},
        {"completed_at": 1795857412},
        {"requirement_completed_count": 5},
        {"requirement_count": 0, "requirement_completed_count": 0},
        {"requirement_count": None, "requirement_completed_count": None},
        {"requirement_count": "6", "requirement_completed_count": "6"},
        {"requirement_count": True, "requirement_completed_count": True},
        {"requirement_count": float("nan"), "requirement_completed_count": float("nan")},
        {"requirement_count": 6.0, "requirement_completed_count": 6.0},
    ],
)
def test_a_completion_that_canvas_may_be_wrong_about_is_only_a_hint(progress):
    event = read(signed(completed(progress=progress)))
    assert (event.course, event.completed_at) == (READ.course, None)


@pytest.mark.parametrize(
    "body",
    [
        {"progress": None},
        {"progress": []},
        {"progress": "x"},
        {"user": None},
        {"user": {"id": None}},
        {"user": []},
    ],
)
def test_a_body_with_holes_tells_of_nobody(body):
    event = read(signed(completed(body=body)))
    assert event.course == READ.course
    assert not event.user or event.completed_at is None


def test_progress_that_is_no_completion_completes_nothing():
    assert read(signed(completed("course_progress"))).completed_at is None


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ("123", "123"),
        (123, "123"),
        (str(SHARD + 123), "123"),
        (SHARD + 123, "123"),
        # Somebody of another shard is not who has the same number here.
        (str(10**13 + 123), str(10**13 + 123)),
        (None, ""),
        ("", ""),
        (0, ""),
        (-1, ""),
        (True, ""),
        ("x", ""),
        ("٣", ""),
        ([1], ""),
        ({"id": 1}, ""),
        ("9" * 300, ""),
        (1e30, ""),
    ],
    ids=repr,
)
def test_an_id_is_the_institutions_own_with_or_without_its_shard(told, own):
    event = read(signed(completed(body={"user": {"id": told}})))
    assert event.user == (f"{ROOT}:{own}" if own else "")


@pytest.mark.parametrize("root_account_id", [None, "1", "x"])
def test_without_a_shard_of_the_institution_any_shard_is_its_own(root_account_id):
    claims = completed(metadata={"root_account_id": root_account_id}, body={"user": {"id": str(SHARD + 123)}})
    assert read(signed(claims)).user == READ.user


@pytest.mark.parametrize(
    "metadata",
    [
        {"root_account_uuid": None},
        {"root_account_uuid": ["x"]},
        {"event_name": "enrollment_updated"},
        {"event_name": None},
        {"event_name": ["course_completed"]},
        {"hostname": "school.beta.instructure.com"},
        {"hostname": "school.test.instructure.com:443"},
        {"hostname": "SCHOOL.Test.Instructure.com"},
    ],
)
def test_what_is_about_nothing_here_or_from_a_copy_of_canvas_is_passed_over(metadata):
    assert read(signed(completed(metadata=metadata))) is None


@pytest.mark.parametrize(
    ("name", "course"),
    [
        ("course_completed", "565"),
        ("course_progress", "1234567"),
        ("course_grade_change", "2"),
        ("grade_change", "565"),
        ("grade_override", "46"),
    ],
)
def test_recorded_events_are_read(shared, name, course):
    file = shared / "data" / "canvas" / f"live_event_{name}.json"
    event = read(signed(completed() | json.loads(file.read_text(encoding="utf-8"))))
    assert event.course.rpartition(":")[2] == course
    assert (event.completed_at is not None) == (name == "course_completed")


def test_recorded_claims_of_a_signed_event_are_read(shared):
    file = shared / "data" / "canvas" / "live_event_signed_jwt_claims.json"
    claims = json.loads(file.read_text(encoding="utf-8"))["claims"]
    then = datetime.fromtimestamp(claims["iat"], UTC)
    event = read(b'"%s"' % signed(claims), now=then)
    assert (event.course, event.user) == (READ.course, READ.user)
    assert event.completed_at == datetime(2019, 11, 5, 13, 38, 0, 218000, tzinfo=UTC)
