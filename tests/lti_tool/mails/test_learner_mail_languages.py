"""Mails to learners are whole in each language that they have, as far as a machine can see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.claim_message import claim_content
from lti_tool.deliveries.code_message import code_content
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
from lti_tool.values import BadgeNotice, ClaimMail, CodeMail, MailPolicy, Recipient
from tests.deliveries import BADGE, RIGA_COLLEGE, anna
from tests.translations import OWN_WORDS, faults

TRANSLATED = [language for language in MAIL_LANGUAGES if language not in LANGUAGES]
#: Where the sentences of mails to learners are.
MODULES = [
    "deliveries/award_message.py",
    "deliveries/claim_message.py",
    "deliveries/code_message.py",
    "deliveries/identity_message.py",
    "deliveries/mail_phrases.py",
    "deliveries/notice_message.py",
    "mails/message.py",
]


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


def sentences() -> set[str]:
    root = Path(CATALOGUES).parent
    return {str(found[1]) for module in MODULES for found in extract_from_file("python", root / module)}


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
        code_content(CodeMail(recipient=nobody, issuer=RIGA_COLLEGE, code="12345678", minutes=10)),
        identity_mail("Solar", RIGA_COLLEGE, learner, "https://badges.example.org/holder/1"),
    ]


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
