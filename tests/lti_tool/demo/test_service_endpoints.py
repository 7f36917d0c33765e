"""The services answer as Moodle's and Canvas's do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lti_tool.demo.campus import create_campus

NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


# --- tokens


def test_moodle_says_its_json_is_html(moodle: Any) -> None:
    answer = moodle.request_token(moodle.assertion())
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.json()["expires_in"] == 3600


def test_moodle_looks_at_neither_audience_nor_jti_but_at_a_future_iat(moodle: Any) -> None:
    assert moodle.request_token(moodle.assertion(aud="anything", jti=None, exp=None)).ok
    early = moodle.request_token(moodle.assertion(iat=int(moodle.clock().timestamp()) + 2))
    assert early.status_code == 400
    assert "Cannot handle token with iat prior to" in early.text


def test_canvas_requires_its_exact_address_as_audience(canvas: Any) -> None:
    endpoint = canvas.tool.registration["platform"]["token_endpoint"]
    answer = canvas.request_token(canvas.assertion(aud=endpoint + "/"))
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "the 'aud' is invalid"
    assert canvas.request_token(canvas.assertion()).json()["access_token"]


def test_moodle_answers_a_page_and_404_when_it_cannot_fetch_the_key_set(moodle: Any) -> None:
    moodle.tool.key_set_down = True
    answer = moodle.request_token(moodle.assertion())
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "fix_jwks_alg" in answer.text


def test_moodle_keeps_a_key_set_until_an_unknown_kid_comes(moodle: Any) -> None:
    assert moodle.request_token(moodle.assertion()).ok
    moodle.tool.key_set_down = True
    assert moodle.request_token(moodle.assertion()).ok
    moodle.tool.kid = "t2"
    assert moodle.request_token(moodle.assertion()).status_code == 404
    moodle.tool.key_set_down = False
    assert moodle.request_token(moodle.assertion()).ok


def test_an_assertion_without_kid_gets_the_broken_json_of_moodle(moodle: Any) -> None:
    form = moodle.assertion()
    form["client_assertion"] = moodle.tool.sign({"sub": moodle.tool.registration["client_id"]}, kid="other")
    answer = moodle.request_token(form)
    assert answer.status_code == 400
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(answer.text)


def test_a_token_of_another_scope_or_an_expired_one_is_refused(moodle: Any) -> None:
    url = memberships_url(moodle)
    form = {**moodle.assertion(), "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score"}
    token = moodle.request_token(form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": MEMBERS}
    assert moodle.http.get(url, headers=headers).status_code == 401
    token = moodle.request_token(moodle.assertion()).json()["access_token"]
    headers["Authorization"] = f"Bearer {token}"
    assert moodle.http.get(url, headers=headers).ok
    moodle.clock.advance(3600)
    assert moodle.http.get(url, headers=headers).status_code == 401


# --- members


def test_moodle_lists_everybody_at_once_with_short_roles(moodle: Any) -> None:
    answer = moodle.call("GET", memberships_url(moodle), MEMBERS)
    members = answer.json()["members"]
    assert len(members) == 32
    assert "Link" not in answer.headers
    assert {tuple(member["roles"]) for member in members} == {("Learner",), ("Instructor",)}


def test_moodle_lists_the_assistant_as_a_learner(moodle: Any) -> None:
    members = moodle.call("GET", memberships_url(moodle), MEMBERS).json()["members"]
    assert roles_of(members, "Roberts") == ["Learner"]
    assert roles_of(members, "Zane") == ["Instructor"]


def test_with_rlid_moodle_lists_staff_and_those_who_may_open_the_link(moodle: Any) -> None:
    url = memberships_url(moodle)
    rlid = f"{url}?rlid={moodle.link.id}"
    assert names(moodle.call("GET", rlid, MEMBERS)) == {"Zane", "Roberts"}
    moodle.robot.give_grades("Data Literacy", complete=12)
    inside = names(moodle.call("GET", rlid, MEMBERS))
    assert len(inside) == 14
    assert {"Anna", "Zane", "Roberts"} <= inside
    assert moodle.call("GET", f"{url}?rlid=999", MEMBERS).status_code == 404


def test_a_member_of_moodle_has_the_recorded_shape(moodle: Any, shared: Any) -> None:
    recorded = json.loads((shared / "data" / "moodle" / "33_nrps_rlid_2_restricted.json").read_text())
    theirs = recorded["response"]["body"]
    ours = moodle.call("GET", f"{memberships_url(moodle)}?rlid={moodle.link.id}", MEMBERS).json()
    assert set(ours) == set(theirs)
    assert set(ours["members"][0]) == set(theirs["members"][0])


def test_moodle_takes_the_exact_media_type_or_none(moodle: Any) -> None:
    url = memberships_url(moodle)
    wrong = moodle.call("GET", url, "application/json")
    assert wrong.status_code == 400
    assert "No handler found" in wrong.json()["reason"]
    assert moodle.call("GET", url, "*/*").ok


def test_moodle_pages_only_when_asked_and_forgets_the_role(moodle: Any) -> None:
    answer = moodle.call("GET", f"{memberships_url(moodle)}?limit=10&role=Learner", MEMBERS)
    assert len(answer.json()["members"]) == 10
    assert answer.links["next"]["url"].endswith("memberships?limit=10&from=10")


def test_canvas_pages_by_fifty_and_keeps_the_role_with_its_capitals(unregistered: Any) -> None:
    setup = unregistered("canvas")
    setup.lms.campus = create_campus(learners=120)
    setup.register()
    url = memberships_url(setup)
    first = setup.call("GET", url, MEMBERS, params={"role": LEARNER})
    assert len(first.json()["members"]) == 50
    following = first.links["next"]["url"]
    assert "%23Learner" in following
    second = setup.call("GET", following, MEMBERS)
    third = setup.call("GET", second.links["next"]["url"], MEMBERS)
    assert len(third.json()["members"]) == 20
    assert "next" not in third.links


def test_canvas_lists_full_roles_and_the_assistant_as_staff(canvas: Any) -> None:
    members = canvas.call("GET", memberships_url(canvas), MEMBERS).json()["members"]
    assert roles_of(members, "Anna") == [LEARNER]
    assert any(role.endswith("#TeachingAssistant") for role in roles_of(members, "Roberts"))


def test_members_have_the_username_as_each_product_says_it(moodle: Any, canvas: Any) -> None:
    def anna(setup: Any) -> dict[str, Any]:
        # Canvas tells variables only in the list that is asked for as for a link.
        url = f"{memberships_url(setup)}?rlid={setup.lms.product.course_id(setup.lms.campus.courses['3'])}"
        url = url if setup is canvas else memberships_url(setup)
        members: list[dict[str, Any]] = setup.call("GET", url, MEMBERS).json()["members"]
        return next(member for member in members if member["given_name"] == "Anna")

    assert anna(moodle)["ext_user_username"] == "anna.berzina"
    (tool,) = canvas.lms.campus.tools.values()
    tool.custom["login"] = "$Canvas.user.loginId"
    (message,) = anna(canvas)["message"]
    assert message["https://purl.imsglobal.org/spec/lti/claim/custom"]["login"] == "anna.berzina"


# --- line items, scores, results


def test_a_tool_sees_only_its_own_columns(moodle: Any) -> None:
    moodle.place_badge(lineItem={"scoreMaximum": 50, "tag": "t"})
    moodle.place_badge(lineItem={"scoreMaximum": 10, "tag": "u"})
    items = moodle.call("GET", line_items_url(moodle), ITEMS).json()
    assert [(item["scoreMaximum"], item["tag"]) for item in items] == [(50, "t"), (10, "u")]
    assert [item["tag"] for item in moodle.call("GET", line_items_url(moodle) + "&tag=u", ITEMS).json()] == [
        "u"
    ]


def test_the_link_header_of_moodles_columns_cannot_be_followed(moodle: Any) -> None:
    moodle.place_badge(lineItem={"scoreMaximum": 50})
    moodle.place_badge(lineItem={"scoreMaximum": 50})
    answer = moodle.call("GET", line_items_url(moodle) + "&limit=1", ITEMS)
    assert "next" not in answer.links


def test_a_tool_makes_changes_and_removes_a_column(moodle: Any) -> None:
    made = make_line_item(moodle)
    assert made["scoreMaximum"] == 1
    changed = moodle.call("PUT", made["id"], ITEM, json={**made, "label": "Other", "scoreMaximum": 5})
    assert changed.json()["label"] == "Other"
    assert moodle.call("GET", made["id"], ITEM).json()["scoreMaximum"] == 5
    assert moodle.call("DELETE", made["id"]).status_code == 204
    assert moodle.call("GET", made["id"], ITEM).status_code == 404


def test_a_column_is_made_only_with_its_media_type(moodle: Any) -> None:
    wrong = moodle.call(
        "POST", line_items_url(moodle), "application/json", json={"label": "x", "scoreMaximum": 1}
    )
    assert wrong.status_code == 400


def test_a_column_of_the_course_is_not_the_tools(moodle: Any) -> None:
    own = make_line_item(moodle)["id"]
    foreign = next(column for column in moodle.lms.campus.columns.values() if not column.tool_id)
    url = own.replace("/lineitems/", f"/lineitems/{foreign.id}#").split("#")[0] + "/lineitem?type_id=1"
    assert not moodle.call("GET", url, ITEM).ok


def test_a_second_score_of_the_same_moment_is_a_conflict(moodle: Any) -> None:
    item = make_line_item(moodle)
    first = post_score(moodle, item, "Anna", 1)
    assert (first.status_code, first.text) == (200, "")
    assert post_score(moodle, item, "Anna", 1).status_code == 409
    moodle.clock.advance(1)
    assert post_score(moodle, item, "Anna", 0.5).ok
    (result,) = results(moodle, item)
    assert (result["resultScore"], result["resultMaximum"]) == (0.5, 1)


def test_a_score_not_fully_graded_takes_the_grade_away(moodle: Any) -> None:
    item = make_line_item(moodle)
    post_score(moodle, item, "Anna", 1)
    moodle.clock.advance(1)
    post_score(moodle, item, "Anna", 1, gradingProgress="Pending")
    (result,) = results(moodle, item)
    assert set(result) == {"id", "userId"}


def test_staff_get_no_score(moodle: Any, canvas: Any) -> None:
    assert post_score(moodle, make_line_item(moodle), "Roberts", 1).status_code == 400
    assert post_score(canvas, make_line_item(canvas), "Roberts", 1).status_code == 422


def test_grades_typed_by_hand_and_hidden_ones_are_results(moodle: Any) -> None:
    item = make_line_item(moodle)
    moodle.robot.type_grades("Data Literacy", "Anna", "1", column="Badge column")
    moodle.robot.type_grades("Data Literacy", "Jānis", "0", column="Badge column")
    column = next(column for column in moodle.lms.campus.columns.values() if column.label == "Badge column")
    column.hidden = True
    assert [result["resultScore"] for result in results(moodle, item)] == [1, 0]


def test_a_later_score_does_not_replace_a_teachers_grade(moodle: Any) -> None:
    item = make_line_item(moodle)
    moodle.robot.type_grades("Data Literacy", "Anna", "1", column="Badge column")
    moodle.clock.advance(5)
    assert post_score(moodle, item, "Anna", 0).ok
    assert results(moodle, item)[0]["resultScore"] == 1


def test_a_limit_on_results_is_a_fatal_error_of_moodle(moodle: Any) -> None:
    item = make_line_item(moodle)
    url = results_url(item) + "&limit=1"
    answer = moodle.call("GET", url, RESULTS)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_results_of_canvas_have_no_score_where_there_is_none_and_no_times(canvas: Any) -> None:
    item = make_line_item(canvas)
    answer = post_score(canvas, item, "Anna", 1)
    assert answer.json()["resultUrl"].startswith(item["id"])
    canvas.clock.advance(1)
    post_score(canvas, item, "Anna", 1, gradingProgress="Pending")
    (result,) = results(canvas, item)
    assert "resultScore" not in result
    assert "timestamp" not in result


def test_canvas_pages_columns_by_ten(canvas: Any) -> None:
    for number in range(12):
        make_line_item(canvas, f"Column {number}")
    first = canvas.call("GET", line_items_url(canvas), ITEMS)
    assert len(first.json()) == 10
    assert len(canvas.call("GET", first.links["next"]["url"], ITEMS).json()) == 2


@pytest.mark.parametrize(("fault", "status"), [("too_many", 429), ("html", 200), ("gone", 404)])
def test_the_services_fail_where_a_fault_is_simulated(moodle: Any, fault: str, status: int) -> None:
    url = memberships_url(moodle)
    moodle.robot.become("Ieva")
    page = moodle.robot.open("http://lms.localhost:8001/admin/tools")
    moodle.robot.submit(page.form("trouble"), {"trouble": fault})
    answer = moodle.call("GET", url, MEMBERS)
    assert answer.status_code == status
    assert "members" not in answer.text


def memberships_url(setup: Any) -> str:
    claims = setup.launch("Zane", setup.place_badge())
    url: str = claims[NRPS]["context_memberships_url"]
    return url


def line_items_url(setup: Any) -> str:
    claims = setup.launch("Zane", setup.place_badge())
    url: str = claims[AGS]["lineitems"]
    return url


def make_line_item(setup: Any, label: str = "Badge column") -> dict[str, Any]:
    answer = setup.call("POST", line_items_url(setup), ITEM, json={"label": label, "scoreMaximum": 1})
    assert answer.status_code == 201
    item: dict[str, Any] = answer.json()
    return item


def post_score(setup: Any, item: dict[str, Any], person: str, given: float, **changes: Any) -> Any:
    who = next(one for one in setup.lms.campus.people.values() if one.given == person)
    score = {
        "userId": setup.lms.product.person_id(who),
        "scoreGiven": given,
        "scoreMaximum": 1,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": setup.clock().isoformat(),
        **changes,
    }
    url = item["id"].replace("/lineitem?", "/lineitem/scores?")
    url = url if url != item["id"] else item["id"] + "/scores"
    return setup.call("POST", url, SCORE, json=score)


def results_url(item: dict[str, Any]) -> str:
    url: str = item["id"].replace("/lineitem?", "/lineitem/results?")
    return url if url != item["id"] else item["id"] + "/results"


def results(setup: Any, item: dict[str, Any]) -> Any:
    return setup.call("GET", results_url(item), RESULTS).json()


def names(answer: Any) -> set[str]:
    return {member["given_name"] for member in answer.json()["members"]}


def roles_of(members: list[dict[str, Any]], given: str) -> Any:
    return next(member["roles"] for member in members if member["given_name"] == given)
