"""The plain and the HTML part of a mail: they say the same, and nothing that a stranger typed becomes markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest

from lti_tool.deliveries.approval_message import approval_content
from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.claim_message import claim_content
from lti_tool.deliveries.code_message import code_content
from lti_tool.deliveries.notice_message import notice_mail
from lti_tool.deliveries.operator_message import operator_code_content, operator_content
from lti_tool.deliveries.teacher_message import teacher_content
from lti_tool.mails.html_part import html_part
from lti_tool.mails.message import message_of
from lti_tool.mails.plain_part import plain_part
from lti_tool.prior_learning.operator_mails import Matter
from lti_tool.values import (
    ApprovalMail,
    BadgeNotice,
    ChangedGrades,
    ClaimMail,
    CodeMail,
    OperatorMail,
    TeacherMail,
    WaitsInCourse,
)
from tests.deliveries import BADGE, REFERENCE, RIGA_COLLEGE, anna

HOSTILE = '<img src=x onerror=alert(1)> & "quoted" </title></style><script>alert(2)</script>'
COURSE = "https://moodle.example.org/course/view.php?id=42&x=<1>"


def notice(kind):
    return BadgeNotice(
        kind=kind,
        badge=HOSTILE,
        issuer=RIGA_COLLEGE,
        page_url=BADGE.page_url,
        picture_url=BADGE.picture_url,
        reason=HOSTILE,
        last_day=BADGE.facts.issued_on,
        part_of=[HOSTILE],
    )


def mails(language):
    """A mail of each kind, with strangers' words that look like markup."""
    person = anna(language=language, name=HOSTILE)
    approval = {"recipient": person, "badge": HOSTILE, "issuer": RIGA_COLLEGE, "course": HOSTILE, "days": 7}
    about = {"badge": HOSTILE, "course": HOSTILE, "number": 3}
    yield award_mail(BADGE, person)
    for kind in ("revoked", "mistake", "suspended", "reinstated", "expires"):
        yield notice_mail(notice(kind), person)
    for counts in (True, False):
        names = {name: HOSTILE for name in ("badge", "part", "whole", "reason")}
        yield claim_content(
            ClaimMail(recipient=person, issuer=RIGA_COLLEGE, counts=counts, url=COURSE, **names)
        )
    for what in ("asked", "approved", "declined", "expired"):
        yield approval_content(
            ApprovalMail(
                what=what, **approval, teacher=HOSTILE, reason=HOSTILE, url=COURSE, course_url=COURSE
            )
        )
    about_work = {"recipient": person, "issuer": RIGA_COLLEGE, "badge": HOSTILE, "url": COURSE}
    for matter in get_args(Matter):
        for account in ("https://badges.example.org/operator/account", ""):
            yield operator_content(OperatorMail(matter=matter, account_url=account, **about_work))
    for content in (code_content, operator_code_content):
        yield content(CodeMail(recipient=person, issuer=RIGA_COLLEGE, code="12345678", minutes=10))
    yield teacher_content(
        TeacherMail(
            recipient=person,
            issuer=RIGA_COLLEGE,
            questions=[WaitsInCourse(course_url=COURSE, **about)],
            changes=[ChangedGrades(course_url=None, below_minimum=1, **about)],
            names=[WaitsInCourse(course=HOSTILE, course_url=f"{COURSE}3", number=2)],
            corrections=[WaitsInCourse(course_url=f"{COURSE}4", **about)],
            reference="teacher",
        )
    )


class Reader(HTMLParser):
    """What a person reads of a document, and the addresses and elements in it."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.links, self.tags, self.sources = [], [], [], []
        self.inside = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        given = dict(attributes)
        if tag in ("style", "title"):
            self.inside.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        if tag == "img":
            self.sources.append((given["src"], given["alt"]))
        assert not [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag):
        if tag in ("style", "title"):
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.texts.append(data)


def words(text):
    return text.replace(":", " ").split()


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_html_says_what_the_plain_text_says_and_leads_where_it_leads(language):
    for mail in mails(language):
        read = Reader(html_part(mail))
        plain = plain_part(mail)
        for link in read.links:
            assert plain.count(f"\n{link}\n") == 1, "an address stands alone in its line"
            plain = plain.replace(f"\n{link}\n", "\n")
        assert words(" ".join(read.texts)) == words(plain.replace("-- \n", ""))


@pytest.mark.parametrize("language", ["en", "lv"])
def test_what_strangers_typed_is_text_and_nothing_is_loaded_but_the_common_picture(language):
    for mail in mails(language):
        text = html_part(mail)
        read = Reader(text)
        assert {"script", "link", "iframe", "form", "object", "svg"}.isdisjoint(read.tags)
        assert set(read.sources) <= {(BADGE.picture_url, "")}
        assert "url(" not in text and "@import" not in text
        assert f'<html lang="{language}"' in text
        # Whoever sees no pictures reads all the same who writes and about what.
        assert RIGA_COLLEGE.name in read.texts and RIGA_COLLEGE.postal_address in read.texts


def test_the_facts_of_the_badge_are_told_in_both_languages():
    def facts(language):
        return plain_part(award_mail(BADGE, anna(language=language)))

    assert (
        "Issued on: 21 November 2026\nLevel: EQF 4 · LKI 4\nWorkload in hours: 26.5\nECTS credits: 1"
        in facts("en")
    )
    assert "Izdota: 2026. gada 21. novembris\nLīmenis: EQF 4 · LKI 4\nDarba slodze stundās: 26,5" in facts(
        "lv"
    )


def test_the_issuer_stands_first_on_its_colour_with_its_logo_and_is_named_once():
    logo = "https://badges.example.org/issuers/riga-college/logo.png"
    plain = html_part(award_mail(BADGE, anna()))
    shown = replace(RIGA_COLLEGE, accent="#7a1f3d", logo_url=logo)
    text = html_part(award_mail(replace(BADGE, issuer=shown), anna()))
    for each, colour in ((plain, "#0d4a57"), (text, "#7a1f3d")):
        read = Reader(each)
        assert next(one for one in read.texts if one.strip()) == RIGA_COLLEGE.name
        assert read.texts.count(RIGA_COLLEGE.name) == 1
        name = each.index(f">{RIGA_COLLEGE.name}<")
        assert f"background:{colour}" in each[:name] and "color:#ffffff" in each[:name]
    # Where pictures are not shown nothing is missing, and a logo that is drawn for white is seen in the dark.
    assert (logo, "") in Reader(text).sources and "background:#ffffff;border:3px" in text
    assert logo not in plain


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_message_has_both_parts_its_picture_last_and_lines_that_no_server_changes(language):
    message = message_of(
        award_mail(BADGE, anna(language=language)), "Nozimite <badges@example.org>", REFERENCE
    )
    alternative, picture = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert (picture.get_content_type(), picture.get_content_disposition()) == ("image/png", "attachment")
    assert message["Content-Language"] == language
    raw = message.as_bytes()
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
