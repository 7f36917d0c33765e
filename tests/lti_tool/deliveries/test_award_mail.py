"""The mail that brings a badge, through a real mail server and into a folder."""

from dataclasses import replace
from unicodedata import normalize

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from lti_tool.deliveries import CHANNELS, email, mail_folder
from lti_tool.errors import DeliveryError, NotAllowedError
from lti_tool.values import MailPolicy
from tests.conftest import Mailbox
from tests.deliveries import BADGE, REFERENCE, anna
from tests.fixtures import change_issuer
from tests.lti_tool.doctor.certificates import authority, certificate, server_context, write_pem


def options(smtp):
    return email.Options(url=smtp.url, sender="Riga College <badges@example.org>")


def test_the_mail_carries_the_badge_untouched_and_names_its_page(smtp):
    receipt = email.deliver(BADGE, anna(), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content() == BADGE.png
    assert attachment.get_filename().isascii() and " " not in attachment.get_filename()
    assert BADGE.page_url in mail.get_body(("plain",)).get_content()
    assert mail["Message-ID"] == f"<{REFERENCE}>"
    assert "anna" not in receipt.reference


@pytest.mark.parametrize(
    ("language", "greeting"), [("en", "Hello Anna Bērziņa"), ("lv", "Labdien, Anna Bērziņa")]
)
def test_the_mail_is_in_the_learners_language(smtp, language, greeting):
    email.deliver(BADGE, anna(language=language), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    assert mail["Content-Language"] == language
    text = mail.get_body(("plain",)).get_content()
    assert greeting in text
    assert ("has awarded you" in text) is (language == "en")


#: What a platform may call an e-mail address, and no mail server does.
NO_ADDRESSES = [
    "<anna>@example.org",
    "anna@example.org>",
    "anna,janis@example.org",
    "anna;janis@example.org",
    "an(na@example.org",
    'an"na@example.org',
    "anna..b@example.org",
    "anna@example..org",
    "anna@" + "x" * 70 + ".org",
    "anna\u202e@example.org",
    "anna@",
    "@example.org",
]


@pytest.mark.parametrize("channel", [email, mail_folder])
@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_invalid_address_is_a_permanent_failure(smtp, tmp_path, channel, address):
    folder = mail_folder.Options(folder=tmp_path, sender="badges@example.org")
    with pytest.raises(DeliveryError) as caught:
        channel.deliver(BADGE, anna(email=address), options(smtp) if channel is email else folder, REFERENCE)
    assert caught.value.permanent
    assert smtp.mails == []


def test_a_domain_with_other_letters_is_encoded_for_mail_servers(smtp):
    email.deliver(BADGE, anna(email="anna@rīgas-koledža.example"), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].domain == "xn--rgas-koleda-xxb20i.example"


LETTERS = ["jānis@example.org", "ja\u0304nis@example.org", "花子.山田@example.org"]


@pytest.mark.parametrize("address", LETTERS)
def test_an_address_with_letters_of_any_script_is_sent_to(smtp, tmp_path, address):
    email.deliver(BADGE, anna(email=address), options(smtp), REFERENCE)
    expected = normalize("NFC", address)
    assert smtp.recipients == [(expected,)]
    (mail,) = smtp.mails
    assert expected in str(mail["To"])
    folder = mail_folder.Options(folder=tmp_path, sender="badges@example.org")
    mail_folder.deliver(BADGE, anna(email=address), folder, REFERENCE)
    (file,) = tmp_path.iterdir()
    assert expected.encode() in file.read_bytes()


def test_a_server_that_accepts_no_such_letters_is_a_permanent_failure(free_port):
    ascii_only = Controller(Mailbox(), hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    ascii_only.start()
    try:
        to = email.Options(url=f"smtp://127.0.0.1:{ascii_only.port}", sender="badges@example.org")
        with pytest.raises(DeliveryError, match="letters") as caught:
            email.deliver(BADGE, anna(email=LETTERS[0]), to, REFERENCE)
    finally:
        ascii_only.stop()
    assert caught.value.permanent and "jānis" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "Anna\r\nBcc: all@example.org",
        "Anna\x0b\x85\u2028Bcc: x@y.org",
        "A" * 10_000,
        "\u202eannA 🎓",
        '"Anna", <x@y.org>',
    ],
)
def test_a_name_cannot_add_a_header_line(smtp, name):
    email.deliver(BADGE, anna(name=name), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["anna@example.org"]


@pytest.mark.parametrize("refused", ["answer", "recipient_answer"], ids=["the mail", "its recipient"])
@pytest.mark.parametrize(("answer", "permanent"), [("550 no such person", True), ("451 try later", False)])
def test_a_refusal_is_permanent_by_its_code(smtp, refused, answer, permanent):
    setattr(smtp, refused, answer)
    with pytest.raises(DeliveryError) as caught:
        email.deliver(BADGE, anna(), options(smtp), REFERENCE)
    assert caught.value.permanent is permanent
    assert "anna" not in str(caught.value)


def test_a_refused_password_is_not_a_permanent_failure(free_port):
    """The server answers 535, but the operator can correct the password."""
    refusing = Controller(
        object(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    refusing.start()
    try:
        options = email.Options(url=f"smtp://riga:wrong@127.0.0.1:{refusing.port}", sender="b@example.org")
        with pytest.raises(DeliveryError, match="error 535") as caught:
            email.deliver(BADGE, anna(), options, REFERENCE)
    finally:
        refusing.stop()
    assert not caught.value.permanent


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_mail_server_of_an_own_authority_is_trusted_once_its_file_is_named(tmp_path, free_port, scheme):
    own = authority("Own of the college")
    context = server_context(tmp_path, certificate("localhost", own))
    mailbox, port = Mailbox(), free_port()
    # It speaks TLS from the first byte, or when it is asked to.
    how = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
    server = Controller(mailbox, hostname="localhost", port=port, **how)
    server.start()
    try:
        given = {"url": f"{scheme}://localhost:{port}", "sender": "badges@example.org"}
        with pytest.raises(DeliveryError, match="cannot be reached"):
            email.deliver(BADGE, anna(), email.Options(**given), REFERENCE)
        bundle = write_pem(tmp_path / "own.pem", own)
        email.deliver(BADGE, anna(), email.Options(**given, ca_bundle=bundle), REFERENCE)
    finally:
        server.stop()
    assert len(mailbox.mails) == 1


def test_an_unreachable_mail_server_is_not_a_permanent_failure(free_port):
    nowhere = email.Options(url=f"smtp://127.0.0.1:{free_port()}", sender="badges@example.org")
    with pytest.raises(DeliveryError) as caught:
        email.deliver(BADGE, anna(), nowhere, REFERENCE)
    assert not caught.value.permanent


@pytest.mark.parametrize("address", [None, "", "not an address", "anna@example.org\r\nBcc: all@example.org"])
def test_an_address_that_cannot_be_valid_raises_value_error(smtp, address):
    with pytest.raises(DeliveryError) as caught:
        email.deliver(BADGE, anna(email=address), options(smtp), REFERENCE)
    assert caught.value.permanent
    assert smtp.mails == []


def test_a_line_break_in_a_name_adds_no_header(smtp):
    email.deliver(BADGE, anna(name="Anna\r\nBcc: all@example.org"), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert smtp.recipients == [("anna@example.org",)]


def test_without_a_mail_server_a_mail_is_one_file_even_if_sent_twice(tmp_path):
    folder = mail_folder.Options(folder=tmp_path / "mail", sender="badges@example.org")
    for _ in range(2):
        mail_folder.deliver(BADGE, anna(), folder, REFERENCE)
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["7f1c2f0e.email.eml"]


def test_a_folder_that_cannot_be_written_is_not_a_permanent_failure(tmp_path):
    (tmp_path / "mail").write_text("a file stands where the folder should be")
    folder = mail_folder.Options(folder=tmp_path / "mail", sender="badges@example.org")
    with pytest.raises(DeliveryError) as caught:
        mail_folder.deliver(BADGE, anna(), folder, REFERENCE)
    assert not caught.value.permanent


def test_every_channel_has_a_name_and_a_label():
    assert {"email", "mail_folder"} <= set(CHANNELS)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Saules paneļu montāža", "Saules-panelu-montaza.png"),
        ("Data v1.2: basics / “advanced”", "Data-v1-2-basics-advanced.png"),
        ("../../etc/passwd", "etc-passwd.png"),
        ("x" * 140, "x" * 60 + ".png"),
        ("花子", "badge-6e2b5d0d9a01.png"),
        ("CON", "badge-6e2b5d0d9a01.png"),
        ('a"\r\nContent-Type: text/html', "a-Content-Type-text-html.png"),
    ],
)
def test_the_picture_has_the_badges_name_in_ascii_with_one_dot(smtp, name, file):
    email.deliver(replace(BADGE, name=name), anna(), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == file and file.count(".") == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "download it from its page"), ("lv", "lejupielādējiet to")]
)
def test_where_the_institution_attaches_nothing_the_mail_brings_the_address_alone(smtp, language, said):
    badge = replace(BADGE, mail_policy=MailPolicy(attach_badge=False))
    email.deliver(badge, anna(language=language), options(smtp), REFERENCE)
    (mail,) = smtp.mails
    assert mail.get_content_type() == "multipart/alternative" and list(mail.iter_attachments()) == []
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert BADGE.page_url in text and said in text and "attached" not in text and "pielikum" not in text


def test_the_institution_settles_in_its_file_whether_badges_are_attached(tool):
    assert tool.issuer.mail_policy.attach_badge
    change_issuer(tool, mail={"attach_badge": False})
    assert not tool.issuer.mail_policy.attach_badge
    for wrong in ({"attach_badge": "no"}, {"attach": False}, "no"):
        with pytest.raises(NotAllowedError, match="mail"):
            change_issuer(tool, mail=wrong)
