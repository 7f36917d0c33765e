"""A teacher's template is approved before it is published: by a link in a mail, or by the operator's command."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError

from badges.errors import ClaimError
from badges.pictures import OwnPicture
from lti_tool import jobs
from lti_tool.deliveries import CHANNELS
from lti_tool.errors import DeliveryError, NotAllowedError, NotFoundError
from lti_tool.people import sessions
from lti_tool.platforms import registrations
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import Approval, Outbox, Person, TemplateVersion
from lti_tool.templates import approval_requests, approvals, versions
from lti_tool.templates.approval_requests import newest_request
from lti_tool.values import secret_hash
from lti_tool.wiring import build_tool
from tests.at_once import all_at_once
from tests.fixtures import (
    NEW_REGISTRATION,
    ROOT,
    ZANE,
    change_authority,
    launch_of,
    run_due_jobs,
    settings_for,
    template_data,
)

RUTA, OTTO = "ruta@riga-college.example", "otto@riga-college.example"
IEVA = events.operator("ieva")
APPROVERS = """approvers = ["quality@riga-college.example"]"""


def issuer_file(folder, approvers=(RUTA, OTTO), more=""):
    """The example's file with other approvers."""
    text = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    listed = ", ".join(f'"{each}"' for each in approvers)
    assert APPROVERS in text
    path = folder / "issuer.toml"
    path.write_text(text.replace(APPROVERS, f"approvers = [{listed}]\n{more}"), encoding="utf-8")
    return path


class Story:
    """A tool, Zane's draft in her course, and the mails."""

    def __init__(self, tool, folder, teacher=ZANE):
        self.tool, self.folder = tool, folder
        with tool.store.begin() as session:
            registration = registrations.add(session, NEW_REGISTRATION, tool.clock())
            launch = launch_of(teacher, registration.id)
            sessions.start_session(session, launch, tool.clock())
            course = queries.people.course_of(session, registration.id, launch.context_id)
            self.zane = events.person(queries.people.person_of(session, registration.id, teacher.user_id).id)
            row = versions.add(session, template_data(), tool.clock(), course_id=course.id, by=self.zane)
            self.row_id = row.id

    @property
    def profile(self):
        return self.tool.issuer.profile

    def set_authority(self, **changes):
        """Changes the issuer's settings, as the operator does in the file."""
        change_authority(self.tool, **changes)

    def locked(self, session):
        row = session.get_one(TemplateVersion, self.row_id)
        queries.templates.lock_template(session, row)
        return row

    def publish(self, by=None):
        with self.tool.store.begin() as session:
            row = self.locked(session)
            return approvals.publish_or_ask(session, row, self.profile, self.tool.clock(), by or self.zane)

    def edit(self, hours="75", by=None):
        with self.tool.store.begin() as session:
            row = self.locked(session)
            versions.save_draft(row, row.body | {"workload_hours": hours}, self.tool.clock(), by or self.zane)

    def withdraw(self):
        with self.tool.store.begin() as session:
            approval_requests.withdraw(session, self.locked(session), self.tool.clock(), self.zane)

    def answer(self, code, answer="approved", reason=""):
        with self.tool.store.begin() as session:
            return approvals.answer_by_link(session, self.profile, code, answer, reason, self.tool.clock())

    def standing(self, code):
        with self.tool.store.read() as session:
            approval, row = approvals.find_by_code(session, code)
            return approvals.standing(session, approval, row, self.profile, self.tool.clock())

    def mails(self):
        """The mails that are due, in the order in which they were written; each hour the tool looks what has ended."""
        jobs.sweep(self.tool, "sweep", {})
        run_due_jobs(self.tool)
        files = sorted(self.folder.glob("mail/*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    def links(self):
        """The newest code of each approver, by address."""
        return {
            mail["To"].addresses[0].addr_spec: found[1]
            for mail in self.mails()
            if (found := re.search(r"/lti/approval\?code=([\w-]+)", mail.get_body(("plain",)).get_content()))
        }

    def state(self):
        with self.tool.store.read() as session:
            row = session.get_one(TemplateVersion, self.row_id)
            return row.status, newest_request(row, self.profile)

    def events(self):
        with self.tool.store.read() as session:
            found = queries.events.events(session)
            return [
                (each.what, each.actor, each.why)
                for each in found
                if "appro" in each.what or each.what in ("template_declined", "template_published")
            ]


@pytest.fixture
def story(tool, tmp_path, clock):
    tool.store.close()
    again = build_tool(
        settings_for(f"sqlite:///{tmp_path / 'story.sqlite'}", tmp_path, issuer_file=issuer_file(tmp_path)),
        clock,
    )
    yield Story(again, tmp_path)
    again.store.close()


@pytest.fixture
def story_on_any_database(any_database_url, tmp_path, clock):
    tool = build_tool(settings_for(any_database_url, tmp_path, issuer_file=issuer_file(tmp_path)), clock)
    yield Story(tool, tmp_path)
    tool.store.close()


def test_what_a_teacher_publishes_waits_until_an_approver_approves_it(story_on_any_database, clock):
    story = story_on_any_database
    assert story.publish() == "asked"
    status, request = story.state()
    assert (status, request.status, request.asked_at) == ("draft", "waiting", clock())
    assert list(request.asked) == [RUTA, OTTO]
    clock.advance(hours=3)
    assert story.answer(story.links()[RUTA]) == "open"
    status, request = story.state()
    assert (status, request.status, request.answered_by) == ("published", "approved", RUTA)
    assert [what for what, _, _ in story.events()] == [
        "approval_asked",
        "template_approved",
        "template_published",
    ]
    (asked, approved, published) = story.events()
    assert asked[1] == story.zane.name and approved[1] == published[1] and approved[1].startswith("approver:")
    (mail,) = [mail for mail in story.mails() if mail["To"].addresses[0].addr_spec == ZANE.email]
    assert mail["Subject"] == "Jūsu nozīmīte „Datu pratība lēmumu pieņēmējiem” ir apstiprināta"


def test_the_operators_own_templates_and_those_of_an_issuer_that_wants_it_so_need_no_approval(story):
    with story.tool.store.begin() as session:
        versions.publish(story.locked(session), story.profile, story.tool.clock(), IEVA)
    with story.tool.store.begin() as session:
        story.row_id = versions.copy(session, story.locked(session), story.tool.clock(), by=story.zane).id
    story.set_authority(needs_approval=False)
    assert story.publish() == "published"
    assert story.links() == {}


def test_what_cannot_be_published_is_not_asked_about(story):
    with story.tool.store.begin() as session:
        row = story.locked(session)
        versions.save_draft(row, row.body | {"level": {"value": 8}}, story.tool.clock(), story.zane)
    with pytest.raises(ClaimError):
        story.publish()
    assert story.state() == ("draft", None) and story.links() == {}


def test_the_mail_names_teacher_course_and_badge_and_is_the_same_at_each_attempt(story):
    story.publish()
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in story.mails()}
    assert mails.keys() == {RUTA, OTTO}
    text = mails[RUTA].get_body(("plain",)).get_content()
    assert mails[RUTA]["Subject"] == (
        "Lūdzu, apstipriniet vai noraidiet nozīmīti „Datu pratība lēmumu pieņēmējiem”"
    )
    for word in ("Zane Ozola", "Data Literacy Fundamentals", "Rīgas koledža", "7 dienas"):
        assert word in text
    codes = story.links()
    with story.tool.store.begin() as session:
        (again,) = {each.id for each in session.query(Approval) if each.approver == RUTA}
        # As after a crash before the job's end.
        outbox.add(session, "ask_approver", {"approval_id": again}, story.tool.clock())
    run_due_jobs(story.tool)
    assert story.links() == codes and len(set(codes.values())) == 2
    assert {mail["Message-ID"] for mail in story.mails()} == {mail["Message-ID"] for mail in mails.values()}


def test_the_mail_is_in_english_where_the_teacher_works_in_it(tool, tmp_path, clock):
    settings = settings_for(
        f"sqlite:///{tmp_path / 'en.sqlite'}", tmp_path, issuer_file=issuer_file(tmp_path)
    )
    again = build_tool(settings, clock)
    story = Story(again, tmp_path)
    with again.store.begin() as session:
        session.query(Person).one().language = "en"
    story.publish()
    mail = story.mails()[0]
    assert mail["Subject"] == "Please approve or decline the badge “Data literacy for decision makers”"
    assert (
        mail["Content-Language"] == "en"
        and "Opening the address changes nothing." in mail.get_body(("plain",)).get_content()
    )
    again.store.close()


def test_the_code_of_a_link_is_nowhere_in_the_database_but_its_hash(story, tmp_path):
    story.publish()
    codes = story.links().values()
    with story.tool.store.read() as session:
        kept = {each.code_hash for each in session.query(Approval)} - {None}
        payloads = [row.payload for row in session.query(Outbox)]
    assert kept == {secret_hash(code) for code in codes}
    files = b"".join(path.read_bytes() for path in tmp_path.glob("story.sqlite*"))
    assert not any(code.encode() in files for code in codes)
    assert not any(code in str(payloads) for code in codes)
    for guessed in ("", "x", "x" * 10_000, next(iter(kept))):
        with pytest.raises(NotFoundError):
            story.answer(guessed)


def test_reading_a_link_again_and_again_changes_nothing(story):
    story.publish()
    code = story.links()[RUTA]
    before = story.events()
    assert {story.standing(code) for _ in range(3)} == {"open"}
    assert (story.events(), story.state()[0]) == (before, "draft")


def test_an_answer_uses_the_link_up(story):
    story.publish()
    code = story.links()[RUTA]
    assert story.answer(code, "declined", "The title promises too much.") == "open"
    assert story.answer(code, "approved") == "declined"
    status, request = story.state()
    assert (status, request.status, request.reason) == ("draft", "declined", "The title promises too much.")
    assert story.events()[-1][0] == "approval_refused" and story.events()[-1][2] == "declined"


def test_a_declined_draft_tells_the_teacher_the_reason_and_can_be_asked_about_again(story, clock):
    story.publish()
    first = story.links()
    story.answer(first[RUTA], "declined", "The title promises too much.")
    (mail,) = [mail for mail in story.mails() if mail["To"].addresses[0].addr_spec == ZANE.email]
    assert mail["Subject"] == "Jūsu nozīmīte „Datu pratība lēmumu pieņēmējiem” nav apstiprināta"
    assert "The title promises too much." in mail.get_body(("plain",)).get_content()
    assert "promises" not in str(story.events())
    clock.advance(minutes=5)
    story.edit()
    assert story.state()[1].reason == "The title promises too much."  # while the teacher mends it
    assert story.publish() == "asked"
    assert story.state()[1].status == "waiting"
    assert story.answer(story.links()[OTTO]) == "open" and story.state()[0] == "published"
    assert story.standing(first[OTTO]) == "answered"


def test_a_change_voids_the_request_and_asking_anew_makes_new_links(story, clock):
    story.publish()
    old = story.links()
    story.edit("80")  # as it was: nothing changes
    assert story.standing(old[RUTA]) == "open"
    story.edit("78")
    assert story.standing(old[RUTA]) == "changed" and story.state()[1].status == "changed"
    assert story.answer(old[RUTA]) == "changed" and story.state()[0] == "draft"
    assert ("approval_withdrawn", story.zane.name, "changed") in story.events()
    clock.advance(minutes=1)
    story.publish()
    new = story.links()
    assert new[RUTA] != old[RUTA] and story.standing(old[RUTA]) == "changed"
    # Back to what the first mail was about: its link stays void.
    story.edit("80")
    assert (story.standing(old[RUTA]), story.standing(new[RUTA])) == ("changed", "changed")


@pytest.mark.parametrize("picture", [OwnPicture(png=b"\x89PNG as if"), None])
def test_another_picture_is_a_change_too(story, picture):
    story.publish()
    code = story.links()[RUTA]
    with story.tool.store.begin() as session:
        versions.set_picture(story.locked(session), picture, story.tool.clock(), story.zane)
    assert story.standing(code) == ("changed" if picture else "open")


def test_a_draft_that_is_changed_past_the_store_is_not_approved(story):
    """The hash decides, not that every change remembers to say so."""
    story.publish()
    code = story.links()[RUTA]
    with story.tool.store.begin() as session:
        row = story.locked(session)
        row.body = row.body | {"workload_hours": "85"}
    assert story.answer(code) == "changed" and story.state()[0] == "draft"
    with story.tool.store.begin() as session, pytest.raises(NotAllowedError):
        approvals.answer_by_operator(
            session, story.locked(session), story.profile, "approved", "", story.tool.clock(), IEVA
        )


def test_a_request_can_be_withdrawn(story):
    story.publish()
    code = story.links()[RUTA]
    story.withdraw()
    story.withdraw()
    assert story.answer(code) == "withdrawn" and story.state()[0] == "draft"
    assert [what for what, _, _ in story.events()].count("approval_withdrawn") == 1
    assert [mail["To"].addresses[0].addr_spec for mail in story.mails()].count(ZANE.email) == 0


def test_a_link_ends_after_seven_days_and_the_teacher_is_told_and_asks_again(story, clock):
    story.publish()
    code = story.links()[RUTA]
    clock.advance(days=7, seconds=-1)
    assert story.standing(code) == "open"
    clock.advance(seconds=1)
    assert story.answer(code) == "expired"
    (mail,) = [mail for mail in story.mails() if mail["To"].addresses[0].addr_spec == ZANE.email]
    assert "7 dienu laikā" in mail.get_body(("plain",)).get_content()
    assert [what for what, _, _ in story.events()].count("approval_expired") == 2
    status, request = story.state()
    assert (status, request.status, request.why_nobody) == ("draft", "waiting", "expired")
    assert story.publish() == "asked"
    assert story.answer(story.links()[RUTA]) == "open" and story.state()[0] == "published"


def test_the_operator_can_still_approve_when_all_links_have_ended(story, clock):
    story.publish()
    clock.advance(days=30)
    assert story.mails()
    assert story.state()[1].why_nobody == "expired"
    with story.tool.store.begin() as session:
        approvals.answer_by_operator(
            session, story.locked(session), story.profile, "approved", "", clock(), IEVA
        )
    assert story.state()[0] == "published"


@pytest.mark.parametrize("address", ["zane@example.org", "Zane@EXAMPLE.org"])
def test_nobody_is_asked_about_their_own_template(story, address):
    story.set_authority(approvers=(address, OTTO))
    story.publish()
    assert story.links().keys() == {OTTO}


def test_where_the_only_approver_has_written_it_teacher_and_operator_are_told(story):
    story.set_authority(approvers=(ZANE.email,))
    assert story.publish() == "asked"
    assert story.links() == {}
    assert (story.state()[1].status, story.state()[1].why_nobody) == ("waiting", "own")
    assert story.events() == [("approval_asked", story.zane.name, "own")]


def test_who_turns_out_to_have_written_it_cannot_approve_it(story):
    """The platform may tell a teacher's address only later."""
    story.publish()
    code = story.links()[RUTA]
    with story.tool.store.begin() as session:
        session.query(Person).one().email = RUTA.upper()
    assert story.answer(code) == "own" and story.state()[0] == "draft"


def test_a_colleague_who_wrote_part_of_it_is_not_asked(story):
    with story.tool.store.begin() as session:
        colleague = Person(name="Otto", email=OTTO, language="en")
        session.add(colleague)
        session.flush()
        by = events.person(colleague.id)
    story.edit("78", by)
    story.publish()
    assert story.links().keys() == {RUTA}


def test_who_is_no_longer_an_approver_approves_nothing(story):
    story.publish()
    code = story.links()[RUTA]
    story.set_authority(approvers=(OTTO,))
    assert story.answer(code) == "removed" and story.state()[0] == "draft"


def test_without_an_approver_the_operator_sees_it_and_answers(story):
    story.set_authority(approvers=())
    assert story.publish() == "asked" and story.links() == {}
    assert story.state()[1].why_nobody == "no_approver"
    with story.tool.store.begin() as session:
        (row,) = queries.templates.waiting_templates(session)
        approvals.answer_by_operator(
            session, row, story.profile, "declined", "Too long.", story.tool.clock(), IEVA
        )
    status, request = story.state()
    assert (status, request.status, request.reason, request.answered_by) == (
        "draft",
        "declined",
        "Too long.",
        "",
    )
    assert story.events()[-1][:2] == ("template_declined", "operator:ieva")
    with story.tool.store.begin() as session:
        assert not queries.templates.waiting_templates(session)
        with pytest.raises(NotAllowedError):
            approvals.answer_by_operator(
                session, story.locked(session), story.profile, "approved", "", story.tool.clock(), IEVA
            )


def test_publishing_by_the_operator_answers_the_request(story):
    story.publish()
    code = story.links()[RUTA]
    with story.tool.store.begin() as session:
        versions.publish(story.locked(session), story.profile, story.tool.clock(), IEVA)
    assert story.standing(code) == "answered"
    assert story.state()[1].status == "approved"
    assert ZANE.email in [mail["To"].addresses[0].addr_spec for mail in story.mails()]


def test_a_teacher_who_publishes_because_no_approval_is_wanted_any_more_has_approved_nothing(story):
    story.publish()
    code = story.links()[RUTA]
    story.set_authority(needs_approval=False)
    assert story.publish() == "published"
    assert story.standing(code) == "withdrawn"
    acts = [what for what, _, _ in story.events()]
    assert "template_approved" not in acts and acts[-2:] == ["approval_withdrawn", "template_published"]
    assert ZANE.email not in [mail["To"].addresses[0].addr_spec for mail in story.mails()]


def test_an_approval_that_can_no_longer_be_published_changes_nothing(story):
    story.publish()
    code = story.links()[RUTA]
    story.set_authority(highest_level=3)
    with pytest.raises(ClaimError):
        story.answer(code)
    assert story.standing(code) == "open" and story.state()[1].status == "waiting"


def test_a_deleted_draft_takes_its_requests_along(story):
    story.publish()
    code = story.links()[RUTA]
    with story.tool.store.begin() as session:
        versions.delete_draft(session, story.locked(session), story.tool.clock(), story.zane)
    with pytest.raises(NotFoundError):
        story.answer(code)
    story.tool.clock.advance(days=8)
    story.mails()
    with story.tool.store.read() as session:
        assert session.query(Outbox).filter(Outbox.task.like("%approv%")).all() == []


def test_where_no_mail_can_be_delivered_the_teacher_is_not_left_waiting_for_it(story, monkeypatch):
    def refuse(*_):
        raise DeliveryError("the mail server rejected the address", permanent=True)

    story.publish()
    monkeypatch.setattr(CHANNELS["mail_folder"], "send", refuse)
    run_due_jobs(story.tool)
    assert story.state()[1].why_nobody == "unreached"
    assert [what for what, _, _ in story.events()].count("approval_unreached") == 2


def test_where_no_channel_brings_such_mails_the_teacher_is_not_left_waiting_for_one(story, monkeypatch):
    monkeypatch.delattr(CHANNELS["mail_folder"], "send")
    story.publish()
    run_due_jobs(story.tool)
    assert story.state()[1].why_nobody == "unreached"


@pytest.mark.parametrize("said", ["approved", "declined"])
def test_a_teacher_without_an_address_is_told_by_the_page_alone(story, said):
    with story.tool.store.begin() as session:
        session.query(Person).one().email = None
    story.publish()
    story.answer(story.links()[RUTA], said, "Too long.")
    assert [mail["To"].addresses[0].addr_spec for mail in story.mails()] == [RUTA, OTTO]
    assert story.state()[1].status == said
    with story.tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="tell_author").all() == []


def test_a_mail_server_that_does_not_answer_is_tried_again(story, monkeypatch, clock):
    def fail(*_):
        raise DeliveryError("the mail server cannot be reached")

    story.publish()
    with monkeypatch.context() as patch:
        patch.setattr(CHANNELS["mail_folder"], "send", fail)
        run_due_jobs(story.tool)
    clock.advance(minutes=5)
    assert story.links().keys() == {RUTA, OTTO}


def test_approvers_are_not_flooded(story, clock):
    for _ in range(approval_requests.MOST_REQUESTS_A_DAY):
        assert story.publish() == "asked"
        story.withdraw()
        clock.advance(seconds=1)
    assert story.publish() == "asked_too_often"
    clock.advance(days=1)
    assert story.publish() == "asked"


def test_asking_twice_asks_once(story):
    story.publish()
    assert story.publish() == "asked"
    assert len(story.mails()) == 2


def test_of_two_approvers_who_answer_at_once_the_second_is_told_who_was_first(story_on_any_database):
    story = story_on_any_database
    story.publish()
    codes = story.links()
    given = {RUTA: "approved", OTTO: "declined"}
    standings = all_at_once(*(partial(story.answer, codes[who], said, "No.") for who, said in given.items()))
    found = dict(zip(given, standings, strict=True))
    assert sorted(found.values()) == ["answered", "open"]
    first = next(who for who, standing in found.items() if standing == "open")
    second = OTTO if first == RUTA else RUTA
    with story.tool.store.read() as session:
        approval, row = approvals.find_by_code(session, codes[second])
        assert approval_requests.answered_first(row, approval).approver == first
    assert story.state()[0] == ("published" if first == RUTA else "draft")
    answers = [what for what, _, _ in story.events() if what in ("template_approved", "template_declined")]
    assert len(answers) == 1


def test_an_approval_while_the_teacher_edits_approves_what_was_read_or_nothing(story_on_any_database):
    story = story_on_any_database
    story.publish()
    code = story.links()[RUTA]

    def edit():
        try:
            story.edit("85")
        except NotAllowedError:
            return "refused"
        return "edited"

    approver, teacher = all_at_once(lambda: story.answer(code), edit)
    with story.tool.store.read() as session:
        row = session.get_one(TemplateVersion, story.row_id)
        seen = (approver, teacher, row.status, row.body["workload_hours"])
    assert seen in (("open", "refused", "published", "80"), ("changed", "edited", "draft", "85"))


def test_an_answer_waits_for_whoever_changes_the_draft(postgres_url, tmp_path, clock):
    settings = settings_for(postgres_url, tmp_path, issuer_file=issuer_file(tmp_path))
    tool = build_tool(settings, clock)
    story = Story(tool, tmp_path)
    story.publish()
    code = story.links()[RUTA]
    with tool.store.begin() as session:
        row = story.locked(session)
        versions.save_draft(row, row.body | {"workload_hours": "90"}, clock(), story.zane)
        session.flush()
        with pytest.raises(OperationalError, match="lock timeout"), tool.store.begin() as another:
            another.connection().exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            approvals.answer_by_link(another, story.profile, code, "approved", "", clock())
    assert story.answer(code) == "changed"
    tool.store.close()
