"""The pages on which a teacher states at which level each outcome was met, and makes columns for its grades."""

import pytest

from badges.template.outcome_levels import ready_scale
from lti_tool.awarding import by_hand, looks
from lti_tool.issuing.signed_content import signed_content
from lti_tool.observations import Policy
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, HandAward, TemplateVersion
from lti_tool.values import LineItem
from tests.fixtures import ANNA, JANIS, ZANE, change_issuer, results, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.teacher.test_hand_awards import GIVEN, LIGA, id_of
from tests.lti_tool.web.teacher.test_learners import ASSISTANT

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


@pytest.fixture
def rule_id(course_rule, web_tool, platform):
    """A badge whose outcomes are met at levels, the first and the second by assessments of their own."""
    platform.everyone.append(LIGA)
    with web_tool.store.begin() as session:
        (version,) = session.query(TemplateVersion).all()
        first, second, *others = version.body["learning_outcomes"]
        named = [{**first, "assessed_by": "Test"}, {**second, "assessed_by": "Project"}, *others]
        version.body = version.body | {"outcome_levels": ready_scale(None), "learning_outcomes": named}
    looks.look(web_tool.store, platform, course_rule, web_tool.clock())
    return course_rule


@pytest.fixture
def give(act, rule_id, web_tool):
    def give(person=ANNA, **form):
        return act(f"rules/{rule_id}/hand", person=str(id_of(web_tool, person)), **GIVEN, **form)

    return give


@pytest.fixture
def levels(act, web_tool):
    """The answer to the form of the levels of the only award."""

    def levels(**form):
        (award,) = rows(web_tool, Award)
        return act(f"awards/{award.id}/levels", **form)

    return levels


def numbers(**chosen):
    return {name.replace("_", "-"): str(level) for name, level in chosen.items()}


def signed(tool):
    with tool.store.read() as session:
        (award,) = session.query(Award).all()
        found = signed_content(award.credential.text).reached_levels
        return [(each.outcome, each.level) for each in found]


def test_levels_are_chosen_with_an_award_by_hand_and_those_alone_are_stated(
    act, give, people, web_tool, rule_id
):
    give(**numbers(level_1=3, level_2=""), **numbers(level_3=1))
    run_due_jobs(web_tool)
    assert signed(web_tool) == [(1, 3), (3, 1)]
    (award,) = rows(web_tool, Award)
    assert {each["by"] for each in award.outcome_levels} == {"teacher"}
    listed = text_of(people())
    assert "advanced (1 of 4), basic (1 of 4)" in listed
    assert ": advanced (a teacher)" in listed
    assert ": advanced." in act(f"rules/{rule_id}/people/csv").data.decode("utf-8-sig")


@pytest.mark.parametrize("level", ["4", "0", "-1", "x", "99999999999"])
def test_a_level_that_the_badge_has_not_awards_nothing(give, web_tool, level):
    assert give(**{"level-1": level}).status_code == 403
    assert rows(web_tool, Award) == []


def test_levels_of_a_badge_are_corrected_with_an_event_and_the_one_before_is_revoked(give, levels, web_tool):
    give()
    run_due_jobs(web_tool)
    asked = levels()
    assert f"At which level did {ANNA.name} meet each learning outcome?" in text_of(asked)
    assert signed(web_tool) == []
    assert "states these levels" in text_of(levels(confirmed="yes", **numbers(level_2=2)))
    run_due_jobs(web_tool)
    assert signed(web_tool) == [(2, 2)]
    old, new = sorted(rows(web_tool, CredentialRow), key=lambda row: row.issued_at)
    assert (old.revoked_as, new.replaces_id) == ("replaced", old.id)
    (event,) = (row for row in rows(web_tool, Event) if row.what == "outcome_levels_stated")
    assert (event.data, event.actor) == ({"2": 2}, str(id_of(web_tool, ZANE)))
    again = text_of(levels(confirmed="yes", **numbers(level_2=2)))
    assert "states these levels already. Nothing was changed." in again
    assert "states these levels" in text_of(levels(confirmed="yes", **numbers(level_2="")))
    run_due_jobs(web_tool)
    assert signed(web_tool) == []


def test_of_a_revoked_badge_no_level_is_stated(give, levels, act, web_tool):
    give()
    run_due_jobs(web_tool)
    (award,) = rows(web_tool, Award)
    act(f"awards/{award.id}/revoke", confirmed="yes", reason="Not theirs")
    assert "revoked already" in text_of(levels(confirmed="yes", **numbers(level_1=1)))


def test_nobody_states_levels_of_their_own_badge_nor_an_assistant_where_only_teachers_confirm(
    give, school, web_tool, rule_id
):
    give(person=JANIS)
    run_due_jobs(web_tool)
    (award,) = rows(web_tool, Award)
    with web_tool.store.begin() as session:
        session.get_one(Award, award.id).person_id = id_of(web_tool, ZANE)
    page = school.launch(ZANE)
    form = {"_launch": hidden(page, "_launch"), "confirmed": "yes", "level-1": "3"}
    assert school.browser.post(f"/lti/app/awards/{award.id}/levels", data=form).status_code == 403
    change_issuer(web_tool, awarding={"assistants_may_confirm": False})
    assistant = school.launch(ASSISTANT)
    form["_launch"] = hidden(assistant, "_launch")
    assert school.browser.post(f"/lti/app/awards/{award.id}/levels", data=form).status_code == 403
    assert rows(web_tool, Award)[0].outcome_levels == []


def test_a_learner_is_confirmed_with_levels(act, people, school, place, web_tool, platform, rule_id):
    with web_tool.store.begin() as session:
        version = queries.rules.active_version(session, rule_id)
        version.tree = '{"condition":"confirmed"}'
    looks.look(web_tool.store, platform, 1, web_tool.clock())
    assert "Confirm with levels…" in text_of(people())
    anna = str(id_of(web_tool, ANNA))
    asked = act(f"rules/{rule_id}/levels", learner=anna)
    assert f"Confirm {ANNA.name}, and at which level?" in text_of(asked)
    assert rows(web_tool, Award) == []
    refused = act(f"rules/{rule_id}/levels", learner=anna, confirmed="yes", **numbers(level_1=9))
    assert refused.status_code == 403 and rows(web_tool, Award) == []
    act(f"rules/{rule_id}/levels", learner=anna, confirmed="yes", **numbers(level_1=2, level_2=""))
    run_due_jobs(web_tool)
    web_tool.clock.advance(minutes=2)
    run_due_jobs(web_tool)
    assert signed(web_tool) == [(1, 2)]
    own = act(f"rules/{rule_id}/levels", learner=str(id_of(web_tool, ZANE)), confirmed="yes")
    assert own.status_code == 403


def test_what_a_second_person_approves_has_the_levels_that_were_chosen(give, school, web_tool, rule_id):
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    give(**numbers(level_1=3))
    assert rows(web_tool, Award) == []
    page = school.launch(LIGA)
    assert ": advanced" in text_of(page)
    (waiting,) = rows(web_tool, HandAward)
    form = {"_launch": hidden(page, "_launch")}
    school.browser.post(f"/lti/app/hand/{waiting.id}/approve", data=form)
    run_due_jobs(web_tool)
    assert signed(web_tool) == [(1, 3)]


def test_levels_that_were_chosen_of_an_earlier_version_of_the_badge_are_not_approved(
    give, school, web_tool, rule_id
):
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    give(**numbers(level_1=3))
    with web_tool.store.begin() as session:
        version = queries.rules.active_version(session, rule_id)
        version.created_at = web_tool.clock.advance(minutes=5)
    page = school.launch(LIGA)
    (waiting,) = rows(web_tool, HandAward)
    form = {"_launch": hidden(page, "_launch")}
    answer = school.browser.post(f"/lti/app/hand/{waiting.id}/approve", data=form)
    assert "was changed since the levels" in text_of(answer)
    assert rows(web_tool, Award) == []


def test_columns_are_made_on_the_page_of_the_course_and_grades_in_them_decide(
    act, people, school, web_tool, platform, rule_id, clock
):
    made, graded = [], {}

    def make(url, label, score_maximum, tag="", **about):
        item = LineItem(
            id=f"https://moodle.example.org/{len(made)}", label=label, score_maximum=score_maximum, tag=tag
        )
        made.append(item)
        return item

    platform.create_line_item, platform.line_items = make, lambda url: tuple(made)
    platform.results = lambda url: graded.get(url, ())
    claim = {AGS: {"lineitems": "https://moodle.example.org/lineitems"}}
    page = text_of(school.launch(ZANE, **claim))
    assert page.count("no column yet") == 2 and "Make the columns" in page
    assert "The columns are in the gradebook" in text_of(act(f"rules/{rule_id}/columns"))
    assert [item.label.split(" – ")[0] for item in made] == ["Test", "Project"]
    assert "no column yet" not in text_of(school.launch(ZANE))
    graded[made[1].id] = results((ANNA, 71))
    platform.inside.append(ANNA)
    looks.look(web_tool.store, platform, 1, clock.advance(minutes=10))
    clock.advance(minutes=2)
    run_due_jobs(web_tool)
    assert signed(web_tool) == [(2, 2)]
    assert ": proficient (71 %)" in text_of(people())
    graded[made[1].id] = results((ANNA, 95))
    looks.look(web_tool.store, platform, 1, clock.advance(minutes=10))
    changed = text_of(school.launch(ZANE))
    assert "proficient → advanced" in changed and "Issue the badge with this grade" in changed
    assert act(f"rules/{rule_id}/columns", anew="yes").status_code == 200
    assert len(made) == 2
    (rule,) = rows(web_tool, AwardRule)
    assert rule.outcome_columns == {"Test": made[0].id, "Project": made[1].id}


def test_an_award_by_hand_with_levels_that_nobody_chose_is_as_before(web_tool, rule_id):
    with web_tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        anna, zane = (id_of(web_tool, each) for each in (ANNA, ZANE))
        by_hand.award_by_hand(session, rule, anna, "Seen", [], zane, Policy(), web_tool.clock())
    assert rows(web_tool, Award)[0].outcome_levels == []


def test_levels_that_were_chosen_of_another_version_than_the_badge_has_by_now_are_not_taken(
    act, give, web_tool, platform, rule_id
):
    asked = act(f"rules/{rule_id}/hand", person=str(id_of(web_tool, ANNA)))
    with web_tool.store.read() as session:
        now = str(queries.rules.active_version(session, rule_id).template_version_id)
    assert hidden(asked, "template_version") == now
    refused = give(template_version="999", **numbers(level_1=3))
    assert f"was changed while you chose levels for {ANNA.name}" in text_of(refused)
    with web_tool.store.begin() as session:
        queries.rules.active_version(session, rule_id).tree = '{"condition":"confirmed"}'
    looks.look(web_tool.store, platform, 1, web_tool.clock())
    anna = str(id_of(web_tool, ANNA))
    assert hidden(act(f"rules/{rule_id}/levels", learner=anna), "template_version") == now
    form = {"learner": anna, "confirmed": "yes", **numbers(level_1=2)}
    refused = act(f"rules/{rule_id}/levels", template_version="999", **form)
    assert "was changed while you chose levels for the learner" in text_of(refused)
    assert rows(web_tool, Award) == []
    act(f"rules/{rule_id}/levels", template_version=now, **form)
    assert len(rows(web_tool, Award)) == 1
