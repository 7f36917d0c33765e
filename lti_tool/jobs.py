"""The background jobs of the outbox, by the name of their task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from lti_tool.awarding import imports, looks, teacher_mail
from lti_tool.awarding.course_troubles import schedule_mails_about_troubles
from lti_tool.awarding.decisions import decide_course
from lti_tool.backpack import keeping, registration
from lti_tool.bulk_acts import work
from lti_tool.deliveries import dispatch
from lti_tool.deliveries.answer_message import answer_content
from lti_tool.deliveries.approval_message import approval_content
from lti_tool.deliveries.candidate_message import candidate_content
from lti_tool.deliveries.claim_message import claim_content
from lti_tool.deliveries.code_message import code_content
from lti_tool.deliveries.feedback_message import feedback_content
from lti_tool.deliveries.host_message import host_content
from lti_tool.deliveries.identity_message import identity_mail
from lti_tool.deliveries.operator_message import operator_code_content, operator_content
from lti_tool.deliveries.review_message import review_content
from lti_tool.deliveries.teacher_message import teacher_content
from lti_tool.errors import DeliveryError, NotAllowedError, NotFoundError
from lti_tool.feedback import daily as feedback
from lti_tool.feedback import later_mails
from lti_tool.hosts import bringing, connecting, ended, telling
from lti_tool.issuing import hosts_to_bring, issuance, notices
from lti_tool.issuing.baking import name_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.logs import about, error_name, log, traceback_summary
from lti_tool.mails.content import MailContent
from lti_tool.observations import Policy
from lti_tool.operators import sessions as operator_sessions
from lti_tool.organisations import answer_mails
from lti_tool.pathways import claim_mails
from lti_tool.pathways import scheduling as pathways
from lti_tool.pathways import work as pathway_work
from lti_tool.people import addresses, ended_accesses, identity_checks, learner_sessions, sessions
from lti_tool.platforms import self_tests
from lti_tool.prior_learning import mails as candidate_mails
from lti_tool.prior_learning import operator_mails
from lti_tool.privacy import journal, retention
from lti_tool.reviews import reminders
from lti_tool.self_test.making import made_self_test
from lti_tool.store import Session, outbox, queries
from lti_tool.store import journal as store_journal
from lti_tool.store.models import Course
from lti_tool.templates import approval_mails, approvals
from lti_tool.traces import span
from lti_tool.values import CodeMail, Json, Recipient
from lti_tool.wallets import tokens as wallet_tokens
from lti_tool.wiring import Tool

#: What a mail says before it has its words.
M = TypeVar("M")

#: How often a correction that a teacher has asked for looks whether the issuer is confirmed.
UNTIL_CONFIRMED = timedelta(hours=1)
#: How long a job waits that the database could not do: it is away, its disk is full, two transactions met.
DATABASE_SECONDS = 10.0


def run_all(tool: Tool, claimed: Sequence[outbox.Job]) -> Iterator[Collection[str]]:
    """Runs claimed jobs, and gives the ids of those that have ended after each step."""
    issuing = [job for job in claimed if job.task == "issue"]
    together: Sequence[outbox.Job] = []
    if len(issuing) > 1:
        # Of so many the first stands for all in the log.
        first, number = issuing[0].id, len(issuing)
        with about(job_id=first, task="issue", jobs=number), span("job issue", job_id=first, jobs=number):
            together = issuing if _issued_together(tool, issuing) else []
    if together:
        yield [job.id for job in together]
    for job in claimed:
        if job not in together:
            run(tool, job)
            yield [job.id]


def _issued_together(tool: Tool, issuing: Sequence[outbox.Job]) -> bool:
    """Issues the credentials of several awards; False where that failed, and each is to be tried alone."""
    try:
        award_ids = [job.payload["award_id"] for job in issuing]
        issuance.issue(tool.store, tool.issuers, award_ids, tool.clock())
        with tool.store.begin() as session:
            looks.look_where_asked_for(session, award_ids, tool.clock())
            pathways.decide_where_asked_for(session, award_ids, tool.clock())
            outbox.finish_all(session, [job.id for job in issuing])
    except Exception as error:  # noqa: BLE001 - whichever it is, the award that causes it is found by trying each alone
        log.warning("issued_one_by_one", number=len(issuing), error=traceback_summary(error))
        return False
    return True


def run(tool: Tool, job: outbox.Job) -> None:
    """Runs a claimed job, which ends its row itself; one that fails is postponed, or dead where it can never succeed.

    Raises only SQLAlchemyError.
    """
    with about(job_id=job.id, task=job.task), span(f"job {job.task}", job_id=job.id, attempts=job.attempts):
        _run(tool, job)


def _run(tool: Tool, job: outbox.Job) -> None:
    if job.task not in JOBS:
        # A newer version of the tool has added it.
        _give_up(tool, job, "this version of the tool does not know the task")
        return
    try:
        JOBS[job.task](tool, job.id, job.payload)
    except NotFoundError as error:
        # What a job is about does not come back. The text of such an error names numbers and keys, nobody.
        _give_up(tool, job, str(error))
    except DeliveryError as error:
        # The text of a DeliveryError contains no address, so it may be logged and stored; others might.
        _postpone(tool, job, str(error), error.retry_after)
        if error.retry_after is None:
            log.warning("work_postponed", task=job.task, job_id=job.id, why=str(error))
    except OperationalError as error:
        # Not the fault of the job, so however long it lasts, the job does not die of it.
        log.error("work_without_database", task=job.task, job_id=job.id, error=traceback_summary(error))
        _postpone(tool, job, error_name(error), DATABASE_SECONDS)
    except Exception as error:  # noqa: BLE001 - Celery would log the text of any error, which may name a person
        log.error("work_failed", task=job.task, job_id=job.id, error=traceback_summary(error))
        _postpone(tool, job, error_name(error))


def _postpone(tool: Tool, job: outbox.Job, trouble: str, retry_after: float | None = None) -> None:
    if outbox.postpone(tool.store, job.id, tool.clock(), trouble, retry_after):
        _log_dead(job, trouble)


def _give_up(tool: Tool, job: outbox.Job, trouble: str) -> None:
    if outbox.give_up(tool.store, job.id, tool.clock(), trouble):
        _log_dead(job, trouble)


def _log_dead(job: outbox.Job, trouble: str) -> None:
    log.error("work_dead", task=job.task, job_id=job.id, payload=job.payload, why=trouble)


def issue(tool: Tool, event_id: str, payload: Json) -> None:
    """Issues the credential of an award. Raises what `issuance.issue` does."""
    issuance.issue(tool.store, tool.issuers, [payload["award_id"]], tool.clock())
    with tool.store.begin() as session:
        looks.look_where_asked_for(session, [payload["award_id"]], tool.clock())
        pathways.decide_where_asked_for(session, [payload["award_id"]], tool.clock())
        outbox.finish(session, event_id)


def replace(tool: Tool, event_id: str, payload: Json) -> None:
    """Puts a corrected credential in the place of one; waits while the issuer is not confirmed.

    Raises what `issuance.replace_credential` does else.
    """
    now = tool.clock()
    try:
        issuance.replace_credential(tool.store, tool.issuers, payload["credential_id"], "replaced", now)
    except NotAllowedError:
        with tool.store.begin() as session:
            outbox.reschedule(session, event_id, "replace", payload, now + UNTIL_CONFIRMED)
        return
    _finish(tool, event_id)


def deliver(tool: Tool, event_id: str, payload: Json) -> None:
    """Delivers a badge by one channel. Raises what `dispatch.deliver` does."""
    dispatch.deliver(tool.store, tool.issuers, tool.connect, payload["delivery_id"], tool.clock())
    _finish(tool, event_id)


def take_back(tool: Tool, event_id: str, payload: Json) -> None:
    """Has the platform show a revoked badge no longer. Raises what `dispatch.take_back` does."""
    dispatch.take_back(tool.store, tool.connect, payload["delivery_id"], tool.clock())
    _finish(tool, event_id)


def tell(tool: Tool, event_id: str, payload: Json) -> None:
    """Opens a notice to a learner for each channel, and ends itself in the same transaction."""
    now = tool.clock()
    with tool.store.begin() as session:
        notices.open_for_channels(session, payload, dispatch.channels_that_tell(tool.issuers), now)
        outbox.finish(session, event_id)


def notify(tool: Tool, event_id: str, payload: Json) -> None:
    """Tells a learner by one channel. Raises what `dispatch.tell` does."""
    dispatch.tell(tool.store, tool.issuers, payload["notice_id"], tool.clock())
    _finish(tool, event_id)


def look(tool: Tool, event_id: str, payload: Json) -> None:
    """Looks at a course's platform, and schedules the next look, sooner or later by how this one went."""
    now = tool.clock()
    course_id = payload["course_id"]
    with tool.store.read() as session:
        policy = tool.issuers.policy_of(session, course_id)
    trouble = looks.look(tool.store, tool.connect, course_id, now, policy, tool.clock)
    with tool.store.begin() as session:
        course = session.get(Course, course_id)
        # Its platform may have been removed.
        if course is None or not looks.is_looked_at(session, course):
            outbox.finish(session, event_id)
            return
        failures = payload.get("failures", 0) + 1 if trouble else 0
        answered_before = looks.was_answered(session, course)
        usual = looks.interval(session, course, tool.poll_every, now)
        due_at = looks.next_look(course, trouble, usual, failures, now, answered_before=answered_before)
        next_payload = {"course_id": course_id, "failures": failures}
        outbox.reschedule(session, event_id, "look", next_payload, due_at)
    if trouble:
        log.warning("platform_trouble", course_id=course_id, why=str(trouble), failures=failures)


def self_test(tool: Tool, event_id: str, payload: Json) -> None:
    """Tests whether the tool and a platform work together, and keeps what is found."""
    registration_id = payload["registration_id"]
    made = made_self_test(tool, registration_id)
    with tool.store.begin() as session:
        # Its platform may have been removed meanwhile.
        if made is not None and queries.platforms.registration_row(session, registration_id) is not None:
            found, is_in_order = made.as_json(), made.is_in_order
            self_tests.keep(session, registration_id, found, tool.clock(), is_in_order=is_in_order)
        outbox.finish(session, event_id)


def import_list(tool: Tool, event_id: str, payload: Json) -> None:
    """Stores a part of an uploaded list, and decides about whom it names."""
    now = tool.clock()
    imports.store_part(tool.store, event_id, payload, now)
    with tool.store.read() as session:
        if session.get(Course, payload["course_id"]) is None:
            return
        policy = tool.issuers.policy_of(session, payload["course_id"])
    decide_course(tool.store, payload["course_id"], policy or Policy(), now)


def bulk_act(tool: Tool, event_id: str, payload: Json) -> None:
    """Does a part of what a teacher has asked to be done to several people at once."""
    work.do_next_part(tool.store, tool.issuers, event_id, payload["act_id"], tool.clock())


def mail_teacher(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a teacher what waits for them, where there is something that was not mailed yet.

    Raises DeliveryError where another attempt may succeed.
    """
    person_id, at_once_of = payload["person_id"], payload.get("course_id")
    with tool.store.read() as session:
        due = teacher_mail.mail_to(session, tool.issuers, person_id, tool.clock(), at_once_of)
    if due is None:
        _finish(tool, event_id)
        return
    with tool.store.read() as session:
        issuer = tool.issuers.of_person(session, person_id)
    # A teacher without an address reads the same on the page.
    dispatch.is_sent(issuer, teacher_content(due.mail), due.mail.reference)
    with tool.store.begin() as session:
        teacher_mail.record_mail(session, person_id, due, tool.clock(), at_once_of)


def ask_approver(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails an approver the link to a template that waits for them.

    Raises DeliveryError where another attempt may succeed.
    """
    approval_id = payload["approval_id"]
    with tool.store.begin() as session:
        issuer = tool.issuers.of_approval(session, approval_id)
        mail = approval_mails.request_mail(session, issuer, approval_id, tool.secret_key)
    reference = f"approval-{approval_id}"
    unreached = mail is not None and not dispatch.is_sent(issuer, approval_content(mail), reference)
    with tool.store.begin() as session:
        if unreached:
            approvals.leave_unreached(session, approval_id, tool.clock())
        outbox.finish(session, event_id)


def tell_author(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a teacher how the approval of their template was answered, or that nobody has answered.

    Raises DeliveryError where another attempt may succeed.
    """
    approval_id = payload["approval_id"]
    with tool.store.read() as session:
        issuer = tool.issuers.of_approval(session, approval_id)
        mail = approval_mails.answer_mail(session, issuer, approval_id)
    if mail is not None:
        # Where the teacher has no address, the page of the template says the same.
        dispatch.is_sent(issuer, approval_content(mail), f"approval-{approval_id}-{mail.what}")
    _finish(tool, event_id)


def ask_holder(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails the holder of a badge that somebody asks whether it is theirs, if they may be mailed.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.begin() as session:
        asked = _identity_mail(tool, session, payload["check"])
    if asked is not None:
        # Where it cannot be sent nobody is told: the visitor is not to learn whether there is an address.
        dispatch.is_sent(*asked)
    _finish(tool, event_id)


def _identity_mail(tool: Tool, session: Session, token_hash: str) -> tuple[Issuer, MailContent, str] | None:
    """The mail, counted as sent, with its issuer and reference; None where nobody is to be mailed, or it is gone."""
    now = tool.clock()
    check = queries.identity_checks.lock(session, token_hash)
    if check is None:
        return None
    # One after the other, so that two checks at once do not exceed the limits together.
    queries.people.lock_person(session, check.credential.award.person_id)
    if not identity_checks.may_be_mailed(session, check, now):
        return None
    check.mailed_at = now
    credential = check.credential
    issuer = tool.issuers.of(session, credential.issuer_id)
    recipient = dispatch.recipient_of(credential.award.person, credential)
    url = issuer.addresses.holder_check(identity_checks.holder_token(issuer.mail_tokens, check))
    sender = letterhead(issuer, recipient.language)
    mail = identity_mail(name_of(credential), sender, recipient, url)
    return issuer, mail, identity_checks.mail_reference(check)


def bring_to_host(tool: Tool, event_id: str, payload: Json) -> None:
    """Brings a badge to a host that its learner named."""
    bringing.bring(tool, tool.issuers.reused_domains, event_id, payload)


def tell_host(tool: Tool, event_id: str, payload: Json) -> None:
    """Tells a host that the tokens of an access that has ended are over."""
    ended.tell(tool, event_id, payload)


def mail_about_host(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a learner that their badges reach a host no more, where that is still so.

    Raises DeliveryError where another attempt may succeed.
    """
    now, mail = tool.clock(), None
    with tool.store.read() as session:
        domains = tool.issuers.reused_domains(session)
        award = telling.award_to_tell_of(session, payload, domains, now)
        if award is not None:
            issuer = tool.issuers.of(session, award.issuer_id)
            mail = telling.mail_about(session, payload, award, issuer)
    is_sent = mail is not None and dispatch.is_sent(issuer, host_content(mail), f"host-{event_id}")
    with tool.store.begin() as session:
        if is_sent:
            telling.record_told(session, payload, now)
        outbox.finish(session, event_id)


def mail_code(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails the code that proves an address, while it works.

    Raises DeliveryError where another attempt may succeed.
    """
    code_id, now = payload["code_id"], tool.clock()
    with tool.store.read() as session:
        row = queries.proved_addresses.code(session, code_id)
        mail = None
        if row is not None and addresses.is_to_be_mailed(session, row, now):
            issuer = tool.issuers.of(session, row.issuer_id)
            reference = f"code-{row.ticket_hash[:16]}"
            mail = CodeMail(
                recipient=Recipient(name="", email=row.address, language=row.language),
                issuer=letterhead(issuer, row.language),
                code=addresses.code_of(row, tool.secret_key),
                minutes=addresses.CODE_MINUTES,
                purpose=row.purpose,
            )
    if mail is not None:
        content = operator_code_content if mail.purpose == addresses.OPERATOR else code_content
        dispatch.is_sent(issuer, content(mail), reference)
    _finish(tool, event_id)


def _send(found: tuple[Issuer, M, str] | None, content: Callable[[M], MailContent]) -> None:
    """Sends the mail with that content, where there is still one to send. Raises DeliveryError."""
    if found is not None:
        issuer, mail, reference = found
        dispatch.is_sent(issuer, content(mail), reference)


def mail_candidate(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails whoever has applied to have prior learning recognised what happened in their application.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        found = candidate_mails.mail_of(session, tool, payload["application_id"], payload["matter"])
    _send(found, candidate_content)
    _finish(tool, event_id)


def mail_about_feedback(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a learner the questions about what became of their badge, where they may still be asked.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        found = later_mails.mail_of(session, tool.issuers, payload, tool.clock())
    # Whether it was sent is no event: that would tell from when on it was answered, or that it was before.
    _send(found, feedback_content)
    _finish(tool, event_id)


def mail_review(tool: Tool, event_id: str, payload: Json) -> None:
    """Reminds an address of an issuer of reviews, as far as they are still due.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        found = reminders.mail_of(session, tool, payload, tool.clock())
    is_sent = found is not None and dispatch.is_sent(found[0], review_content(found[1]), f"review-{event_id}")
    with tool.store.begin() as session:
        if found is not None and is_sent:
            reminders.record_mailed(session, found[2], tool.clock())
        outbox.finish(session, event_id)


def mail_prior_learning_operator(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails an operator, or the issuer, that an application for recognition of prior learning waits for them.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        about = payload["matter"], payload["operator_id"], payload["round"]
        found = operator_mails.mail_of(session, tool, payload["application_id"], *about)
    _send(found, operator_content)
    _finish(tool, event_id)


def mail_answer(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a learner that an organisation has answered about their badge, where that is still news.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        found = answer_mails.mail_of(session, tool.issuers, payload)
    _send(found, answer_content)
    _finish(tool, event_id)


def mail_claim(tool: Tool, event_id: str, payload: Json) -> None:
    """Mails a learner whether the badge that they have claimed for a part of a pathway counts.

    Raises DeliveryError where another attempt may succeed.
    """
    with tool.store.read() as session:
        found = claim_mails.mail_of(session, tool, payload["claim_id"])
    # Whoever has no address reads the same under My pathways.
    _send(found, claim_content)
    _finish(tool, event_id)


def check_kept_badge(tool: Tool, event_id: str, payload: Json) -> None:
    """Verifies anew a badge that a learner keeps, where they still do."""
    with suppress(NotFoundError):
        keeping.check_again(tool, payload["kept_id"])
    _finish(tool, event_id)


def decide_pathway(tool: Tool, event_id: str, payload: Json) -> None:
    """Decides somebody, or the next of all who have a part, for a pathway."""
    pathway_work.decide(tool, event_id, payload)


def write_journal(tool: Tool, event_id: str, _payload: Json) -> None:
    """Writes erasures and revocations to the journal's file. Raises JournalError and OSError."""
    journal.write_journal(tool)
    _finish(tool, event_id)


def sweep(tool: Tool, event_id: str, payload: Json) -> None:
    """Deletes what has expired, and has teachers told what goes wrong for long, every hour.

    Writes what a process that died has not written to the journal. Once a day it deletes what is kept for days and
    years, some people at a time.
    """
    tool.expiring_values.delete_expired()
    with tool.store.begin() as session:
        if queries.journal.unwritten(session, 1):
            outbox.schedule(session, "journal", store_journal.TASK, {}, tool.clock())
    with tool.store.begin() as session:
        sessions.delete_ended(session, tool.clock())
        learner_sessions.delete_ended(session, tool.clock())
        operator_sessions.delete_ended(session, tool.clock())
        wallet_tokens.delete_over(session, tool.clock())
        approvals.expire(session, tool.clock())
        registration.delete_unused(session, tool.clock())
        connecting.delete_unused(session, tool.clock())
        keeping.schedule_checks(session, tool.clock())
        queries.identity_checks.delete_begun_before(session, tool.clock() - identity_checks.KEPT)
        queries.observations.delete_looks(session, tool.clock() - looks.KEPT)
        queries.feedback.delete_expired(session, tool.clock())
        schedule_mails_about_troubles(session, tool.clock())
        pathways.decide_all_soon(session, tool.clock())
        reminders.schedule_reminders(session, tool, tool.clock())
    progress = retention.retain(tool, payload, tool.clock())
    # Once for each pass over everybody, so once a day.
    began_at = progress.began_at.isoformat()
    if progress.is_over and began_at != payload.get("feedback"):
        feedback.do_daily(tool, tool.clock())
    # Another process may have erased somebody, and retention may have here.
    tool.store.forget_statements()
    wait = timedelta(hours=1) if progress.is_over else timedelta(minutes=1)
    with tool.store.begin() as session:
        # Of what was ended without anybody who waits, such as by retention, or by the journal after a restore.
        ended_accesses.tell_hosts(session, tool.clock())
        next_payload = progress.as_json() | {"feedback": began_at if progress.is_over else ""}
        outbox.reschedule(session, event_id, "sweep", next_payload, tool.clock() + wait)


JOBS: dict[str, Callable[[Tool, str, Json], None]] = {
    "issue": issue,
    "replace": replace,
    "deliver": deliver,
    "take_back": take_back,
    "tell": tell,
    "notify": notify,
    "look": look,
    self_tests.TASK: self_test,
    "import_list": import_list,
    "bulk_act": bulk_act,
    "mail_teacher": mail_teacher,
    "ask_approver": ask_approver,
    "tell_author": tell_author,
    "mail_code": mail_code,
    candidate_mails.TASK: mail_candidate,
    reminders.TASK: mail_review,
    operator_mails.TASK: mail_prior_learning_operator,
    claim_mails.TASK: mail_claim,
    "ask_holder": ask_holder,
    answer_mails.TASK: mail_answer,
    keeping.TASK: check_kept_badge,
    pathways.TASK: decide_pathway,
    hosts_to_bring.TASK: bring_to_host,
    ended_accesses.TASK: tell_host,
    telling.TASK: mail_about_host,
    later_mails.TASK: mail_about_feedback,
    store_journal.TASK: write_journal,
    "sweep": sweep,
}


def _finish(tool: Tool, event_id: str) -> None:
    with tool.store.begin() as session:
        outbox.finish(session, event_id)
