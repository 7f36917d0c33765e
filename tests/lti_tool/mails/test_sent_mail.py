"""A mail as a mail server receives it: its headers, its signature, and where it returns to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from lti_tool.deliveries import email
from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.notice_message import notice_mail
from lti_tool.deliveries.returns import badge_reference
from lti_tool.errors import DeliveryError
from lti_tool.mails.dkim_key import read_key
from lti_tool.mails.message import composed, message_of
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.returned import ReturnAddress
from lti_tool.mails.tokens import MailTokens
from lti_tool.store.models import Delivery
from lti_tool.values import BadgeNotice, Letterhead
from tests.deliveries import BADGE, REFERENCE, RIGA_COLLEGE, anna

SENDER = "Nozimite <badges@example.org>"
TOKENS = MailTokens(secret_key="s" * 40)
TOKEN = RemindedPerson(person_id=7, kind="expiry").token(TOKENS)
URL = f"https://badges.example.org/mail/reminders/{TOKEN}"
RETURN = ReturnAddress(mailbox="bounces@example.org", tokens=TOKENS)
ROOT = Path(__file__).parents[3]


def pem_of(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def is_signed(key):
    """Whether the signature on a message is good, as another implementation finds, with the key in the DNS."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    record = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])

    def is_signed(raw):
        asked = []

        def dns(name, **_):
            asked.append(name.decode())
            return record.encode()

        good = dkim.verify(raw, dnsfunc=dns)
        assert asked == ["autumn._domainkey.example.org."]
        return good

    return is_signed


def reminder(language="lv", url=URL):
    notice = BadgeNotice(
        kind="expires",
        badge="Saules paneļu montāža",
        issuer=RIGA_COLLEGE,
        page_url=BADGE.page_url,
        picture_url=BADGE.picture_url,
        last_day=BADGE.facts.issued_on,
        unsubscribe_url=url,
    )
    return notice_mail(notice, anna(language=language))


def options(smtp, key, **more):
    dkim_key = read_key(pem_of(key), "example.org", "autumn")
    return email.Options(url=smtp.url, sender=SENDER, dkim=dkim_key, **more)


def test_a_mail_comes_from_the_institution_and_answers_go_to_it(smtp):
    email.deliver(BADGE, anna(), email.Options(url=smtp.url, sender=SENDER), REFERENCE)
    (mail,) = smtp.mails
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Riga College", "badges@example.org")
    assert mail["Reply-To"] == "badges@riga.example"
    assert abs(parsedate_to_datetime(mail["Date"]) - datetime.now(UTC)) < timedelta(hours=1)
    assert (mail["Auto-Submitted"], mail["MIME-Version"]) == ("auto-generated", "1.0")
    assert mail["List-Unsubscribe"] is None, "a badge is no reminder"
    assert smtp.senders == ["badges@example.org"]


@pytest.mark.parametrize(
    "address", [None, "", "jānis@example.org", "a@b.example, c@d.example", "x\r\nBcc: y@z.example"]
)
def test_an_issuer_without_a_usable_address_gets_no_answers(address):
    mail = award_mail(BADGE, anna())
    issuer = Letterhead(name="Riga\r\nBcc: all@example.org", email=address)
    message = message_of(mail.__class__(**fields(mail) | {"issuer": issuer}), SENDER, REFERENCE)
    assert message["Reply-To"] is None and message["Bcc"] is None


def fields(value):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@pytest.mark.parametrize("file", ["README.md", "config/example.env"])
def test_the_addresses_of_mails_in_the_documents_are_such_as_the_tool_makes(file):
    made = RETURN.of(badge_reference(Delivery(id=12), "7f1c2f0e-5d1b-4c8e-9f0a-000000000000"))
    examples = re.findall(r"bounces\+\S+?@example\.org", (ROOT / file).read_text(encoding="utf-8"))
    assert {without_mac(each) for each in examples} == {without_mac(made)}


def without_mac(address):
    """The address, of its MAC only how long it is."""
    return re.sub(r"(?<=\.)[0-9a-f]+(?=@)", lambda mac: f"<{len(mac[0])}>", address)


def test_only_a_wrong_address_of_the_recipient_is_told_as_one():
    with pytest.raises(DeliveryError, match="the e-mail address is not valid"):
        composed(award_mail(BADGE, anna(email="anna@")), SENDER, REFERENCE)
    with pytest.raises(ValueError, match="local part"):
        composed(award_mail(BADGE, anna()), "no address", REFERENCE)


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_reminder_can_be_refused_by_one_click_and_by_a_link(language):
    message = message_of(reminder(language), SENDER, REFERENCE)
    assert message["List-Unsubscribe"] == f"<{URL}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert URL in message.get_body((kind,)).get_content()


def test_long_addresses_stay_as_they_are_in_headers():
    host = "badges.a-very-long-name-of-an-institution-and-of-its-department.example.org"
    token = RemindedPerson(person_id=1_234_567, kind="expiry").token(TOKENS)
    url = f"https://{host}/nozimite/mail/reminders/{token}"
    lines = message_of(reminder(url=url), SENDER, f"notice-1234567.email@{host}").as_bytes().split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert f"Message-ID: <notice-1234567.email@{host}>".encode() in lines


@pytest.mark.parametrize("address", ["anna@example.org", "jānis@example.org"])
def test_the_signature_is_good_when_the_mail_arrives(smtp, key, is_signed, address):
    for name in ("Anna Bērziņa", "A" * 300, "Anna\t  \t Bērziņa  "):
        email.send(award_mail(BADGE, anna(email=address, name=name)), options(smtp, key), REFERENCE)
        email.send(reminder(), options(smtp, key), REFERENCE)
    assert len(smtp.raw) == 6
    for raw in smtp.raw:
        assert is_signed(raw)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Subject: ", b"Subject: Re: "),
        (b"/mail/reminders/expiry-7", b"/mail/reminders/expiry-8"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"Content-Language: lv", b"Content-Language: en"),
        (b"From: ", b"From: other@example.org\r\nFrom: "),
        (b"Date: ", b"Date: Mon, 01 Jan 2024 10:00:00 +0000\r\nDate: "),
        (b"</html>", b"<p>more</p></html>"),
    ],
)
def test_the_signature_is_broken_by_what_is_changed_on_the_way(smtp, key, is_signed, was, becomes):
    email.send(reminder(), options(smtp, key), REFERENCE)
    (raw,) = smtp.raw
    assert is_signed(raw) and was in raw
    assert not is_signed(raw.replace(was, becomes, 1))


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----",
        pem_of(ed25519.Ed25519PrivateKey.generate()),
    ],
)
def test_a_key_that_no_verifier_would_take_is_refused(pem):
    with pytest.raises(ValueError, match="key"):
        read_key(pem, "example.org", "autumn")


def test_each_mail_returns_to_an_address_of_its_own_that_nobody_else_can_make(smtp, key):
    for number in (1, 2):
        email.send(
            reminder(), options(smtp, key, return_address=RETURN), f"notice-{number}.email@badges.example.org"
        )
    one, two = smtp.senders
    assert (RETURN.reference(one), RETURN.reference(two.upper())) == ("notice-1", "notice-2")
    assert len(one.partition("@")[0]) <= 64
    others = ReturnAddress(mailbox="bounces@example.org", tokens=MailTokens(secret_key="t" * 40))
    for address in (
        one.replace("notice-1", "notice-2"),
        one.replace("example.org", "example.com"),
        others.of("notice-1"),
        "bounces@example.org",
        "",
        "@",
        "bounces+@example.org",
    ):
        assert RETURN.reference(address) is None
