"""Moodle's own web service: what its answers say, whose turn it is, and what is an error though it comes as 200."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.observations import ACTIVITY_COMPLETED, COURSE_COMPLETED, FINAL_SCORE, ROLE, Observation
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms import moodle_web_service as service
from lti_tool.platforms.call_limits import CallLimits
from lti_tool.sources import member_lists, moodle_web_service
from lti_tool.sources.found import Asked, LinkAsked
from lti_tool.values import Access
from tests.fixtures import NOW
from tests.lti_tool.conditions.simulated_course import LINK, KnownHere

SITE = "https://moodle.lab.test:8443"
TOKEN = "0123456789abcdef0123456789abcdef"  # of nothing
COMPLETED_AT = NOW - timedelta(days=1)
ANY_KIND = (service.SITE_INFO, service.COMPLETION, service.ACTIVITIES, service.GRADES)


def error(code):
    return {
        "exception": "core\\exception\\moodle_exception",
        "errorcode": code,
        "message": "Anna Bērziņa is nobody",
    }


def completion(at=COMPLETED_AT, kind=4, aggregation=1, **changes):
    told = {
        "type": kind,
        "title": "Activity completion",
        "complete": at is not None,
        "timecompleted": int(at.timestamp()) if at else None,
        "details": {"criteria": f'<a href="{SITE}/mod/assign/view.php?id=1">Final assignment</a>'},
    } | changes
    status = {"completed": at is not None, "aggregation": aggregation, "completions": [told]}
    return {"completionstatus": status, "warnings": []}


def grade(kind="course", raw=80, **changes):
    return {
        "itemtype": kind,
        "graderaw": raw,
        "grademin": 0,
        "grademax": 100,
        "gradedategraded": int(COMPLETED_AT.timestamp()),
        "gradeishidden": False,
        "gradehiddenbydate": False,
        "gradeneedsupdate": False,
    } | changes


def grades(**of_people):
    entries = [{"userid": int(user_id[1:]), "gradeitems": items} for user_id, items in of_people.items()]
    return {"usergrades": entries, "warnings": []}


@dataclass
class Site:
    """A Moodle: what it answers to each function; a function of the form that was sent, an error or a JSON."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    outgoing: object = None
    limits: object = field(default_factory=lambda: CallLimits(lambda: 0.0))
    platform_id: str = SITE
    status: int = 200

    def __post_init__(self):
        self.outgoing = self
        self.answers = {
            service.SITE_INFO: {
                "siteurl": SITE,
                "userid": 34,
                "functions": [{"name": name} for name in ANY_KIND],
            },
            service.COMPLETION: completion(),
            service.ACTIVITIES: {"statuses": [], "warnings": []},
            service.GRADES: lambda form: grades(**{f"_{form.get('userid', 7)}": [grade()]}),
        } | self.answers

    def request(self, method, url, *, data, max_bytes, seconds, headers=None):
        assert (method, url) == ("POST", f"{SITE}/webservice/rest/server.php")
        form = dict(data)
        assert (form.pop("wstoken"), form.pop("moodlewsrestformat")) == (TOKEN, "json")
        self.asked.append(form)
        answer = self.answers[form["wsfunction"]]
        answer = answer(form) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return HttpResponse(status=self.status, headers={}, body=body, url=url)

    def decrypt(self, stored):
        return stored

    def clock(self):
        return NOW

    def people_asked(self):
        """Of whom the completion was asked, in sequence."""
        return [int(form["userid"]) for form in self.asked if form["wsfunction"] == service.COMPLETION]


def seen(kind, value, source=moodle_web_service.NAME, resource=""):
    return Observation(
        course=1, person=1, kind=kind, resource=resource, value=value, seen_at=NOW, source=source
    )


LEARNER = seen(ROLE, "learner", member_lists.NAME)


def answer_of(site, own=None, reads=(COURSE_COMPLETED,), last_counts=None):
    """The answer of a look at the course by those of whom these observations are known; 7 is a learner."""
    known = KnownHere(own={"7": [LEARNER]} if own is None else own, course=(), last_counts=last_counts or {})
    asked = Asked(
        product="moodle",
        memberships_url=None,
        line_items_url=None,
        context_id="2",
        platform_id=site.platform_id,
        access={
            moodle_web_service.NAME: Access(
                settings={"address": SITE}, encrypted=[json.dumps({"token": TOKEN}).encode()]
            )
        },
        links=[LinkAsked(id=LINK, reads=frozenset(reads))],
    )
    assert moodle_web_service.is_open(asked)
    return moodle_web_service.look(asked, site, known)


def found(*args, **more):
    answer = answer_of(*args, **more)
    assert not answer.trouble
    return {each.user_id: each.value for each in answer.found}


# --- completions


def test_a_completion_is_told_with_its_date_and_what_it_rests_on():
    assert found(Site()) == {
        "7": {
            "completed_at": COMPLETED_AT.isoformat(),
            "as_of": NOW.isoformat(),
            "waits": "",
            "criteria": [{"kind": "activity", "activity": "1"}],
            "activities": [],
        }
    }


def test_who_has_not_completed_is_not_told_of():
    assert found(Site({service.COMPLETION: completion(None)})) == {}


def test_the_last_criterion_gives_the_date_where_all_are_asked_for_and_the_first_where_one_is_enough():
    def both(aggregation):
        told = completion(aggregation=aggregation)
        told["completionstatus"]["completions"] += completion(NOW)["completionstatus"]["completions"]
        told["completionstatus"]["completions"] += completion(None)["completionstatus"]["completions"]
        return found(Site({service.COMPLETION: told}))["7"]["completed_at"]

    assert both(1) == NOW.isoformat()
    assert both(2) == COMPLETED_AT.isoformat()


def test_a_completion_without_a_date_has_the_time_at_which_it_was_seen():
    undated = completion(timecompleted=None)
    assert found(Site({service.COMPLETION: undated}))["7"]["completed_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("kind", "items", "waits"),
    [
        (4, [grade("mod", cmid=1, gradeishidden=True)], "hidden"),
        (4, [grade("mod", cmid=1, gradehiddenbydate=True)], "hidden"),
        (4, [grade("mod", cmid=1, gradeishidden=0)], "hidden"),
        (4, [grade("mod", cmid=1, raw=None, gradeishidden=True)], ""),
        (4, [grade("mod", cmid=2, gradeishidden=True)], ""),
        (4, [grade("mod", cmid=1)], ""),
        (6, [grade("mod", cmid=2, gradeishidden=True)], "hidden"),
        (6, [grade(gradeneedsupdate=True)], "stale"),
        (4, [grade(gradeneedsupdate=True)], ""),
        (6, [grade()], ""),
        (2, [grade(gradeishidden=True)], ""),
    ],
)
def test_a_completion_waits_for_what_it_rests_on(kind, items, waits):
    site = Site({service.COMPLETION: completion(kind=kind), service.GRADES: grades(_7=items)})
    assert found(site)["7"]["waits"] == waits


def test_a_criterion_whose_activity_cannot_be_told_waits_for_every_grade():
    site = Site(
        {
            service.COMPLETION: completion(details={"criteria": "Final assignment"}),
            service.GRADES: grades(_7=[grade("mod", cmid=9, gradeishidden=True)]),
        }
    )
    assert found(site)["7"]["waits"] == "hidden"


def test_where_grades_may_not_be_read_no_completion_counts_that_may_rest_on_one():
    with pytest.raises(PlatformError, match="capabilities for gradereport_user_get_grade_items"):
        answer_of(Site({service.GRADES: error("nopermissiontoviewgrades")}))


def test_a_second_look_finds_only_what_is_different_and_asks_nobody_who_has_completed():
    (value,) = found(Site()).values()
    site = Site()
    assert found(site, {"7": [LEARNER, seen(COURSE_COMPLETED, value)]}) == {}
    assert site.people_asked() == []
    waiting = value | {"waits": "hidden"}
    known = {"7": [LEARNER, seen(COURSE_COMPLETED, waiting)]}
    assert found(Site(), known) == {"7": value}
    hidden = Site({service.GRADES: grades(_7=[grade("mod", cmid=1, gradeishidden=True)])})
    assert found(hidden, known) == {}
    assert found(Site({service.COMPLETION: completion(None)}), known) == {"7": None}


def test_only_those_who_learn_in_the_course_are_asked_about():
    own = {
        "7": [LEARNER],
        "8": [seen(ROLE, "staff", member_lists.NAME)],
        "9": [LEARNER, seen(ROLE, "absent", member_lists.NAME)],
        "no-number": [LEARNER],
    }
    site = Site()
    assert found(site, own).keys() == {"7"}
    assert site.people_asked() == [7]


# --- whose turn it is


def of_a_class(number):
    return {str(each): [LEARNER] for each in range(number, 0, -1)}


def test_a_course_of_3000_is_gone_round_in_15_looks_and_nobody_is_asked_twice_before_all_were():
    own, counts, asked = of_a_class(3000), {}, []
    for _ in range(15):
        site = Site({service.COMPLETION: completion(None)})
        counts = answer_of(site, own, last_counts=counts).counts
        assert len(site.asked) <= moodle_web_service.AT_MOST + 1
        asked += site.people_asked()
    assert sorted(asked) == list(range(1, 3001))
    again = Site({service.COMPLETION: completion(None)})
    answer_of(again, own, last_counts=counts)
    assert again.people_asked() == asked[:200]


def test_the_round_goes_on_where_people_have_joined_or_left():
    site = Site({service.COMPLETION: completion(None)})
    own = {"3": [LEARNER], "11": [LEARNER], "5": [LEARNER]}
    assert answer_of(site, own, last_counts={"asked_up_to": 4}).counts["asked_up_to"] == 3
    assert site.people_asked() == [5, 11, 3]


def test_one_of_whom_moodle_cannot_tell_keeps_nobody_else_from_their_turn():
    def one_fails(form):
        return error("invalidrecordunknown") if form["userid"] == "2" else completion()

    answer = answer_of(Site({service.COMPLETION: one_fails}), of_a_class(3))
    assert {each.user_id for each in answer.found} == {"1", "3"}
    assert (answer.counts["asked"], answer.counts["unread"], answer.trouble) == (2, 1, {})


def test_one_call_that_is_never_answered_keeps_nobody_else_from_their_turn():
    def one_hangs(form):
        return OutgoingError("{host} did not answer in time", {"host": "moodle"})

    def answers(form):
        return one_hangs(form) if form["userid"] == "1" else completion()

    assert found(Site({service.COMPLETION: answers}), of_a_class(3)).keys() == {"2", "3"}


def test_a_site_that_fails_for_everybody_is_asked_a_few_times_only():
    site = Site({service.COMPLETION: error("dmlreadexception")})
    with pytest.raises(PlatformError, match="dmlreadexception"):
        answer_of(site, of_a_class(300))
    assert len(site.people_asked()) == moodle_web_service.MOST_UNREAD
    gone = Site({service.COMPLETION: OutgoingError("{host} cannot be reached", {"host": "moodle"})})
    with pytest.raises(PlatformError, match="moodle cannot be reached"):
        answer_of(gone, of_a_class(300))
    assert len(gone.people_asked()) == 2


def test_a_token_that_is_withdrawn_in_the_middle_keeps_what_was_read_and_is_told():
    def withdrawn(form):
        return completion() if form["userid"] in ("1", "2") else error("invalidtoken")

    answer = answer_of(Site({service.COMPLETION: withdrawn}), of_a_class(9))
    assert {each.user_id for each in answer.found} == {"1", "2"}
    assert "does not accept the token" in str(answer.trouble[LINK])
    assert answer.counts["asked_up_to"] == 2


# --- what is an error


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("invalidtoken", "does not accept the token"),
        ("accessexception", "does not offer core_completion_get_course_completion_status"),
        ("cannotviewreport", "capabilities for core_completion_get_course_completion_status"),
        ("requireloginerror", "capabilities for core_completion_get_course_completion_status"),
        ("nocriteriaset", "a teacher sets it in Moodle under Course completion"),
    ],
)
def test_an_error_that_comes_as_200_says_how_to_mend_it(code, sentence):
    with pytest.raises(PlatformError, match=sentence) as caught:
        answer_of(Site({service.COMPLETION: error(code)}), of_a_class(3))
    assert caught.value.permanent


@pytest.mark.parametrize("said", ["Anna Bērziņa", "a" * 61, None, 7, ["x"], {"a": "b"}])
def test_no_name_and_no_token_is_in_the_sentence_of_an_error(said):
    for answer in (error(said), {"exception": said, "message": "Anna Bērziņa"}):
        with pytest.raises(PlatformError) as caught:
            answer_of(Site({service.COMPLETION: answer}))
        assert "Anna" not in str(caught.value)
        assert TOKEN not in str(caught.value)
        assert len(str(caught.value)) < 120


def test_who_is_none_of_moodles_learners_is_nobody():
    def staff(form):
        return error("usernotenroled") if form["userid"] == "1" else completion(None)

    answer = answer_of(Site({service.COMPLETION: staff}), of_a_class(2))
    assert (answer.found, answer.trouble, answer.counts["asked"]) == ([], {}, 2)


def test_that_moodle_follows_nobody_in_the_course_is_told_and_not_taken_for_nobody_has_completed():
    with_nobody = Site({service.COMPLETION: error("usernotenroled")})
    assert "follows the completion of none" in str(answer_of(with_nobody, of_a_class(3)).trouble[LINK])
    (value,) = found(Site()).values()
    own = of_a_class(3) | {"7": [LEARNER, seen(COURSE_COMPLETED, value)]}
    assert answer_of(with_nobody, own).trouble == {}


@pytest.mark.parametrize(
    "unreadable",
    [
        None,
        [],
        {},
        7,
        "completed",
        b"",
        b"{",
        b"[" * 100_000,
        b"<!DOCTYPE html><p>Sorry",
        json.dumps(completion()).encode()[:-20],
        {"completionstatus": None},
        {"completionstatus": {"completed": "true", "completions": []}},
        {"completionstatus": {"completed": 1, "completions": []}},
        {"completionstatus": {"completed": None, "completions": []}},
        {"completionstatus": {"completed": True}},
        {"completionstatus": {"completed": True, "completions": {}}},
        {"completionstatus": {"completed": True, "completions": [None]}},
    ],
    ids=lambda each: str(each)[:80],
)
def test_what_cannot_be_read_is_an_error_and_never_completed(unreadable):
    with pytest.raises(PlatformError):
        answer_of(Site({service.COMPLETION: unreadable}))


@pytest.mark.parametrize("time", [True, "1795251528", -1, 10**12, 1.5, {}, None, 0])
def test_a_time_that_is_none_is_no_date(time):
    odd = Site({service.COMPLETION: completion(timecompleted=time)})
    assert found(odd)["7"]["completed_at"] == NOW.isoformat()


@pytest.mark.parametrize("status", [301, 403, 404, 429, 500, 503])
def test_another_status_is_an_error(status):
    with pytest.raises(PlatformError):
        answer_of(Site(status=status))


def test_the_service_of_another_site_is_not_believed():
    other = Site()
    other.platform_id = "https://moodle.example.org"
    with pytest.raises(PlatformError, match="belongs to another Moodle site"):
        answer_of(other)
    assert other.people_asked() == []


def test_a_function_that_is_missing_is_named_before_anybody_is_asked_about():
    offered = [{"name": name} for name in ANY_KIND if name != service.GRADES]
    site = Site({service.SITE_INFO: {"siteurl": SITE, "functions": offered}})
    with pytest.raises(PlatformError, match="does not offer gradereport_user_get_grade_items"):
        answer_of(site)
    assert site.people_asked() == []


@pytest.mark.parametrize("told", [{}, None, {"siteurl": SITE}, {"siteurl": None, "functions": []}])
def test_a_site_that_does_not_say_which_it_is_is_not_believed(told):
    with pytest.raises(PlatformError):
        answer_of(Site({service.SITE_INFO: told}))


# --- scores


def test_the_course_total_is_told_of_all_in_one_call():
    site = Site({service.GRADES: grades(_7=[grade(raw=142, grademax=175)], _8=[grade(raw=None)])})
    own = {"7": [LEARNER], "8": [LEARNER], "9": [LEARNER]}
    told = found(site, own, reads=[FINAL_SCORE])
    assert told.keys() == {"7"}
    assert told["7"]["score"].startswith("0.8114")
    assert (told["7"]["graded_at"], told["7"]["waits"]) == (COMPLETED_AT.isoformat(), "")
    assert len(site.asked) == 2
    known = {"7": [LEARNER, seen(FINAL_SCORE, told["7"])]}
    assert found(site, known, reads=[FINAL_SCORE]) == {}
    cleared = Site({service.GRADES: grades(_7=[grade(raw=None)])})
    assert found(cleared, known, reads=[FINAL_SCORE]) == {"7": None}
    left_out = Site({service.GRADES: grades(_8=[grade()])})
    assert found(left_out, known | {"8": [LEARNER]}, reads=[FINAL_SCORE]).keys() == {"8"}


@pytest.mark.parametrize(
    ("items", "waits"),
    [
        ([grade(gradeishidden=True)], "hidden"),
        ([grade("mod", gradeishidden=True), grade()], "hidden"),
        ([grade(gradeneedsupdate=True)], "stale"),
        ([grade(gradeneedsupdate=None)], "stale"),
        ([grade("mod", gradeneedsupdate=True), grade()], ""),
    ],
)
def test_a_total_that_is_hidden_or_out_of_date_waits(items, waits):
    told = found(Site({service.GRADES: grades(_7=items)}), reads=[FINAL_SCORE])
    assert told["7"]["waits"] == waits


@pytest.mark.parametrize(
    "odd",
    [
        {"graderaw": "eighty"},
        {"graderaw": True},
        {"graderaw": {}},
        {"grademax": 0},
        {"grademax": None},
        {"grademin": None},
        {"grademin": 100},
    ],
)
def test_a_total_that_is_no_number_is_none(odd):
    assert found(Site({service.GRADES: grades(_7=[grade(**odd)])}), reads=[FINAL_SCORE]) == {}


def test_nan_and_infinity_are_no_grades():
    body = json.dumps(grades(_7=[grade(raw="@")])).replace('"@"', "NaN").encode()
    assert found(Site({service.GRADES: body}), reads=[FINAL_SCORE]) == {}


def test_that_no_learner_is_in_the_gradebook_is_told():
    site = Site({service.GRADES: grades()})
    assert "needs to see all groups" in str(answer_of(site, reads=[FINAL_SCORE]).trouble[LINK])


def test_of_two_kinds_one_that_cannot_be_read_does_not_hide_the_other():
    site = Site({service.COMPLETION: error("nocriteriaset"), service.GRADES: grades(_7=[grade()])})
    answer = answer_of(site, reads=[FINAL_SCORE, COURSE_COMPLETED])
    assert [each.kind for each in answer.found] == [FINAL_SCORE]
    assert "Course completion" in str(answer.trouble[LINK])


# --- activities


def activity(cmid=5, state=1, **changes):
    return {
        "cmid": cmid,
        "state": state,
        "timecompleted": int(COMPLETED_AT.timestamp()),
        "overrideby": None,
        "hascompletion": True,
    } | changes


def test_activities_are_told_by_their_ids():
    statuses = [
        activity(5, 1),
        activity(6, 2),
        activity(7, 3),
        activity(8, 0),
        activity(9, 7),
        activity(10, state=True),
    ]
    site = Site({service.ACTIVITIES: {"statuses": statuses}})
    answer = answer_of(site, reads=[ACTIVITY_COMPLETED])
    assert {each.resource: each.value["state"] for each in answer.found} == {
        "5": "complete",
        "6": "passed",
        "7": "failed",
    }
    assert site.people_asked() == []
    known = {"7": [LEARNER, *(seen(each.kind, each.value, resource=each.resource) for each in answer.found)]}
    assert found(site, known, reads=[ACTIVITY_COMPLETED]) == {}


def test_activities_that_the_token_may_not_see_are_told_as_trouble():
    nothing = Site({service.ACTIVITIES: {"statuses": []}})
    assert "does not show activities" in str(answer_of(nothing, reads=[ACTIVITY_COMPLETED]).trouble[LINK])
    before = {"7": [LEARNER, seen(ACTIVITY_COMPLETED, {"state": "complete"}, resource="5")]}
    fewer = Site({service.ACTIVITIES: {"statuses": [activity(6, 0)]}})
    answer = answer_of(fewer, before, reads=[ACTIVITY_COMPLETED])
    assert (answer.found, LINK in answer.trouble) == ([], True)


# --- what running sites have answered


def recorded(shared, number):
    (file,) = (shared / "data" / "moodle").glob(f"{number}_ws_*.json")
    return json.loads(file.read_text(encoding="utf-8"))["response"]


def test_recorded_answers_of_a_running_site_are_read(shared):
    completed, open_yet = recorded(shared, 40), recorded(shared, 41)
    site = Site(
        {
            service.SITE_INFO: recorded(shared, 48),
            service.COMPLETION: lambda form: completed if form["userid"] == "4" else open_yet,
            service.ACTIVITIES: recorded(shared, 42),
            service.GRADES: lambda form: recorded(shared, 43 if "userid" in form else 44),
        }
    )
    own = {"4": [LEARNER], "10": [LEARNER]}
    told = found(site, own)
    assert told.keys() == {"4"}
    assert told["4"]["completed_at"] == datetime.fromtimestamp(1795251528, UTC).isoformat()
    assert told["4"]["criteria"] == [{"kind": "activity", "activity": "1"}]
    scores = found(site, own, reads=[FINAL_SCORE])
    assert scores["4"]["score"].startswith("0.8114")
    assert found(site, own, reads=[ACTIVITY_COMPLETED]) == {}


def test_the_token_is_not_shown_where_its_service_is_written_out():
    assert TOKEN not in repr(service.MoodleWebService(SITE, TOKEN, Site()))
