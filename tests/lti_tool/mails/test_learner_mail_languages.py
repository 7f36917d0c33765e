"""Mails to learners are whole in each language that they have, as far as a machine can see."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.extract import extract_from_file

from lti_tool.deliveries.answer_message import answer_content
from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.candidate_message import candidate_content
from lti_tool.deliveries.claim_message import claim_content
from lti_tool.deliveries.code_message import code_content
from lti_tool.deliveries.feedback_message import feedback_content
from lti_tool.deliveries.host_message import host_content
from lti_tool.deliveries.identity_message import identity_mail
from lti_tool.deliveries.notice_message import notice_mail
from lti_tool.language import (
    CATALOGUES,
    LANGUAGES,
    MAIL_LANGUAGES,
    learner_mail_sentences,
    mail_language,
    translator,
    written_day,
    written_number,
)
from lti_tool.mails.content import Facts, MailContent
from lti_tool.mails.message import message_of
from lti_tool.prior_learning.mails import Matter
from lti_tool.values import (
    AnswerMail,
    BadgeNotice,
    CandidateMail,
    ClaimMail,
    CodeMail,
    FeedbackMail,
    HostMail,
    MailPolicy,
    Recipient,
)
from tests.deliveries import BADGE, RIGA_COLLEGE, anna
from tests.translations import OWN_WORDS, faults

TRANSLATED = [language for language in MAIL_LANGUAGES if language not in LANGUAGES]
LTI_TOOL = Path(CATALOGUES).parent
#: The rooms in which a mail finds its words.
ROOMS = ("lti_tool.deliveries", "lti_tool.mails")


CLAIM = ClaimMail(
    recipient=anna(),
    issuer=RIGA_COLLEGE,
    counts=True,
    badge="Solar",
    part="Panels",
    whole="Energy",
    reason="R",
    url="https://badges.example.org/my/pathways",
)


@cache
def names(file: Path) -> frozenset[str]:
    """What a module calls, and the modules that it imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                found.add(name)
            case ast.ImportFrom(module=str(module)):
                found.add(module)
    return frozenset(found)


def imported(file: Path) -> set[Path]:
    """The modules of those rooms that a module imports from, and those that these do."""
    found: set[Path] = set()
    new = {file}
    while new:
        found |= new
        of_rooms = {name for each in new for name in names(each) if name.startswith(ROOMS)}
        new = {LTI_TOOL.parent / f"{name.replace('.', '/')}.py" for name in of_rooms} - found
        new = {each for each in new if each.exists()}
    return found


def learner_mail_modules() -> set[Path]:
    """The modules that write a mail, but for those that say that theirs are for staff; and what they import."""
    writing = {file for file in LTI_TOOL.rglob("*.py") if "MailContent" in names(file)}
    to_learners = {file for file in writing if "staff_translator" not in names(file)}
    return {each for file in to_learners for each in imported(file)}


@cache
def sentences() -> frozenset[str]:
    modules = learner_mail_modules()
    return frozenset(str(found[1]) for module in modules for found in extract_from_file("python", module))


def mails(language: str) -> list[MailContent]:
    """One of each kind of mail that a learner gets."""
    learner, nobody = anna(language=language), Recipient(name="", email="a@example.org", language=language)
    facts = replace(BADGE.facts, last_day=date(2028, 3, 31))
    notices = [
        BadgeNotice(
            kind=kind,
            badge="Solar",
            issuer=RIGA_COLLEGE,
            page_url=BADGE.page_url,
            picture_url=BADGE.picture_url,
            reason="R",
            last_day=date(2028, 3, 31),
            unsubscribe_url="https://badges.example.org/mail/reminders/1",
            part_of=["Energy"] if kind == "expires" else (),
        )
        for kind in ("revoked", "mistake", "suspended", "reinstated", "expires")
    ]
    return [
        *(award_mail(replace(BADGE, why=why, facts=facts), learner) for why in ("first", "again")),
        *(award_mail(replace(BADGE, why=why), learner) for why in ("replaced", "reissued")),
        award_mail(replace(BADGE, mail_policy=MailPolicy(attach_badge=False)), nobody),
        *(notice_mail(notice, learner) for notice in notices),
        *(claim_content(replace(CLAIM, recipient=learner, counts=counts)) for counts in (True, False)),
        *(
            code_content(
                CodeMail(recipient=nobody, issuer=RIGA_COLLEGE, code="12345678", minutes=10, purpose=purpose)
            )
            for purpose in ("", "prior_learning")
        ),
        *(candidate_content(candidate_mail(matter, learner)) for matter in get_args(Matter)),
        feedback_content(
            FeedbackMail(
                recipient=learner,
                issuer=RIGA_COLLEGE,
                badge="Solar",
                picture_url=BADGE.picture_url,
                url="https://badges.example.org/my/badges/1",
                unsubscribe_url="https://badges.example.org/mail/reminders/1",
            )
        ),
        answer_content(answer_mail(learner, organisation="Baltic Solar")),
        answer_content(answer_mail(learner, domain="school.example")),
        identity_mail("Solar", RIGA_COLLEGE, learner, "https://badges.example.org/holder/1"),
        *(host_content(about_host(cause, learner)) for cause in HOST_CAUSES),
    ]


#: A cause of each kind that the mail about a place has words for.
HOST_CAUSES = ("lost", "refused", "too_large", "altered", "unreachable", "not_understood")


def about_host(cause: str, learner: Recipient) -> HostMail:
    url = f"https://badges.example.org/my/places?lang={learner.language}"
    return HostMail(
        recipient=learner, issuer=RIGA_COLLEGE, site="backpack.example", badge="Solar", cause=cause, url=url
    )


def candidate_mail(matter: str, learner: Recipient) -> CandidateMail:
    """A mail about an application, with all that any of them has."""
    return CandidateMail(
        recipient=learner,
        issuer=RIGA_COLLEGE,
        matter=matter,
        badge="Solar",
        url="https://badges.example.org/my/prior-learning/1",
        reference="RPL-1",
        last_day=date(2028, 3, 31),
    )


def answer_mail(learner: Recipient, organisation: str = "", domain: str = "") -> AnswerMail:
    """That somebody has answered about a badge."""
    return AnswerMail(
        recipient=learner,
        issuer=RIGA_COLLEGE,
        badge="Solar",
        organisation=organisation,
        domain=domain,
        url=BADGE.page_url,
        unsubscribe_url="https://badges.example.org/mail/reminders/1",
    )


def texts(mail: MailContent) -> list[str]:
    """What a mail says in words of ours, in its order."""
    told = [mail.subject]
    for part in (*mail.parts, *mail.small_print):
        match part:
            case Facts(rows=rows):
                told += [name for name, _value in rows]
            case _:
                told.append(getattr(part, "text", "") or getattr(part, "label", ""))
    return told


def test_there_are_ten_languages_and_more() -> None:
    files = {file.stem for file in (CATALOGUES / "learner_mails").glob("*.toml")}
    assert files == set(TRANSLATED)
    assert len(files) >= 10


def test_the_mails_of_learners_are_found_in_the_sources() -> None:
    found = {str(module.relative_to(LTI_TOOL)) for module in learner_mail_modules()}
    assert {"deliveries/award_message.py", "deliveries/mail_phrases.py", "mails/message.py"} < found
    assert found.isdisjoint({"deliveries/teacher_message.py", "deliveries/approval_message.py"})
    assert len(sentences()) > 50


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_there_and_no_other(language: str) -> None:
    assert set(learner_mail_sentences(language)) == sentences()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_has_a_fault_that_a_machine_sees(language: str) -> None:
    found = {
        english: faults(english, text, language) for english, text in learner_mail_sentences(language).items()
    }
    assert {english: wrong for english, wrong in found.items() if wrong} == {}
    assert OWN_WORDS[language] in " ".join(learner_mail_sentences(language).values()).lower()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_file_says_that_nobody_has_reviewed_it(language: str) -> None:
    head = (CATALOGUES / "learner_mails" / f"{language}.toml").read_text(encoding="utf-8").split("\n")[0]
    assert head.startswith("# ") and "Not reviewed by a native speaker." in head


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_in_a_mail_is_left_in_english(language: str) -> None:
    for ours, english in zip(mails(language), mails("en"), strict=True):
        same = set(texts(ours)) & set(texts(english))
        assert same <= {"Code"}, ours.subject
        message = message_of(ours, "badges@example.org", "1@example.org")
        assert message["Content-Language"] == language
        html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert f'<html lang="{language}"' in html


def test_a_day_and_a_number_are_written_as_the_language_has_them() -> None:
    day = date(2028, 3, 31)
    assert written_day(day, "de") == "31. März 2028"
    assert written_day(day, "el") == "31 Μαρτίου 2028"
    assert written_day(day, "pl") == "31 marca 2028"
    assert {written_number(BADGE.facts.workload_hours, language) for language in TRANSLATED} == {"26,5"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["de-AT"], "de"),
        (["el_GR", "en"], "el"),
        (["bg", "de"], "de"),
        (["bg", "lv"], "lv"),
        (["bg", None, ""], "en"),
        (["../../de"], "en"),
        (["deu"], "en"),
        ([], "en"),
    ],
)
def test_a_learner_is_written_to_in_the_first_language_that_mails_have(
    wanted: list[str | None], language: str
) -> None:
    assert mail_language(wanted) == language


@pytest.mark.parametrize("language", ["bg", "../learner_mails/de", "xx", ""])
def test_a_language_that_mails_do_not_have_is_english(language: str) -> None:
    assert translator(language)("Code") == "Code"
