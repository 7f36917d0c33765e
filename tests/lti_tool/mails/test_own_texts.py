"""What an institution may say in its own words in the mail that brings a badge, and what never gets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_tool.deliveries.award_message import award_mail
from lti_tool.errors import WrongSettingError
from lti_tool.issuing.issuer_file import read_mail_policy
from lti_tool.mails.content import Paragraph
from lti_tool.mails.html_part import html_part
from lti_tool.mails.own_texts import LONGEST, filled, problem_of
from lti_tool.mails.plain_part import plain_part
from lti_tool.values import MailPolicy
from tests.deliveries import BADGE, anna

OWN = MailPolicy(
    opening={"en": "Well done, {learner}!", "lv": "Malacis, {learner}!"},
    closing={"en": "{badge} is a good start. {issuer}"},
)


@pytest.mark.parametrize(
    "text",
    [
        "Well done, {learner}!",
        "Apsveicam! Tas ir 3.5 kredītpunktu kurss, u.c. {badge} un {issuer}.",
        "Ask at room 3.14: we are there until 16.30.",
        "x" * LONGEST,
        "",
    ],
)
def test_a_text_of_words_and_names_is_taken(text):
    assert problem_of(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("See https://evil.example/x", "address_in_text"),
        ("See evil.example", "address_in_text"),
        ("See www .evil", None),
        ("See www.evil", "address_in_text"),
        ("See {badge}.example", "address_in_text"),
        ("See evil.{badge}", "address_in_text"),
        ("Write to anna@evil.example", "address_in_text"),
        ("See ev\u200bil.exam\u200bple", "address_in_text"),
        ("MAILTO:anna", "address_in_text"),
        ("<b>Well done</b>", "markup"),
        ("a &lt; b", "markup"),
        ("[here](x)", "markup"),
        ("{learner.name}", "unknown_placeholder"),
        ("{name}", "unknown_placeholder"),
        ("{}", "unknown_placeholder"),
        ("{learner", "unknown_placeholder"),
        ("{{learner}}", "unknown_placeholder"),
        ("x" * (LONGEST + 1), "too_long"),
        ("Bcc\x00: x", "not_text"),
    ],
)
def test_what_could_become_a_link_or_markup_is_refused(text, code):
    assert problem_of(text) == code


def test_lines_are_joined_so_that_none_looks_like_a_header_or_a_signature():
    data = {"mail": {"opening": {"en": "Well\r\nBcc: all of them\n-- \nX"}}}
    assert read_mail_policy(data).opening == {"en": "Well Bcc: all of them -- X"}


def test_a_name_fills_its_place_once_and_is_escaped():
    words = {"learner": "{badge}\nBcc: x", "badge": "Data"}
    assert filled("{learner} and {badge}", words) == "{badge} Bcc: x and Data"
    badge = replace(BADGE, name="<b>Data</b>", mail_policy=OWN)
    mail = award_mail(badge, anna(language="en"))
    assert "&lt;b&gt;Data&lt;/b&gt; is a good start." in html_part(mail) and "<b>" not in html_part(mail)
    assert "<b>Data</b> is a good start." in " ".join(plain_part(mail).split())


def test_the_own_paragraphs_come_after_the_greeting_and_at_the_end():
    parts = award_mail(replace(BADGE, mail_policy=OWN), anna(language="en")).parts
    assert parts[1] == Paragraph(text="Well done, Anna Bērziņa!")
    assert parts[-1].text.endswith("is a good start. " + BADGE.issuer.name)
    assert (
        award_mail(replace(BADGE, mail_policy=OWN), anna(language="lv")).parts[1].text.startswith("Malacis")
    )


def test_they_are_in_the_language_of_the_mail_or_left_out():
    policy = read_mail_policy({"mail": {"opening": {"de": "Gratulation, {learner}!", "en": "Well done!"}}})
    german, greek = (
        plain_part(award_mail(replace(BADGE, mail_policy=policy), anna(language=language)))
        for language in ("de", "el")
    )
    assert "Gratulation, Anna Bērziņa!" in german
    assert "Well done" not in german + greek and "Gratulation" not in greek


@pytest.mark.parametrize("why", ["replaced", "reissued"])
def test_a_correction_congratulates_nobody(why):
    mail = award_mail(replace(BADGE, mail_policy=OWN, why=why), anna(language="en"))
    assert "Well done" not in plain_part(mail)


@pytest.mark.parametrize(
    ("mail", "pointer"),
    [
        ({"opening": {"en": "{who}"}}, "/mail/opening/en"),
        ({"closing": {"bg": "Добре"}}, "/mail/closing"),
        ({"closing": "Good"}, "/mail/closing"),
        ({"opening": {"lv": 3}}, "/mail/opening/lv"),
        ({"attach_badge": "yes"}, "/mail/attach_badge"),
        ({"footer": "x"}, "/mail"),
    ],
)
def test_a_wrong_table_names_its_place(mail, pointer):
    with pytest.raises(WrongSettingError) as refused:
        read_mail_policy({"mail": mail})
    assert refused.value.pointer == pointer
