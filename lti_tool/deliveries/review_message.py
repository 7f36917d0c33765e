"""The mail that reminds an issuer of reviews of its templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lti_tool.language import staff_translator, written_day
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import DueReview, ReviewMail

#: So many badges are named of each kind; the page has all.
MOST = 30


def review_content(mail: ReviewMail) -> MailContent:
    """The mail in its recipient's language."""
    _ = staff_translator(mail.recipient.language)
    subject = _("Reviews of badges are overdue") if mail.overdue else _("Reviews of badges are due soon")
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject,
        headings=(subject,),
        parts=(Paragraph(text=greeting(mail.recipient)), *_parts(mail, _)),
        small_print=(
            Paragraph(
                text=_(
                    "Reminders of reviews of %(issuer)s come to this address. Of each review there is one mail before "
                    "it is due, and one when it is overdue. An owner can name another address in the settings."
                )
                % {"issuer": mail.issuer.name}
            ),
        ),
    )


def _parts(mail: ReviewMail, _: Callable[[str], str]) -> Iterator[Part]:
    language = mail.recipient.language
    if mail.overdue:
        yield Paragraph(text=_("The review of these badges is overdue. It was due on:"))
        yield Facts(rows=_rows(mail.overdue, language))
        if mail.stops:
            yield Paragraph(
                text=_(
                    "Nobody can begin with them until a review is recorded. Learners who take part already get them "
                    "as before."
                )
            )
    if mail.soon:
        yield Paragraph(text=_("The review of these badges is due soon:"))
        yield Facts(rows=_rows(mail.soon, language))
    yield Link(label=_("Open the reviews"), url=mail.url)


def _rows(reviews: Sequence[DueReview], language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            one_line(f"{each.badge} ({each.owner})" if each.owner else each.badge),
            written_day(each.due, language),
        )
        for each in reviews[:MOST]
    )
