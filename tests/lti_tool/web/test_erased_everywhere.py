"""After an erasure nothing of the person is anywhere: in no table, file, log, job or event, in no broker and no memory.

A person with odd names and words goes through all that the tool does with somebody. Then every table is read whole,
every file byte for byte, all that was logged, all that a real Valkey has as the broker and for counting requests, and
whatever the application, the tool and the caches of their functions hold.
"""

from __future__ import annotations

import base64
import gc
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import pytest
import redis
from sqlalchemy import LargeBinary

from lti_tool import jobs
from lti_tool.awarding import awards, by_hand, looks
from lti_tool.observations import Policy
from lti_tool.people import addresses, identity_checks, own_badges
from lti_tool.people.addresses import Asking
from lti_tool.privacy import erasure, journal
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, Base, BulkAct, BulkActPerson, CredentialRow, StatusList
from lti_tool.tasks import Relay, Runner, build_celery
from lti_tool.values import Evidence
from lti_tool.web import create_app
from tests.fixtures import ANNA, JANIS, PETERIS, ZANE, change_issuer, learner, rows, run_due_jobs, run_job

#: Each is somebody's: found anywhere, it says which part has kept it.
WORDS = {
    "name": "Zqname Šķērsis",
    "email": "zqmail@example.org",
    "username": "zquser",
    "account": "zqaccount",
    "proved": "zqproved@home.example",
    "revoked": "Zqrevoked for a reason",
    "suspended": "Zqsuspended for a reason",
    "again": "Zqagain for a reason",
    "by_hand": "Zqbyhand seen at work",
    "evidence": "https://zqevidence.example/work",
    "correction": "Zqcorrection: my name is wrong",
    "bulk": "Zqbulk for a reason",
}
MARA = learner(
    1, user_id=WORDS["account"], name=WORDS["name"], email=WORDS["email"], username=WORDS["username"]
)
OPERATOR = events.operator("root")


@pytest.fixture
def app(web_tool, valkey_url):
    """It counts requests in a real Valkey."""
    return create_app(replace(web_tool, limits_url=valkey_url))


@pytest.fixture
def mara(school, annas_badge, web_tool, platform, clock, valkey_url):
    """Her number, once she has been through everything."""
    tool = web_tool
    runner = Runner(tool)
    relay = Relay(tool, runner, build_celery(valkey_url, runner.run_due_jobs))
    change_issuer(tool, awarding={"two_award_by_hand": True})
    platform.everyone = [ZANE, ANNA, JANIS, PETERIS, MARA]
    platform.inside = [ZANE, ANNA]
    looks.look(tool.store, platform, 1, clock.advance(minutes=10))
    platform.inside.append(MARA)
    looks.look(tool.store, platform, 1, clock.advance(minutes=10))
    assert relay.relay_once()
    run_due_jobs(tool)
    # A launch that a page without cookies leaves half done, and one that is finished.
    school.launch(MARA, cookies=False)
    school.launch(MARA)
    with tool.store.begin() as session:
        person = queries.people.person_of(session, 1, MARA.user_id)
        number, me = person.id, events.person(person.id)
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        award = session.query(Award).filter_by(person_id=number).one()
        credential_id = award.credential.id
        addresses.save_proof(session, number, WORDS["proved"], clock(), me)
        asking = Asking(person_id=number, issuer_id=award.issuer_id, language="en")
        addresses.ask_code(session, WORDS["proved"], asking, clock())
        outside = Asking(person_id=None, issuer_id=award.issuer_id, language="en")
        addresses.ask_code(session, WORDS["proved"], outside, clock())
        own_badges.claim_badge(session, award.id, clock(), me)
        own_badges.ask_correction(session, award, WORDS["correction"], clock(), me)
        identity_checks.begin(session, credential_id, clock())
        session.query(StatusList).filter_by(id=award.credential.status_list_id).one().purpose = "suspension"
        awards.suspend(session, award, WORDS["suspended"], clock(), OPERATOR)
    assert relay.relay_once()
    run_due_jobs(tool)
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=number).one()
        awards.revoke(session, award, WORDS["revoked"], clock.advance(minutes=1), OPERATOR)
        rule = session.get_one(AwardRule, 1)
        for ended_at, kind in ((clock(), "revoke"), (None, "resend")):
            act = BulkAct(
                rule_id=rule.id,
                kind=kind,
                reason=WORDS["bulk"] if ended_at else "",
                once=kind,
                asked_by_id=zane,
                asked_at=clock(),
                ended_at=ended_at,
            )
            session.add(act)
            session.flush()
            anna = queries.people.person_of(session, 1, ANNA.user_id).id
            for each in (number, anna):
                session.add(BulkActPerson(bulk_act_id=act.id, person_id=each))
    run_due_jobs(tool)
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=number).one()
        awards.award_again(session, award, WORDS["again"], clock.advance(minutes=1), events.person(zane))
    run_due_jobs(tool)
    with tool.store.begin() as session:
        # What waits for a second person, of somebody who has no award yet.
        janis = queries.people.person_of(session, 1, JANIS.user_id).id
        given = [Evidence(url=WORDS["evidence"], name=WORDS["by_hand"])]
        rule = session.get_one(AwardRule, 1)
        waiting = by_hand.award_by_hand(
            session, rule, janis, WORDS["by_hand"], given, zane, Policy(two_award_by_hand=True), clock()
        )
        waiting.person_id = number
    return number


def found_in_tables(tool):
    """Which words stand in which column of which table, as text and as bytes."""
    found = set()
    with tool.store.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.connection().execute(table.select()):
                for column, value in zip(table.columns, row, strict=True):
                    is_bytes = isinstance(column.type, LargeBinary)
                    text = bytes(value).decode(errors="ignore") if is_bytes and value else str(value)
                    found |= {
                        (word, f"{table.name}.{column.name}")
                        for word, written in WORDS.items()
                        if written in text
                    }
    return found


def found_in_files(folder):
    marks = {word: written.split()[0].rstrip(":").encode() for word, written in WORDS.items()}
    return {
        (word, path.name)
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
        for word, mark in marks.items()
        if mark in path.read_bytes()
    }


def marks():
    """The first word of each, by which it is known wherever it stands."""
    return {word: written.split()[0].rstrip(":") for word, written in WORDS.items()}


def found_in_valkey(url):
    """Which words stand in a key or a value; every kind of value is read."""
    with redis.Redis.from_url(url) as client:
        keys = client.keys()
        assert [key for key in keys if b"nozimite.awards" in key] and len(keys) > 3
        held = b"".join(key + (client.dump(key) or b"") for key in keys)
        held += b"".join(b"".join(client.lrange(key, 0, -1)) for key in keys if client.type(key) == b"list")
    messages = [base64.b64decode(body) for body in re.findall(rb'"body":\s*"([A-Za-z0-9+/=]+)"', held)]
    assert messages
    return {word for word, mark in marks().items() if mark.encode() in held + b"".join(messages)}


def found_in_memory(*roots):
    """Which words are held by these objects, by what they refer to, or by a cache of one of our functions."""
    gc.unfreeze()  # what was there before the first test is seen too: tests/conftest.py
    caches = [
        each
        for each in gc.get_objects()
        if type(each).__name__ == "_lru_cache_wrapper"
        and str(getattr(each, "__module__", "")).startswith(("lti_tool", "badges", "signing", "config"))
    ]
    assert len(caches) > 20
    found, seen = set(), {id(WORDS), id(MARA)}
    left = [*roots, *caches]
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, type | ModuleType | FunctionType | CodeType | FrameType):
            continue
        seen.add(id(each))
        if isinstance(each, str | bytes):
            text = each if isinstance(each, str) else each.decode(errors="ignore")
            found |= {word for word, mark in marks().items() if mark in text}
            continue
        left += gc.get_referents(each)
    return found


def test_what_is_held_in_memory_is_found(web_tool):
    """Or the walk would prove nothing."""

    @lru_cache
    def remember(word):
        return [word]

    remember.__module__ = "lti_tool.somewhere"
    remember(f"x {MARA.email}")
    assert found_in_memory(web_tool) == {"email"}
    assert found_in_memory(replace(web_tool, secret_key=WORDS["proved"])) == {"email", "proved"}


def test_nothing_of_an_erased_person_is_anywhere(
    mara, web_tool, platform, school, app, clock, tmp_path, capfd, valkey_url
):
    tool = web_tool
    sown = {word for word, _ in found_in_tables(tool)}
    assert sown == set(WORDS), "each word was kept somewhere, or this test would prove nothing"
    assert found_in_files(tool.mail_folder)
    assert [row for row in rows(tool, CredentialRow) if "Zqname" in row.text]
    erasure.erase(tool, [mara], OPERATOR)
    journal.write_journal(tool)
    assert found_in_tables(tool) == set()
    assert found_in_files(tmp_path) == set()
    assert found_in_valkey(valkey_url) == set()
    gc.collect()
    assert found_in_memory(tool, app) == set()
    # What the platform and jobs do afterwards brings nothing back.
    looks.look(tool.store, platform, 1, clock.advance(minutes=10))
    school.launch(MARA)
    run_due_jobs(tool)
    run_job(tool, "sweep")
    jobs.sweep(tool, "sweep", {})
    left = found_in_tables(tool)
    # The page that answers her launch lives for minutes, in the browser's own launch.
    assert {where for _, where in left} <= {"expiring_value.value"}
    assert found_in_files(tool.mail_folder) == set()
    told = "".join(capfd.readouterr())
    assert [word for word, written in WORDS.items() if written.split()[0] in told] == []
