"""Learners are told by mail what became of their badges, once by each channel, in their language, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from lti_tool.awarding import awards, looks, undo
from lti_tool.deliveries import CHANNELS, dispatch, email
from lti_tool.errors import DeliveryError
from lti_tool.store import events, outbox
from lti_tool.store.models import Award, AwardRule, Event, Notice, Outbox
from lti_tool.values import BadgeNotice, Recipient
from tests.deliveries import RIGA_COLLEGE
from tests.fixtures import (
    ANNA,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

TEACHER = events.person(10_000)


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def rule_id(tool, platform):
    """A rule by which Anna has a badge for a year, that was sent to her."""
    rule_id = make_rule(tool, publish(tool, validity={"months": 12}))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    return rule_id


@pytest.fixture
def subjects(tmp_path):
    """The subjects of all mails to learners, without the first."""

    def subjects():
        mails = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]
        return [mail["Subject"].partition(":")[0] for mail in mails][1:]

    return subjects


def act(tool, what, *words):
    with tool.store.begin() as session:
        what(session, session.query(Award).one(), *words, tool.clock(), TEACHER)
    run_due_jobs(tool)


def test_suspension_reinstatement_and_revocation_are_told_each_time(tool, rule_id, clock, subjects):
    for _ in range(2):
        act(tool, awards.suspend, "an inquiry")
        clock.advance(days=1)
        act(tool, awards.reinstate)
        clock.advance(days=1)
    act(tool, awards.revoke, "it was copied")
    both = ["Your badge is suspended", "Your badge is valid again"]
    assert subjects() == [*both, *both, "Your badge was revoked"]
    told = [row for row in rows(tool, Event) if row.what == "told"]
    assert [row.why for row in told] == ["suspended", "reinstated"] * 2 + ["revoked"]
    assert {row.status for row in rows(tool, Notice)} == {"sent"}


def test_expiry_is_told_30_and_7_days_before(tool, rule_id, clock, subjects):
    (end,) = {award.credential.valid_until for award in awards_with_credentials(tool)}
    for days, expected in ((31, 0), (30, 1), (20, 1), (7, 2), (1, 2), (-1, 2)):
        clock.now = end - timedelta(days=days)
        run_due_jobs(tool)
        assert subjects() == ["Your badge expires soon"] * expected, days


def awards_with_credentials(tool):
    with tool.store.read() as session:
        found = session.query(Award).all()
        assert all(award.credential for award in found)
        return found


def test_a_badge_that_was_renewed_or_revoked_does_not_expire_soon(tool, rule_id, platform, clock, subjects):
    clock.advance(days=300)
    platform.inside.remove(ANNA)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    platform.inside.append(ANNA)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    run_due_jobs(tool)
    assert subjects() == ["Your badge"]
    clock.advance(days=65)
    run_due_jobs(tool)
    assert subjects() == ["Your badge"]


def test_a_revocation_that_is_repaired_before_it_is_told_is_not_told(tool, rule_id, clock, subjects):
    with tool.store.begin() as session:
        award = session.query(Award).one()
        awards.revoke(session, award, "the wrong Anna", clock(), TEACHER)
        awards.award_again(session, award, "it was the right Anna", clock(), TEACHER)
    run_due_jobs(tool)
    assert subjects() == ["Your badge"]


def test_a_replacement_is_told_with_the_new_badge(tool, rule_id, tmp_path, subjects):
    act(tool, awards.correct)
    assert subjects() == ["Your badge"]
    texts = [
        message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
        for path in (tmp_path / "mail").glob("*.eml")
    ]
    assert len([text for text in texts if "has corrected your badge" in " ".join(text.split())]) == 1


def test_an_undone_batch_is_told_to_each_learner(tool, rule_id, platform, clock, subjects):
    others = [learner(60), learner(61)]
    platform.everyone += others
    clock.advance(days=1)
    complete(tool, platform, rule_id, *others)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        ids = [award.id for award in session.query(Award)]
        undo.undo(session, session.get_one(AwardRule, rule_id), clock(), ids, clock(), TEACHER)
    run_due_jobs(tool)
    assert subjects()[2:] == ["Your badge was revoked"] * 2
    assert {row.kind for row in rows(tool, Notice)} == {"mistake"}


def test_a_task_that_is_repeated_or_done_by_two_workers_tells_once(tool, rule_id, subjects, monkeypatch):
    with tool.store.begin() as session:
        awards.suspend(session, session.query(Award).one(), "an inquiry", tool.clock(), TEACHER)
    (job,) = [
        row for row in rows_of_outbox(tool) if row.task == "tell" and row.payload["kind"] == "suspended"
    ]
    with tool.store.begin() as session:
        outbox.add(session, "tell", job.payload, tool.clock())
    run_due_jobs(tool)
    (notice,) = rows(tool, Notice)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: dispatch.tell(tool.store, tool.issuers, notice.id, tool.clock()), range(3)))
    assert subjects() == ["Your badge is suspended"]
    assert [row.what for row in rows(tool, Event)].count("told") == 1


def rows_of_outbox(tool):
    with tool.store.read() as session:
        return session.query(Outbox).all()


def test_a_mail_server_that_is_away_is_tried_again_and_one_that_refuses_is_not(
    tool, rule_id, monkeypatch, clock
):
    real, asked = CHANNELS["mail_folder"].tell, []

    def away(*words):
        asked.append(1)
        raise DeliveryError("the mail server cannot be reached", permanent=len(asked) > 1)

    monkeypatch.setattr(CHANNELS["mail_folder"], "tell", away)
    act(tool, awards.suspend, "an inquiry")
    assert [row.status for row in rows(tool, Notice)] == ["pending"]
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Notice)] == ["failed"]
    monkeypatch.setattr(CHANNELS["mail_folder"], "tell", real)
    clock.advance(days=1)
    run_due_jobs(tool)
    assert len(asked) == 2
    assert [row.why for row in rows(tool, Event) if row.what == "not_told"] == ["permanent"]


KINDS = ("revoked", "mistake", "suspended", "reinstated", "expires")


@pytest.mark.parametrize("language", ["en", "lv"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_mail_is_in_the_learners_language(smtp, kind, language, clock):
    notice = BadgeNotice(
        kind=kind,
        badge="Saules paneļu montāža",
        issuer=RIGA_COLLEGE,
        page_url="https://badges.example.org/badges/1",
        picture_url="https://badges.example.org/achievements/5/1/image.png",
        reason="An inquiry" if kind == "suspended" else "",
        last_day=clock().date(),
    )
    options = email.Options(url=smtp.url, sender="Riga College <badges@example.org>")
    recipient = Recipient(name="Anna Bērziņa", email="anna@example.org", language=language)
    email.tell(notice, recipient, options, "notice-1.email@badges.example.org")
    (mail,) = smtp.mails
    text = mail.get_body(("plain",)).get_content()
    assert "Saules paneļu montāža" in mail["Subject"] and notice.page_url in text
    assert (("Hello Anna" if language == "en" else "Labdien, Anna") in text) and "%" not in text
    assert ("An inquiry" in text) is (kind == "suspended")
    day = {"en": "21 November 2026", "lv": "2026. gada 21. novembr"}[language]
    assert (day in text) is (kind == "expires")
    assert mail["Content-Language"] == language
