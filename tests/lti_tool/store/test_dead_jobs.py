"""Dead jobs are listed, tried again and dropped, each by one who acts first."""

import pytest
from sqlalchemy import select

from lti_tool.store import dead_jobs, events, outbox, queries
from lti_tool.store.models import Outbox
from tests.at_once import all_at_once
from tests.fixtures import NOW
from tests.lti_tool.store.test_outbox import claim, store

__all__ = ["store"]

OPERATOR = events.operator("root")


def add_dead(store, task="issue", **payload):
    with store.begin() as session:
        job_id = outbox.add(session, task, payload, NOW)
    assert outbox.give_up(store, job_id, NOW, "there is no award 17")
    return job_id


def dead(store):
    with store.read() as session:
        return dead_jobs.dead(session)


def recorded(store):
    with store.read() as session:
        return [(act.what, act.about, act.actor, act.data) for act in queries.events.events(session)]


def test_a_job_that_can_never_succeed_is_dead_at_once_and_only_once(store):
    job_id = add_dead(store, award_id=17, delivery_id=3, task="deliver")
    (job,) = dead(store)
    assert (job.id, job.task, job.attempts, job.died_at) == (job_id, "deliver", 1, NOW)
    assert (job.trouble, job.about) == ("there is no award 17", {"award": 17, "delivery": 3})
    assert claim(store, queue=outbox.DELIVERIES) == []
    assert outbox.give_up(store, job_id, NOW, "again") is False
    assert outbox.give_up(store, "never-was", NOW, "again") is False


def test_a_job_that_is_tried_again_has_all_its_attempts_and_an_event(store):
    job_id = add_dead(store, award_id=17)
    with store.begin() as session:
        assert dead_jobs.retry(session, dead_jobs.dead(session)[0], NOW, OPERATOR)
    assert dead(store) == []
    assert claim(store) == [job_id]
    with store.read() as session:
        row = session.get_one(Outbox, job_id)
        assert (row.attempts, row.trouble, row.died_at) == (0, None, None)
    assert recorded(store) == [
        ("work_retried", "award:17", "operator:root", {"job": job_id, "award": 17}),
    ]


def test_a_job_that_is_dropped_is_gone_and_has_an_event(store):
    job_id = add_dead(store, task="mail_teacher", person_id=4)
    with store.begin() as session:
        assert dead_jobs.drop(session, dead_jobs.dead(session)[0], NOW, OPERATOR)
    with store.read() as session:
        assert session.query(Outbox).count() == 0
    assert recorded(store) == [
        ("work_dropped", f"job:{job_id}", "operator:root", {"job": job_id, "person": 4}),
    ]


@pytest.mark.parametrize("others", [dead_jobs.retry, dead_jobs.drop])
def test_of_two_who_act_on_a_job_at_once_one_does(store, others):
    add_dead(store, award_id=17)
    (job,) = dead(store)

    def act(deed):
        with store.begin() as session:
            return deed(session, job, NOW, OPERATOR)

    done = all_at_once(lambda: act(dead_jobs.retry), lambda: act(others))
    assert sorted(done) == [False, True]
    assert len(recorded(store)) == 1


def payloads(store):
    with store.read() as session:
        return sorted(session.scalars(select(Outbox.payload)), key=str)


def test_the_same_job_is_revived_and_another_is_added(store):
    job_id = add_dead(store, award_id=17)
    other = {"award_id": 18}
    for _ in range(2):
        with store.begin() as session:
            dead_jobs.add_or_revive(session, "issue", [{"award_id": 17}, other], NOW)
        # What is not dead any more may be in a worker's hands, who does not see what has changed: a second is added.
    assert payloads(store) == [{"award_id": 17}] * 2 + [other] * 2
    assert job_id in claim(store)
    assert dead(store) == []


def test_two_who_ask_for_a_dead_job_at_once_both_have_it_done(store):
    add_dead(store, award_id=17)

    def ask():
        with store.begin() as session:
            dead_jobs.add_or_revive(session, "issue", [{"award_id": 17}], NOW)

    all_at_once(ask, ask)
    assert payloads(store) == [{"award_id": 17}] * 2
    assert len(claim(store)) == 2


def test_a_page_knows_what_of_its_awards_is_dead(store):
    add_dead(store, award_id=17)
    add_dead(store, task="replace", award_id=18, credential_id="x")
    add_dead(store, task="deliver", award_id=19, delivery_id=5)
    add_dead(store, task="tell", award_id=20, credential_id="x")
    add_dead(store, award_id=21)
    with store.read() as session:
        found = dead_jobs.dead_of_awards(session, [17, 18, 19, 20])
    assert (sorted(found.awards), sorted(found.deliveries)) == ([17, 18], [5])
