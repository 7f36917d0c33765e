"""What Canvas's REST API tells of a course: what is believed of it, what is asked, and what goes wrong."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.observations import (
    ACTIVITIES,
    ACTIVITY_COMPLETED,
    COURSE_COMPLETED,
    FINAL_SCORE,
    REQUIREMENTS_MET,
    ROLE,
    Observation,
)
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms.access_tokens import TokenCache
from lti_tool.platforms.call_limits import CallLimits
from lti_tool.platforms.consent import Consent, ConsentLostError, ConsentRequest
from lti_tool.platforms.service_values import read_member
from lti_tool.platforms.services import Connection
from lti_tool.sources import canvas_rest
from lti_tool.sources.found import Asked, LinkAsked
from lti_tool.sources.set_up import read_settings
from lti_tool.values import Access, Registration, ToolKey
from tests.fixtures import NOW, Clock
from tests.lti_tool.conditions.simulated_course import LINK, KnownHere

SITE = "https://school.instructure.com"
ROOT = "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs"
CONTEXT = "4dde05e8ca1973bcca9bffc13e1548820eee93a3"
ADDRESS = f"{SITE}/api/v1/courses/lti_context_id:{CONTEXT}"
MEMBERS = f"{SITE}/api/lti/courses/1/names_and_roles"
#: Anna and Jānis, as Canvas numbers them, and as LTI names them.
ANNA, JANIS = "535fa085-f22b-4655-8f48-cd5a36a9215f", "86157096-483e-4b3a-90bf-edc6bac902c0"
NUMBERS = {ANNA: f"{ROOT}:1", JANIS: f"{ROOT}:2"}
AT = "2026-11-20T16:26:08Z"
DEAD = {"WWW-Authenticate": 'Bearer realm="canvas-lms"'}


@dataclass
class Canvas(Outgoing):
    """A Canvas: what it answers, by path; a list of answers is given one after the other, and the last again."""

    answers: dict = field(default_factory=dict)
    tokens: list = field(default_factory=lambda: [{"access_token": "access", "expires_in": 3600}])
    asked: list = field(default_factory=list)
    sent: list = field(default_factory=list)

    def __post_init__(self):
        super().__init__()

    def request(self, method, url, *, headers=None, data=None, max_bytes=0, seconds=None):
        parts = urlsplit(url)
        path = parts.path.removeprefix(urlsplit(ADDRESS).path + "/")
        self.asked.append(f"{method} {path}" + (f"?{parts.query}" if parts.query else ""))
        self.sent.append(dict(data or {}) | {"authorization": (headers or {}).get("Authorization")})
        if path == "/login/oauth2/token":
            found = self.tokens[0] if len(self.tokens) == 1 else self.tokens.pop(0)
        else:
            student = parse_qs(parts.query).get("student_id", [""])[0]
            listed = self.answers.get(f"{path} {student}".strip(), self.answers.get(path, []))
            found = listed
            if isinstance(listed, Answers):
                found = listed[0] if len(listed) == 1 else listed.pop(0)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, HttpResponse):
            return replace(found, url=url)
        return answer(found)

    def calls(self):
        """How often each list was asked for."""
        return Counter(each.partition("?")[0].removeprefix("GET ") for each in self.asked)


class Answers(list):
    """One answer after the other."""


def answer(body, status=200, **headers):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status=status, headers=CaseInsensitiveDict(named), body=text, url=SITE)


def dead():
    return replace(
        answer({"errors": [{"message": "Invalid access token."}]}, 401), headers=CaseInsensitiveDict(DEAD)
    )


def progress(number, met, asked, completed_at=None):
    counts = {"requirement_count": asked, "requirement_completed_count": met}
    return {"id": number, "progress": counts | {"next_requirement_url": None, "completed_at": completed_at}}


REQUIRED = {"completion_requirement": {"type": "min_score", "min_score": 10}}


def module(number, *, items=(REQUIRED,), published=True, name="Module", **changes):
    entry = {
        "id": number,
        "name": name,
        "published": published,
        "items_count": len(items),
        "items": list(items),
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}


def state(number, state="completed", completed_at=AT):
    return {"id": number, "state": state, "completed_at": completed_at}


def enrollment(number, final=None, override=None, *, state="active", kind="StudentEnrollment", **changes):
    grades = {"current_score": 100.0, "final_score": final}
    entry = {
        "user_id": number,
        "type": kind,
        "enrollment_state": state,
        "grades": grades,
        "override_score": override,
    }
    return entry | changes


ACCESS = Access(
    settings={
        "site": SITE,
        "client_id": "170000000000727",
        "granted_at": NOW.isoformat(),
        "granted_site": SITE,
        "granted_client": "170000000000727",
    },
    encrypted=[json.dumps({"client_secret": "of the key", "refresh_token": "refresh"}).encode()],
)


def asked_for(*kinds, access=ACCESS, **changes):
    values = {
        "product": "canvas",
        "memberships_url": MEMBERS,
        "line_items_url": None,
        "context_id": CONTEXT,
        "api_id": f"{ROOT}:1",
        "access": {"canvas_rest": access},
        "links": [LinkAsked(id=LINK, reads=frozenset(kinds))],
    }
    return Asked(**(values | changes))


REGISTRATION = Registration(
    id=1,
    platform_id="https://canvas.instructure.com",
    client_id="c",
    auth_login_url="",
    auth_token_url="",
    jwks_url="",
)


def connect(canvas, members=None, clock=None, tokens=None):
    key = ToolKey(kid="k", pem="")
    connection = Connection(
        REGISTRATION,
        key,
        canvas,
        tokens or TokenCache(),
        clock or Clock(),
        lambda stored: stored,
        CallLimits(lambda: 0.0),
    )
    connection.members_asked = []

    def list_members(url, rlid=None):
        connection.members_asked.append(rlid)
        yield from members or ()

    connection.members = list_members
    return connection


def look(canvas, *kinds, own=None, api_ids=None, connection=None, course=(), **changes):
    known = KnownHere(own=own or {}, course=course, api_ids=NUMBERS if api_ids is None else api_ids)
    return canvas_rest.look(asked_for(*kinds, **changes), connection or connect(canvas), known)


def told(answer, kind=COURSE_COMPLETED):
    return {each.user_id: each.value for each in answer.found if each.kind == kind}


def as_known(answer, own=None, at=NOW):
    """What was known before, and what the answer adds to it."""
    known = {user_id: list(seen) for user_id, seen in (own or {}).items()}
    for each in answer.found:
        if each.user_id is not None:
            known.setdefault(each.user_id, []).append(
                Observation(
                    course=1,
                    person=1,
                    kind=each.kind,
                    resource=each.resource,
                    value=each.value,
                    seen_at=at,
                    source=canvas_rest.NAME,
                )
            )
    return known


# --- completing the course


def test_a_date_counts_where_all_requirements_are_met():
    canvas = Canvas({"bulk_user_progress": [progress(1, 2, 2, AT), progress(2, 1, 2)]})
    (value,) = told(look(canvas, COURSE_COMPLETED)).values()
    assert value == {
        "completed_at": "2026-11-20T16:26:08+00:00",
        "as_of": NOW.isoformat(),
        "waits": "",
        "criteria": [{"kind": "requirements"}],
        "activities": [],
    }
    assert canvas.calls() == {"bulk_user_progress": 1, "POST /login/oauth2/token": 1}


@pytest.mark.parametrize(
    ("modules", "states", "completed"),
    [
        # The learner has no row for the second module, which Canvas passes over.
        ([module(10), module(11)], [state(10), state(11, "unlocked", None)], False),
        ([module(10), module(11)], [state(10)], False),
        ([module(10), module(11)], [state(10), state(11, "started")], False),
        # One of two requirements is enough, and the counts never become equal.
        ([module(10, items=(REQUIRED, REQUIRED))], [state(10)], True),
        ([module(10), module(11, items=({},))], [state(10), state(11, "locked")], True),
        ([module(10), module(11, published=False)], [state(10), state(11, "locked")], True),
        ([module(10), module(11, items=(REQUIRED | {"published": False},))], [state(10)], True),
        ([module(10, items=({},))], [state(10)], False),
        ([], [], False),
    ],
)
def test_a_date_without_all_requirements_counts_where_every_module_is_completed(modules, states, completed):
    canvas = Canvas({"bulk_user_progress": [progress(1, 1, 2, AT)], "modules": modules, "modules 1": states})
    found = told(look(canvas, COURSE_COMPLETED))
    assert set(found) == ({ANNA} if completed else set())


@pytest.mark.parametrize(
    "odd",
    [
        progress(1, 0, 0, AT),
        progress(1, 2, 2, None),
        progress(1, 2, 2, ""),
        progress(1, 2, 2, "yesterday"),
        progress(1, 2, 2, "2026-11-20T16:26:08"),  # without a zone
        progress(1, 2, 2, 1795857412),
        progress(1, None, None, AT),
        progress(1, "2", "2", AT),
        progress(1, met=True, asked=True, completed_at=AT),
        progress(1, 2.5, 2.5, AT),
        progress(1, -1, -1, AT),
        progress(1, float("nan"), float("nan"), AT),
        {"id": 1, "progress": None},
        {"id": 1},
        {"id": 1, "progress": {"error": {"message": "no progress available"}}},
        {"id": 1, "progress": [AT]},
    ],
)
def test_what_cannot_be_read_is_not_completed(odd):
    canvas = Canvas({"bulk_user_progress": [odd, progress(2, 2, 2, AT)]})
    assert set(told(look(canvas, COURSE_COMPLETED))) == {JANIS}


@pytest.mark.parametrize(
    "listed",
    [
        {"errors": [{"message": "something broke"}]},  # with status 200
        None,
        "x",
        [None],
        [{"progress": {}}],
        [{"id": None}],
        answer(b"<!DOCTYPE html><title>Maintenance</title>"),
        answer(b'[{"id": 1, "progress"'),
        answer(b""),
        answer(b"[" * 100_000),
        answer([], Link='<https://evil.example/next>; rel="next"'),
        answer([], Link=f'<{ADDRESS}/bulk_user_progress?per_page=100>; rel="next"'),
        OutgoingError("the network is gone"),
        Answers([answer([progress(1, 2, 2, AT)], Link=f'<{ADDRESS}/p2>; rel="next"')]),
    ],
)
def test_a_list_that_is_none_or_is_cut_short_is_an_error_and_tells_nothing(listed):
    canvas = Canvas({"bulk_user_progress": listed, "p2": answer({"status": "timeout"}, 200)})
    with pytest.raises(PlatformError):
        look(canvas, COURSE_COMPLETED)


def test_all_pages_are_read_one_after_the_other():
    first = answer([progress(1, 2, 2, AT)], link=f'<{ADDRESS}/P2?page=bookmark:Ab>; rel="next"')
    canvas = Canvas({"bulk_user_progress": first, "P2": [progress(2, 2, 2, AT)]})
    assert set(told(look(canvas, COURSE_COMPLETED))) == {ANNA, JANIS}
    assert canvas.asked[1:] == ["GET bulk_user_progress?per_page=100", "GET P2?page=bookmark:Ab"]


def test_a_second_look_tells_and_asks_only_what_is_different():
    canvas = Canvas(
        {
            "bulk_user_progress": [progress(1, 2, 2, AT), progress(2, 1, 2, AT)],
            "modules": [module(10), module(11)],
            "modules 2": [state(10), state(11, "unlocked")],
        }
    )
    first = look(canvas, COURSE_COMPLETED)
    known = as_known(first)
    canvas.asked.clear()
    later = connect(canvas, clock=Clock(NOW + timedelta(hours=1)))
    assert look(canvas, COURSE_COMPLETED, own=known, connection=later).found == []
    assert "modules" not in canvas.calls()
    # A requirement that came since is met too: nothing is new of the completion but when it was seen.
    canvas.answers["bulk_user_progress"][0] = progress(1, 3, 3, AT)
    assert told(look(canvas, COURSE_COMPLETED, own=known, connection=later)) == {}
    canvas.answers["bulk_user_progress"][0] = progress(1, 2, 2, AT)
    # Jānis goes on, and so it is asked again of him alone.
    canvas.answers["bulk_user_progress"][1] = progress(2, 2, 2, AT)
    assert set(told(look(canvas, COURSE_COMPLETED, own=known))) == {JANIS}
    # What Canvas takes back is told, and takes nothing away: the condition reads the first.
    canvas.answers["bulk_user_progress"][0] = progress(1, 2, 3)
    assert told(look(canvas, COURSE_COMPLETED, own=known))[ANNA] is None
    # Whoever is no longer listed has left, and is told nothing about.
    canvas.answers["bulk_user_progress"] = []
    assert look(canvas, COURSE_COMPLETED, own=known).found == []


def test_a_course_without_requirements_says_so_and_its_scores_are_read_all_the_same():
    none = answer(
        {"error": {"message": "no progress available because this course is not module based"}}, 400
    )
    canvas = Canvas({"bulk_user_progress": none, "enrollments": [enrollment(1, 80)]})
    with pytest.raises(PlatformError, match="no modules with requirements") as raised:
        look(canvas, COURSE_COMPLETED)
    assert raised.value.permanent
    links = [
        LinkAsked(id="1", reads=frozenset({COURSE_COMPLETED})),
        LinkAsked(id="2", reads=frozenset({FINAL_SCORE})),
    ]
    answered = look(canvas, links=links)
    assert answered.trouble.keys() == {"1"}
    assert told(answered, FINAL_SCORE)[ANNA]["score"] == "0.8"


# --- modules


def test_a_module_is_an_activity_once_it_is_published_and_asks_for_something():
    canvas = Canvas(
        {
            "bulk_user_progress": [progress(1, 1, 2), progress(2, 0, 2)],
            "modules": [
                module(10, name="One"),
                module(11),
                module(12, items=({},)),
                module(13, published=False),
            ],
            "modules 1": [state(10), state(11, "started", None), state(12), state(13)],
        }
    )
    answered = look(canvas, ACTIVITY_COMPLETED)
    found = {
        (each.user_id, each.resource): each.value
        for each in answered.found
        if each.kind == ACTIVITY_COMPLETED
    }
    assert found == {
        (ANNA, "module:10"): {
            "completed_at": "2026-11-20T16:26:08+00:00",
            "state": "complete",
            "name": "One",
            "waits": "",
        }
    }
    assert told(answered, ACTIVITIES) == {None: {"module:10": "One", "module:11": "Module"}}
    # Of who has met nothing no module is asked.
    assert [each for each in canvas.asked if "student_id" in each] == [
        "GET modules?student_id=1&per_page=100"
    ]
    assert told(look(canvas, COURSE_COMPLETED)) == {}


def test_items_that_the_list_leaves_out_are_asked_for():
    without = [{key: value for key, value in module(number).items() if key != "items"} for number in (11, 12)]
    canvas = Canvas(
        {
            "bulk_user_progress": [progress(1, 1, 2)],
            "modules": [module(10, items=({},), items_count=3), *without],
            "modules/10/items": [{}, {}, REQUIRED],
            "modules/11/items": [{}],
            "modules/12/items": [REQUIRED],
            "modules 1": [state(10), state(11), state(12)],
        }
    )
    found = [
        each.resource for each in look(canvas, ACTIVITY_COMPLETED).found if each.kind == ACTIVITY_COMPLETED
    ]
    assert found == ["module:10", "module:12"]


def test_a_rule_that_comes_later_has_everybody_looked_at_again():
    canvas = Canvas(
        {"bulk_user_progress": [progress(1, 2, 2, AT)], "modules": [module(10)], "modules 1": [state(10)]}
    )
    known = as_known(look(canvas, COURSE_COMPLETED))
    answered = look(canvas, COURSE_COMPLETED, ACTIVITY_COMPLETED, own=known)
    assert told(answered, ACTIVITY_COMPLETED).keys() == {ANNA}
    assert look(canvas, COURSE_COMPLETED, own=as_known(answered, known)).found == []


def test_a_large_course_is_read_in_several_looks(monkeypatch):
    monkeypatch.setattr(canvas_rest, "MOST_STATES", 1)
    canvas = Canvas(
        {
            "bulk_user_progress": [progress(1, 1, 2), progress(2, 1, 2)],
            "modules": [module(10)],
            "modules 1": [state(10)],
            "modules 2": [state(10)],
        }
    )
    first = look(canvas, ACTIVITY_COMPLETED)
    assert told(first, ACTIVITY_COMPLETED).keys() == {ANNA}
    second = look(canvas, ACTIVITY_COMPLETED, own=as_known(first))
    assert told(second, ACTIVITY_COMPLETED).keys() == {JANIS}


# --- scores


@pytest.mark.parametrize(
    ("listed", "score"),
    [
        ([enrollment(1, 80.5)], "0.805"),
        ([enrollment(1, 6.67)], "0.0667"),
        ([enrollment(1, 6.67, 99.99)], "0.9999"),
        ([enrollment(1, 90, 0)], "0"),
        ([enrollment(1, None)], None),
        ([enrollment(1, None, 75)], "0.75"),
        ([enrollment(1, 120)], "1"),
        ([enrollment(1, -5)], "0"),
        ([enrollment(1, "80")], "0.8"),
        ([enrollment(1, "A")], None),
        ([enrollment(1, 80, "A")], None),
        ([enrollment(1, final=True)], None),
        ([enrollment(1, 80, override=True)], None),
        ([enrollment(1, float("nan"))], None),
        ([enrollment(1, float("inf"))], None),
        ([enrollment(1, {"score": 80})], None),
        ([enrollment(1, 80, state="completed")], "0.8"),
        ([enrollment(1, 80, state="inactive")], None),
        ([enrollment(1, 80, state=None)], None),
        ([enrollment(1, 80, kind="StudentViewEnrollment")], None),
        ([enrollment(1, 80, kind="ObserverEnrollment")], None),
        # Several sections: of those that go on the lowest counts, and one that cannot be read is not higher.
        ([enrollment(1, 80), enrollment(1, 60)], "0.6"),
        ([enrollment(1, 80), enrollment(1, 10, state="completed")], "0.8"),
        ([enrollment(1, 80), enrollment(1, None)], None),
        ([enrollment(1, 50, grades={"final_score": 50, "override_score": 70})], "0.7"),
    ],
)
def test_the_final_score_counts_or_what_a_teacher_set_in_its_place_and_never_the_current_one(listed, score):
    found = told(look(Canvas({"enrollments": listed}), FINAL_SCORE), FINAL_SCORE)
    assert found == ({} if score is None else {ANNA: {"score": score, "graded_at": None, "waits": ""}})


def test_enrolments_of_a_course_that_has_ended_are_asked_for_too():
    canvas = Canvas({"enrollments": [enrollment(1, 80, state="completed")]})
    look(canvas, FINAL_SCORE)
    asked = parse_qs(urlsplit(canvas.asked[-1]).query)
    assert asked["state[]"] == ["active", "completed"]
    assert asked["type[]"] == ["StudentEnrollment"]


def test_a_score_that_falls_or_goes_is_told_once():
    canvas = Canvas({"enrollments": [enrollment(1, 80)]})
    known = as_known(look(canvas, FINAL_SCORE))
    assert look(canvas, FINAL_SCORE, own=known).found == []
    canvas.answers["enrollments"] = [enrollment(1, None)]
    gone = look(canvas, FINAL_SCORE, own=known)
    assert told(gone, FINAL_SCORE) == {ANNA: None}
    assert look(canvas, FINAL_SCORE, own=as_known(gone, known)).found == []


def test_whoever_may_not_see_the_grades_is_told_so():
    hidden = {key: value for key, value in enrollment(1).items() if key != "grades"}
    with pytest.raises(PlatformError, match="may not see there what it needs"):
        look(Canvas({"enrollments": [hidden]}), FINAL_SCORE)


# --- who is who


def member(user_id, number=None, role="Learner"):
    custom = {"canvas_user_id": number if number is not None else "$Canvas.user.id"}
    claim = "https://purl.imsglobal.org/spec/lti/claim/custom"
    roles = [f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"]
    return read_member({"user_id": user_id, "roles": roles, "message": [{claim: custom}]})


def in_course(*user_ids, role="learner"):
    return {
        user_id: [Observation(course=1, person=1, kind=ROLE, value=role, seen_at=NOW, source="member_lists")]
        for user_id in user_ids
    }


def test_numbers_that_nobody_knows_are_learnt_from_the_list_of_members_and_only_then():
    canvas = Canvas({"bulk_user_progress": [progress(1, 2, 2, AT), progress(990001, 2, 2, AT)]})
    connection = connect(canvas, [member(ANNA, 1), member(JANIS, "2"), member("zane", 3, "Instructor")])
    answered = look(
        canvas,
        COURSE_COMPLETED,
        own=in_course(ANNA, JANIS),
        api_ids={JANIS: f"{ROOT}:2"},
        connection=connection,
    )
    assert set(told(answered)) == {ANNA}
    assert {each.user_id: each.api_id for each in answered.members} == {
        ANNA: f"{ROOT}:1",
        "zane": f"{ROOT}:3",
    }
    assert connection.members_asked == [CONTEXT]
    # The teacher's Test Student stays unknown, and is asked about no more.
    again = look(canvas, COURSE_COMPLETED, own=in_course(ANNA, JANIS), connection=connection)
    assert (again.counts["unknown"], connection.members_asked) == (1, [CONTEXT])


def test_a_number_of_another_institution_or_of_two_people_is_nobodys():
    canvas = Canvas({"bulk_user_progress": [progress(1, 2, 2, AT), progress(2, 2, 2, AT)]})
    numbers = {ANNA: "another institution:1", JANIS: f"{ROOT}:2", "merged": f"{ROOT}:2"}
    assert told(look(canvas, COURSE_COMPLETED, api_ids=numbers)) == {}


@pytest.mark.parametrize("api_id", ["", f"{ROOT}:1"])
def test_a_canvas_that_does_not_tell_who_is_who_is_said_with_what_mends_it(api_id):
    canvas = Canvas({"bulk_user_progress": [progress(1, 2, 2, AT)]})
    connection = connect(canvas, [member(ANNA)])
    with pytest.raises(PlatformError, match=r"canvas_user_id=\$Canvas\.user\.id"):
        look(canvas, COURSE_COMPLETED, own=in_course(ANNA), api_ids={}, connection=connection, api_id=api_id)


@pytest.mark.parametrize("number", [True, None, "", "1 OR 1", "٣", [1], {}, "1" * 300])
def test_what_is_no_number_is_nobodys(number):
    claim = "https://purl.imsglobal.org/spec/lti/claim/custom"
    assert read_member({"user_id": "a", "message": [{claim: {"canvas_user_id": number}}]}).api_id is None


# --- tokens


def test_an_access_token_is_asked_for_once_and_kept_in_memory():
    canvas = Canvas({"bulk_user_progress": [], "enrollments": []})
    tokens, clock = TokenCache(), Clock()
    for _ in range(3):
        look(canvas, COURSE_COMPLETED, FINAL_SCORE, connection=connect(canvas, clock=clock, tokens=tokens))
    assert canvas.calls()["POST /login/oauth2/token"] == 1
    clock.advance(minutes=59, seconds=30)
    look(canvas, COURSE_COMPLETED, connection=connect(canvas, clock=clock, tokens=tokens))
    assert canvas.calls()["POST /login/oauth2/token"] == 2
    form = canvas.sent[0]
    assert (form["grant_type"], form["refresh_token"], form["client_secret"]) == (
        "refresh_token",
        "refresh",
        "of the key",
    )
    assert "of the key" not in repr(ACCESS) and "refresh" not in repr(tokens.of_users.__dict__)


def test_a_token_that_ends_in_the_middle_is_asked_for_anew_and_the_list_goes_on():
    first = answer([progress(1, 2, 2, AT)], Link=f'<{ADDRESS}/p2>; rel="next"')
    canvas = Canvas({"bulk_user_progress": first, "p2": Answers([dead(), answer([progress(2, 2, 2, AT)])])})
    assert set(told(look(canvas, COURSE_COMPLETED))) == {ANNA, JANIS}
    assert canvas.calls()["POST /login/oauth2/token"] == 2


def refused(error, description="", status=400):
    return answer({"error": error, "error_description": description}, status)


@pytest.mark.parametrize(
    ("tokens", "answers", "sentence"),
    [
        ([refused("invalid_grant", "refresh_token not found")], [], "withdrawn that"),
        ([refused("invalid_request", "refresh_token not found")], [], "withdrawn that"),
        ([{"access_token": "a"}], dead(), "withdrawn that"),
        ([refused("invalid_client", "unknown client", 401)], [], "does not accept the client id"),
        ([answer({"error": "invalid_grant"}, 200)], [], "withdrawn that"),
        ([answer({}, 200)], [], "did not give the tool an access token"),
        ([answer([], 200)], [], "did not give the tool an access token"),
        ([{"access_token": None}], [], "did not give the tool an access token"),
        ([{"access_token": "two words"}], [], "did not give the tool an access token"),
        ([{"access_token": "a\r\nX-Evil: 1"}], [], "did not give the tool an access token"),
        ([answer(b"<html>Sorry</html>", 200)], [], "web page instead of a token"),
        ([answer(b"", 503)], [], "internal error"),
        ([OutgoingError("no network")], [], "no network"),
        ([{"access_token": "a"}], answer({"status": "unauthorized"}, 401), "may not see there what it needs"),
        ([{"access_token": "a"}], answer({}, 403), "may not see there what it needs"),
        (
            [{"access_token": "a"}],
            answer({"errors": [{"message": "Insufficient scopes on access token."}]}, 401),
            "does not allow Nozimite to read this",
        ),
        ([{"access_token": "a"}], answer({}, 404), "does not find the course"),
        ([{"access_token": "a"}], answer({}, 302), "redirected"),
    ],
)
def test_what_goes_wrong_is_said_with_what_mends_it(tokens, answers, sentence):
    canvas = Canvas({"bulk_user_progress": answers}, tokens)
    with pytest.raises(PlatformError, match=sentence) as raised:
        look(canvas, COURSE_COMPLETED)
    assert isinstance(raised.value, ConsentLostError) == (sentence == "withdrawn that")
    assert "refresh" not in str(raised.value).replace("refresh_token", "") and "of the key" not in str(
        raised.value
    )


@pytest.mark.parametrize(
    ("throttled", "seconds"),
    [
        (answer(b"429 Forbidden (Rate Limit Exceeded)", 429), 60),
        (answer(b"403 Forbidden (Rate Limit Exceeded)", 403), 60),
        (answer(b"429", 429, Retry_After="7"), 7),
    ],
)
def test_too_many_requests_are_tried_again_later(throttled, seconds):
    with pytest.raises(PlatformError) as raised:
        look(Canvas({"bulk_user_progress": throttled}), COURSE_COMPLETED)
    assert (raised.value.retry_after, raised.value.permanent) == (seconds, False)


def test_canvas_is_left_alone_before_it_refuses():
    low = answer([progress(1, 1, 2), progress(2, 1, 2)], X_Rate_Limit_Remaining="100.5")
    lower = answer([state(10)], X_Rate_Limit_Remaining="49.9")
    canvas = Canvas(
        {"bulk_user_progress": low, "modules": [module(10)], "modules 1": lower, "modules 2": lower}
    )
    answered = look(canvas, ACTIVITY_COMPLETED)
    # Jānis is looked at next time.
    assert set(told(answered, REQUIREMENTS_MET)) == {ANNA}
    first = answer([], Link=f'<{ADDRESS}/p2>; rel="next"', X_Rate_Limit_Remaining="3")
    with pytest.raises(PlatformError) as raised:
        look(Canvas({"bulk_user_progress": first}), COURSE_COMPLETED)
    assert raised.value.retry_after == 60


# --- consent


def given(canvas, api_id=f"{ROOT}:42", **changes):
    sent = ConsentRequest(
        state="", code_verifier="v" * 43, redirect_uri="https://badges.example.org/lti/consent"
    )
    granted = {"access_token": "a", "refresh_token": "r", "user": {"id": 42}, "expires_in": 3600} | changes
    canvas.tokens = [{key: value for key, value in granted.items() if value is not None}, {}]
    return canvas_rest.given_by(ACCESS, connect(canvas), Consent(request=sent, code="c", api_id=api_id))


def test_a_consent_gives_a_refresh_token_for_this_canvas_and_this_key():
    canvas = Canvas()
    found = given(canvas)
    assert found.secrets == {"refresh_token": "r"}
    assert found.settings == {
        "granted_at": NOW.isoformat(),
        "granted_site": SITE,
        "granted_client": "170000000000727",
    }
    assert canvas.sent[0]["code_verifier"] == "v" * 43
    assert given(Canvas(), api_id="").secrets == {"refresh_token": "r"}


@pytest.mark.parametrize("user", [{"id": 43}, {"id": "421"}, {}, None, 42])
def test_the_consent_of_somebody_else_is_given_back(user):
    canvas = Canvas()
    with pytest.raises(PlatformError, match="somebody else"):
        given(canvas, user=user)
    assert canvas.asked[-1] == "DELETE /login/oauth2/token"


def test_a_consent_without_a_refresh_token_is_none():
    with pytest.raises(PlatformError, match="no lasting permission"):
        given(Canvas(), refresh_token=None)


def test_what_one_canvas_granted_is_sent_to_no_other():
    assert canvas_rest.is_open(asked_for())
    for changes in ({"site": "https://other.instructure.com"}, {"client_id": "1"}):
        moved = replace(ACCESS, settings={**ACCESS.settings, **changes})
        assert not canvas_rest.is_open(asked_for(access=moved))
    assert not canvas_rest.is_open(asked_for(product="moodle"))
    assert not canvas_rest.is_open(replace(asked_for(), access={}))


@pytest.mark.parametrize(
    "site",
    [
        "https://school.beta.instructure.com",
        "https://school.test.instructure.com/",
        "http://school.instructure.com",
    ],
)
def test_a_copy_of_canvas_cannot_be_set_up(site):
    typed = {"site": site, "client_id": "1", "client_secret": "s"}
    with pytest.raises(ValueError, match=r"test copy|https://"):
        read_settings(canvas_rest.SET_UP, typed)
    assert read_settings(canvas_rest.SET_UP, typed | {"site": SITE}).settings["site"] == SITE


# --- as recorded


def test_recorded_answers_are_read(shared):
    folder = shared / "data" / "canvas"

    def recorded(name):
        found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return found["body"] if isinstance(found, dict) else found

    students = [each | {"published": True} for each in recorded("rest_modules_for_student")]
    canvas = Canvas(
        {
            "bulk_user_progress": recorded("rest_bulk_user_progress"),
            "modules": students,
            "enrollments": recorded("rest_enrollments"),
        },
        [json.loads((folder / "oauth_user_token_response.json").read_text(encoding="utf-8"))],
    )
    answered = look(canvas, COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE)
    assert told(answered)[JANIS]["completed_at"] == "2021-08-10T16:26:08+00:00"
    assert told(answered, FINAL_SCORE) == {ANNA: {"score": "0.9999", "graded_at": None, "waits": ""}}
    assert told(answered, ACTIVITY_COMPLETED)[ANNA]["name"] == "Imaginary Numbers and You"
    refused = json.loads((folder / "rest_user_progress_400.json").read_text(encoding="utf-8"))
    with pytest.raises(PlatformError, match="no modules with requirements"):
        look(Canvas({"bulk_user_progress": answer(refused["body"], refused["status"])}), COURSE_COMPLETED)
    page = json.loads((folder / "nrps_page_with_rlid.json").read_text(encoding="utf-8"))["body"]
    assert [read_member(each).api_id for each in page["members"]] == ["1", "2"]


def test_the_list_that_tells_the_numbers_tells_usernames_too():
    claim = "https://purl.imsglobal.org/spec/lti/claim/custom"

    def listed(user_id, number, login):
        custom = {"canvas_user_id": number, "canvas_login_id": login}
        return read_member({"user_id": user_id, "roles": ["Learner"], "message": [{claim: custom}]})

    canvas = Canvas({"bulk_user_progress": [progress(1, 2, 2, AT), progress(2, 2, 2, AT)]})
    connection = connect(canvas, [listed(ANNA, 1, "Anna.B"), listed(JANIS, 2, "$Canvas.user.loginId")])
    numbers = {ANNA: f"{ROOT}:1"}
    answered = look(
        canvas, COURSE_COMPLETED, own=in_course(ANNA, JANIS), api_ids=numbers, connection=connection
    )
    assert {each.user_id: each.username for each in answered.members} == {ANNA: "anna.b", JANIS: None}
