"""The mails about an approval, through a real mail server and into a folder."""

from __future__ import annotations

import pytest

from lti_tool.deliveries import email, mail_folder
from lti_tool.deliveries.approval_message import approval_content
from lti_tool.errors import DeliveryError
from lti_tool.values import ApprovalMail, Recipient
from tests.deliveries import RIGA_COLLEGE

REFERENCE = "approval-7.email@badges.example.org"
URL = "https://badges.example.org/lti/approval?code=1XVD8dVDXRnunhIhomV_pIIH7CacqHTuLTU4GUz2nHw"


def mail_of(what, language="en", **changes):
    return ApprovalMail(
        **(
            {
                "what": what,
                "recipient": Recipient(name="", email="quality@rīga.example.org", language=language),
                "badge": "Chart reading\r\nBcc: everybody@example.org",
                "issuer": RIGA_COLLEGE,
                "course": "Data",
                "days": 9,
                "url": URL if what == "asked" else "",
            }
            | changes
        )
    )


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("en", "Please approve or decline the badge “Chart reading", "Opening the address changes nothing."),
        (
            "lv",
            "Lūdzu, apstipriniet vai noraidiet nozīmīti „Chart reading",
            "Adreses atvēršana neko nemaina.",
        ),
    ],
)
def test_the_approver_gets_the_whole_link_and_knows_that_reading_it_changes_nothing(
    smtp, language, subject, sentence
):
    options = email.Options(url=smtp.url, sender="Riga College <badges@example.org>")
    receipt = email.send(approval_content(mail_of("asked", language)), options, REFERENCE)
    (mail,) = smtp.mails
    text = mail.get_body(("plain",)).get_content()
    assert URL in text.splitlines() and sentence in text
    assert {"en": "works for 9 days", "lv": "darbojas 9 dienas"}[language] in " ".join(text.split())
    assert mail["Subject"].startswith(subject) and mail["Bcc"] is None
    assert mail["To"] == "quality@xn--rga-uta.example.org"
    assert (mail["Message-ID"], mail["Content-Language"]) == (f"<{REFERENCE}>", language)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "quality" not in receipt.reference


@pytest.mark.parametrize("what", ["approved", "declined", "expired"])
@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_teacher_is_told_the_answer_without_any_link_to_answer(tmp_path, what, language):
    options = mail_folder.Options(folder=tmp_path, sender="badges@example.org")
    reason = "Too long.\nAnd too broad." if what == "declined" else ""
    mail = mail_of(
        what, language, reason=reason, course_url="https://moodle.example.org/course/view.php?id=42"
    )
    receipt = mail_folder.send(approval_content(mail), options, REFERENCE)
    text = (tmp_path / receipt.reference).read_text(encoding="utf-8")
    assert "/lti/approval" not in text and "id=3D42" in text.replace("id=42", "id=3D42")
    assert ("And too broad." in text) is (what == "declined")


def test_an_approver_without_a_valid_address_is_a_permanent_failure(tmp_path):
    options = mail_folder.Options(folder=tmp_path, sender="badges@example.org")
    for address in ("", "not an address"):
        mail = mail_of("asked", recipient=Recipient(name="", email=address, language="en"))
        with pytest.raises(DeliveryError) as caught:
            mail_folder.send(approval_content(mail), options, REFERENCE)
        assert (caught.value.permanent and address not in str(caught.value)) or not address
