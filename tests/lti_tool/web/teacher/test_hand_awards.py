"""The pages on which a teacher awards by hand, and a second person approves."""

import hashlib
import io
import json
import re

import pytest

from lti_tool.awarding import by_hand, looks
from lti_tool.observations import Policy
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import Award, AwardRule, BulkAct, HandAward
from lti_tool.web.teacher import panels
from tests.fixtures import ANNA, JANIS, TOMS, ZANE, change_issuer, learner, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.teacher.test_learners import ASSISTANT

LIGA = learner(99, name="Līga Teacher", roles=ZANE.roles)
GIVEN = {"reason": "Shown in class", "confirmed": "yes"}


@pytest.fixture
def rule_id(course_rule, web_tool, platform):
    platform.everyone.append(LIGA)
    looks.look(web_tool.store, platform, course_rule, web_tool.clock())
    return course_rule


def id_of(tool, person):
    with tool.store.read() as session:
        return queries.people.person_of(session, 1, person.user_id).id


@pytest.fixture
def give(act, rule_id, web_tool):
    def give(person=ANNA, **form):
        return act(f"rules/{rule_id}/hand", person=str(id_of(web_tool, person)), **form)

    return give


def test_the_list_leads_to_the_form_and_nothing_is_awarded_by_that(people, give, web_tool):
    assert "Award by hand…" in text_of(people())
    page = give()
    assert f"Award the badge to {ANNA.name} by hand?" in text_of(page)
    assert 'role="alert"' not in page.text
    assert rows(web_tool, Award) == []


def test_a_learner_is_awarded_and_both_see_why(give, people, school, web_tool):
    done = give(**GIVEN, text="Three <b>projects</b>.", url="https://example.org/anna", name="Portfolio")
    assert f"{ANNA.name} is awarded the badge." in text_of(done)
    assert "Shown in class" in text_of(people()) and "Awarded by hand on" in text_of(people())
    run_due_jobs(web_tool)
    learners = school.launch(ANNA)
    assert "Awarded by hand on" in text_of(learners) and "Shown in class" in text_of(learners)
    with web_tool.store.read() as session:
        (award,) = session.query(Award)
        public = school.browser.get(f"/badges/{award.credential.id}")
        credential = json.loads(award.credential.text)
    assert "Portfolio" in text_of(public)
    assert credential["evidence"][0]["id"] == "https://example.org/anna"
    assert "Shown in class" not in text_of(public)


def test_the_hash_of_an_uploaded_file_is_kept_and_the_file_is_not(give, school, teaching, web_tool):
    content = b"a film" * 300_000
    fields = GIVEN | {"_launch": hidden(teaching, "_launch"), "person": str(id_of(web_tool, ANNA))}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = '--x\r\nContent-Disposition: form-data; name="file"; filename="anna.mp4"\r\n\r\n'
    body = "".join(parts).encode() + file.encode() + content + b"\r\n--x--\r\n"
    school.browser.post("/lti/app/rules/1/hand", data=body, content_type="multipart/form-data; boundary=x")
    (award,) = rows(web_tool, Award)
    assert award.evidence == [{"sha256": hashlib.sha256(content).hexdigest()}]


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"reason": "  "}, "reason", "Enter a reason first."),
        ({"url": "http://example.org"}, "url", "begins with https://"),
        ({"url": "javascript:alert(1)"}, "url", "begins with https://"),
        ({"url": "https://"}, "url", "begins with https://"),
        ({"url": "https://example.org/" + "x" * 1000}, "url", "begins with https://"),
        ({"url": "https://example.org/a b"}, "url", "begins with https://"),
        ({"sha256": "abc"}, "sha256", "A SHA-256 hash has 64 digits"),
        ({"name": "Portfolio"}, "text", "Say what the evidence shows"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(give, web_tool, form, field, said):
    page = give(**(GIVEN | {"text": "" if "name" in form else "Kept words"} | form))
    assert said in text_of(page)
    assert f'href="#{field}"' in page.text and re.search(rf'id="{field}"[^>]*aria-invalid="true"', page.text)
    assert "name" in form or "Kept words" in page.text
    assert rows(web_tool, Award) == []


def test_a_file_that_is_another_than_its_hash_says_is_refused(give, web_tool):
    page = give(**GIVEN, sha256="ab" * 32, file=(io.BytesIO(b"another"), "x"))
    assert "The file has another hash than the one that was entered." in text_of(page)
    assert rows(web_tool, Award) == []


def test_who_has_it_already_gets_no_second_one(give, web_tool):
    give(**GIVEN)
    assert f"{ANNA.name} has this badge already." in text_of(give(**GIVEN))
    assert len(rows(web_tool, Award)) == 1


@pytest.mark.parametrize("number", ["", "0", "999", "x"])
def test_somebody_of_another_course_is_not_found(act, rule_id, web_tool, number):
    assert act(f"rules/{rule_id}/hand", person=number, **GIVEN).status_code == 404
    assert rows(web_tool, Award) == []


def test_a_teacher_cannot_award_themselves(give, web_tool):
    assert give(ZANE, **GIVEN).status_code == 403
    assert rows(web_tool, Award) == []


def test_a_second_person_sees_it_and_approves(give, school, web_tool):
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    asked = give(**GIVEN, text="Three projects.")
    assert "A second person has to approve the award to" in text_of(asked)
    (waiting,) = rows(web_tool, HandAward)
    assert f"/lti/app/hand/{waiting.id}/approve" not in asked.text
    assert f"/lti/app/hand/{waiting.id}/decline" in asked.text
    assert rows(web_tool, Award) == []
    theirs = school.launch(LIGA)
    words = text_of(theirs)
    assert "Awards by hand that wait for a second person" in words
    assert "Shown in class" in words and "Three projects." in words and ZANE.name in words
    token = hidden(theirs, "_launch")
    done = school.browser.post(f"/lti/app/hand/{waiting.id}/approve", data={"_launch": token})
    assert f"{ANNA.name} is awarded the badge." in text_of(done)
    again = school.browser.post(f"/lti/app/hand/{waiting.id}/approve", data={"_launch": token})
    assert "Somebody else has settled this a moment ago." in text_of(again)
    assert len(rows(web_tool, Award)) == 1
    learners = school.browser.post(
        f"/lti/app/hand/{waiting.id}/decline", data={"_launch": hidden(school.launch(JANIS), "_launch")}
    )
    assert learners.status_code == 403


def test_whoever_asked_cannot_approve_even_by_a_form_of_their_own(give, act, web_tool):
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    give(**GIVEN)
    (waiting,) = rows(web_tool, HandAward)
    assert act(f"hand/{waiting.id}/approve").status_code == 403
    assert f"{ANNA.name} is not awarded the badge." in text_of(act(f"hand/{waiting.id}/decline"))
    assert rows(web_tool, Award) == []
    assert act("hand/999/approve").status_code == 404


@pytest.fixture
def ligas(school, rule_id):
    """What the page of another teacher answers to one of its forms."""
    token = hidden(school.launch(LIGA), "_launch")

    def ligas(path, **form):
        return school.browser.post(f"/lti/app/{path}", data={"_launch": token, "roster": rule_id, **form})

    return ligas


@pytest.fixture
def three_wait(give, platform, rule_id, web_tool):
    """Zane wants to award Anna and Jānis, and Līga wants to award Toms."""
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    give(**GIVEN)
    give(JANIS, **GIVEN)
    with web_tool.store.begin() as session:
        peteris = queries.people.person_of(session, 1, TOMS.user_id).id
        rule = session.get_one(AwardRule, rule_id)
        policy = Policy(two_award_by_hand=True)
        liga = queries.people.person_of(session, 1, LIGA.user_id).id
        by_hand.award_by_hand(session, rule, peteris, "Her own", [], liga, policy, web_tool.clock())


def confirmed(ligas, rule_id, asked):
    """The answer where all who are shown are meant."""
    fields = {name: hidden(asked, name) for name in ("do", "hand_award", "once")}
    return ligas(f"rules/{rule_id}/people/bulk", confirmed="yes", **fields)


def test_a_second_person_approves_all_that_others_want_to_award_at_once(three_wait, ligas, rule_id, web_tool):
    everybody = ligas(f"rules/{rule_id}/people")
    assert text_of(everybody).count("Waits for a second person") == 3
    assert "Shown in class" in text_of(everybody) and "Her own" in text_of(everybody)
    asked = ligas(f"rules/{rule_id}/people/bulk", do="approve", all="yes")
    told = text_of(asked)
    assert "Approve 2 awards by hand?" in told and ANNA.name in told and TOMS.name not in told
    assert "1 award by hand is left out: you asked for it yourself" in told
    assert rows(web_tool, Award) == []
    done = confirmed(ligas, rule_id, asked)
    assert "2 badges are being prepared." in text_of(done)
    awarded = {award.person_id for award in rows(web_tool, Award)}
    assert awarded == {id_of(web_tool, ANNA), id_of(web_tool, JANIS)}
    assert [each.status for each in rows(web_tool, HandAward)] == ["approved", "approved", "waiting"]
    (address,) = set(re.findall(r'action="/lti/app/(rules/\d+/acts/\d+/undo)"', done.text))
    assert "Undo 2 awards?" in text_of(ligas(address))


def test_what_was_asked_for_after_the_page_was_shown_is_not_approved_by_it(
    three_wait, ligas, give, act, rule_id, web_tool
):
    asked = ligas(f"rules/{rule_id}/people/bulk", do="approve", all="yes")
    (first, *_) = rows(web_tool, HandAward)
    act(f"hand/{first.id}/decline")
    give(**GIVEN | {"reason": "Another reason"})
    confirmed(ligas, rule_id, asked)
    assert {award.person_id for award in rows(web_tool, Award)} == {id_of(web_tool, JANIS)}


def test_who_is_taken_back_while_the_act_is_done_is_not_awarded_for_another_reason(
    three_wait, ligas, act, give, rule_id, web_tool, clock
):
    """As a job does it that was asked for before."""
    with web_tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        liga = events.person(queries.people.person_of(session, 1, LIGA.user_id).id)
        ids = [each.id for each in session.query(HandAward)]
        begun = BulkAct(
            rule=rule, kind="approve", reason="", once="x", asked_by_id=liga.person_id, asked_at=clock()
        )
        session.add(begun)
        session.flush()
        queries.bulk_acts.add_people(
            session, begun.id, dict.fromkeys(queries.hand_awards.people_of(session, rule.id, ids))
        )
        act_id = begun.id
    (first, *_) = rows(web_tool, HandAward)
    act(f"hand/{first.id}/decline")
    clock.advance(seconds=1)
    give(**GIVEN | {"reason": "Another reason"})
    with web_tool.store.begin() as session:
        outbox.schedule(session, "bulk-1", "bulk_act", {"act_id": act_id}, clock())
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        assert queries.bulk_acts.numbers(session, act_id) == {"settled": 1, "done": 1, "not_allowed": 1}
    assert {award.person_id for award in rows(web_tool, Award)} == {id_of(web_tool, JANIS)}


def test_all_are_declined_and_ones_own_withdrawn(three_wait, ligas, rule_id, web_tool):
    asked = ligas(f"rules/{rule_id}/people/bulk", do="decline", all="yes")
    assert "Decline 3 awards by hand?" in text_of(asked)
    assert "3 awards are declined." in text_of(confirmed(ligas, rule_id, asked))
    assert [each.status for each in rows(web_tool, HandAward)] == ["declined", "declined", "withdrawn"]
    assert rows(web_tool, Award) == []


def test_they_are_left_out_of_what_is_confirmed_or_awarded(three_wait, ligas, rule_id):
    told = text_of(ligas(f"rules/{rule_id}/people/bulk", do="award", all="yes"))
    assert "3 learners are left out: awards by hand to them wait for a second person." in told


def test_a_learner_approves_nothing(three_wait, school, rule_id, web_tool):
    token = hidden(school.launch(ANNA), "_launch")
    for do in ("approve", "decline"):
        form = {"_launch": token, "do": do, "all": "yes", "confirmed": "yes", "hand_award": "1 2 3"}
        page = school.browser.post(f"/lti/app/rules/{rule_id}/people/bulk", data=form | {"once": "y" * 12})
        assert page.status_code == 403
    assert {each.status for each in rows(web_tool, HandAward)} == {"waiting"}


def test_who_may_not_confirm_is_not_even_asked_whom_to_approve(three_wait, school, rule_id, web_tool):
    """An assistant, by the launch, where the institution lets teachers confirm."""
    change_issuer(web_tool, awarding={"two_award_by_hand": True, "assistants_may_confirm": False})
    form = {"_launch": hidden(school.launch(ASSISTANT), "_launch")}
    several = f"/lti/app/rules/{rule_id}/people/bulk"
    assert school.browser.post(several, data=form | {"do": "approve", "all": "yes"}).status_code == 403
    everybody = school.browser.post(f"/lti/app/rules/{rule_id}/people", data=form)
    assert "Waits for a second person" in text_of(everybody) and "Approve" not in text_of(everybody)


def test_the_card_counts_them_shows_some_and_leads_to_all(three_wait, ligas, rule_id, monkeypatch):
    card = ligas("course")
    assert re.search(r"<b>3</b> <span>wait for you", card.text)
    assert "Show all" not in text_of(card)
    monkeypatch.setattr(panels, "HAND_AWARDS", 2)
    card = ligas("course")
    assert "Show all 3 awards that wait" in text_of(card)
    assert len(re.findall(r"/lti/app/hand/\d+/decline", card.text)) == 2
    waits = ligas(f"rules/{rule_id}/people", roster_show="waits")
    assert text_of(waits).count("Waits for a second person") == 3
