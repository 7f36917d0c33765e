"""Members, line items and results, as Moodle, Canvas and broken platforms answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import jwt
import pytest

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing.circuit import FAILURES
from lti_tool.platforms.access_tokens import TokenCache
from lti_tool.platforms.call_limits import CallLimits
from lti_tool.platforms.completions import MESSAGE_SCOPE, messages_url
from lti_tool.platforms.scores import SCOPE as WRITE_SCORES
from lti_tool.platforms.service_values import read_member
from lti_tool.platforms.services import (
    LINE_ITEM,
    LINE_ITEMS,
    MEMBERS,
    READ_LINE_ITEMS,
    READ_MEMBERS,
    RESULTS,
    WRITE_LINE_ITEMS,
    Connection,
)
from lti_tool.platforms.tool_keys import jwks, new_tool_key

TOKEN_URL = "https://moodle.example/mod/lti/token.php"
MEMBERS_URL = "https://moodle.example/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
ITEMS_URL = "https://moodle.example/mod/lti/services.php/2/lineitems?type_id=1"
ITEM_URL = "https://moodle.example/mod/lti/services.php/2/lineitems/4/lineitem?type_id=1"
RESULTS_URL = "https://moodle.example/mod/lti/services.php/2/lineitems/4/lineitem/results?type_id=1"
GRANTED = {"access_token": "secret-token", "token_type": "Bearer", "expires_in": 3600}


@pytest.fixture
def tokens():
    return TokenCache()


@pytest.fixture
def limits(clock):
    return CallLimits(lambda: clock().timestamp())


@pytest.fixture
def connect(network, registration, platform_keys, tokens, clock, limits):
    def connected(**changes):
        return Connection(
            replace(registration, **changes),
            platform_keys.tool,
            network,
            tokens,
            clock,
            bytes,
            limits,
        )

    return connected


@pytest.fixture
def moodle(network, connect):
    network.on("POST", TOKEN_URL, GRANTED, headers={"Content-Type": "text/html; charset=utf-8"})
    return connect()


@pytest.fixture
def canvas(network, connect):
    network.on("POST", TOKEN_URL, GRANTED)
    return connect(product="canvas")


def error_of(action, *arguments):
    with pytest.raises(PlatformError) as caught:
        answer = action(*arguments)
        if isinstance(answer, Iterator):  # a list is read as it is taken
            list(answer)
    assert "secret" not in str(caught.value)
    return caught.value


def members_page(*user_ids):
    return {"members": [{"user_id": user_id, "roles": ["Learner"]} for user_id in user_ids]}


def ids(found):
    return [one.user_id for one in found]


# --- tokens


def test_the_assertion_is_one_that_every_platform_accepts(moodle, network, platform_keys, clock):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    form = network.calls_to(TOKEN_URL)[0].data
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["scope"] == READ_MEMBERS
    published = jwks([platform_keys.tool])["keys"][0]
    assertion = form["client_assertion"]
    assert jwt.get_unverified_header(assertion)["kid"] == published["kid"]
    claims = jwt.decode(
        assertion,
        jwt.PyJWK(published),
        algorithms=["RS256"],
        audience=TOKEN_URL,
        options={"verify_exp": False, "verify_iat": False},
    )
    now = int(clock.seconds())
    assert (claims["iss"], claims["sub"]) == ("tool-1", "tool-1")
    assert claims["iat"] == now - 30
    assert now < claims["exp"] <= now + 300


def test_every_assertion_has_an_id_of_its_own(moodle, network, clock):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    clock.advance(hours=2)
    list(moodle.members(MEMBERS_URL))
    seen = [
        jwt.decode(call.data["client_assertion"], options={"verify_signature": False})["jti"]
        for call in network.calls_to(TOKEN_URL)
    ]
    assert len(set(seen)) == 2


def test_the_audience_may_be_another_than_the_address(network, connect):
    network.on("POST", TOKEN_URL, GRANTED)
    network.on("GET", MEMBERS_URL, members_page())
    list(connect(token_audience="https://api.brightspace.com/auth/token").members(MEMBERS_URL))
    assertion = network.calls_to(TOKEN_URL)[0].data["client_assertion"]
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert claims["aud"] == "https://api.brightspace.com/auth/token"


def test_a_token_is_used_until_shortly_before_it_expires(moodle, network, clock):
    network.on("GET", MEMBERS_URL, members_page())
    for _ in range(3):
        list(moodle.members(MEMBERS_URL))
    clock.advance(minutes=58)
    list(moodle.members(MEMBERS_URL))
    assert len(network.calls_to(TOKEN_URL)) == 1
    clock.advance(minutes=1, seconds=1)
    list(moodle.members(MEMBERS_URL))
    assert len(network.calls_to(TOKEN_URL)) == 2


@pytest.mark.parametrize("lasts", [0, -5, 30])
def test_a_token_with_a_lifetime_of_zero_is_used_once(network, connect, lasts):
    network.on("POST", TOKEN_URL, GRANTED | {"expires_in": lasts})
    network.on("GET", MEMBERS_URL, members_page())
    connection = connect()
    list(connection.members(MEMBERS_URL))
    list(connection.members(MEMBERS_URL))
    assert len(network.calls_to(TOKEN_URL)) == 2


@pytest.mark.parametrize("lasts", [None, "3600", 3600.5, "soon", [], float("nan")])
def test_an_unreadable_lifetime_is_no_error(network, connect, lasts):
    network.on("POST", TOKEN_URL, GRANTED | {"expires_in": lasts})
    network.on("GET", MEMBERS_URL, members_page())
    connection = connect()
    list(connection.members(MEMBERS_URL))
    list(connection.members(MEMBERS_URL))
    assert len(network.calls_to(TOKEN_URL)) == 1


def test_two_clients_of_one_platform_never_share_a_token(network, connect):
    """All hosted Canvas have one platform_id: a cache by platform hands one school's token to another."""
    network.on("POST", TOKEN_URL, GRANTED | {"access_token": "of-one"})
    network.on("POST", TOKEN_URL, GRANTED | {"access_token": "of-two"})
    network.on("GET", MEMBERS_URL, members_page())
    list(connect(id=1).members(MEMBERS_URL))
    list(connect(id=2, client_id="tool-2").members(MEMBERS_URL))
    used = [call.headers["Authorization"] for call in network.calls_to(MEMBERS_URL)]
    assert used == ["Bearer of-one", "Bearer of-two"]


def test_each_scope_has_a_token_of_its_own(moodle, network):
    network.on("GET", MEMBERS_URL, members_page())
    network.on("GET", RESULTS_URL, [])
    list(moodle.members(MEMBERS_URL))
    list(moodle.results(ITEM_URL))
    assert len({call.data["scope"] for call in network.calls_to(TOKEN_URL)}) == 2


def test_a_refused_token_is_requested_anew_once(moodle, network):
    network.on("GET", MEMBERS_URL, "", status=401)
    network.on("GET", MEMBERS_URL, members_page("4"))
    assert ids(moodle.members(MEMBERS_URL)) == ["4"]
    assert len(network.calls_to(TOKEN_URL)) == 2


def test_a_removed_tool_does_not_request_tokens_again_and_again(moodle, network, recorded):
    answer = recorded("canvas/ags_errors.json")[0]
    network.on("GET", MEMBERS_URL, answer["body"], status=answer["status"])
    error = error_of(moodle.members, MEMBERS_URL)
    assert error.permanent
    assert len(network.calls_to(MEMBERS_URL)) == 2


@pytest.mark.parametrize(
    "name", ["07_token_pending_default_curlsecurity.json", "07b_token_port_blocked.json"]
)
def test_a_moodle_that_may_not_fetch_our_keys_is_explained(network, connect, recorded, name):
    answer = recorded(f"moodle/{name}")["response"]
    network.on("POST", TOKEN_URL, answer["body"], status=answer["status"], headers=answer["headers"])
    error = error_of(connect().members, MEMBERS_URL)
    assert "key set" in str(error)
    assert "HTTP security" in str(error)
    assert not error.permanent


def test_the_token_answer_of_moodle_is_read_though_it_calls_itself_html(network, connect, recorded):
    answer = recorded("moodle/50_token_ok.json")["response"]
    network.on("POST", TOKEN_URL, answer["body"], headers=answer["headers"])
    network.on("GET", MEMBERS_URL, members_page("4"))
    assert ids(connect().members(MEMBERS_URL)) == ["4"]


def test_the_reason_canvas_gives_is_passed_on(network, connect, recorded):
    answer = recorded("canvas/oauth_client_token_error.json")
    network.on("POST", TOKEN_URL, answer["body"], status=answer["status"])
    assert "the 'aud' is invalid" in str(error_of(connect(product="canvas").members, MEMBERS_URL))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"error" : ""kid" invalid, unable to lookup"}', 400),
        ("", 200),
        ("{}", 200),
        ("[]", 200),
        ('{"access_token": 7}', 200),
        ('{"access_token": "é"}', 200),
        ("[" * 50_000, 200),
        ("<html>", 200),
    ],
)
def test_an_unreadable_token_answer_is_a_platform_error(network, connect, body, status):
    network.on("POST", TOKEN_URL, body, status=status)
    assert not error_of(connect().members, MEMBERS_URL).permanent


def test_a_scope_that_is_not_granted_is_a_permanent_error(network, connect):
    network.on("POST", TOKEN_URL, {"error": "invalid_scope"}, status=400)
    assert error_of(connect().members, MEMBERS_URL).permanent


# --- lists in pages


def test_pages_are_followed_and_the_case_of_their_address_is_kept(moodle, network):
    second = "https://moodle.example/Members?Page=AbC#x"
    network.on(
        "GET",
        MEMBERS_URL,
        members_page("1"),
        headers={"link": f'<{MEMBERS_URL}>; rel="first", <{second}>; title="a"; rel=next'},
    )
    network.on("GET", second, members_page("2"))
    assert ids(moodle.members(MEMBERS_URL)) == ["1", "2"]


def test_a_relative_next_page_is_found(moodle, network):
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": '<?page=2>; rel="next"'})
    network.on("GET", MEMBERS_URL + "?page=2", members_page("2"))
    assert ids(moodle.members(MEMBERS_URL)) == ["1", "2"]


def test_curly_quotes_and_escaped_ampersands_in_a_link_are_read(moodle, network):
    curly = "“next”".encode().decode("latin-1")
    following = ITEMS_URL + "&from=2"
    network.on(
        "GET",
        ITEMS_URL,
        [{"id": "a", "scoreMaximum": 1}],
        headers={"Link": f"<{following.replace('&', '&amp;')}>; rel={curly}"},
    )
    network.on("GET", following, [{"id": "b", "scoreMaximum": 1}])
    assert [item.id for item in moodle.line_items(ITEMS_URL)] == ["a", "b"]


@pytest.mark.parametrize(
    "link",
    [
        '<{}>;rel="next"',
        '<{}> ; REL="prev next"',
        '<https://moodle.example/a;b,c>; rel="prev", <{}>; rel="next"',
        '<https://moodle.example/a>; rel="prev"; title="the next; page, <b>", <{}>; rel=next; title=x',
    ],
)
def test_a_next_page_is_found_in_every_notation_of_the_link(moodle, network, link):
    second = f"{MEMBERS_URL}?p=A;b,C"
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": link.format(second)})
    network.on("GET", second, members_page("2"))
    assert ids(moodle.members(MEMBERS_URL)) == ["1", "2"]


@pytest.mark.parametrize(
    "link", ["", "<>; rel=next", "next", "<x", '<https://moodle.example/a>; rel="previous"']
)
def test_a_link_without_a_next_page_ends_the_list(moodle, network, link):
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": link})
    assert ids(moodle.members(MEMBERS_URL)) == ["1"]


def test_a_list_whose_pages_repeat_is_an_error(moodle, network):
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": f'<{MEMBERS_URL}?p=2>; rel="next"'})
    network.on(
        "GET",
        f"{MEMBERS_URL}?p=2",
        members_page("2"),
        headers={"Link": f'<{MEMBERS_URL}>; rel="next"'},
    )
    assert "repeats" in str(error_of(moodle.members, MEMBERS_URL))


def test_a_list_with_too_many_pages_is_an_error(moodle, network):
    class Endless:
        def request(self, method, url, **options):
            if method == "POST":
                return network.request(method, url, **options)
            answer = network.request("GET", MEMBERS_URL)
            number = int(url.rpartition("=")[2]) + 1 if "=" in url else 1
            return replace(answer, url=url, headers={"Link": f'<{MEMBERS_URL}?p={number}>; rel="next"'})

    network.on("GET", MEMBERS_URL, members_page("1"))
    moodle.outgoing = Endless()
    assert "too many pages" in str(error_of(moodle.members, MEMBERS_URL))
    assert len(network.calls_to(MEMBERS_URL)) == 500


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/members", "https://moodle.example.evil.example/x", "ftp://moodle.example/x"],
)
def test_a_token_is_never_sent_to_another_site(moodle, network, elsewhere):
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": f'<{elsewhere}>; rel="next"'})
    error_of(moodle.members, MEMBERS_URL)
    assert network.calls_to(elsewhere) == []


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("http://moodle.example/x?from=1", "https://moodle.example/x?from=1"),
        ("http://moodle.example:8080/x?from=1", "https://moodle.example/x?from=1"),
        ("https://moodle.example:8443/x?from=1", "https://moodle.example:8443/x?from=1"),
    ],
)
def test_a_next_page_under_another_scheme_or_port_of_the_host_is_followed(moodle, network, named, asked):
    network.on("GET", MEMBERS_URL, members_page("1"), headers={"Link": f'<{named}>; rel="next"'})
    network.on("GET", asked, members_page("2"))
    assert [member.user_id for member in moodle.members(MEMBERS_URL)] == ["1", "2"]
    assert network.calls_to(named) == ([] if named != asked else network.calls_to(asked))


# --- members


def test_a_list_has_a_minute(moodle, network):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    assert [call.seconds for call in network.calls_to(MEMBERS_URL)] == [60]


def test_members_are_asked_for_by_the_exact_media_type(moodle, network):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    assert network.calls_to(MEMBERS_URL)[0].headers["Accept"] == MEMBERS


def test_the_members_of_a_recorded_moodle_course_are_read(moodle, network, recorded):
    answer = recorded("moodle/30_nrps_context.json")["response"]
    network.on("GET", MEMBERS_URL, answer["body"], headers=answer["headers"])
    found = list(moodle.members(MEMBERS_URL))
    teacher = next(one for one in found if one.user_id == "3")
    assert (teacher.name, teacher.email) == ("Thérèse Durand", "teacher1@lab.test")
    assert not teacher.is_learner
    assert len(found) == len(answer["body"]["members"])
    assert sum(one.is_learner for one in found) == sum(
        "Learner" in member["roles"] for member in answer["body"]["members"]
    )


def test_members_who_may_open_a_link_are_listed(moodle, network, recorded):
    answer = recorded("moodle/33_nrps_rlid_2_restricted.json")
    url = f"{MEMBERS_URL}?rlid=2"
    network.on("GET", url, answer["response"]["body"])
    found = list(moodle.members(MEMBERS_URL, "2"))
    assert len(found) == len(answer["response"]["body"]["members"])


def test_a_link_id_with_special_characters_is_added_to_a_query(moodle, network):
    url = "https://lms.example/members?a=1&a=2&b="
    network.on("GET", url + "&rlid=x%26y%3D%2F", members_page("1"))
    assert ids(moodle.members(url, "x&y=/")) == ["1"]


def test_members_without_name_and_address_are_members(moodle, network, recorded):
    answer = recorded("moodle/34_nrps_privacy_off.json")["response"]
    network.on("GET", MEMBERS_URL, answer["body"])
    (member,) = moodle.members(MEMBERS_URL)
    assert (member.user_id, member.name, member.email, member.is_learner) == ("17", None, None, True)


CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"


def test_usernames_of_recorded_members_are_read(moodle, network, recorded):
    for name, username in (("33_nrps_rlid_2_restricted", "student03"), ("34_nrps_privacy_off", None)):
        page = recorded(f"moodle/{name}.json")["response"]["body"]
        told = {read_member(each).username for each in page["members"]}
        assert username in told and (username is None) == (None in told)


@pytest.mark.parametrize(
    ("entry", "username"),
    [
        ({"ext_user_username": "Anna "}, "anna"),
        ({"ext_user_username": None}, None),
        ({"ext_user_username": True}, None),
        ({"ext_user_username": "an\0na"}, None),
        ({"message": [{}, None, {CUSTOM: {"canvas_login_id": "Anna"}}]}, "anna"),
        ({"message": [{CUSTOM: {"canvas_login_id": "$Canvas.user.loginId"}}]}, None),
        ({"message": [{CUSTOM: []}]}, None),
        ({"message": {}}, None),
    ],
)
def test_a_username_of_a_member_is_read(entry, username):
    assert read_member({"user_id": "7", "roles": ["Learner"], **entry}).username == username


@pytest.mark.parametrize("name", ["nrps_page.json", "nrps_page_with_rlid.json"])
def test_the_members_of_a_canvas_course_are_read(canvas, network, recorded, name):
    network.on("GET", MEMBERS_URL, recorded(f"canvas/{name}")["body"])
    teacher, learner = canvas.members(MEMBERS_URL)
    assert (teacher.is_learner, learner.is_learner) == (False, True)
    assert learner.user_id == "86157096-483e-4b3a-90bf-edc6bac902c0"


def test_the_second_page_of_canvas_is_fetched(canvas, network, recorded):
    page = recorded("canvas/nrps_page.json")
    first = "https://example.instructure.com/api/lti/courses/1/names_and_roles"
    network.on("GET", first, page["body"], headers=page["_headers"])
    network.on("GET", first + "?page=2&per_page=50", members_page("last"))
    assert ids(canvas.members(first))[-1] == "last"


def test_members_of_an_unexpected_form_are_skipped(moodle, network):
    odd = [None, "x", {}, {"user_id": None}, {"user_id": ""}, {"user_id": [1]}, {"user_id": 9, "roles": 7}]
    network.on("GET", MEMBERS_URL, {"members": odd})
    (member,) = moodle.members(MEMBERS_URL)
    assert (member.user_id, member.roles) == ("9", ())


def test_a_member_who_left_is_not_active(moodle, network):
    left = {"user_id": "1", "roles": ["Learner"], "status": "Inactive"}
    network.on("GET", MEMBERS_URL, {"members": [left]})
    (member,) = moodle.members(MEMBERS_URL)
    assert not member.is_learner


@pytest.mark.parametrize("body", ["[]", "{}", '{"members": {}}', "", "null", '"x"', "[" * 60_000])
def test_an_unreadable_list_is_an_error_and_not_an_empty_course(moodle, network, body):
    network.on("GET", MEMBERS_URL, body)
    assert not error_of(moodle.members, MEMBERS_URL).permanent


# --- line items


def test_the_line_items_of_moodle_are_requested_in_one_page(moodle, network, recorded):
    answer = recorded("moodle/20_ags_lineitems_get.json")["response"]
    network.on("GET", ITEMS_URL, answer["body"], headers=answer["headers"])
    found = moodle.line_items(ITEMS_URL)
    assert found[0].label == "Data Literacy micro-credential"
    assert (found[0].resource_link_id, found[0].tag) == ("1", "course-badge")
    assert found[0].score_maximum == Decimal(50)
    assert network.calls_to(ITEMS_URL)[0].headers["Accept"] == LINE_ITEMS


def test_the_line_items_of_canvas_are_requested_by_the_hundred(canvas, network, recorded):
    page = recorded("canvas/ags_lineitems.json")
    first = "https://example.instructure.com/api/lti/courses/5/line_items"
    network.on("GET", first + "?limit=100", page["body"], headers=page["_headers"])
    network.on("GET", first + "?page=2&per_page=10", [])
    found = canvas.line_items(first)
    assert [item.tag for item in found] == ["award", "completion"]


def test_line_items_are_read_with_the_writing_scope_where_no_other_was_granted(network, connect):
    network.on("POST", TOKEN_URL, {"error": "invalid_scope"}, status=400)
    network.on("POST", TOKEN_URL, GRANTED)
    network.on("GET", ITEMS_URL, [])
    assert connect().line_items(ITEMS_URL) == ()
    assert [call.data["scope"] for call in network.calls_to(TOKEN_URL)] == [READ_LINE_ITEMS, WRITE_LINE_ITEMS]


def test_a_line_item_is_created(moodle, network, recorded):
    recording = recorded("moodle/26_ags_lineitem_create.json")
    network.on("POST", ITEMS_URL, recording["response"]["body"], status=201)
    made = moodle.create_line_item(
        ITEMS_URL, "Badge status (standalone)", Decimal(10), tag="badge-status", resource_id="ach-777"
    )
    assert made.id.endswith("/2/lineitems/8/lineitem?type_id=1")
    (call,) = network.calls_to(ITEMS_URL)
    assert json.loads(call.data) == json.loads(recording["request"]["body"])
    assert call.headers["Content-Type"] == call.headers["Accept"] == LINE_ITEM


@pytest.mark.parametrize("body", ["", "{}", "[]"])
def test_a_line_item_that_was_not_created_is_an_error(moodle, network, body):
    network.on("POST", ITEMS_URL, body, status=201)
    error_of(moodle.create_line_item, ITEMS_URL, "Badge", Decimal(1))


def test_an_ended_course_of_canvas_is_concluded(canvas, network, recorded):
    url = "https://example.instructure.com/api/lti/courses/5/line_items?limit=100"
    for answer in recorded("canvas/ags_errors.json")[2:4]:
        network.remove("GET", url)
        network.on("GET", url, answer.get("body", ""), status=answer["status"])
        error = error_of(canvas.line_items, url)
        assert (error.concluded, error.permanent) == (True, True)


def test_not_found_in_moodle_does_not_conclude_a_course(moodle, network):
    network.on("GET", ITEMS_URL, "<!DOCTYPE html>", status=404)
    error = error_of(moodle.line_items, ITEMS_URL)
    assert (error.concluded, error.permanent) == (False, True)


# --- results


def test_hidden_and_manual_results_of_moodle_are_read(moodle, network, recorded):
    answer = recorded("moodle/25_ags_results_hand_typed.json")["response"]
    network.on("GET", RESULTS_URL, answer["body"], headers=answer["headers"])
    found = {result.user_id: result for result in moodle.results(ITEM_URL)}
    assert {user_id: result.score for user_id, result in found.items()} == {
        "4": Decimal("1"),
        "5": Decimal("0.24"),
        "6": Decimal("0.66"),
        "7": Decimal("0"),
    }
    assert found["6"].comment == "typed by hand"
    assert found["6"].timestamp == datetime(2026, 11, 21, 9, 25, 43, tzinfo=UTC)
    assert network.calls_to(RESULTS_URL)[0].headers["Accept"] == RESULTS


def test_the_results_of_canvas_are_read_and_a_missing_grade_is_no_zero(canvas, network, recorded):
    item = "https://example.instructure.com/api/lti/courses/5/line_items/2"
    network.on("GET", item + "/results?limit=100", recorded("canvas/ags_results.json")["body"])
    graded, excused = canvas.results(item)
    assert (graded.score, graded.timestamp) == (Decimal("0.83"), None)
    assert excused.score is None


@pytest.mark.parametrize(
    ("result", "score"),
    [
        ({"resultScore": 1, "resultMaximum": 3}, Decimal(1) / Decimal(3)),
        ({"resultScore": 0.1, "resultMaximum": 0.3}, Decimal("0.1") / Decimal("0.3")),
        ({"resultScore": 120, "resultMaximum": 100}, Decimal(1)),
        ({"resultScore": -3, "resultMaximum": 100}, Decimal(0)),
        ({"resultScore": "45.5", "resultMaximum": "50"}, Decimal("0.91")),
        ({"resultScore": 0.8}, Decimal("0.8")),
        ({"resultScore": 80}, None),
        ({"resultScore": 80, "resultMaximum": 0}, None),
        ({"resultScore": 80, "resultMaximum": -1}, None),
        ({"resultScore": 80, "resultMaximum": "many"}, None),
        ({"resultScore": None, "resultMaximum": 50}, None),
        ({"resultScore": True, "resultMaximum": 1}, None),
        ({"resultScore": float("nan"), "resultMaximum": 1}, None),
        ({"resultScore": "Infinity", "resultMaximum": 1}, None),
        ({"resultScore": "1e999999", "resultMaximum": 1}, None),
        ({"resultScore": [1], "resultMaximum": 1}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_a_score_is_exact_and_from_0_to_1_or_none(moodle, network, result, score):
    network.on("GET", RESULTS_URL, [{"userId": "4", **result}])
    (found,) = moodle.results(ITEM_URL)
    assert found.score == score


@pytest.mark.parametrize("time", ["2026-11-21T10:24:39", "yesterday", 7, None, ""])
def test_a_time_without_a_zone_is_none(moodle, network, time):
    network.on("GET", RESULTS_URL, [{"userId": 4, "timestamp": time}])
    (found,) = moodle.results(ITEM_URL)
    assert (found.user_id, found.timestamp) == ("4", None)


@pytest.mark.parametrize("time", ["2026-11-21T10:24:39Z", "2026-11-21T11:24:39.000+01:00"])
def test_a_time_is_kept_in_utc(moodle, network, time):
    network.on("GET", RESULTS_URL, [{"userId": "4", "timestamp": time}])
    (found,) = moodle.results(ITEM_URL)
    assert found.timestamp == datetime(2026, 11, 21, 10, 24, 39, tzinfo=UTC)
    assert found.timestamp.utcoffset().total_seconds() == 0


def test_results_of_an_unexpected_form_are_skipped(moodle, network):
    network.on("GET", RESULTS_URL, [None, 7, {}, {"userId": None}, {"userId": "4"}])
    assert ids(moodle.results(ITEM_URL)) == ["4"]


# --- platforms in trouble


def test_retry_after_is_read_in_seconds(moodle, network):
    network.on("GET", MEMBERS_URL, "", status=429, headers={"retry-after": "120"})
    error = error_of(moodle.members, MEMBERS_URL)
    assert (error.permanent, error.retry_after) == (False, 120)


def test_retry_after_may_be_a_date(moodle, network):
    network.on("GET", MEMBERS_URL, "", status=503, headers={"Retry-After": "Sat, 21 Nov 2026 12:01:30 GMT"})
    error = error_of(moodle.members, MEMBERS_URL)
    assert (error.permanent, error.retry_after) == (False, 90)


@pytest.mark.parametrize("value", ["", "soon", "-3", "Sat, 99 Nov 2026"])
def test_an_unreadable_retry_after_is_none(moodle, network, value):
    network.on("GET", MEMBERS_URL, "", status=429, headers={"Retry-After": value})
    assert error_of(moodle.members, MEMBERS_URL).retry_after is None


def test_the_older_rate_limit_answer_of_canvas_is_recognised(canvas, network):
    network.on("GET", MEMBERS_URL, "403 Forbidden (Rate Limit Exceeded)", status=403)
    assert not error_of(canvas.members, MEMBERS_URL).permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(302, False), (400, True), (403, True), (404, True), (410, True), (500, False), (503, False)],
)
def test_permanent_errors_are_told_from_passing_ones(moodle, network, status, permanent):
    network.on("GET", MEMBERS_URL, "<html>secret</html>", status=status)
    assert error_of(moodle.members, MEMBERS_URL).permanent == permanent


def test_a_web_page_instead_of_a_list_has_its_own_sentence(moodle, network):
    network.on("GET", MEMBERS_URL, "\ufeff\n<!DOCTYPE html><title>Log in</title>")
    assert "web page" in str(error_of(moodle.members, MEMBERS_URL))


def test_an_unreachable_platform_has_its_own_error(moodle, network):
    network.fail("GET", MEMBERS_URL, "moodle.example did not answer in time")
    error = error_of(moodle.members, MEMBERS_URL)
    assert str(error) == "moodle.example did not answer in time"
    assert isinstance(error.__cause__, OutgoingError)


def test_an_address_that_may_not_be_called_is_a_permanent_error(moodle, network):
    network.answers[("GET", MEMBERS_URL)] = [OutgoingError("a private address", permanent=True)]
    assert error_of(moodle.members, MEMBERS_URL).permanent


def test_the_repr_of_a_connection_has_neither_token_nor_key(moodle, network, tokens):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    assert "secret-token" not in repr(moodle) + repr(tokens)


def test_a_token_that_was_asked_for_with_a_withdrawn_key_is_used_no_more(
    moodle, network, registration, tokens, clock, limits
):
    network.on("GET", MEMBERS_URL, members_page())
    list(moodle.members(MEMBERS_URL))
    list(moodle.members(MEMBERS_URL))
    assert len(network.calls_to(TOKEN_URL)) == 1
    new = new_tool_key()
    list(Connection(registration, new, network, tokens, clock, bytes, limits).members(MEMBERS_URL))
    first, second = (
        jwt.get_unverified_header(call.data["client_assertion"])["kid"]
        for call in network.calls_to(TOKEN_URL)
    )
    assert (first == new.kid, second == new.kid) == (False, True)
    assert {each.kid for each in tokens._tokens} == {new.kid}


def scores_url(item_url):
    return item_url.replace("/lineitem?", "/lineitem/scores?")


def test_a_full_score_is_written_whatever_the_maximum_is(moodle, network, clock, recorded):
    network.on("POST", scores_url(ITEM_URL), "", status=200)
    moodle.write_score(ITEM_URL, "4", clock(), comment="Data literacy")
    (call,) = network.calls_to(scores_url(ITEM_URL))
    assert json.loads(call.data) == {
        "userId": "4",
        "timestamp": clock().isoformat(),
        "scoreGiven": 1,
        "scoreMaximum": 1,
        "comment": "Data literacy",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    assert (
        call.headers["Content-Type"]
        == recorded("moodle/22_ags_score_post.json")["request"]["headers"]["Content-Type"]
    )
    assert network.calls_to(TOKEN_URL)[0].data["scope"] == WRITE_SCORES


def test_canvas_is_told_that_a_score_is_no_submission_and_replaces_no_grade_of_a_teacher(
    canvas, network, clock
):
    url = "https://example.instructure.com/api/lti/courses/5/line_items/7"
    network.on("POST", f"{url}/scores", {"resultUrl": f"{url}/results/1"})
    canvas.write_score(url, "u-1", clock(), comment="Badge")
    canvas.clear_score(url, "u-1", clock())
    written, cleared = (json.loads(call.data) for call in network.calls_to(f"{url}/scores"))
    submission = {"new_submission": False, "prioritize_non_tool_grade": True}
    assert written["https://canvas.instructure.com/lti/submission"] == submission
    assert cleared["https://canvas.instructure.com/lti/submission"] == submission
    assert not {"scoreGiven", "scoreMaximum", "comment"} & cleared.keys()
    assert cleared["gradingProgress"] == "NotReady"


def test_a_score_of_the_same_second_is_done_already(moodle, network, clock):
    network.on("POST", scores_url(ITEM_URL), '{"status":409,"reason":"Conflict"}', status=409)
    moodle.write_score(ITEM_URL, "4", clock(), comment="Badge")
    network.remove("POST", scores_url(ITEM_URL))
    network.on("POST", scores_url(ITEM_URL), '{"status":400}', status=400)
    assert error_of(lambda: moodle.write_score(ITEM_URL, "4", clock(), comment="Badge")).permanent


def test_moodle_is_asked_to_tell_a_learner(moodle, network):
    network.on("POST", "https://moodle.example/nozimite/2/messages", "", status=201)
    url = messages_url("https://moodle.example/nozimite/2/completions")
    moodle.tell_learner(url, "7", "17")
    (call,) = network.calls_to(url)
    assert json.loads(call.data) == {"sub": "7", "resource_link_id": "17"}
    assert network.calls_to(TOKEN_URL)[0].data["scope"] == MESSAGE_SCOPE


class Silent:
    """A network in which nothing answers in time; it keeps for how long each call would have waited."""

    def __init__(self):
        self.waited = []

    def request(self, method, url, *, seconds, **options):
        self.waited.append(seconds)
        raise OutgoingError("it did not answer in time")


def test_a_list_that_is_not_answered_in_time_is_waited_for_longer_the_next_time(
    moodle, network, limits, clock
):
    network.on("GET", MEMBERS_URL, members_page("1"))
    list(moodle.members(MEMBERS_URL))
    silent = moodle.outgoing = Silent()
    for _ in range(5):
        error_of(moodle.members, MEMBERS_URL)
        clock.advance(minutes=10)
    assert silent.waited == [60, 120, 240, 240, 240]
    with limits.call("list") as seconds:
        assert seconds == 240
    for _ in range(3):
        with limits.call("list") as seconds:
            pass
    assert seconds == 60


def test_a_platform_that_does_not_answer_is_left_alone_for_all_its_courses(moodle, network, clock, connect):
    network.on("GET", MEMBERS_URL, members_page("1"))
    list(moodle.members(MEMBERS_URL))
    silent = moodle.outgoing = Silent()
    for _ in range(FAILURES):
        error_of(moodle.members, MEMBERS_URL)
    error = error_of(moodle.results, ITEM_URL)
    assert (error.retry_after, error.permanent) == (5, False)
    other_course = connect()
    assert error_of(other_course.members, MEMBERS_URL).retry_after == 5
    assert len(silent.waited) == FAILURES
    clock.advance(seconds=6)
    assert ids(other_course.members(MEMBERS_URL)) == ["1"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_platform_that_asks_to_wait_is_left_alone_by_all_its_courses(moodle, network, clock, status):
    network.on("GET", MEMBERS_URL, "", status=status, headers={"Retry-After": "90"})
    assert error_of(moodle.members, MEMBERS_URL).retry_after == 90
    assert error_of(moodle.results, ITEM_URL).retry_after == 90
    assert network.calls_to(RESULTS_URL) == []
    clock.advance(seconds=91)
    network.remove("GET", MEMBERS_URL)
    network.on("GET", MEMBERS_URL, members_page("1"))
    assert ids(moodle.members(MEMBERS_URL)) == ["1"]


def test_an_address_that_may_not_be_called_says_nothing_of_the_platform(moodle, network):
    class Refusing:
        def request(self, method, url, **options):
            raise OutgoingError("the address is not valid", permanent=True)

    network.on("GET", MEMBERS_URL, members_page("1"))
    list(moodle.members(MEMBERS_URL))
    moodle.outgoing = Refusing()
    for _ in range(FAILURES + 2):
        assert error_of(moodle.members, MEMBERS_URL).permanent
    moodle.outgoing = network
    assert ids(moodle.members(MEMBERS_URL)) == ["1"]
