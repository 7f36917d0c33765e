"""Each step of a self-test says whether it is in order, and why not; what needs another step waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from requests.structures import CaseInsensitiveDict

from lti_tool.errors import OutgoingError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms import registrations
from lti_tool.self_test import throwaway_badge
from lti_tool.self_test.making import made_self_test
from lti_tool.self_test.platform_answers import MOST_SECONDS, seconds_apart
from lti_tool.self_test.results import STEPS, read_self_test
from lti_tool.store.models import Award, Base, CompiledFormRow, Course, CredentialRow, Event, StatusList
from signing.errors import UnusableKeyError
from tests.fixtures import NEW_REGISTRATION, change_issuer, rows
from tests.lti_tool.self_test.conftest import MEMBERS

HTML = "<!DOCTYPE html><title>Log in</title>"


def outcomes(found):
    return {step.name: (step.outcome, step.code) for step in found.steps}


def test_a_platform_that_is_in_order_is_in_order_in_every_step(found, launch):
    launch()
    made = found()
    assert outcomes(made) == {
        "keys": ("in_order", "keys_given"),
        "clock": ("in_order", "clock_right"),
        "token": ("in_order", "token_given"),
        "scopes": ("in_order", "scopes_granted"),
        "members": ("in_order", "members_read"),
        "cookies": ("in_order", "cookies_kept"),
        "badge": ("in_order", "badge_verified"),
    }
    assert made.is_in_order and tuple(step.name for step in made.steps) == STEPS
    assert len(made.granted) == 5 and not made.missing
    assert read_self_test(made.as_json()) == made


def test_before_anybody_has_come_nothing_is_wrong_and_it_is_said_what_is_missing(found):
    made = found()
    assert outcomes(made)["members"] == ("untried", "members_no_course")
    assert outcomes(made)["cookies"] == ("untried", "cookies_no_launch")
    assert made.is_in_order


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            OutgoingError("{host} did not answer in time", {"host": "moodle.example.org"}),
            "platform_unreachable",
        ),
        (OutgoingError("{host} is a private address", {"host": "moodle.example.org"}), "platform_private"),
        (
            OutgoingError("the certificate of {host} is not trusted", {"host": "moodle.example.org"}),
            "platform_not_trusted",
        ),
        ((200, HTML), "keys_web_page"),
        ((302, HTML), "keys_elsewhere"),
        ((500, HTML), "platform_keys_refused"),
        ({"keys": [{"kty": "oct"}]}, "platform_keys_unusable"),
        ((200, "[" * 100_000), "platform_keys_unusable"),
    ],
)
def test_a_key_set_that_cannot_be_used_is_said(step, tested, answer, code):
    tested.changed[NEW_REGISTRATION.jwks_url] = answer
    found = step("keys")
    assert (found.outcome, found.code) == ("not_in_order", code)
    assert found.about["host"] == "moodle.example.org"
    assert (found.error is not None) == isinstance(answer, OutgoingError)


def test_whoever_does_not_answer_is_asked_once(found, tested, launch):
    launch()
    tested.changed[NEW_REGISTRATION.jwks_url] = OutgoingError("{host} cannot be reached", {"host": "x"})
    made = found()
    assert {outcomes(made)[name] for name in ("clock", "token", "scopes", "members")} == {
        ("untried", "unreached")
    }
    assert tested.called == [NEW_REGISTRATION.jwks_url]
    assert outcomes(made)["badge"][0] == "in_order"


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (29, ("in_order", "clock_right")),
        (-40, ("not_in_order", "platform_clock_differs")),
        (7200, ("not_in_order", "platform_clock_differs")),
        (None, ("untried", "clock_not_told")),
    ],
)
def test_a_clock_is_compared_as_far_as_tokens_need_it(step, tested, ahead, expected):
    tested.ahead = ahead
    found = step("clock")
    assert (found.outcome, found.code) == expected
    assert found.about.get("seconds", abs(ahead or 0)) == abs(ahead or 0)


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 30 Nov 2026 12:00:00 +99999999999999",
        "Mon, 30 Nov 2026 99999999999:00:00 GMT",
        "Mon, 30 Nov 99999999999999999999 12:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 30 Nov 2026 12:00:00",
        "x",
        "",
    ],
)
def test_a_time_that_there_is_not_is_no_time(clock, date):
    answer = HttpResponse(status=200, headers=CaseInsensitiveDict(Date=date), body=b"", url="")
    seconds = seconds_apart(answer, clock())
    assert seconds is None or seconds > MOST_SECONDS


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, HTML), "web page instead of a token"),
        ((302, ""), "leads on to another address"),
        ((400, {"error": "invalid_client"}), "{said}"),
        (OutgoingError("{host} did not send its whole answer in time", {"host": "x"}), "in time"),
    ],
)
def test_a_platform_without_tokens_is_asked_for_no_list(found, tested, launch, answer, said):
    launch()
    tested.changed[NEW_REGISTRATION.auth_token_url] = answer
    made = found()
    (token,) = (each for each in made.steps if each.name == "token")
    assert token.code == "platform_gives_no_token" and said in token.error["sentence"]
    assert outcomes(made)["scopes"] == outcomes(made)["members"] == ("untried", "no_token")
    assert MEMBERS not in tested.called
    assert not made.granted and not made.missing


def test_a_scope_that_is_not_granted_is_named(found, tested):
    tested.refused = ("/score", "result.readonly")
    made = found()
    assert outcomes(made)["scopes"] == ("not_in_order", "platform_grants_less")
    assert [each.rpartition("/")[2] for each in made.missing] == ["result.readonly", "score"]
    assert len(made.granted) == 3 and not made.is_in_order


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"members": []}, ("in_order", "members_none")),
        ((200, HTML), ("not_in_order", "members_not_read")),
        ((403, {}), ("not_in_order", "members_not_read")),
        ({"members": "x"}, ("not_in_order", "members_not_read")),
    ],
)
def test_the_list_of_a_course_that_was_launched_is_read(step, tested, launch, answer, expected):
    launch()
    tested.changed[MEMBERS] = answer
    found = step("members")
    assert (found.outcome, found.code) == expected and found.about == {"course": 1}


def test_a_course_without_a_list_is_said_and_one_that_has_ended_is_not_asked(step, launch, tool_there):
    launch(memberships_url=None)
    assert step("members").code == "members_not_offered"
    with tool_there.store.begin() as session:
        session.get_one(Course, 1).concluded_at = tool_there.clock()
    assert step("members").code == "members_no_course"


def test_nobody_of_the_list_is_kept(tool_there, found, launch):
    launch()
    assert "Anna" not in str(found().as_json())


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        (["cookie", "storage"], ("in_order", "cookies_kept")),
        (["cookie", "new_tab"], ("in_order", "cookies_mostly_kept")),
        (["confirmation", "confirmation", "cookie"], ("not_in_order", "cookies_not_kept")),
    ],
)
def test_cookies_are_judged_by_the_launches_that_were_seen(step, launch, clock, ways, expected):
    for way in ways:
        launch(way)
        clock.advance(minutes=1)
    found = step("cookies")
    assert (found.outcome, found.code) == expected and found.about["launches"] == len(ways)


# --- The badge


def test_a_badge_of_a_self_test_leaves_nothing(tool_there, found):
    def counts():
        with tool_there.store.read() as session:
            return {name: session.query(table).count() for name, table in Base.metadata.tables.items()}

    places = [row.taken for row in rows(tool_there, StatusList)]
    before = counts()
    assert found().is_in_order
    assert counts() == before
    assert not any(rows(tool_there, kind) for kind in (Award, CredentialRow, CompiledFormRow))
    assert places == [row.taken for row in rows(tool_there, StatusList)]
    assert "awarded" not in {row.what for row in rows(tool_there, Event)}


def test_nothing_is_signed_for_an_issuer_that_nobody_has_confirmed(step, tool_there, monkeypatch):
    monkeypatch.setattr(throwaway_badge, "_badges", None)
    change_issuer(tool_there, legal_name={"en": "Another", "lv": "Cita"})
    assert (step("badge").outcome, step("badge").code) == ("untried", "badge_not_confirmed")


def test_a_badge_that_would_lack_something_is_said(step, monkeypatch):
    without_workload = replace(throwaway_badge._template(), workload_hours=None)
    monkeypatch.setattr(throwaway_badge, "_template", lambda: without_workload)
    found = step("badge")
    assert (found.code, found.about) == ("badge_lacks", {"elements": "notional_workload"})


def test_a_key_that_cannot_be_used_is_said(step, monkeypatch):
    def refuse(*_):
        raise UnusableKeyError("damaged")

    monkeypatch.setattr(throwaway_badge, "_badges", refuse)
    assert (step("badge").outcome, step("badge").code) == ("not_in_order", "badge_not_signed")


def test_a_badge_that_does_not_verify_is_said(step, monkeypatch):
    make = throwaway_badge._badges
    monkeypatch.setattr(
        throwaway_badge,
        "_badges",
        lambda *given: [each.replace(b"Self-test", b"Self-best", 1) for each in make(*given)],
    )
    assert step("badge").code == "badge_not_verified"


# --- Whom it does not test


def test_a_platform_that_is_disabled_or_gone_is_not_called(tool_there, tested):
    with tool_there.store.begin() as session:
        registrations.disable(session, 1, tool_there.clock())
    assert made_self_test(tool_there, 1) is None
    assert made_self_test(tool_there, 2) is None
    assert tested.called == []


def test_a_private_address_is_never_called(tool_there):
    """By the real client, whose resolver leads the platform's name into the institution's own network."""
    inside = Outgoing(resolve=lambda host, port, **_: [(2, 1, 6, "", ("10.0.0.7", port))])
    made = made_self_test(replace(tool_there, outgoing=inside), 1)
    assert outcomes(made)["keys"] == ("not_in_order", "platform_private")
