"""A learner is mailed that an organisation has answered: who, a link, and nothing of what it said."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from lti_tool.deliveries.returns import record_return
from lti_tool.organisations import key_changes, organisations
from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.privacy.erasure import erase_person
from lti_tool.store.events import operator, person
from lti_tool.store.models import Award, EndorsementRow, MailRefusal, OrganisationKey, OrganisationRow, Outbox
from tests.fixtures import ANNA, rows, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, text_of

ANSWER = {"kind": "refused", "because": "It says nothing of Physics."}
ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def mails(web_tool, tmp_path):
    """A function that does what is due, and gives the mails to Anna that came by that, oldest first."""
    seen = set()

    def mails() -> list[EmailMessage]:
        run_due_jobs(web_tool)
        found = sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        new = [path for path in found if path not in seen]
        seen.update(new)
        read = [
            message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default) for path in new
        ]
        return [mail for mail in read if mail["To"].addresses[0].addr_spec == ANNA.email]

    return mails


@pytest.fixture
def answer(web_tool, annas_badge, employer, organisation_id, mails):
    """A function by which the employer answers Anna's badge by a new link."""
    mails()

    def answer():
        wanted = WantedLink(with_name=True, lifetime=None, takes_answers=True)
        with web_tool.store.begin() as session:
            award = session.scalars(select(Award)).one()
            by = person(award.person_id)
            link = share_links.make_link(session, award, wanted, web_tool.secret_key, web_tool.clock(), by)
            token = share_links.token_of(link, web_tool.secret_key)
        page = employer.sign(f"/organisations/answer/{token}", organisation_id, **ANSWER)
        assert page.status_code == 303, page.text
        return next(row for row in rows(web_tool, EndorsementRow) if row.withdrawn_at is None)

    return answer


def address(mail: EmailMessage) -> str:
    return mail["List-Unsubscribe"].strip("<>").removeprefix("https://badges.example.org")


def text(mail: EmailMessage) -> str:
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def test_it_says_who_has_answered_and_not_what(answer, mails, annas_badge, web_tool):
    answer()
    (mail,) = mails()
    said = text(mail)
    assert "Baltic Solar" in said and f"https://badges.example.org/my/badges/{annas_badge}?lang=" in said
    assert "Physics" not in said and "Physics" not in mail.as_string()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mails() == [] and [row.task for row in rows(web_tool, Outbox) if row.task == "mail_answer"] == []


def test_of_a_domain_it_says_nothing_but_that(answer, mails, web_tool):
    answer()
    with web_tool.store.begin() as session:
        row = session.scalars(select(OrganisationRow)).one()
        row.name, row.domain = "", "school.example"
    (mail,) = mails()
    assert "school.example" in text(mail) and "Baltic Solar" not in text(mail)
    assert any(words in text(mail) for words in ("Whoever controls the domain", "Tas, kas pārvalda domēnu"))


def test_whoever_wants_no_more_of_them_gets_none(answer, mails, app, employer, web_tool):
    row, stranger = answer(), browser_of(app)
    (mail,) = mails()
    page = stranger.get(f"{address(mail)}?lang=en")
    assert "You get an e-mail when an organisation answers about a badge of yours" in text_of(page)
    assert rows(web_tool, MailRefusal) == []
    assert "Its answer is on the page of the badge all the same." in text_of(
        stranger.post(f"{address(mail)}?lang=en", **ONE_CLICK)
    )
    assert [each.kind for each in rows(web_tool, MailRefusal)] == ["answers"]
    employer.act("/organisations/withdraw", endorsement=row.id)
    answer()
    assert mails() == []
    stranger.post(address(mail), data={"reminders": "yes"})
    (running,) = (each for each in rows(web_tool, EndorsementRow) if each.withdrawn_at is None)
    employer.act("/organisations/withdraw", endorsement=running.id)
    answer()
    assert len(mails()) == 1


def test_a_complaint_ends_them(answer, mails, web_tool, clock):
    row = answer()
    (mail,) = mails()
    reference = f"answer-{row.award_id}-{row.id[:8]}"
    assert reference in mail["Message-ID"]
    with web_tool.store.begin() as session:
        assert not record_return(session, reference, "failed", clock())
        assert record_return(session, reference, "complaint", clock())
        assert not record_return(session, reference, "complaint", clock())
        assert not record_return(session, "answer-999999-x", "complaint", clock())
    assert [each.kind for each in rows(web_tool, MailRefusal)] == ["answers"]


def test_what_is_no_news_any_more_is_not_told(answer, mails, employer, web_tool, clock):
    employer.act("/organisations/withdraw", endorsement=answer().id)
    assert mails() == []
    signed = answer()
    with web_tool.store.begin() as session:
        row = organisations.locked_organisation(session, signed.organisation_id)
        kid = session.scalars(select(OrganisationKey.kid)).first()
        key_changes.withdraw(session, web_tool.issuers, row, kid, clock(), operator("root"))
    assert mails() == []


def test_nobody_is_told_who_is_erased_meanwhile(answer, mails, web_tool, clock):
    answer()
    with web_tool.store.begin() as session:
        person_id = session.scalars(select(Award.person_id)).one()
        erase_person(session, web_tool.issuers, person_id, clock(), operator("root"))
    assert mails() == []
    assert [row for row in rows(web_tool, Outbox) if row.task == "mail_answer"] == []
