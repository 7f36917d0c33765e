"""Messages about mails that came back, as mail servers write them."""

from __future__ import annotations

from email.message import EmailMessage

#: RFC 3464, appendix E, with what varies filled in.
DSN = """\
From: Mail Delivery Subsystem <mailer-daemon@mx.example.net>
To: <{to}>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="next"

--next
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--next
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 21 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; anna@example.org
Original-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--next
Content-Type: text/rfc822-headers

From: Riga College <badges@example.org>
To: Anna <anna@example.org>

--next--
"""


def delivery_report(to: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery status notification that came to an address."""
    return DSN.format(to=to, kind="delivery-status", action=action, status=status).encode()


def complaint(to: str) -> bytes:
    """A report of the abuse format, by which a provider hands on that a reader called a mail unwanted."""
    text = DSN.format(to=to, kind="feedback-report", action="", status="")
    return text.replace("Reporting-MTA", "Feedback-Type: abuse\nReporting-MTA").encode()


def answer_of_somebody_away(to: str) -> bytes:
    """What is no report, whatever it says."""
    message = EmailMessage()
    message["From"], message["To"], message["Auto-Submitted"] = "anna@example.org", to, "auto-replied"
    message.set_content("Action: failed\nI am away.")
    return message.as_bytes()
