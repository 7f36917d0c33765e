"""Acts on several people of the list: shown first with whom they are about, done once, and to nobody else."""

import re

import pytest
from sqlalchemy import update

from lti_tool.store.models import (
    Award,
    CredentialRow,
    Delivery,
    Event,
    LaunchSession,
    ObservationRow,
    Person,
)
from tests.fixtures import ANNA, JANIS, PETERIS, TOMS, ZANE, run_due_jobs
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_roster import counts, names
from tests.many_learners import FIRST, multiply


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


def statuses(web_tool):
    with web_tool.store.read() as session:
        return {award.id: award.status for award in session.query(Award)}


def test_all_who_are_found_are_revoked_over_all_pages_and_nobody_else(
    annas_badge, several, done, settled, web_tool, people
):
    multiply(web_tool, range(60))
    asked = several("revoke", all="yes", roster_find="learner")
    assert "Revoke 60 badges?" in text_of(asked) and "Learner 10059" in text_of(asked)
    assert set(statuses(web_tool).values()) == {"issued"}
    page = done(asked, reason="A mistake in the course")
    assert "0 of 60 people done." in text_of(page) and set(statuses(web_tool).values()) == {"issued"}
    page = settled(page)
    assert "60 badges are revoked." in text_of(page)
    assert hidden(page, "roster_find") == "learner"
    assert {award_id for award_id, status in statuses(web_tool).items() if status != "revoked"} == {1}
    with web_tool.store.read() as session:
        reasons = {row.revocation_reason for row in session.query(CredentialRow) if row.award_id != 1}
        assert reasons == {"A mistake in the course"}
        revoked = session.query(Event).filter_by(what="revoked").all()
        assert len(revoked) == 60 and len({row.actor for row in revoked}) == 1


def test_nothing_is_revoked_without_a_reason(annas_badge, several, done, web_tool):
    asked = several("revoke", award="1")
    again = done(asked, reason="  ")
    assert "Enter a reason first" in text_of(again) and "Revoke 1 badge?" in text_of(again)
    assert statuses(web_tool) == {1: "issued"}
    assert "1 badge is revoked." in text_of(done(again, reason="A mistake"))


def test_those_who_are_chosen_are_shown_and_what_cannot_be_done_is_said_with_numbers(
    annas_badge, several, done, web_tool, people
):
    multiply(web_tool, range(4))
    with web_tool.store.begin() as session:
        session.get_one(Award, FIRST).status = "revoked"
        toms = session.query(Person).filter_by(name=TOMS.name).one().id
    asked = several("revoke", award=[str(FIRST), str(FIRST + 1), "1"], learner=[str(toms)])
    told = text_of(asked)
    assert "Revoke 2 badges?" in told
    assert "1 badge is left out: it is revoked already." in told
    assert "1 learner is left out: there is no badge yet." in told
    listed = re.findall(r"<li><bdi>([^<]*)</bdi>", asked.text)
    assert listed == [ANNA.name, f"Learner {FIRST + 1}"]
    assert "2 badges are revoked." in text_of(done(asked, reason="x"))
    assert statuses(web_tool)[FIRST + 2] == "issued"


def test_who_was_shown_is_meant_even_if_the_list_is_another_one_by_then(annas_badge, several, done, web_tool):
    multiply(web_tool, range(2))
    asked = several("revoke", all="yes")
    multiply(web_tool, range(2, 4))
    with web_tool.store.begin() as session:
        session.get_one(Award, FIRST).status = "revoked"
    page = text_of(done(asked, reason="x"))
    assert "2 badges are revoked. 1 was left as it is" in page
    assert statuses(web_tool)[FIRST + 2] == statuses(web_tool)[FIRST + 3] == "issued"


def test_badges_are_sent_again_once_however_often_the_button_is_pressed(annas_badge, several, done, web_tool):
    multiply(web_tool, range(3))
    with web_tool.store.begin() as session:
        session.get_one(Person, FIRST).email = None
        session.get_one(Award, FIRST + 1).status = "revoked"
    asked = several("resend", all="yes")
    told = text_of(asked)
    assert (
        "Send 2 badges again?" in told and "no e-mail address is known" in told and "revoked already" in told
    )
    assert "2 badges are being sent again." in text_of(done(asked))
    run_due_jobs(web_tool)
    assert "2 badges are being sent again." in text_of(done(asked))
    with web_tool.store.read() as session:
        assert {row.status for row in session.query(Delivery)} == {"sent"}
        repeated = session.query(Event).filter_by(what="delivery_repeated").count()
        assert repeated == 2


@pytest.fixture
def waiting(act, annas_badge, course_rule, services, web_tool):
    """Jānis, Pēteris and Toms, to whom the link opened without a restriction, and about whom the teacher is asked."""
    services.everyone = services.inside = [ZANE, ANNA, JANIS, PETERIS, TOMS]
    act(f"rules/{course_rule}/check")


def ids_of(web_tool, *members):
    with web_tool.store.read() as session:
        return [session.query(Person).filter_by(name=each.name).one().id for each in members]


def test_those_who_are_chosen_by_name_are_confirmed(waiting, several, done, web_tool, people):
    assert counts(people())["waits"] == 3
    chosen = [str(each) for each in ids_of(web_tool, JANIS, TOMS)]
    asked = several("confirm", learner=chosen, award="1")
    told = text_of(asked)
    assert "Confirm 2 learners?" in told and "1 learner is left out: there is nothing to confirm." in told
    assert "2 badges are being prepared" in text_of(done(asked))
    assert names(people(show="waits")) == [PETERIS.name]
    assert "2 badges are being prepared" in text_of(done(asked))
    assert len(statuses(web_tool)) == 3


def test_nobody_confirms_themselves_among_others(waiting, several, done, web_tool):
    (toms, janis) = ids_of(web_tool, TOMS, JANIS)
    with web_tool.store.begin() as session:
        session.execute(update(LaunchSession).values(person_id=toms))
    asked = several("confirm", learner=[str(toms), str(janis)])
    assert "Confirm 1 learner?" in text_of(asked) and "nobody confirms themselves" in text_of(asked)
    page = done(asked, learner=f"{toms} {janis}")
    assert "You cannot do this for yourself" in text_of(page)
    assert len(statuses(web_tool)) == 2


def test_everybody_is_confirmed_but_those_who_are_a_decision_of_their_own(waiting, several, web_tool):
    """Staff, and those about whom one question is open."""
    (toms,) = ids_of(web_tool, TOMS)
    with web_tool.store.begin() as session:
        role = session.query(ObservationRow).filter_by(person_id=toms, kind="role").first()
        values = {"person_id": toms, "kind": "role", "value": "staff", "source": "launches", "actor_id": toms}
        session.add(
            ObservationRow(
                course_id=role.course_id, resource=role.resource, seen_at=role.seen_at, look_id=None, **values
            )
        )
    told = text_of(several("confirm", all="yes"))
    assert "seen as staff is left out" in told and "a question on the page of the course" in told


def test_nobody_chosen_is_said(annas_badge, several):
    for do in ("confirm", "award", "resend", "revoke"):
        assert "Choose at least one learner" in text_of(several(do))


def test_awards_of_another_badge_are_left_alone(annas_badge, several, done, web_tool):
    """Their ids can be written into the form by hand, but not into that of another badge."""
    asked = several("revoke", award="1")
    with web_tool.store.begin() as session:
        award = session.get_one(Award, 1)
        rule = type(award.rule)
        other = rule(
            course_id=award.course_id,
            resource_link_id=_another_link(session, award),
            issuer_id=award.issuer_id,
            created_at=award.earned_at,
        )
        session.add(other)
        session.flush()
        award.rule_id = other.id
    assert "None of them is in this list any more" in text_of(done(asked, reason="x"))
    assert statuses(web_tool) == {1: "issued"}


def _another_link(session, award):
    link = type(award.rule.link)(course_id=award.course_id, link_id="9", created_at=award.earned_at)
    session.add(link)
    session.flush()
    return link.id


def test_a_learner_and_a_teacher_of_another_course_change_nothing(
    school, browser, annas_badge, course_rule, web_tool
):
    elsewhere = school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "x"}})
    for page, status in ((school.launch(JANIS), 403), (elsewhere, 404)):
        form = {"_launch": hidden(page, "_launch"), "do": "revoke", "confirmed": "yes", "reason": "x"}
        form |= {"award": "1", "once": "0123456789ab"}
        answer = browser.post(f"/lti/app/rules/{course_rule}/people/bulk", data=form)
        assert answer.status_code == status and "Anna" not in answer.text
    assert statuses(web_tool) == {1: "issued"}
